//! Logout that the server tells clients about (Back-Channel Logout 1.0).

use std::time::Duration;

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::logout::{Logout, at_client, is_over, signed_out_uri};
use crate::testing::conformance::{
    relying_party::{RelyingParty, SITE},
    report::{Checked, Stop, ensure},
    suite::Suite,
    tokens::Session,
};

/// The member of `events` that makes a JWT a logout token (Back-Channel Logout §2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How often the mailbox is looked at, and how many times.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS: usize = 200;

pub(super) async fn discovery(suite: &Suite<'_>) -> Checked {
    suite.needs_true("backchannel_logout_supported")?;
    let by_session = suite.metadata["backchannel_logout_session_supported"] == true;
    ensure!(
        by_session,
        "backchannel_logout_session_supported is not true"
    );
    suite.endpoint("end_session_endpoint").map(drop)
}

pub(super) async fn rp_initiated_logout(suite: &Suite<'_>) -> Checked {
    suite.needs_true("backchannel_logout_supported")?;
    let mailbox = format!("{SITE}/back-channel");
    suite.server.fetcher.open_mailbox(&mailbox);
    let rp = RelyingParty::registered(
        suite,
        &json!({
            "post_logout_redirect_uris": [signed_out_uri()],
            "backchannel_logout_uri": mailbox,
            "backchannel_logout_session_required": true,
        }),
    )
    .await?;
    let told = &rp.registered["backchannel_logout_uri"];
    ensure!(
        *told == mailbox,
        "backchannel_logout_uri was registered as {told}"
    );
    let session = rp.request().tokens().await?;
    ensure!(
        session.claims["sid"].is_string(),
        "the ID token has no sid: {}",
        session.claims
    );
    let state = suite.random();
    let logout = Logout::hinted(&session)
        .returning(&signed_out_uri())
        .with("state", &state);
    let walked = logout.send().await?;
    at_client(&walked, Some(&state))?;
    check_logout_token(&session, &mail(suite, &mailbox).await?).await?;
    is_over(&session, &walked).await
}

/// The logout token that was posted.
async fn mail(suite: &Suite<'_>, mailbox: &str) -> Checked<String> {
    for _ in 0..LOOKS {
        if let Some(form) = suite.server.fetcher.mails(mailbox).pop() {
            let fields = url::form_urlencoded::parse(form.as_bytes());
            let token = fields.into_owned().find(|(name, _)| name == "logout_token");
            let token = token.map(|(_, token)| token);
            return token.ok_or_else(|| Stop::failed(format!("no logout_token in {form}")));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Stop::failed("nothing was posted to backchannel_logout_uri"))
}

/// What a client checks of a logout token (Back-Channel Logout §2.6).
async fn check_logout_token(session: &Session<'_>, token: &str) -> Checked {
    let broken =
        |error: jsonwebtoken::errors::Error| Stop::failed(format!("the logout token: {error}"));
    let suite = session.rp.suite;
    let header = decode_header(token).map_err(broken)?;
    let kid = header.kid.unwrap_or_default();
    let jwks = suite.jwks().await?;
    let key = jwks.find(&kid);
    let key = key.ok_or_else(|| Stop::failed(format!("the key {kid:?} is not published")))?;
    let key = DecodingKey::from_jwk(key).map_err(broken)?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[suite.issuer()]);
    validation.set_audience(&[&session.rp.client_id]);
    validation.set_required_spec_claims(&["iss", "aud"]);
    validation.validate_exp = false;
    let claims = decode::<Value>(token, &key, &validation)
        .map_err(broken)?
        .claims;
    let age = suite.server.clock.now().as_seconds() - claims["iat"].as_i64().unwrap_or_default();
    ensure!(
        (0..=300).contains(&age),
        "iat of the logout token is {age} s ago: {claims}"
    );
    ensure!(
        claims["jti"].is_string(),
        "the logout token has no jti: {claims}"
    );
    ensure!(
        claims["events"][EVENT] == json!({}),
        "events of the logout token: {claims}"
    );
    ensure!(
        claims.get("nonce").is_none(),
        "the logout token has a nonce: {claims}"
    );
    for name in ["sub", "sid"] {
        let (ours, theirs) = (&session.claims[name], &claims[name]);
        let is_ours = theirs.is_null() || ours == theirs;
        ensure!(
            is_ours,
            "{name} of the logout token is {theirs}, of the ID token {ours}"
        );
    }
    let names_somebody = claims["sub"].is_string() || claims["sid"].is_string();
    ensure!(
        names_somebody,
        "the logout token names neither sub nor sid: {claims}"
    );
    Ok(())
}
