//! A resource with a token that is bound to a key: UserInfo (RFC 9449 §7).

use std::rc::Rc;

use axum::http::Method;
use axum_test::TestResponse;
use serde_json::{Value, json};

use super::clients::client;
use crate::testing::conformance::{
    key::{ClientKey, changed, claims_of},
    relying_party::RelyingParty,
    report::{Checked, Stop, ensure},
    suite::Suite,
    tokens::Session,
};

/// The answer to a token with these proofs.
pub(super) async fn resource_answers(
    rp: &RelyingParty<'_>,
    token: &str,
    proofs: &[String],
) -> Checked<TestResponse> {
    with_scheme(rp, &format!("DPoP {token}"), proofs).await
}

async fn with_scheme(
    rp: &RelyingParty<'_>,
    authorization: &str,
    proofs: &[String],
) -> Checked<TestResponse> {
    let url = rp.suite.endpoint("userinfo_endpoint")?;
    let mut get = rp.suite.to(Method::GET, url);
    get = get.add_header("authorization", authorization);
    for proof in proofs {
        get = get.add_header("dpop", proof.as_str());
    }
    Ok(get.await)
}

fn key_of(rp: &RelyingParty<'_>) -> Checked<Rc<ClientKey>> {
    rp.dpop
        .clone()
        .ok_or_else(|| Stop::failed("the client has no key for proofs"))
}

/// The claims of a good proof for the tokens of a session.
fn good_claims(session: &Session<'_>) -> Checked<Value> {
    let suite = session.rp.suite;
    let url = suite.endpoint("userinfo_endpoint")?;
    Ok(suite.proof_claims_for("GET", url, &session.access_token))
}

/// A good proof.
pub(super) fn proof_for(session: &Session<'_>) -> Checked<String> {
    Ok(key_of(session.rp)?.proof(&json!({}), &good_claims(session)?))
}

/// The answer to a good token with a good proof.
pub(super) async fn with_proof(session: &Session<'_>) -> Checked<TestResponse> {
    let proof = proof_for(session)?;
    resource_answers(session.rp, &session.access_token, &[proof]).await
}

pub(super) async fn scheme_in_any_case(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let session = rp.request().tokens().await?;
    for scheme in ["dPoP", "DPOP", "dpop"] {
        let authorization = format!("{scheme} {}", session.access_token);
        let answer = with_scheme(&rp, &authorization, &[proof_for(&session)?]).await?;
        let status = answer.status_code().as_u16();
        ensure!(status == 200, "the scheme {scheme} is answered {status}");
    }
    Ok(())
}

/// One change of a good proof.
struct Bend {
    what: &'static str,
    header: Value,
    claims: Value,
}

fn bend(what: &'static str, header: Value, claims: Value) -> Bend {
    Bend {
        what,
        header,
        claims,
    }
}

/// Proofs that are no good.
fn bad(suite: &Suite<'_>, key: &ClientKey, url: &str) -> Vec<Bend> {
    let now = suite.server.clock.now().as_seconds();
    let none = || json!({});
    let mut private = key.jwk();
    private["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    vec![
        bend("no typ", json!({ "typ": null }), none()),
        bend("another typ", json!({ "typ": "JWT" }), none()),
        bend("no alg", json!({ "alg": null }), none()),
        bend("alg none", json!({ "alg": "none" }), none()),
        bend("alg RS256", json!({ "alg": "RS256" }), none()),
        bend("no jwk", json!({ "jwk": null }), none()),
        bend("a private jwk", json!({ "jwk": private }), none()),
        bend(
            "the jwk of another key",
            json!({ "jwk": ClientKey::es256("other").jwk() }),
            none(),
        ),
        bend("no jti", none(), json!({ "jti": null })),
        bend("no htm", none(), json!({ "htm": null })),
        bend("another htm", none(), json!({ "htm": "POST" })),
        bend("no htu", none(), json!({ "htu": null })),
        bend(
            "another htu",
            none(),
            json!({ "htu": format!("{url}/elsewhere") }),
        ),
        bend("no iat", none(), json!({ "iat": null })),
        bend("iat an hour ago", none(), json!({ "iat": now - 3600 })),
        bend("iat in an hour", none(), json!({ "iat": now + 3600 })),
        bend("no ath", none(), json!({ "ath": null })),
        bend(
            "another ath",
            none(),
            json!({ "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" }),
        ),
    ]
}

/// Proofs that are as good, written otherwise.
fn good(url: &str) -> Vec<Bend> {
    let none = || json!({});
    let upper = url
        .split_once("://")
        .map_or_else(String::new, |(scheme, rest)| {
            format!("{}://{rest}", scheme.to_uppercase())
        });
    vec![
        bend("more claims", none(), json!({ "extra": { "a": 1 } })),
        bend(
            "htu with query and fragment",
            none(),
            json!({ "htu": format!("{url}?a=b#c") }),
        ),
        bend(
            "htu with an upper-case scheme",
            none(),
            json!({ "htu": upper }),
        ),
    ]
}

fn is_refused(what: &str, answer: &TestResponse) -> Checked {
    let status = answer.status_code().as_u16();
    ensure!([400, 401].contains(&status), "{what} is answered {status}");
    Ok(())
}

pub(super) async fn negative_tests(suite: &Suite<'_>) -> Checked {
    let rp = client(suite).await?;
    let session = rp.request().tokens().await?;
    let (key, token) = (key_of(&rp)?, &session.access_token);
    let url = suite.endpoint("userinfo_endpoint")?;

    let bearer = format!("Bearer {token}");
    is_refused(
        "a bound token as Bearer",
        &with_scheme(&rp, &bearer, &[]).await?,
    )?;
    is_refused("no proof", &resource_answers(&rp, token, &[]).await?)?;
    let two = [proof_for(&session)?, proof_for(&session)?];
    is_refused("two proofs", &resource_answers(&rp, token, &two).await?)?;
    let malformed = ["not.a.jwt".to_owned()];
    is_refused(
        "a malformed proof",
        &resource_answers(&rp, token, &malformed).await?,
    )?;
    let other = ClientKey::es256("other").proof(&json!({}), &good_claims(&session)?);
    is_refused(
        "the proof of another key",
        &resource_answers(&rp, token, &[other]).await?,
    )?;
    let proof = proof_for(&session)?;
    let (signed, _) = proof.rsplit_once('.').unwrap_or_default();
    let forged = [format!("{signed}.{}", "A".repeat(86))];
    is_refused(
        "a bad signature",
        &resource_answers(&rp, token, &forged).await?,
    )?;
    for Bend {
        what,
        header,
        claims,
    } in bad(suite, &key, url)
    {
        let proof = key.proof(&header, &changed(good_claims(&session)?, &claims));
        is_refused(what, &resource_answers(&rp, token, &[proof]).await?)?;
    }
    for Bend {
        what,
        header,
        claims,
    } in good(url)
    {
        let proof = key.proof(&header, &changed(good_claims(&session)?, &claims));
        let status = resource_answers(&rp, token, &[proof]).await?.status_code();
        ensure!(status == 200, "{what} is answered {status}");
    }
    let proof = [proof_for(&session)?];
    ensure!(
        claims_of(&proof[0])["jti"].is_string(),
        "the proof has no jti"
    );
    resource_answers(&rp, token, &proof).await?;
    if resource_answers(&rp, token, &proof)
        .await?
        .status_code()
        .is_success()
    {
        suite.warn("a proof can be used twice (RFC 9449 §11.1)");
    }
    Ok(())
}
