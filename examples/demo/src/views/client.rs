//! Pages of the demo's client.

use std::sync::LazyLock;

use loco_rs::{Error, Result};
use serde_json::{json, Value};
use tera::{Context, Tera};

use crate::client::{
    provider::{Answer, Tokens},
    ClientSettings,
};

pub const STYLE: &str = include_str!("client/style.css");

/// Names end in `.html`: everything shown is escaped.
static PAGES: LazyLock<std::result::Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::default();
    tera.add_raw_templates(vec![
        ("layout.html", include_str!("client/layout.html")),
        ("welcome.html", include_str!("client/welcome.html")),
        ("tokens.html", include_str!("client/tokens.html")),
        ("failed.html", include_str!("client/failed.html")),
    ])
    .map_err(|error| error.to_string())?;
    Ok(tera)
});

/// Last line of the start, for the person at the keyboard.
#[must_use]
pub fn invitation(client: &ClientSettings) -> String {
    format!(
        "\nOpen {}/ to sign up, log in, consent and see the tokens.\n",
        client.url
    )
}

/// Nobody is signed in.
///
/// # Errors
/// When the template is broken.
pub fn welcome(client: &ClientSettings) -> Result<String> {
    render("welcome.html", &addresses(client))
}

/// What the client got.
///
/// # Errors
/// When the template is broken.
pub fn tokens(client: &ClientSettings, tokens: &Tokens, answers: &[Answer]) -> Result<String> {
    let mut page = addresses(client);
    page["tokens"] = json!(tokens);
    page["expires_at"] = json!(tokens
        .expires_at
        .format("%Y-%m-%d %H:%M:%S UTC")
        .to_string());
    if let Some(id_token) = &tokens.id_token {
        page["header"] = json!(pretty(&json!(id_token.header)));
        page["claims"] = json!(pretty(&id_token.claims));
        page["person"] = id_token.claims["name"].clone();
    }
    let answers = answers.iter().map(|answer| {
        let body = match &answer.body {
            Value::String(text) => text.clone(),
            body => pretty(body),
        };
        json!({ "request": answer.request, "status": answer.status, "body": body })
    });
    page["answers"] = answers.collect();
    render("tokens.html", &page)
}

/// The login did not work.
///
/// # Errors
/// When the template is broken.
pub fn failed(reason: &str) -> Result<String> {
    render("failed.html", &json!({ "reason": reason }))
}

fn addresses(client: &ClientSettings) -> Value {
    json!({
        "issuer": client.issuer,
        "url": client.url,
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri(),
    })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn render(name: &str, page: &Value) -> Result<String> {
    let pages = PAGES.as_ref().map_err(|error| Error::string(error))?;
    let context = Context::from_serialize(page).map_err(Error::wrap)?;
    pages.render(name, &context).map_err(Error::wrap)
}
