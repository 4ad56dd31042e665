//! Clients that register themselves (OpenID Connect Dynamic Client Registration, RFC 7591).

use serde_json::{Value, json};

use crate::testing::{
    assertions::header_of,
    conformance::{
        relying_party::{Pkce, RelyingParty, SITE, register, registration},
        report::{Checked, Stop, ensure},
        suite::{Suite, error_of},
    },
};

pub(super) async fn id_token_rs256(suite: &Suite<'_>) -> Checked {
    suite.needs_listed("id_token_signing_alg_values_supported", "RS256")?;
    let wanted = json!({ "id_token_signed_response_alg": "RS256" });
    let rp = RelyingParty::registered(suite, &wanted).await?;
    let session = rp.request().tokens().await?;
    let header = jsonwebtoken::decode_header(&session.id_token);
    let alg = header.map(|header| header.alg);
    ensure!(
        alg == Ok(jsonwebtoken::Algorithm::RS256),
        "the ID token is signed by {alg:?}"
    );
    Ok(())
}

pub(super) async fn id_token_unsigned(suite: &Suite<'_>) -> Checked {
    suite.needs_listed("id_token_signing_alg_values_supported", "none")?;
    Err(Stop::failed(
        "`none` is advertised: nobody could tell who made an ID token",
    ))
}

pub(super) async fn userinfo_rs256(suite: &Suite<'_>) -> Checked {
    suite.needs_listed("userinfo_signing_alg_values_supported", "RS256")?;
    let wanted = json!({ "userinfo_signed_response_alg": "RS256" });
    let rp = RelyingParty::registered(suite, &wanted).await?;
    let session = rp.request().tokens().await?;
    let url = suite.endpoint("userinfo_endpoint")?;
    let answer = suite.get_with_token(url, &session.access_token).await;
    let kind = header_of(&answer, "content-type");
    ensure!(
        kind == "application/jwt",
        "userinfo has the content type {kind:?}"
    );
    let claims = signed_claims(&rp, &answer.text()).await?;
    session.check_userinfo(&claims)
}

/// The claims of a signed answer of UserInfo (OpenID Connect Core §5.3.2).
async fn signed_claims(rp: &RelyingParty<'_>, jwt: &str) -> Checked<Value> {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

    let broken = |error: jsonwebtoken::errors::Error| Stop::failed(format!("userinfo: {error}"));
    let jwks = rp.suite.jwks().await?;
    let kid = decode_header(jwt).map_err(broken)?.kid.unwrap_or_default();
    let key = jwks
        .find(&kid)
        .ok_or_else(|| Stop::failed(format!("no key {kid:?}")))?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[rp.suite.issuer()]);
    validation.set_audience(&[&rp.client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).map_err(broken)?;
    Ok(decode::<Value>(jwt, &key, &validation)
        .map_err(broken)?
        .claims)
}

/// Two addresses of one client.
fn two_addresses() -> Value {
    json!({ "redirect_uris": [format!("{SITE}/callback"), format!("{SITE}/other")] })
}

pub(super) async fn redirect_uri_missing(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::registered(suite, &two_addresses()).await?;
    rp.request()
        .without("redirect_uri")
        .visit()
        .await?
        .error_page()
}

async fn with_address<'a>(suite: &'a Suite<'a>, path: &str) -> Checked<RelyingParty<'a>> {
    let addresses = json!({ "redirect_uris": [format!("{SITE}{path}")] });
    RelyingParty::registered(suite, &addresses).await
}

pub(super) async fn redirect_uri_query_ok(suite: &Suite<'_>) -> Checked {
    let rp = with_address(suite, "/callback?foo=bar").await?;
    let session = rp.request().tokens().await?;
    let kept = session.visit.response("foo")?;
    ensure!(
        kept == Some("bar"),
        "the query of the redirect URI is lost: foo is {kept:?}"
    );
    Ok(())
}

pub(super) async fn redirect_uri_query_mismatch(suite: &Suite<'_>) -> Checked {
    let rp = with_address(suite, "/callback?foo=bar").await?;
    let other = format!("{SITE}/callback?bar=foo");
    rp.request()
        .set("redirect_uri", &other)
        .visit()
        .await?
        .error_page()
}

pub(super) async fn redirect_uri_query_added(suite: &Suite<'_>) -> Checked {
    let rp = with_address(suite, "/callback").await?;
    let other = format!("{SITE}/callback?foo=bar");
    rp.request()
        .set("redirect_uri", &other)
        .visit()
        .await?
        .error_page()
}

pub(super) async fn redirect_uri_fragment(suite: &Suite<'_>) -> Checked {
    let body = registration(&json!({ "redirect_uris": [format!("{SITE}/callback#here")] }));
    let answer = register(suite, &body).await?;
    error_of(
        "registration",
        &answer,
        &["invalid_redirect_uri", "invalid_client_metadata"],
    )
}

pub(super) async fn happy_path(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::registered(suite, &json!({})).await?;
    let visit = rp.request().visit().await?;
    // The suite sends no challenge; where settings want one all the same, that is said.
    if visit.response("error").is_ok_and(|error| error.is_some()) {
        suite.warn(
            "registered clients need PKCE: a certification run wants client_registration_require_pkce: false",
        );
        let rp = RelyingParty {
            pkce: Pkce::S256,
            ..rp.clone()
        };
        let session = rp.request().tokens().await?;
        return session.userinfo().await.map(drop);
    }
    let session = rp.request().tokens().await?;
    session.userinfo().await.map(drop)
}

/// A page that the person sees names the link.
async fn shows(suite: &Suite<'_>, member: &str) -> Checked<bool> {
    let link = format!("{SITE}/{member}");
    let mut wanted = json!({ "client_uri": SITE });
    wanted[member] = json!(link);
    let rp = RelyingParty::registered(suite, &wanted).await?;
    let told = &rp.registered[member];
    ensure!(*told == link, "{member} was registered as {told}");
    let session = rp.request().tokens().await?;
    // Templates may write a slash as an entity.
    let pages = session.visit.walked.pages.iter();
    let mut plain = pages.map(|html| html.replace("&#x2F;", "/").replace("&#47;", "/"));
    Ok(plain.any(|html| html.contains(&link)))
}

pub(super) async fn logo_uri(suite: &Suite<'_>) -> Checked {
    if shows(suite, "logo_uri").await? {
        return Ok(());
    }
    Err(Stop::RefusedByDesign(
        "pages load nothing from other origins, and a logo that a stranger chose could be anybody's: \
         the first letter of the name stands in its place"
            .to_owned(),
    ))
}

pub(super) async fn policy_uri(suite: &Suite<'_>) -> Checked {
    ensure!(
        shows(suite, "policy_uri").await?,
        "no page links to policy_uri"
    );
    Ok(())
}

pub(super) async fn tos_uri(suite: &Suite<'_>) -> Checked {
    ensure!(shows(suite, "tos_uri").await?, "no page links to tos_uri");
    Ok(())
}
