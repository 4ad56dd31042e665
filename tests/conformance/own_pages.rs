//! People at the app's own pages, which are JSON here: each is told what to send.

use loco_oauth_server::testing::{
    Form, Page,
    conformance::{Decision, Plan, Verdict},
};
use serde_json::{Value, json};

use super::{Booted, alice};
use crate::app::fixtures;

fn form(page: &Page, fields: &[(&str, &str)]) -> Form {
    let fields = fields.iter();
    Form {
        action: page.url.clone(),
        fields: fields
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn log_in(page: &Page, _: Decision) -> Form {
    form(
        page,
        &[("email", fixtures::ALICE), ("password", fixtures::PASSWORD)],
    )
}

fn decide(page: &Page, decision: Decision) -> Form {
    let shown: Value = page.response.json();
    let scopes: Vec<&str> = shown["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let decision = match decision {
        Decision::Allow => "allow",
        Decision::Deny => "deny",
    };
    form(
        page,
        &[
            ("csrf_token", shown["csrf_token"].as_str().unwrap()),
            ("decision", decision),
            ("scope", &scopes.join(" ")),
        ],
    )
}

#[tokio::test]
async fn pages_of_the_app_are_answered_as_the_test_says() {
    let settings = json!({ "login_url": "/own/login", "consent_url": "/own/consent" });
    let person = alice().at("/own/login", log_in).at("/own/consent", decide);
    let app = Booted::changed(settings, person, |router| router).await;
    for module in [
        "oidcc-server",
        "oidcc-prompt-login",
        "oidcc-prompt-none-logged-in",
        "oidcc-max-age-10000",
    ] {
        let verdict = app.module(Plan::BasicOp, module).await;
        assert_eq!(verdict, Verdict::Passed, "{module}");
    }
    let denied = app.module(Plan::McpAuthorization, "mcp-iss-in-error").await;
    assert_eq!(denied, Verdict::Passed);
}

/// A page that nobody told the person about ends the module, which says where it was.
#[tokio::test]
async fn an_unknown_page_is_named() {
    let settings = json!({ "login_url": "/own/login" });
    let app = Booted::with(settings).await;
    let verdict = app.module(Plan::BasicOp, "oidcc-server").await;
    let Verdict::Failed(why) = &verdict else {
        panic!("{verdict:?}");
    };
    assert!(why.contains("/own/login"), "{why}");
}
