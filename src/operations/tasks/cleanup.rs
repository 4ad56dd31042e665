//! `oauth:cleanup` (CL-01, CL-02): deletes what is over, removes clients that nobody uses.

use std::marker::PhantomData;

use async_trait::async_trait;
use loco_rs::{
    app::AppContext,
    task::{Task, TaskInfo, Vars},
};

use super::arguments::Arguments;
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    operations::cleanup::{self, CleanupReport},
    protocol::time::Seconds,
};

const KEYS: [&str; 3] = ["dry_run", "batch", "max_seconds"];

/// The task `oauth:cleanup`.
pub struct Cleanup<D>(PhantomData<fn() -> D>);

impl<D> Default for Cleanup<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> Task for Cleanup<D> {
    fn task(&self) -> TaskInfo {
        TaskInfo {
            name: "oauth:cleanup".to_owned(),
            detail: "Delete expired OAuth codes, tokens, sessions and unused clients".to_owned(),
        }
    }

    async fn run(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<()> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let server = load::running::<D>(ctx).await?;
        let mut options = cleanup::Cleanup(&server).options();
        options.dry_run = arguments.flag("dry_run")?.unwrap_or(false);
        if let Some(batch) = arguments.number("batch", 1000)? {
            options.batch = batch.max(1).unsigned_abs();
        }
        if let Some(seconds) = arguments.seconds("max_seconds", Seconds::days(1))? {
            options.most = seconds.into();
        }
        let report = cleanup::Cleanup(&server)
            .run(options)
            .await
            .map_err(boot::error)?;
        if !options.dry_run {
            // A process that stopped may have left clients that are to hear of a logout (BL-03).
            server.logouts.tell_overdue().await.map_err(boot::error)?;
        }
        if arguments.wants_json() {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report);
        }
        Ok(())
    }
}

fn print(report: &CleanupReport) {
    println!("{:<32} {:>10} {:>10}", "table", "deleted", "remaining");
    for table in &report.tables {
        println!(
            "{:<32} {:>10} {:>10}",
            table.table, table.deleted, table.remaining
        );
    }
    println!("clients removed: {}", report.reaped);
    println!("{} s", report.seconds);
    if report.remaining() > 0 {
        println!("run it again for the rest");
    }
}
