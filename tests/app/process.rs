//! The app as a process of its own, to kill it or to look at its memory. The process is this very
//! binary: a test binary runs the one ignored test below, a benchmark looks at [`asked_to_serve`].

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use loco_rs::{app::Hooks, boot::StartMode, environment::Environment};
use serde_json::{Value, json};

use super::{App, database::TestDatabase, server};

const DATABASE: &str = "SERVE_DATABASE";
const ADDRESS: &str = "SERVE_ADDRESS";
const SETTINGS: &str = "SERVE_SETTINGS";

/// A served app that dies with this value.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts the app on a port of its own and waits until it answers.
    pub async fn start(database: &TestDatabase) -> Self {
        Self::logging(database, Stdio::null()).await
    }

    /// The same, with everything that any part of it logs.
    pub async fn logging(database: &TestDatabase, log: impl Into<Stdio>) -> Self {
        let mut command = Self::command(database, &json!({}));
        Self::spawn(command.env("RUST_LOG", "trace").stdout(log)).await
    }

    /// The same with settings of the plugin, where `folder` is the app's; without a log.
    pub async fn within(folder: &Path, database: &TestDatabase, settings: &Value) -> Self {
        Self::spawn(Self::command(database, settings).current_dir(folder)).await
    }

    fn command(database: &TestDatabase, settings: &Value) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--ignored", "--exact", "--nocapture", "app::process::serve"])
            .env("RUST_LOG", "off")
            .env(DATABASE, &database.uri)
            .env(SETTINGS, settings.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    async fn spawn(command: &mut Command) -> Self {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap();
        let child = command.env(ADDRESS, address.to_string()).spawn().unwrap();
        let mut process = Self { address, child };
        process.wait().await;
        process
    }

    async fn wait(&mut self) {
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the app ended: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the app does not answer");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL to a process, while somebody else looks at it.
    pub fn kill_pid(pid: u32) {
        let kill = Command::new("kill")
            .args(["-KILL", &pid.to_string()])
            .status();
        assert!(kill.unwrap().success());
    }

    /// SIGKILL: nothing is finished, nothing is flushed.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and whether the process ended by itself with success.
    pub fn terminate(&mut self) -> bool {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap().success()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether this process is one that [`Process`] started.
pub fn asked_to_serve() -> bool {
    std::env::var_os(ADDRESS).is_some()
}

/// Serves the app that the environment describes, until the process is told to end.
pub async fn serve_app() {
    let asked = |name| std::env::var(name).unwrap();
    let address: SocketAddr = asked(ADDRESS).parse().unwrap();
    let settings = serde_json::from_str(&asked(SETTINGS)).unwrap();
    let mut config = server::config(&asked(DATABASE), address, settings);
    config.logger.enable = true;
    loco_rs::logger::init::<App>(&config.logger).unwrap();
    let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config)
        .await
        .unwrap();
    let serve = loco_rs::boot::ServeParams {
        port: i32::from(address.port()),
        binding: address.ip().to_string(),
    };
    App::serve(boot.router.unwrap(), &boot.app_context, &serve)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "not a test: what `Process::start` runs"]
async fn serve() {
    if asked_to_serve() {
        serve_app().await;
    }
}
