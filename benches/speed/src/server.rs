//! A measured program while it serves.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{
    Fault,
    client::Connection,
    processes,
    request::Request,
    workshop::{Place, Program, Workshop},
};

/// Longest wait for the first answer, and for the end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Time from its start to its first answer.
    pub started_in: Duration,
}

impl Server {
    /// Starts a program and waits for its first good answer.
    ///
    /// # Errors
    /// When it ends, or does not answer.
    pub async fn start(
        workshop: &Workshop,
        program: Program,
        place: &Place,
    ) -> Result<Self, Fault> {
        let mut command = workshop.command(program, place)?;
        let begun = Instant::now();
        let child = command.arg("start").spawn()?;
        let mut server = Self {
            child,
            started_in: Duration::ZERO,
        };
        while !answers(place.address).await {
            let ended = server.child.try_wait()?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let told = workshop.told(program);
                return Err(format!("{} does not serve: {ended:?}\n{told}", program.name()).into());
            }
            sleep(Duration::from_millis(1)).await;
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as an operator would, and waits for that.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(mut self) -> Result<(), Fault> {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &process]).status()?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                return Err("a server does not end".into());
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Its memory, in megabytes.
    pub fn megabytes(&self) -> f64 {
        let kilobytes = processes::resident_kilobytes(self.process());
        f64::from(u32::try_from(kilobytes).unwrap_or(u32::MAX)) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing more can be done for a process that has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine at which nothing listens.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr, Fault> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

async fn answers(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    let request = Request::get("/.well-known/openid-configuration").bytes();
    let answer = connection.send(&request).await;
    answer.is_ok_and(|answer| answer.status == 200)
}
