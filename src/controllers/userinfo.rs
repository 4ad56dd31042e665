//! GET, POST `{prefix}/userinfo` — OpenID Connect Core §5.3.

use std::sync::Arc;

use axum::{
    Json, debug_handler,
    extract::Request,
    http::{Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::{
    config::RateLimitEntry,
    error::{ApiError, Failure},
    http::{
        extract::{
            PresentedToken, ServerState, TransportRules, access_token, check_target, read_form,
        },
        layers::bearer_challenges,
    },
    limits::RateLimitKeys,
    people::hooks::ClientInfo,
    protocol::{
        bearer::BearerPlace,
        claims,
        claims_parameter::GrantedClaims,
        client::Client,
        dpop::TokenScheme,
        error::OAuthError,
        grants::repeated,
        id_token,
        policy::DpopUse,
        refusals::GuardRefusal,
        route::Route,
        rule::rule,
        scope::{OPENID, Scopes},
    },
    server::Server,
    store::authorization_codes::GrantRow,
    tokens::{ClaimsToTell, ShownToken, lookup::ActiveAccessToken},
};

/// Returns the claims about the person whose access token the request brings.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get_or_post(server: ServerState, request: Request) -> Result<Response, ApiError> {
    let method = request.method().clone();
    let token = presented_token(&server, request).await?;
    let text = token.as_ref().map(|token| token.text.expose());
    let keys = RateLimitKeys::entry(RateLimitEntry::Userinfo).token(text.unwrap_or_default());
    server.limits.check(keys.address().first_last()).await?;
    let Some(token) = token else {
        // RFC 6750 §3.1: no error code for a request without any credentials.
        let challenges = bearer_challenges(&server, TokenScheme::Bearer, None);
        let challenges = challenges.into_iter();
        let headers = challenges.map(|challenge| (header::WWW_AUTHENTICATE, challenge));
        let headers = AppendHeaders(headers.collect::<Vec<_>>());
        return Ok((StatusCode::UNAUTHORIZED, headers).into_response());
    };
    let AboutUser { client, claims } = about_user(&server, &token, &method).await?;
    let alg = client.userinfo_signed_response_alg.as_deref();
    let Some(alg) = alg.and_then(|alg| alg.parse().ok()) else {
        return Ok(Json(claims).into_response());
    };
    let signed = server.tokens.signed_userinfo(&client, alg, claims).await?;
    Ok(([(header::CONTENT_TYPE, SIGNED)], signed).into_response())
}

/// Media type of a signed answer.
const SIGNED: &str = "application/jwt";

/// What the answer says, and to which client.
struct AboutUser {
    client: Arc<Client>,
    claims: Map<String, Value>,
}

/// UI-02 to UI-05: checks the access token, and collects the claims that its scopes cover, and those
/// that were granted by themselves.
async fn about_user(
    server: &Server,
    token: &PresentedToken,
    method: &Method,
) -> Result<AboutUser, Failure> {
    let invalid = || OAuthError::of(GuardRefusal::AccessTokenInvalid).with_rule(rule!("UI-02"));
    let wanted = || {
        let (issuer, userinfo) = (&server.urls.issuer, server.urls.of(Route::Userinfo));
        format!("a live access token for {userinfo} or {issuer}")
    };
    let found = server.tokens.bearer(token.text.expose()).await?;
    let ActiveAccessToken { access, parties } =
        found.map_err(|why| invalid().observed(wanted(), why.to_string()))?;
    let reaches =
        |uri: &String| *uri == server.urls.issuer || *uri == server.urls.of(Route::Userinfo);
    if !access.token.audience.0.iter().any(reaches) {
        let client = &parties.client.client_id;
        let sent = access.token.audience.0.join(" ");
        let sent = format!("a live one of the client {client} for the audience {sent}");
        return Err(invalid().observed(wanted(), sent).into());
    }
    let shown = ShownToken {
        row: &access.token,
        text: token.text.expose(),
        scheme: token.scheme,
        proof: &token.proof,
        binding: server.policy.binding_at(None),
        method,
    };
    let url = || server.urls.of(Route::Userinfo).to_owned();
    let proof = server.tokens.check_possession(&shown, url)?;
    let scopes: Scopes = access.token.scopes.0.iter().collect();
    let Some(owner) = parties.owner.filter(|_| scopes.contains(OPENID)) else {
        let error = OAuthError::of(GuardRefusal::UserInfoNeedsOpenid)
            .observed("a person's token with the scope openid", scopes.to_string());
        return Err(error.into());
    };
    if let Some(proof) = proof {
        let used = server.tokens.use_up(&proof).await;
        used.map_err(Failure::at_resource)?;
    }
    let single = single_claims(access.grant.as_ref(), &scopes);
    let told = ClaimsToTell {
        scopes: &scopes,
        single: &single,
    };
    let mut claims = server.tokens.user_claims(&parties.client, &owner, told);
    if let Some(grant) = &access.grant {
        claims.extend(of_login(grant, &single));
    }
    claims.insert(
        "sub".to_owned(),
        server
            .clients
            .subject_for(&parties.client, &owner.subject())?
            .into(),
    );
    let (facts, words) = (ClientInfo::of(&parties.client), scopes.as_slice());
    let hook = server.people.app.userinfo_claims(&owner, &facts, words);
    claims::add(&mut claims, hook.await?.iter(), &id_token::REGISTERED);
    Ok(AboutUser {
        client: parties.client,
        claims,
    })
}

/// The claims that the parameter `claims` asked for here (OpenID Connect Core §5.5).
fn single_claims(grant: Option<&GrantRow>, of_token: &Scopes) -> Vec<String> {
    let Some(grant) = grant else {
        return Vec::new();
    };
    let of_grant: Scopes = grant.scopes.0.iter().collect();
    GrantedClaims::read(grant.claims.as_ref()).of_userinfo(&of_grant, of_token)
}

/// Those of the wanted claims that are about the login.
fn of_login(grant: &GrantRow, wanted: &[String]) -> Map<String, Value> {
    let known = [
        ("auth_time", grant.auth_time.map(|at| json!(at))),
        ("acr", grant.acr.as_ref().map(|acr| json!(acr))),
        ("amr", grant.amr.clone()),
    ];
    let known = known
        .into_iter()
        .filter(|(name, _)| wanted.iter().any(|wanted| wanted == name));
    known
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// UI-01: the token of the header, or of a POST's form body; the query is not read.
async fn presented_token(
    server: &Server,
    request: Request,
) -> Result<Option<PresentedToken>, Failure> {
    check_target(request.uri(), TransportRules::USERINFO)?;
    let of_header = access_token(request.headers(), BearerPlace::Userinfo)?;
    // A server that reads no proofs does not know their scheme.
    let is_known = |token: &PresentedToken| {
        token.scheme == TokenScheme::Bearer || server.policy.dpop != DpopUse::Off
    };
    let of_header = of_header.filter(is_known);
    let has_form =
        request.method() == Method::POST && request.headers().contains_key(header::CONTENT_TYPE);
    if !has_form {
        return Ok(of_header);
    }
    let params = read_form(request, TransportRules::USERINFO).await?;
    let of_body = params
        .one("access_token")
        .map_err(repeated)?
        .map(PresentedToken::bearer);
    match (of_header, of_body) {
        (Some(_), Some(_)) => {
            let error = OAuthError::of(GuardRefusal::AccessTokenRepeated);
            Err(error.into())
        }
        (of_header, of_body) => Ok(of_header.or(of_body)),
    }
}
