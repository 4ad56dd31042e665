//! POST token: transport, client authentication, grant types (C072-C083, C095-C100, C104).

mod cases;
mod client_credentials;
mod code;
mod lost_race;
mod misuse_at_once;
mod refresh;
mod refresh_misuse;
mod retry;
mod scopes;

use std::collections::BTreeMap;

use loco_oauth_server::internals::protocol::secret::{Purpose, hash};
use rstest::rstest;

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::{self, CONF_CB, SECRET},
    server::{Answer, Basic, TestServer},
    tokens::{redemption, show, snapshot, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn c072_a_good_code_gives_tokens() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let answer = server.redeem(&code).await;
    snapshot!("token_code", show(&answer));
    let body = answer.ok();
    let grants = server.grants().await;
    assert_eq!(grants.len(), 1);
    assert!(grants[0].redeemed_at.is_some() && grants[0].revoked_at.is_none());
    // ID-01: hashes of the purpose, and of no other.
    let access = hash(Purpose::Access, text(&body, "access_token"));
    let refresh = hash(Purpose::Refresh, text(&body, "refresh_token"));
    assert_eq!(server.access_tokens().await[0].token_hash, access.0);
    assert_eq!(server.generations().await[0].token_hash, refresh.0);
    assert_eq!(
        grants[0].code_hash.as_deref(),
        Some(&hash(Purpose::Code, &code).0[..])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c073_get_is_not_allowed_and_leaves_the_code() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(redemption(&code, &[]))
        .finish();
    let url = server.url(&format!("/oauth/token?{query}"));
    let request = server.http.get(url);
    let request = request.basic_auth("conf", Some(encoded(SECRET)));
    let answer = server.send(request).await;
    answer.assert_error(405, "invalid_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    snapshot!("token_wrong_method", show(&answer));
    for method in [reqwest::Method::HEAD, reqwest::Method::PUT] {
        let request = server.http.request(method, server.url("/oauth/token"));
        let answer = server.send(request).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    }
    server.redeem(&code).await.ok();
}

/// TK-01.
#[rstest]
#[case::json("application/json", 415)]
#[case::other_charset("application/x-www-form-urlencoded; charset=iso-8859-1", 415)]
#[case::multipart("multipart/form-data; boundary=x", 415)]
#[case::none("", 415)]
#[case::utf8("application/x-www-form-urlencoded; charset=\"UTF-8\"", 200)]
#[tokio::test(flavor = "multi_thread")]
async fn c074_only_form_bodies(#[case] content_type: &str, #[case] status: u16) {
    let server = TestServer::start().await;
    let body = "grant_type=client_credentials&scope=jobs";
    let mut request = server
        .http
        .post(server.url("/oauth/token"))
        .basic_auth("m2m", Some(encoded(SECRET)))
        .body(body);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    let answer = server.send(request).await;
    assert_eq!(answer.status, status, "{answer:?}");
    if status != 200 {
        answer.assert_error(status, "invalid_request");
        assert!(server.access_tokens().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c074_a_json_body_leaves_the_code() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let body: BTreeMap<_, _> = redemption(&code, &[]).into_iter().collect();
    let request = server.http.post(server.url("/oauth/token"));
    let request = request.basic_auth("conf", Some(encoded(SECRET)));
    let answer = server.send(request.json(&body)).await;
    answer.assert_error(415, "invalid_request");
    assert!(server.access_tokens().await.is_empty());
    server.redeem(&code).await.ok();
}

/// The whole form of RFC 8693 §2.1.
#[tokio::test(flavor = "multi_thread")]
async fn c100_token_exchange_is_not_offered() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let before = server.everything().await;
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", text(&tokens, "access_token")),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("audience", "https://api.example"),
    ];
    let answer = server.token(&form).await;
    answer.assert_error(400, "unsupported_grant_type");
    assert_eq!(server.everything().await, before);
}

/// TK-05.
#[rstest]
#[case::c075_missing(None, "invalid_request")]
#[case::c075_empty(Some(""), "invalid_request")]
#[case::c076_password(Some("password"), "unsupported_grant_type")]
#[case::c076_implicit(Some("implicit"), "unsupported_grant_type")]
#[case::c076_foo(Some("foo"), "unsupported_grant_type")]
#[case::c100_exchange(
    Some("urn:ietf:params:oauth:grant-type:token-exchange"),
    "unsupported_grant_type"
)]
#[tokio::test(flavor = "multi_thread")]
async fn c075_c076_c100_grant_type(#[case] grant_type: Option<&str>, #[case] error: &str) {
    let server = TestServer::start().await;
    let code = server.code().await;
    let answer = server
        .redeem_with(&code, &[("grant_type", grant_type)])
        .await;
    answer.assert_error(400, error);
    server.redeem(&code).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn tk_05_a_grant_that_is_switched_off_is_unsupported() {
    let settings = serde_json::json!({ "grant_types": ["authorization_code"] });
    let server = TestServer::with(settings).await;
    server
        .refresh("x")
        .await
        .assert_error(400, "unsupported_grant_type");
    let tokens = server.tokens(&Authorize::base()).await;
    assert_eq!(tokens.get("refresh_token"), None);
}

/// TK-07.
#[tokio::test(flavor = "multi_thread")]
async fn c077_the_grant_must_be_the_clients() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let before = server.ledger().await;
    let answer = server
        .as_client("m2m", "/oauth/token", &redemption(&code, &[]))
        .await;
    answer.assert_error(400, "unauthorized_client");
    let form = [("grant_type", "client_credentials")];
    let answer = server.token(&form).await;
    answer.assert_error(400, "unauthorized_client");
    snapshot!("token_unauthorized_client", show(&answer));
    assert_eq!(server.ledger().await, before);
}

