//! Refusals at the token endpoint that leave the code as it was.

use loco_oauth_server::internals::protocol::pkce;

use crate::app::{
    browser::{Authorize, VERIFIER, encoded},
    fixtures::{CONF_CB, SECRET},
    server::{Answer, TestServer},
    tokens::redemption,
};

/// A code of `conf`, and the request that redeems it, bent by `change`.
async fn bent(
    server: &TestServer,
    change: impl Fn(&mut Vec<(&'static str, String)>),
) -> (String, Answer) {
    let code = server.browser().code(&Authorize::base()).await;
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.clone()),
        ("redirect_uri", CONF_CB.to_owned()),
        ("code_verifier", VERIFIER.to_owned()),
    ];
    change(&mut form);
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = server.as_client("conf", "/oauth/token", &form).await;
    (code, answer)
}

async fn assert_unused(server: &TestServer, code: &str) {
    assert!(server.access_tokens().await.is_empty());
    server.redeem(code).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c076_grant_types_that_do_not_exist() {
    let server = TestServer::start().await;
    server.tokens(&Authorize::base()).await;
    let before = server.ledger().await;
    for grant_type in ["password", "implicit", "foo"] {
        let form = [("grant_type", grant_type)];
        let answer = server.as_client("conf", "/oauth/token", &form).await;
        answer.assert_error(400, "unsupported_grant_type");
    }
    assert_eq!(server.ledger().await, before);
}

/// ID-03: an unknown client and a wrong secret are one and the same answer.
#[tokio::test(flavor = "multi_thread")]
async fn c080_a_wrong_secret_in_the_body() {
    let server = TestServer::start().await;
    let form = |client| {
        [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", "wrong"),
        ]
    };
    let wrong = server.post("/oauth/token", &form("post")).await;
    wrong.assert_error(401, "invalid_client");
    let unknown = server.post("/oauth/token", &form("nobody")).await;
    unknown.assert_error(401, "invalid_client");
    assert_eq!(wrong.body, unknown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn c080_a_wrong_secret_in_the_body_leaves_the_code() {
    let server = TestServer::start().await;
    let request = Authorize::of("post", CONF_CB);
    let code = server.browser().code(&request).await;
    let form = |secret: &'static str| {
        let changes = [("client_id", Some("post")), ("client_secret", Some(secret))];
        redemption(&code, &changes)
    };
    let answer = server.post("/oauth/token", &form("wrong")).await;
    answer.assert_error(401, "invalid_client");
    assert!(server.access_tokens().await.is_empty());
    server.post("/oauth/token", &form(SECRET)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c081_a_confidential_client_that_only_names_itself() {
    let server = TestServer::start().await;
    let code = server.browser().code(&Authorize::base()).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "conf"),
        ("code", &code),
        ("redirect_uri", CONF_CB),
        ("code_verifier", VERIFIER),
    ];
    let answer = server.post("/oauth/token", &form).await;
    answer.assert_error(401, "invalid_client");
    assert_unused(&server, &code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c087_a_wrong_code_verifier() {
    let server = TestServer::start().await;
    let (code, answer) = bent(&server, |form| form[3].1 = "x".repeat(43)).await;
    answer.assert_error(400, "invalid_grant");
    assert_unused(&server, &code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c088_no_code_verifier() {
    let server = TestServer::start().await;
    let (code, answer) = bent(&server, |form| form.truncate(3)).await;
    answer.assert_error(400, "invalid_grant");
    assert_unused(&server, &code).await;
}

/// Each challenge is the one of its verifier, so that nothing but the verifier's form is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn c089_a_verifier_that_cannot_be_one() {
    let server = TestServer::start().await;
    let code_for = async |verifier: &str| {
        let request = Authorize::base().with("code_challenge", &pkce::s256(verifier));
        server.browser().code(&request).await
    };
    let short = VERIFIER[..42].to_owned();
    let long = "a".repeat(129);
    let [padded, plus] = ["=", "+"].map(|sign| format!("{short}{sign}"));
    for verifier in [short, long, padded, plus] {
        let code = code_for(&verifier).await;
        let before = server.ledger().await;
        let changes = [("code_verifier", Some(verifier.as_str()))];
        let answer = server.redeem_with(&code, &changes).await;
        answer.assert_error(400, "invalid_grant");
        assert_eq!(server.ledger().await, before, "{verifier}");
    }
    assert!(server.access_tokens().await.is_empty());
    // The shortest, and the longest of all signs there are beside letters and digits.
    for verifier in ["a".repeat(43), "-._~".repeat(32)] {
        let code = code_for(&verifier).await;
        let changes = [("code_verifier", Some(verifier.as_str()))];
        server.redeem_with(&code, &changes).await.ok();
    }
}

/// Certificates are not a way to authenticate here, whoever claims one.
#[tokio::test(flavor = "multi_thread")]
async fn c104_a_certificate_in_a_header() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let form = redemption(&code, &[("client_id", Some("conf"))]);
    let before = server.everything().await;
    for header in [
        "x-ssl-client-cert",
        "x-forwarded-client-cert",
        "client-cert",
    ] {
        let request = server.http.post(server.url("/oauth/token"));
        let request = request.header(header, "MIIB").form(&form);
        let answer = server.send(request).await;
        answer.assert_error(401, "invalid_client");
    }
    assert_eq!(server.everything().await, before);
    // Nor is a token bound to it when the client proves who it is.
    let form = redemption(&code, &[]);
    let request = server.http.post(server.url("/oauth/token")).form(&form);
    let request = request.basic_auth("conf", Some(encoded(SECRET)));
    let request = request
        .header("x-ssl-client-cert", "MIIB")
        .header("x-forwarded-client-cert", "Hash=ab;Cert=MIIB")
        .header("client-cert", ":MIIB:");
    let tokens = server.send(request).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let access = tokens["access_token"].as_str().unwrap();
    let described = server.introspect(access).await;
    assert_eq!(described["active"], true);
    assert!(described.get("cnf").is_none(), "{described}");
}
