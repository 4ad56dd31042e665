//! The doctor: what is wrong, or will be, with settings, tables, keys and the running deployment.
//! `cargo loco doctor` shows the worst finding, the task `oauth:doctor` shows all of them.

mod database;
mod operation;
pub mod probe;
mod settings;

use loco_rs::{
    app::AppContext,
    doctor::{Check, CheckStatus},
};
use serde::Serialize;

use crate::{
    boot::{self, definition::OAuthServerDefinition, load},
    clock::Clock,
    config::Settings,
    keys::Keys,
    protocol::rule::{RuleId, rule},
    store::Store,
};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something does not work, or is not safe.
    Error,
    /// Something will go wrong, or is weaker than it could be.
    Warn,
    /// Good to know.
    Info,
}

impl Severity {
    /// Returns the word for lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule of the finding, for example `OS-01`.
    pub id: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// What was seen and how to mend it.
    pub text: String,
}

impl Finding {
    /// Creates a finding that is an error.
    pub fn error(id: RuleId, text: impl Into<String>) -> Self {
        Self {
            id,
            severity: Severity::Error,
            text: text.into(),
        }
    }

    /// Creates a finding that is a warning.
    pub fn warn(id: RuleId, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warn,
            ..Self::error(id, text)
        }
    }

    /// Creates a finding that is good to know.
    pub fn info(id: RuleId, text: impl Into<String>) -> Self {
        Self {
            severity: Severity::Info,
            ..Self::error(id, text)
        }
    }
}

/// Returns all findings that need no request to the running deployment, worst first.
pub async fn findings<D: OAuthServerDefinition>(ctx: &AppContext) -> Vec<Finding> {
    let settings = match load::settings(ctx) {
        Ok(settings) => settings,
        Err(error) => return vec![Finding::error(rule!("OS-01"), error.to_string())],
    };
    let mut findings = Vec::new();
    let store = Store::new(ctx.db.clone(), D::TABLES);
    if let Err(error) = boot::check_tables(&store, D::EXTRA_COLUMNS).await {
        findings.push(Finding::error(rule!("OS-02"), error.to_string()));
    } else {
        if let Err(error) = boot::check_static_clients(&store, &settings).await {
            findings.push(Finding::error(rule!("OS-01"), error.to_string()));
        }
        findings.extend(operation::expired_rows(ctx, &store).await);
        findings.extend(operation::unread_proxy(ctx, &store).await);
        findings.extend(operation::other_host(ctx, &store, &settings).await);
    }
    findings.extend(keys(&settings).await);
    findings.extend(settings::findings(ctx, &settings));
    findings.extend(database::findings(ctx, &store).await);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Returns the findings about signing keys (OS-03).
async fn keys(settings: &Settings) -> Vec<Finding> {
    let now = Clock::system().now();
    match Keys::load(settings, now).await {
        Err(error) => vec![Finding::error(rule!("OS-03"), error.to_string())],
        Ok(_) => operation::old_keys(settings, now).await,
    }
}

/// Who mounts the routes of this server (MO-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountedBy {
    /// The initializer.
    Initializer,
    /// The app, in `Hooks::routes`.
    App,
}

/// Returns the worst finding and how many there are, as one line of `cargo loco doctor`. Warnings alone
/// do not fail it.
pub async fn check<D: OAuthServerDefinition>(ctx: &AppContext, mounted_by: MountedBy) -> Check {
    let mut findings = findings::<D>(ctx).await;
    if mounted_by == MountedBy::App {
        findings.push(Finding::info(
            rule!("OS-18"),
            "the app mounts the routes itself: its request log holds their queries, and so hints \
             and state — leave OAuth::routes out of Hooks::routes, or silence that log",
        ));
    }
    let (status, message) = match findings.first() {
        None => (CheckStatus::Ok, "oauth_server: no findings".to_owned()),
        Some(first) => {
            let status = match first.severity {
                Severity::Error => CheckStatus::NotOk,
                Severity::Warn | Severity::Info => CheckStatus::Ok,
            };
            let message = format!(
                "oauth_server: {} finding(s); {} {}: {}",
                findings.len(),
                first.severity.as_str(),
                first.id,
                first.text
            );
            (status, message)
        }
    };
    Check {
        status,
        message,
        description: (findings.len() > 1).then(|| lines(&findings)),
    }
}

/// Returns one line for each finding.
pub fn lines(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|finding| {
        let Finding { id, severity, text } = finding;
        format!("{id} {}: {text}", severity.as_str())
    });
    lines.collect::<Vec<_>>().join("\n")
}
