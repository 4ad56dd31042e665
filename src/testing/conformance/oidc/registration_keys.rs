//! Keys of clients and of the server, and what clients publish.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::{
    config::KeySource,
    keys::{self, KeyDescription, KeyState},
    protocol::jwk::SigningAlg,
    testing::conformance::{
        key::ClientKey,
        relying_party::{RelyingParty, SITE, register, registration},
        report::{Checked, Stop, ensure},
        suite::{Suite, error_of},
        tokens::Session,
    },
};

/// A client that registers the address of its keys.
async fn with_jwks_uri<'a>(suite: &'a Suite<'a>, key: &Rc<ClientKey>) -> Checked<RelyingParty<'a>> {
    suite.needs_listed("token_endpoint_auth_methods_supported", "private_key_jwt")?;
    // Each module has keys of its own.
    let url = format!("{SITE}/{}/keys", key.kid);
    suite.publish(&url, &key.jwks());
    let metadata = json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks_uri": url,
    });
    let rp = RelyingParty::registered(suite, &metadata).await?;
    ensure!(
        rp.registered["jwks_uri"] == url,
        "jwks_uri was not registered: {}",
        rp.registered
    );
    Ok(rp.with_key(key))
}

pub(super) async fn jwks_uri(suite: &Suite<'_>) -> Checked {
    let key = Rc::new(ClientKey::es256("jwks-uri"));
    let rp = with_jwks_uri(suite, &key).await?;
    rp.request().tokens().await?.userinfo().await.map(drop)
}

pub(super) async fn assertion_for_issuer(suite: &Suite<'_>) -> Checked {
    let key = Rc::new(ClientKey::es256("issuer-audience"));
    let rp = with_jwks_uri(suite, &key).await?;
    let response = rp.request().code().await?;
    let mut claims = rp.assertion_claims();
    claims["aud"] = json!(suite.issuer());
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.assertion(key.sign(&json!({}), &claims)).send().await;
    if answer.status_code().is_client_error() {
        suite.warn("an assertion for the issuer is refused");
        return error_of("the token endpoint", &answer, &["invalid_client"]);
    }
    rp.read_tokens(&answer).map(drop)
}

pub(super) async fn client_rotates_keys(suite: &Suite<'_>) -> Checked {
    let key = Rc::new(ClientKey::es256("rotation"));
    let rp = with_jwks_uri(suite, &key).await?;
    let session: Session<'_> = super::refresh::offline(&rp).await?;
    let token = session.needs_refresh_token()?;
    let next = Rc::new(ClientKey::es256("rotation-2"));
    suite.publish(&format!("{SITE}/{}/keys", key.kid), &next.jwks());
    suite.wait(61);
    let rotated = rp.clone().with_key(&next);
    let answer = rotated.refresh(token)?.send().await;
    rotated.read_tokens(&answer).map(drop)
}

/// A registration whose sector has this list of addresses.
fn in_sector(suite: &Suite<'_>, name: &str, addresses: &Value) -> Checked<Value> {
    suite.needs_listed("subject_types_supported", "public")?;
    let url = format!("{SITE}/{name}/sector");
    suite.publish(&url, addresses);
    Ok(registration(&json!({ "sector_identifier_uri": url })))
}

pub(super) async fn sector_uri(suite: &Suite<'_>) -> Checked {
    let addresses = json!([format!("{SITE}/callback")]);
    let body = in_sector(suite, "good", &addresses)?;
    RelyingParty::registered(suite, &body).await.map(drop)
}

pub(super) async fn sector_bad(suite: &Suite<'_>) -> Checked {
    let addresses = json!(["https://elsewhere.example/callback"]);
    let body = in_sector(suite, "bad", &addresses)?;
    let answer = register(suite, &body).await?;
    let codes = [
        "invalid_client_metadata",
        "invalid_redirect_uri",
        "invalid_request",
    ];
    error_of("registration", &answer, &codes)
}

pub(super) async fn server_rotates_keys(suite: &Suite<'_>) -> Checked {
    let settings = &suite.server.settings.keys;
    let KeySource::Directory(directory) = &settings.source else {
        return Err(Stop::skipped(
            "the operator's own keys (`keys`) are left alone",
        ));
    };
    let before: Vec<String> = kids(suite).await?;
    let now = suite.server.clock.now();
    let description = KeyDescription {
        alg: SigningAlg::ES256,
        state: KeyState::Next,
        created_at: now,
        active_at: now,
        retiring_at: None,
        retired_at: None,
    };
    let made = keys::create_key(settings, &description);
    let made = made.map_err(|error| Stop::failed(format!("the key is not made: {error}")))?;
    let kid = made.unwrap_or_default();
    let read = suite.server.keys.reread(now);
    let after = kids(suite).await;
    // The directory is as it was for the next run.
    for ending in ["pem", "json"] {
        std::fs::remove_file(directory.join(format!("{kid}.{ending}"))).ok();
    }
    read.map_err(|error| Stop::failed(format!("the keys are not read again: {error}")))?;
    let after = after?;
    suite.server.keys.reread(suite.server.clock.now()).ok();
    ensure!(
        after.contains(&kid),
        "the new key {kid} is not published: {after:?}"
    );
    let lost = before.iter().find(|old| !after.contains(old));
    ensure!(lost.is_none(), "the key {lost:?} is not published any more");
    Ok(())
}

async fn kids(suite: &Suite<'_>) -> Checked<Vec<String>> {
    let set = suite.jwks().await?;
    Ok(set
        .keys
        .into_iter()
        .filter_map(|key| key.common.key_id)
        .collect())
}
