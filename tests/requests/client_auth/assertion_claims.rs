//! Assertions as real clients make them (CA-04, CA-05), and times with fractions in every JWT.

use loco_oauth_server::internals::protocol::client::GrantType;
use rstest::rstest;
use serde_json::{Value, json};

use super::with_signer;
use crate::app::{
    assertions::{ClientKey, signer, with_assertion},
    browser::Authorize,
    fixtures,
    forgery::resigned,
    server::{Answer, ISSUER, TestServer},
    tokens::{R1, jwt_part, text},
};

const TOKEN: &str = "https://as.example/oauth/token";
const REVOKE: &str = "https://as.example/oauth/revoke";
const INTROSPECT: &str = "https://as.example/oauth/introspect";

/// A request by an assertion with these claims to each of the endpoints.
async fn at(server: &TestServer, key: &ClientKey, path: &str, claims: &Value) -> Answer {
    let assertion = key.assertion(server, "signer", claims);
    let form: &[(&str, &str)] = match path {
        "/oauth/token" => &[("grant_type", "client_credentials")],
        _ => &[("token", "loco_at_unknown")],
    };
    server.post(path, &with_assertion(&assertion, form)).await
}

/// The issuer and the token endpoint everywhere, the endpoint that is called there; a list of these
/// and of nothing else.
#[rstest]
#[case::issuer(json!(ISSUER), [true, true, true])]
#[case::token(json!(TOKEN), [true, true, true])]
#[case::revoke(json!(REVOKE), [false, true, false])]
#[case::introspect(json!(INTROSPECT), [false, false, true])]
#[case::list_of_one(json!([TOKEN]), [true, true, true])]
#[case::list_of_two(json!([ISSUER, TOKEN]), [true, true, true])]
#[case::list_with_the_endpoint(json!([TOKEN, INTROSPECT]), [false, false, true])]
#[case::list_with_another_server(json!([ISSUER, "https://other.example"]), [false, false, false])]
#[case::list_with_another_server_first(json!(["https://other.example", TOKEN]), [false, false, false])]
#[case::empty_list(json!([]), [false, false, false])]
#[case::list_of_numbers(json!([1]), [false, false, false])]
#[case::nested_list(json!([[ISSUER]]), [false, false, false])]
#[case::trailing_slash(json!("https://as.example/"), [false, false, false])]
#[case::host_in_capitals(json!("https://AS.example"), [false, false, false])]
#[case::with_a_query(json!("https://as.example/oauth/token?a=1"), [false, false, false])]
#[case::authorization_endpoint(json!("https://as.example/oauth/authorize"), [false, false, false])]
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_audiences_at_each_endpoint(#[case] aud: Value, #[case] accepted: [bool; 3]) {
    let (server, key) = with_signer(json!({})).await;
    let paths = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"];
    for (path, good) in paths.into_iter().zip(accepted) {
        let claims = json!({ "aud": aud, "jti": path });
        let answer = at(&server, &key, path, &claims).await;
        let status = if good { 200 } else { 401 };
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}

/// `client_assertion_audience: issuer`: exactly that, as one text.
#[rstest]
#[case(json!(ISSUER), true)]
#[case(json!([ISSUER]), false)]
#[case(json!(TOKEN), false)]
#[case(json!([ISSUER, TOKEN]), false)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_only_the_issuer_where_the_operator_says_so(#[case] aud: Value, #[case] good: bool) {
    let (server, key) = with_signer(json!({ "client_assertion_audience": "issuer" })).await;
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        let claims = json!({ "aud": aud, "jti": path });
        let answer = at(&server, &key, path, &claims).await;
        assert_eq!(answer.status, if good { 200 } else { 401 }, "{path}");
    }
}

/// The URL is the configured one, wherever the server is mounted.
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_the_endpoint_of_a_server_below_a_path() {
    let settings = json!({ "base_url": "https://as.example/t1" });
    let (server, key) = with_signer(settings).await;
    for (aud, good) in [
        ("https://as.example/t1/oauth/token", true),
        ("https://as.example/t1", true),
        (TOKEN, false),
        (ISSUER, false),
    ] {
        let claims = json!({ "aud": aud, "jti": aud });
        let answer = at(&server, &key, "/oauth/token", &claims).await;
        assert_eq!(answer.status == 200, good, "{aud}: {answer:?}");
    }
}

