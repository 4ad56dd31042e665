//! `oauth:doctor`: prints every finding, also those from requests to the running deployment.

use std::marker::PhantomData;

use async_trait::async_trait;
use loco_rs::{
    app::AppContext,
    task::{Task, TaskInfo, Vars},
};

use super::arguments::Arguments;
use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    operations::doctor::{self, Severity, probe},
};

const KEYS: [&str; 1] = ["url"];

/// The task `oauth:doctor`.
pub struct Doctor<D>(PhantomData<fn() -> D>);

impl<D> Default for Doctor<D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<D: OAuthServerDefinition> Task for Doctor<D> {
    fn task(&self) -> TaskInfo {
        TaskInfo {
            name: "oauth:doctor".to_owned(),
            detail: "Look for faults of the OAuth server, here and at url:".to_owned(),
        }
    }

    async fn run(&self, ctx: &AppContext, vars: &Vars) -> loco_rs::Result<()> {
        let arguments = Arguments::read(vars, &KEYS)?;
        let mut findings = doctor::findings::<D>(ctx).await;
        if let Ok(settings) = load::settings(ctx) {
            let probed = probe::findings(&settings, arguments.get("url")).await;
            findings.extend(probed.map_err(boot::error)?);
        }
        findings.sort_by_key(|finding| finding.severity);
        if arguments.wants_json() {
            println!("{}", serde_json::json!({ "findings": findings }));
        } else if findings.is_empty() {
            println!("no findings");
        } else {
            println!("{}", doctor::lines(&findings));
        }
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        match errors.count() {
            0 => Ok(()),
            count => Err(boot::error(format!("oauth:doctor: {count} error(s)"))),
        }
    }
}
