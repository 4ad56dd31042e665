//! Authorization requests in all their forms (OpenID Connect Core §3.1.2.1).

use crate::testing::conformance::{
    relying_party::{RelyingParty, SITE},
    report::{Checked, ensure},
    suite::Suite,
};

pub(super) async fn response_type_missing(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let visit = rp.request().without("response_type").visit().await?;
    visit.refused(&["unsupported_response_type", "invalid_request"])
}

pub(super) async fn without_nonce(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    // That the ID token then has no nonce is checked of every ID token.
    rp.request().without("nonce").tokens().await.map(drop)
}

pub(super) async fn other_order(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let request = rp.request().set("scope", "email openid").reversed();
    request.tokens().await?.userinfo().await.map(drop)
}

async fn succeeds_with(suite: &Suite<'_>, name: &str, value: &str) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    rp.request().set(name, value).tokens().await.map(drop)
}

pub(super) async fn display_page(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "display", "page").await
}

pub(super) async fn display_popup(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "display", "popup").await
}

pub(super) async fn unknown_parameter(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "extra", "foobar").await
}

pub(super) async fn login_hint(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "login_hint", &suite.person.login).await
}

pub(super) async fn ui_locales(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "ui_locales", "se").await
}

pub(super) async fn claims_locales(suite: &Suite<'_>) -> Checked {
    succeeds_with(suite, "claims_locales", "se").await
}

pub(super) async fn unregistered_redirect_uri(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    for uri in [
        format!("{SITE}/elsewhere"),
        format!("{}/more", rp.redirect_uri),
        format!("{}?more=1", rp.redirect_uri),
    ] {
        let visit = rp.request().set("redirect_uri", &uri).visit().await?;
        visit.error_page()?;
    }
    Ok(())
}

pub(super) async fn by_post(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    rp.request().by_form().tokens().await.map(drop)
}

pub(super) async fn with_pkce(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    ensure!(
        suite.lists("code_challenge_methods_supported", "S256"),
        "code_challenge_methods_supported has no S256"
    );
    rp.request().with_pkce().tokens().await.map(drop)
}
