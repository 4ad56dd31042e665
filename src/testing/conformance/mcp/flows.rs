//! Codes and tokens of a public client (OAuth 2.1 §4.1, RFC 7636, RFC 8707, RFC 9207).

use super::resource::ProtectedResource;
use crate::testing::{
    conformance::{
        oidc::offline,
        relying_party::{RelyingParty, SITE},
        report::{Checked, Stop, ensure},
        suite::{Suite, error_of},
    },
    factory,
};

async fn public<'a>(suite: &'a Suite<'a>) -> RelyingParty<'a> {
    RelyingParty::made(suite, factory::client()).await
}

pub(super) async fn pkce_required(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let request = rp
        .request()
        .without("code_challenge")
        .without("code_challenge_method");
    request.visit().await?.error_at_client(&["invalid_request"])
}

pub(super) async fn pkce_plain(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let request = rp.request().set("code_challenge_method", "plain");
    request.visit().await?.error_at_client(&["invalid_request"])
}

pub(super) async fn wrong_verifier(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let response = rp.request().code().await?;
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.field("code_verifier", &suite.random()).send().await;
    error_of("the token endpoint", &answer, &["invalid_grant"])
}

pub(super) async fn iss_in_success(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let response = rp.request().code().await?;
    let iss = response.visit.response("iss")?;
    ensure!(
        iss == Some(suite.issuer()),
        "iss of the response is {iss:?}"
    );
    Ok(())
}

pub(super) async fn iss_in_error(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let visit = rp.request().denied().visit().await?;
    visit.error_at_client(&["access_denied"])?;
    let iss = visit.response("iss")?;
    ensure!(iss == Some(suite.issuer()), "iss of the error is {iss:?}");
    Ok(())
}

pub(super) async fn unknown_resource(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let request = rp
        .request()
        .set("resource", "https://elsewhere.example/mcp");
    request.visit().await?.error_at_client(&["invalid_target"])
}

pub(super) async fn resource_at_token_endpoint(suite: &Suite<'_>) -> Checked {
    let resource = ProtectedResource::find(suite).await?;
    let rp = public(suite).await;
    let request = rp
        .request()
        .set("scope", &resource.scope())
        .set("resource", &resource.uri);
    let response = request.code().await?;
    // MCP clients name the resource in both requests.
    let call = rp.call("token_endpoint")?.fields(&response.redemption());
    let answer = call.field("resource", &resource.uri).send().await;
    let tokens = rp.read_tokens(&answer)?;
    let Some(refresh) = tokens.refresh_token else {
        return Ok(());
    };
    let answer = rp
        .refresh(&refresh)?
        .field("resource", &resource.uri)
        .send()
        .await;
    rp.read_tokens(&answer).map(drop)
}

pub(super) async fn redirect_uri_exact(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    for uri in [
        format!("{SITE}/callback/"),
        format!("{SITE}/Callback"),
        "https://elsewhere.example/cb".to_owned(),
    ] {
        let visit = rp.request().set("redirect_uri", &uri).visit().await?;
        visit.error_page()?;
    }
    Ok(())
}

pub(super) async fn code_single_use(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let session = rp.request().tokens().await?;
    let call = rp.call("token_endpoint")?.fields(&session.redemption());
    error_of("the token endpoint", &call.send().await, &["invalid_grant"])
}

pub(super) async fn refresh_token_rotates(suite: &Suite<'_>) -> Checked {
    let rp = public(suite).await;
    let session = offline(&rp).await?;
    let old = session.needs_refresh_token()?;
    let answer = rp.refresh(old)?.send().await;
    let next = rp.read_tokens(&answer)?.refresh_token;
    let next = next.ok_or_else(|| Stop::failed("the refresh brings no next refresh token"))?;
    ensure!(
        next != old,
        "the refresh token of a public client is not rotated"
    );
    // Past any window for answers that were lost.
    suite.wait(600);
    let replay = rp.refresh(old)?.send().await;
    error_of("the token endpoint", &replay, &["invalid_grant"])?;
    let after = rp.refresh(&next)?.send().await;
    error_of(
        "the token endpoint, after a replay,",
        &after,
        &["invalid_grant"],
    )
}

pub(super) async fn unknown_client(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty {
        client_id: "nobody".to_owned(),
        ..public(suite).await
    };
    let call = rp.token_request("authorization_code")?.field("code", "x");
    let answer = call.field("code_verifier", &suite.random()).send().await;
    let status = answer.status_code().as_u16();
    ensure!(
        status == 401,
        "an unknown client is answered {status} at the token endpoint"
    );
    error_of("the token endpoint", &answer, &["invalid_client"])?;
    rp.request().visit().await?.error_page()
}
