//! Values that the samples of the pages share.

use std::collections::BTreeMap;

use super::{ClientCard, PageVariables, UserCard};
use crate::protocol::client::ClientKind;

/// A name that would be an element if anything forgot to escape it.
pub(super) const MARKUP: &str = "<img src=x onerror=alert(1)>\"'&";

/// Variables of a page that no client has sent the person to.
pub(super) fn alone(route: &str) -> PageVariables {
    PageVariables {
        app_name: "Demo".into(),
        issuer_host: "id.example.com".into(),
        css_url: "/oauth/assets/oauth-0123456789abcdef.css".into(),
        form_action: format!("/oauth/{route}"),
        csrf_token: "csrf-token".into(),
        reference_id: "req-0815".into(),
        ..PageVariables::default()
    }
}

/// Variables of a page of an interaction, with a client and a signed-in account.
pub(super) fn interaction(route: &str) -> PageVariables {
    PageVariables {
        interaction: Some("int-4711".into()),
        cancel_action: Some(format!("/oauth/{route}")),
        client: Some(client()),
        user: Some(user()),
        ..alone(route)
    }
}

/// Variables of a page of an interaction, with markup wherever a client or a person can put a text.
pub(super) fn hostile(route: &str) -> PageVariables {
    PageVariables {
        interaction: Some(MARKUP.into()),
        client: Some(hostile_client()),
        user: Some(UserCard {
            name: MARKUP.into(),
            login: MARKUP.into(),
            picture: None,
        }),
        values: values(&[("login", MARKUP)]),
        ..interaction(route)
    }
}

/// A client with markup wherever it can put a text.
pub(super) fn hostile_client() -> ClientCard {
    ClientCard {
        name: Some(MARKUP.into()),
        host: MARKUP.into(),
        redirect_host: MARKUP.into(),
        uri: Some("javascript:alert(1)".into()),
        policy_uri: Some("data:text/html,policy".into()),
        tos_uri: Some(format!("https://app.example/{MARKUP}")),
        logo_url: Some("https://evil.example/logo.png".into()),
        verified: false,
        ..client()
    }
}

/// Variables of a page on which the person cannot go on.
pub(super) fn failed() -> PageVariables {
    PageVariables {
        form_action: String::new(),
        csrf_token: String::new(),
        ..alone("")
    }
}

pub(super) fn client() -> ClientCard {
    ClientCard {
        id: "demo-client".into(),
        name: Some("Notebook".into()),
        host: "notebook.example".into(),
        uri: Some("https://notebook.example/".into()),
        logo_url: None,
        redirect_host: "app.notebook.example".into(),
        redirect_uri: Some("https://app.notebook.example/callback".into()),
        policy_uri: Some("https://notebook.example/privacy".into()),
        tos_uri: Some("https://notebook.example/terms".into()),
        first_seen: Some("2026-07-01".into()),
        kind: ClientKind::Dynamic,
        verified: true,
        loopback_only: false,
    }
}

pub(super) fn user() -> UserCard {
    UserCard {
        name: "Ada Lovelace".into(),
        login: "ada@example.com".into(),
        picture: None,
    }
}

pub(super) fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|&(field, value)| (field.to_owned(), value.to_owned()))
        .collect()
}