/// GE-03, TK-02.
#[rstest]
#[case("code")]
#[case("grant_type")]
#[case("redirect_uri")]
#[case("code_verifier")]
#[case("scope")]
#[case("foo")]
#[tokio::test(flavor = "multi_thread")]
async fn c078_a_parameter_twice(#[case] name: &'static str) {
    let server = TestServer::start().await;
    let code = server.code().await;
    let mut form = redemption(&code, &[]);
    let value = form.iter().find(|(key, _)| *key == name);
    let value = value.map_or("x", |(_, value)| *value);
    form.retain(|(key, _)| *key != name);
    form.extend([(name, value), (name, value)]);
    server
        .token(&form)
        .await
        .assert_error(400, "invalid_request");
    server.redeem(&code).await.ok();
}

/// CA-02, TK-06: unknown client, wrong secret and wrong method answer alike.
#[tokio::test(flavor = "multi_thread")]
async fn c079_c080_c081_c104_who_is_not_authenticated_gets_nothing() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let form = redemption(&code, &[]);
    let wrong = server
        .post_as(Basic::of("conf", "wrong"), "/oauth/token", &form)
        .await;
    wrong.assert_error(401, "invalid_client");
    let basic = "Basic realm=\"https://as.example\"";
    assert_eq!(wrong.header("www-authenticate"), Some(basic));
    snapshot!("token_invalid_client", show(&wrong));
    let unknown = server
        .post_as(Basic::of("nobody", "wrong"), "/oauth/token", &form)
        .await;
    assert_eq!(show(&unknown), show(&wrong));
    let with = |more: &[(&'static str, &'static str)]| [&form[..], more].concat();
    let bodies = [
        with(&[("client_id", "post"), ("client_secret", "wrong")]),
        // The registered method of `conf` is Basic, that of `pub` is none (ASVS 10.4.10).
        with(&[("client_id", "conf"), ("client_secret", SECRET)]),
        with(&[("client_id", "pub"), ("client_secret", SECRET)]),
        with(&[("client_id", "conf")]),
        with(&[]),
    ];
    // The same but for the scheme of the challenge: these did not use the header (CA-02).
    let without_header = show(&wrong).replace("Basic realm", "OAuth realm");
    for body in bodies {
        let answer = server.post("/oauth/token", &body).await;
        assert_eq!(show(&answer), without_header, "{body:?}");
    }
    let post_by_basic = server.as_client("post", "/oauth/token", &form).await;
    assert_eq!(show(&post_by_basic), show(&wrong));
    for header in ["x-ssl-client-cert", "x-forwarded-client-cert"] {
        let request = server
            .http
            .post(server.url("/oauth/token"))
            .header(header, "Subject=\"CN=conf\"")
            .form(&with(&[("client_id", "conf")]));
        assert_eq!(show(&server.send(request).await), without_header);
    }
    server.redeem(&code).await.ok();
}

