//! Findings about the settings and pages of the app: OS-08, OS-11, OS-12, OS-16, OS-17.

use std::path::{Path, PathBuf};

use loco_rs::app::AppContext;
use serde_json::Value;

use super::Finding;
use crate::{
    boot::load::VIEWS,
    config::{RateLimitStore, Settings},
    protocol::rule::rule,
    views::{Edits, Views},
};

/// Pages that have a form, and the words that a file of the app with the same name must have.
const FORMS: [(&str, &[&str]); 6] = [
    ("login.html", &["csrf_token", "interaction"]),
    ("signup.html", &["csrf_token", "interaction"]),
    ("select_account.html", &["csrf_token", "interaction"]),
    ("consent.html", &["csrf_token", "interaction", "decision"]),
    (
        "device.html",
        &["csrf_token", "interaction", "user_code", "decision"],
    ),
    ("logout.html", &["csrf_token"]),
];

/// Returns the findings about the settings and pages of the app.
pub fn findings(ctx: &AppContext, settings: &Settings) -> Vec<Finding> {
    let mut findings: Vec<Finding> = owasp_preset(ctx).into_iter().collect();
    findings.extend(dangers(ctx, settings));
    findings.extend(schedule(ctx));
    findings.extend(pages(settings, Path::new(VIEWS)));
    findings
}

/// OS-08: `Clear-Site-Data` on every answer of the app takes the session cookie away again.
fn owasp_preset(ctx: &AppContext) -> Option<Finding> {
    let secure = ctx.config.server.middlewares.secure_headers.as_ref()?;
    let config = serde_json::to_value(secure).ok()?;
    let enabled = config.get("enable").and_then(Value::as_bool);
    let preset = config.get("preset").and_then(Value::as_str);
    let overrides = config.get("overrides").and_then(Value::as_object);
    let clears = overrides.is_some_and(|overrides| {
        overrides
            .keys()
            .any(|name| name.eq_ignore_ascii_case("clear-site-data"))
    });
    (enabled == Some(true) && (preset == Some("owasp") || clears)).then(|| {
        Finding::error(
            rule!("OS-08"),
            "server.middlewares.secure_headers sends Clear-Site-Data: every answer of the app \
             signs people out — use the preset github, or remove that header",
        )
    })
}

/// Returns the findings about settings that are hardly meant (OS-11), and about limits in memory (OS-12).
fn dangers(ctx: &AppContext, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut warn = |id, text: &str| findings.push(Finding::warn(id, text));
    let initializers = ctx.config.initializers.as_ref();
    let block = initializers.and_then(|all| all.get("oauth_server"));
    let anonymous = block.and_then(|block| block.get("allow_unauthenticated_client_registration"));
    if anonymous.and_then(Value::as_bool) == Some(true) {
        warn(
            rule!("OS-11"),
            "allow_unauthenticated_client_registration is on: anybody can register clients — \
             switch it off, or give initial access tokens (initial_access_token_hashes)",
        );
    }
    for client in settings
        .clients
        .iter()
        .filter(|client| !client.require_pkce)
    {
        warn(
            rule!("OS-11"),
            &format!(
                "clients: {} needs no PKCE — remove require_pkce: false once the client sends it",
                client.client_id
            ),
        );
    }
    if settings.production && settings.rate_limit_store == RateLimitStore::Memory {
        warn(
            rule!("OS-12"),
            "rate_limit_store: memory counts per process: with several nodes every limit is as \
             many times as high — write database",
        );
    }
    findings
}

/// OS-17: no entry of the scheduler runs the cleanup.
fn schedule(ctx: &AppContext) -> Option<Finding> {
    let config = ctx.config.scheduler.as_ref();
    let mut jobs = config.into_iter().flat_map(|config| config.jobs.values());
    let scheduled = jobs.any(|job| job.run.contains("oauth:cleanup"));
    (!scheduled).then(|| {
        Finding::warn(
            rule!("OS-17"),
            "no scheduler entry runs oauth:cleanup: expired rows stay — add scheduler.jobs \
             oauth_cleanup: { run: \"oauth:cleanup\", schedule: \"0 */15 * * * *\" }, and start \
             with --all or run the scheduler",
        )
    })
}

/// OS-16: a page of the app does not compile, or its form lacks a hidden field.
fn pages(settings: &Settings, directory: &Path) -> Vec<Finding> {
    let loaded = Views::new(
        Some(PathBuf::from(directory)),
        &settings.locales,
        &settings.default_locale,
        Edits::AtBoot,
    );
    let broken = match loaded {
        Ok(views) => views.broken(),
        Err(error) => vec![error.to_string()],
    };
    let mut findings: Vec<Finding> = broken
        .into_iter()
        .map(|file| {
            Finding::warn(
                rule!("OS-16"),
                format!("a page of the app is broken: {file}"),
            )
        })
        .collect();
    for (page, words) in FORMS {
        let path = directory.join(page);
        // Without a file of the app the shipped page is used, which has them.
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if text.contains("builtin/") || text.contains("include") || text.contains("super()") {
            continue;
        }
        let missing: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !text.contains(word))
            .collect();
        if !missing.is_empty() {
            findings.push(Finding::warn(
                rule!("OS-16"),
                format!(
                    "{} has no {}: its form will be refused — see the shipped page",
                    path.display(),
                    missing.join(", ")
                ),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_16_a_form_without_its_hidden_fields_is_found() {
        let directory = std::env::temp_dir().join(format!("os16-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&directory).unwrap();
        let settings = Settings::from_config(
            None,
            &loco_rs::environment::Environment::Test,
            "http://localhost:5150",
            "dummy",
        )
        .unwrap();
        assert!(pages(&settings, &directory).is_empty());
        let page = "<form>{{ csrf_token }} {{ interaction }}</form>";
        std::fs::write(directory.join("consent.html"), page).unwrap();
        std::fs::write(directory.join("login.html"), page).unwrap();
        std::fs::write(directory.join("signup.html"), "{% if %}").unwrap();
        let found = pages(&settings, &directory);
        let found = super::super::lines(&found);
        assert!(found.contains("consent.html has no decision"), "{found}");
        assert!(found.contains("signup.html"), "{found}");
        assert!(!found.contains("login.html"), "{found}");
        std::fs::remove_dir_all(directory).unwrap();
    }
}
