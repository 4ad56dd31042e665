//! The happy path, ID tokens and UserInfo.

use axum::http::Method;

use crate::testing::{
    conformance::{
        relying_party::{RelyingParty, without_pkce},
        report::{Checked, Stop, ensure},
        suite::{Suite, json_of},
    },
    factory,
};

/// Claims of an ID token that nobody has to ask for (OpenID Connect Core §2, Back-Channel Logout
/// §2.1).
const OF_THE_PROTOCOL: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
];

pub(super) async fn happy_path(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = rp.request().tokens().await?;
    let claims = session.claims.as_object();
    let more: Vec<&String> = claims
        .into_iter()
        .flat_map(|claims| claims.keys())
        .filter(|name| !OF_THE_PROTOCOL.contains(&name.as_str()))
        .collect();
    ensure!(
        more.is_empty(),
        "claims in the ID token that nobody asked for: {more:?}"
    );
    session.userinfo().await.map(drop)
}

pub(super) async fn id_token_signature(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = rp.request().tokens().await?;
    let header = jsonwebtoken::decode_header(&session.id_token);
    let alg = header.map(|header| header.alg);
    if alg != Ok(jsonwebtoken::Algorithm::RS256) {
        suite.warn(format!(
            "the ID token is signed by {alg:?} as `keys` of these settings say; a certification wants RS256"
        ));
    }
    Ok(())
}

pub(super) async fn id_token_unsigned(suite: &Suite<'_>) -> Checked {
    suite.needs_listed("id_token_signing_alg_values_supported", "none")?;
    Err(Stop::failed(
        "`none` is advertised: nobody could tell who made an ID token",
    ))
}

pub(super) async fn userinfo_get(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    rp.request().tokens().await?.userinfo().await.map(drop)
}

pub(super) async fn userinfo_post_header(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = rp.request().tokens().await?;
    let post = suite.to(Method::POST, suite.endpoint("userinfo_endpoint")?);
    let bearer = format!("Bearer {}", session.access_token);
    let answer = post.add_header("authorization", bearer).await;
    session.check_userinfo(&json_of("userinfo", &answer)?)
}

pub(super) async fn userinfo_post_body(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = rp.request().tokens().await?;
    let post = suite.to(Method::POST, suite.endpoint("userinfo_endpoint")?);
    let answer = post.form(&[("access_token", &session.access_token)]).await;
    if answer.status_code().is_client_error() {
        let status = answer.status_code().as_u16();
        suite.warn(format!(
            "a token in the body of a POST is answered {status}"
        ));
        return Ok(());
    }
    session.check_userinfo(&json_of("userinfo", &answer)?)
}

pub(super) async fn client_secret_post(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::made(suite, without_pkce(factory::client().secret_in_form())).await;
    let session = rp.request().tokens().await?;
    session.userinfo().await.map(drop)
}