/// CA-01.
#[tokio::test(flavor = "multi_thread")]
async fn c082_two_ways_of_authentication() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let both = redemption(&code, &[("client_secret", Some(SECRET))]);
    server
        .token(&both)
        .await
        .assert_error(400, "invalid_request");
    let other = redemption(&code, &[("client_id", Some("pub"))]);
    server
        .token(&other)
        .await
        .assert_error(400, "invalid_request");
    let same = redemption(&code, &[("client_id", Some("conf"))]);
    server.token(&same).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c083_odd_characters_in_id_and_secret() {
    let server = TestServer::start().await;
    let odd = "a:b%+c";
    fixtures::insert(&server, &fixtures::confidential(odd, &[CONF_CB])).await;
    let code = server.browser().code(&Authorize::of(odd, CONF_CB)).await;
    assert!([":", "%", "+"].iter().all(|sign| SECRET.contains(sign)));
    let (id, secret) = (encoded(odd), encoded(SECRET));
    let form = redemption(&code, &[]);
    server
        .post_as(Basic::of(&id, &secret), "/oauth/token", &form)
        .await
        .ok();
    assert!(server.grants().await[0].redeemed_at.is_some());
}

/// Nothing of the request, of the database or of the program.
#[track_caller]
fn assert_tells_nothing(answer: &Answer) {
    for inside in ["mark", "OR 1=1", "SELECT", "sqlx", "src/", "panicked"] {
        assert!(!answer.body.contains(inside), "{inside}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c095_errors_reflect_nothing() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let marked = "mark\"\\\r\n<é漢>' OR 1=1 --";
    for (name, error) in [
        ("code", "invalid_grant"),
        ("grant_type", "unsupported_grant_type"),
        ("redirect_uri", "invalid_grant"),
        ("code_verifier", "invalid_grant"),
        ("resource", "invalid_target"),
        ("client_id", "invalid_request"),
        ("client_secret", "invalid_request"),
    ] {
        let answer = server.redeem_with(&code, &[(name, Some(marked))]).await;
        answer.assert_error(400, error);
        assert_tells_nothing(&answer);
    }
    let scope = [("grant_type", "client_credentials"), ("scope", marked)];
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", marked)];
    for (client, form, error) in [
        ("m2m", scope, "invalid_scope"),
        ("conf", refresh, "invalid_grant"),
    ] {
        let answer = server.as_client(client, "/oauth/token", &form).await;
        answer.assert_error(400, error);
        assert_tells_nothing(&answer);
    }
    let answer = server
        .post_as(Basic::of(marked, marked), "/oauth/token", &scope)
        .await;
    answer.assert_error(401, "invalid_client");
    assert_tells_nothing(&answer);
    server.redeem(&code).await.ok();
}

/// TK-03.
#[tokio::test(flavor = "multi_thread")]
async fn c096_credentials_in_the_url() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let form = redemption(&code, &[]);
    let secret = encoded(SECRET);
    let queries = [
        format!("client_id=post&client_secret={secret}"),
        "client_assertion=x".to_owned(),
        format!("code={code}"),
        "refresh_token=x".to_owned(),
        "password=x".to_owned(),
    ];
    for query in queries {
        let answer = server.post(&format!("/oauth/token?{query}"), &form).await;
        answer.assert_error(400, "invalid_request");
    }
    // A client id alone is no secret, and the query's is not read.
    let answer = server.post("/oauth/token?client_id=conf", &form).await;
    answer.assert_error(401, "invalid_client");
    server.redeem(&code).await.ok();
}
