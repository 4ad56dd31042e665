//! The findings that `cargo loco doctor` shows (§32.4): OS-01, OS-02, OS-03, OS-08.

use loco_rs::{
    app::AppContext,
    doctor::{Check, CheckStatus},
};

use crate::{
    boot, config::Settings, definition::OAuthServerDefinition, keys::Keys, server, store::Store,
};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `OS-01` …
    pub id: &'static str,
    /// What was seen and how to mend it.
    pub text: String,
}

/// All findings, worst first.
pub async fn findings<D: OAuthServerDefinition>(ctx: &AppContext) -> Vec<Finding> {
    let settings = match server::settings(ctx) {
        Ok(settings) => settings,
        Err(error) => {
            return vec![Finding {
                id: "OS-01",
                text: error.to_string(),
            }];
        }
    };
    let mut findings = Vec::new();
    let store = Store::new(ctx.db.clone(), D::TABLES);
    if let Err(error) = boot::check_tables(&store, D::SCHEMA, D::SCHEMA_VERSION).await {
        findings.push(Finding {
            id: "OS-02",
            text: error.to_string(),
        });
    } else if let Err(error) = boot::check_static_clients(&store, &settings).await {
        findings.push(Finding {
            id: "OS-01",
            text: error.to_string(),
        });
    }
    findings.extend(keys(&settings).await);
    findings.extend(owasp_preset(ctx));
    findings
}

async fn keys(settings: &Settings) -> Option<Finding> {
    let now = chrono::Utc::now().timestamp();
    let error = Keys::load(settings, now).await.err()?;
    Some(Finding {
        id: "OS-03",
        text: error.to_string(),
    })
}

/// `Clear-Site-Data` on every answer of the app takes the session cookie away again.
fn owasp_preset(ctx: &AppContext) -> Option<Finding> {
    let secure = ctx.config.server.middlewares.secure_headers.as_ref()?;
    let config = serde_json::to_value(secure).ok()?;
    let enabled = config
        .get("enable")
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false);
    let preset = config.get("preset").and_then(serde_json::Value::as_str);
    let overrides = config
        .get("overrides")
        .and_then(serde_json::Value::as_object);
    let clears = overrides.is_some_and(|overrides| {
        overrides
            .keys()
            .any(|name| name.eq_ignore_ascii_case("clear-site-data"))
    });
    (enabled && (preset == Some("owasp") || clears)).then(|| Finding {
        id: "OS-08",
        text: "server.middlewares.secure_headers sends Clear-Site-Data: every answer of the app \
               signs people out — use the preset github, or remove that header"
            .to_owned(),
    })
}

/// The worst finding and how many there are, as one line of `cargo loco doctor`.
pub async fn check<D: OAuthServerDefinition>(ctx: &AppContext) -> Check {
    let findings = findings::<D>(ctx).await;
    let (status, message) = match findings.first() {
        None => (CheckStatus::Ok, "oauth_server: no findings".to_owned()),
        Some(first) => (
            CheckStatus::NotOk,
            format!(
                "oauth_server: {} finding(s); {}: {}",
                findings.len(),
                first.id,
                first.text
            ),
        ),
    };
    let all = findings
        .iter()
        .map(|finding| format!("{}: {}", finding.id, finding.text));
    let all = all.collect::<Vec<_>>().join("\n");
    Check {
        status,
        message,
        description: (findings.len() > 1).then_some(all),
    }
}
