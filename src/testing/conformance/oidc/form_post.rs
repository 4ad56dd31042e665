//! Responses as a form that the browser posts to the client (OAuth 2.0 Form Post Response Mode).

use super::{
    logins::NEEDS_A_PAGE,
    refresh::{offline_with, refreshes},
};
use crate::testing::conformance::{
    relying_party::{RelyingParty, SITE},
    report::{Checked, ensure},
    request::AuthorizationRequest,
    suite::Suite,
    visit::{ResponseMode, Visit},
};

/// The client of a module, which is skipped where the server has no such responses.
async fn client<'a>(suite: &'a Suite<'a>) -> Checked<RelyingParty<'a>> {
    suite.needs_listed("response_modes_supported", "form_post")?;
    Ok(RelyingParty::fixed(suite).await)
}

fn request<'a>(rp: &'a RelyingParty<'a>) -> AuthorizationRequest<'a> {
    rp.request().set("response_mode", "form_post")
}

fn by_form(visit: &Visit<'_>) -> Checked {
    let mode = visit.mode()?;
    ensure!(
        mode == ResponseMode::FormPost,
        "the response came by {mode:?}"
    );
    Ok(())
}

async fn succeeds(request: AuthorizationRequest<'_>) -> Checked {
    let session = request.tokens().await?;
    by_form(&session.visit)
}

pub(super) async fn happy_path(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let session = request(&rp).tokens().await?;
    by_form(&session.visit)?;
    session.userinfo().await.map(drop)
}

pub(super) async fn response_type_missing(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let visit = request(&rp).without("response_type").visit().await?;
    visit.refused(&["unsupported_response_type", "invalid_request"])
}

pub(super) async fn without_nonce(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(request(&rp).without("nonce")).await
}

pub(super) async fn prompt_none_not_logged_in(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let visit = request(&rp).set("prompt", "none").visit().await?;
    visit.error_at_client(&NEEDS_A_PAGE)?;
    by_form(&visit)
}

pub(super) async fn prompt_none_logged_in(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let first = request(&rp).tokens().await?;
    let silent = request(&rp)
        .in_browser(first.browser())
        .set("prompt", "none");
    succeeds(silent).await
}

pub(super) async fn unregistered_redirect_uri(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let elsewhere = format!("{SITE}/elsewhere");
    request(&rp)
        .set("redirect_uri", &elsewhere)
        .visit()
        .await?
        .error_page()
}

pub(super) async fn by_post(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(request(&rp).by_form()).await
}

pub(super) async fn with_pkce(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    succeeds(request(&rp).with_pkce()).await
}

pub(super) async fn refresh_token(suite: &Suite<'_>) -> Checked {
    let (rp, other) = (client(suite).await?, client(suite).await?);
    let session = offline_with(request(&rp), suite).await?;
    by_form(&session.visit)?;
    refreshes(&session, &other).await
}
