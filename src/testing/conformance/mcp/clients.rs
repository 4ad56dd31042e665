//! Clients that nobody knew before: they register (RFC 7591), or have a document (Client ID
//! Metadata Document).

use serde_json::{Value, json};

use crate::testing::conformance::{
    relying_party::{ClientAuth, Pkce, RelyingParty, SITE},
    report::{Checked, ensure},
    suite::Suite,
};

/// A native app, as MCP clients on a desktop are.
fn native() -> Value {
    json!({
        "token_endpoint_auth_method": "none",
        "application_type": "native",
        "redirect_uris": ["http://127.0.0.1:33418/callback"],
    })
}

pub(super) async fn dynamic_registration(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::registered(suite, &native()).await?;
    let secret = &rp.registered["client_secret"];
    ensure!(secret.is_null(), "a public client got a secret");
    rp.request().tokens().await.map(drop)
}

pub(super) async fn loopback_any_port(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::registered(suite, &native()).await?;
    // RFC 8252 §7.3: the port is that of the moment.
    let request = rp
        .request()
        .set("redirect_uri", "http://127.0.0.1:51004/callback");
    request.tokens().await.map(drop)
}

/// A client with this document.
fn with_document<'a>(suite: &'a Suite<'a>, client_id: &str, document: &Value) -> RelyingParty<'a> {
    suite.publish(client_id, document);
    RelyingParty {
        suite,
        client_id: client_id.to_owned(),
        redirect_uri: format!("{SITE}/callback"),
        auth: ClientAuth::Nothing,
        pkce: Pkce::S256,
        dpop: None,
        registered: Value::Null,
    }
}

fn document_at(url: &str) -> Value {
    json!({
        "client_id": url,
        "client_name": "Conformance suite",
        "client_uri": SITE,
        "redirect_uris": [format!("{SITE}/callback")],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    })
}

pub(super) async fn document(suite: &Suite<'_>) -> Checked {
    suite.needs_true("client_id_metadata_document_supported")?;
    let url = format!("{SITE}/client.json");
    let rp = with_document(suite, &url, &document_at(&url));
    rp.request().tokens().await.map(drop)
}

pub(super) async fn document_mismatch(suite: &Suite<'_>) -> Checked {
    suite.needs_true("client_id_metadata_document_supported")?;
    let url = format!("{SITE}/other.json");
    let rp = with_document(suite, &url, &document_at(&format!("{SITE}/client.json")));
    rp.request().visit().await?.error_page()
}
