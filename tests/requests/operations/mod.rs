//! Tasks that keep a server running (CL-01, CL-02).

mod cleanup;
mod day;
mod doctor;
mod keys;
mod nodes;
mod operator;
mod withdrawal;

use std::collections::BTreeMap;

use loco_rs::{
    app::Hooks,
    task::{Tasks, Vars},
};

use crate::app::{App, server::TestServer};

impl TestServer {
    /// `cargo loco task name key:value …`
    pub async fn task(&self, name: &str, vars: &[(&str, &str)]) -> loco_rs::Result<()> {
        let mut tasks = Tasks::default();
        App::register_tasks(&mut tasks);
        let pairs = vars.iter();
        let cli: BTreeMap<String, String> = pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        tasks.run(&self.ctx, name, &Vars { cli }).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_refuse_what_they_do_not_know() {
    let server = TestServer::start().await;
    for (task, key, value) in [
        ("oauth:cleanup", "bach", "5"),
        ("oauth:cleanup", "batch", "5000"),
        ("oauth:cleanup", "dry_run", "maybe"),
        ("oauth:keys:list", "alg", "ES256"),
        ("oauth:keys:rotate", "alg", "HS256"),
        ("oauth:keys:rotate", "now", "1"),
        ("oauth:keys:rotate", "withdraw", "../root_secret"),
    ] {
        let error = server.task(task, &[(key, value)]).await.unwrap_err();
        assert!(error.to_string().contains(key), "{task} {key}: {error}");
    }
}