/// CA-05: an hour, clocks that go ahead, and fractions of seconds. `N` is now.
#[rstest]
#[case("exp", "N+3600", true)]
#[case("exp", "N+3610", true)]
#[case("exp", "N+3640", false)]
#[case("exp", "N+60.5", true)]
#[case("exp", "N+60.0", true)]
#[case("exp", "N-30.5", false)]
#[case("iat", "N+15", true)]
#[case("iat", "N+20.75", true)]
#[case("iat", "N-0.123456", true)]
#[case("iat", "N+90", false)]
#[case("iat", "N+90.5", false)]
#[case("nbf", "N+15", true)]
#[case("nbf", "N-60.25", true)]
#[case("nbf", "N+90.5", false)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_times(#[case] claim: &str, #[case] written: &str, #[case] good: bool) {
    let (server, key) = with_signer(json!({})).await;
    let offset: f64 = written[1..].parse().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let now = server.now() as f64;
    let time = if written.contains('.') {
        json!(now + offset)
    } else {
        json!((now + offset).round().to_string().parse::<i64>().unwrap())
    };
    let answer = at(&server, &key, "/oauth/token", &json!({ claim: time })).await;
    assert_eq!(answer.status == 200, good, "{answer:?}");
}

/// An assertion of an hour is used once in all of it.
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_a_long_assertion_is_used_once() {
    let (server, key) = with_signer(json!({})).await;
    server.advance(0);
    let claims = json!({ "exp": server.now() + 3600 });
    let assertion = key.assertion(&server, "signer", &claims);
    server.assert_by(&assertion).await.ok();
    for seconds in [0, 1800, 1799, 60] {
        server.advance(seconds);
        let answer = server.assert_by(&assertion).await;
        answer.assert_error(401, "invalid_client");
    }
}

/// What this server signed, with fractions, as hint and as access token.
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_fractions_in_tokens_of_this_server() {
    let settings = json!({ "resources": [{ "uri": R1, "token_format": "jwt" }] });
    let (server, key) = TestServer::with_known_key(settings).await;
    let mut browser = server.browser();
    let code = browser.code(&Authorize::base().and("resource", R1)).await;
    let tokens = server.redeem(&code).await.ok();
    let fractional = |token: &str| {
        let exp = jwt_part(token, 1)["exp"].to_string();
        resigned(&key, token, |_, claims| {
            claims["exp"] = serde_json::from_str(&format!("{exp}.5")).unwrap();
            claims["nbf"] = json!(0.5);
        })
    };
    let access = fractional(text(&tokens, "access_token"));
    server.pretend_issued(&access).await;
    server.userinfo(&access).await.ok();
    let hint = fractional(text(&tokens, "id_token"));
    let request = Authorize::base()
        .and("resource", R1)
        .with("id_token_hint", &hint);
    let answer = browser.authorize(&request).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    let path = format!("/oauth/end-session?id_token_hint={hint}");
    assert!([200, 303].contains(&browser.get(&path).await.status));
}

/// Such a client at the grant that the certification suite uses.
#[tokio::test(flavor = "multi_thread")]
async fn s_c6_a_code_by_an_assertion_for_the_token_endpoint() {
    use loco_oauth_server::internals::protocol::client::Client;
    let (server, key) = (TestServer::start().await, ClientKey::new("k1"));
    let web = Client {
        client_id: "suite".to_owned(),
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        response_types: vec!["code".to_owned()],
        redirect_uris: vec![fixtures::CONF_CB.to_owned()],
        scopes: Some(vec!["openid".to_owned()]),
        ..signer(Some(key.jwks()))
    };
    fixtures::insert(&server, &web).await;
    let request = Authorize::of("suite", fixtures::CONF_CB).with("scope", "openid");
    let code = server.browser().code(&request).await;
    let claims = json!({ "aud": [TOKEN], "exp": server.now() + 3600 });
    let assertion = key.assertion(&server, "suite", &claims);
    let form = crate::app::tokens::redemption(&code, &[]);
    let answer = server
        .post("/oauth/token", &with_assertion(&assertion, &form))
        .await;
    assert!(answer.ok()["id_token"].is_string());
}
