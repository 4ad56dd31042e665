//! Server metadata and key set (C173-C180; MD-01, UR-01 to UR-04, GE-09).

mod advertised;
mod well_known;

use loco_oauth_server::Seconds;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    server::TestServer,
    tokens::{jwt_part, redemption, show, snapshot, text},
};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

#[tokio::test(flavor = "multi_thread")]
async fn c173_c176_both_documents() {
    let server = TestServer::start().await;
    let answer = server.get(OAUTH).await;
    let other = server.get(OPENID).await;
    assert_eq!((&answer.body, show(&answer)), (&other.body, show(&other)));
    snapshot!("metadata", show(&answer));
    let document = answer.ok();
    assert_eq!(document["issuer"], "https://as.example");
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    assert_eq!(
        document["code_challenge_methods_supported"],
        json!(["S256"])
    );
    let members = document.as_object().unwrap();
    for (name, value) in members {
        assert!(!value.is_null(), "GE-07: {name}");
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(
                value
                    .as_str()
                    .unwrap()
                    .starts_with("https://as.example/oauth/"),
                "{name}"
            );
        }
    }
    let head = server.send(server.http.head(server.url(OAUTH))).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let post = server.post(OAUTH, &[]).await;
    post.assert_error(405, "invalid_request");
}

/// GE-09.
#[tokio::test(flavor = "multi_thread")]
async fn c174_headers_of_the_request_change_nothing() {
    let server = TestServer::start().await;
    let document = show(&server.get(OAUTH).await);
    let challenge = server.get("/oauth/userinfo").await;
    let each = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
    ];
    for headers in each.iter().map(std::slice::from_ref).chain([&each[..]]) {
        let get = |path| {
            let request = server.http.get(server.url(path));
            let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
                request.header(*name, *value)
            };
            headers.iter().fold(request, with)
        };
        for path in [OAUTH, OPENID] {
            let shown = show(&server.send(get(path)).await);
            assert_eq!(shown, document, "{headers:?}");
        }
        let shown = show(&server.send(get("/oauth/userinfo")).await);
        assert_eq!(shown, show(&challenge), "{headers:?}");
    }
}

/// UR-02, UR-03, MD-01.
#[tokio::test(flavor = "multi_thread")]
async fn c175_an_issuer_with_a_path() {
    let server = TestServer::with(json!({ "issuer": "https://as.example/t1" })).await;
    let inserted = server.get(&format!("{OAUTH}/t1")).await;
    assert_eq!(inserted.ok()["issuer"], "https://as.example/t1");
    assert_eq!(
        inserted.json()["token_endpoint"],
        "https://as.example/oauth/token"
    );
    for path in [format!("{OPENID}/t1"), format!("/t1{OPENID}")] {
        assert_eq!(server.get(&path).await.body, inserted.body, "{path}");
    }
    for path in [
        OAUTH,
        OPENID,
        "/.well-known/oauth-authorization-server/t2",
        "/.well-known/openid-configuration/t2",
        "/t2/.well-known/openid-configuration",
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

/// Endpoints that are advertised are there, others are not; the lists are tried in `advertised`.
#[tokio::test(flavor = "multi_thread")]
async fn c177_the_document_says_what_is_served() {
    let server = TestServer::start().await;
    let document = server.get(OAUTH).await.ok();
    for name in [
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "pushed_authorization_request_endpoint",
    ] {
        let answer = server.post(text(&document, name), &[]).await;
        assert!([400, 401].contains(&answer.status), "{name}: {answer:?}");
    }
    for name in [
        "userinfo_endpoint",
        "jwks_uri",
        "authorization_endpoint",
        "end_session_endpoint",
    ] {
        let answer = server.get(text(&document, name)).await;
        assert!(
            [200, 400, 401].contains(&answer.status),
            "{name}: {answer:?}"
        );
    }
    for (name, path) in [
        ("registration_endpoint", "register"),
        ("device_authorization_endpoint", "device-authorization"),
    ] {
        assert!(document.get(name).is_none(), "{name}");
        let answer = server.post(&format!("/oauth/{path}"), &[]).await;
        assert_eq!(answer.status, 404, "{name}");
    }
    let settings = json!({ "grant_types": ["client_credentials"] });
    let machines = TestServer::with(settings).await;
    let document = machines.get(OAUTH).await.ok();
    assert!(document.get("authorization_endpoint").is_none());
    assert_eq!(
        document["grant_types_supported"],
        json!(["client_credentials"])
    );
    assert_eq!(document["response_types_supported"], json!([]));
    assert_eq!(machines.get("/oauth/authorize").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn c178_the_key_set_is_public() {
    let server = TestServer::start().await;
    let answer = server.get("/oauth/jwks").await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let keys = answer.ok()["keys"].as_array().unwrap().clone();
    let kids: std::collections::BTreeSet<_> =
        keys.iter().map(|key| key["kid"].to_string()).collect();
    assert!(kids.len() == keys.len() && !keys.is_empty());
    for key in &keys {
        let mut members: Vec<_> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        members.sort_unstable();
        let expected: &[&str] = match key["kty"].as_str().unwrap() {
            "RSA" => &["alg", "e", "kid", "kty", "n", "use"],
            "EC" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            _ => &["alg", "crv", "kid", "kty", "use", "x"],
        };
        assert_eq!(members, expected);
        assert_eq!(key["use"], "sig");
        let alg = text(key, "alg");
        assert!(["RS256", "PS256", "ES256", "EdDSA"].contains(&alg), "{alg}");
    }
}

/// A new key is published before it signs, an old one verifies until its last token is over, and
/// neither needs a restart.
#[tokio::test(flavor = "multi_thread")]
async fn c179_rotation() {
    use loco_oauth_server::internals::{
        keys::{KeyDescription, create_key},
        protocol::jwk::SigningAlg,
    };
    let directory = tempfile::tempdir().unwrap();
    let settings = json!({ "keys": { "directory": directory.path(), "id_token_alg": "ES256" } });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let oauth = server.oauth();
    let signer = async || {
        let tokens = server.tokens(&Authorize::base()).await;
        jwt_part(text(&tokens, "id_token"), 0)["kid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let published = async || -> Vec<String> {
        let set: Value = server.get("/oauth/jwks").await.ok();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let later = async |seconds| {
        server.advance(seconds);
        // The reread is in the background; here its end is waited for.
        let (keys, now) = (oauth.keys.clone(), oauth.clock.now());
        tokio::task::spawn_blocking(move || keys.reread(now))
            .await
            .unwrap()
            .unwrap();
    };
    let old = signer().await;
    let next = KeyDescription::new(
        SigningAlg::ES256,
        oauth.clock.now(),
        oauth.clock.now() + Seconds::days(1),
    );
    let new = create_key(&oauth.settings.keys, &next).unwrap().unwrap();
    later(60).await;
    assert!(published().await.contains(&new));
    assert_eq!(signer().await, old);
    later(86_400).await;
    assert_eq!(signer().await, new);
    assert!(published().await.contains(&old));
    later(3 * 86_400).await;
    assert_eq!(signer().await, new);
    assert!(!published().await.contains(&old));
}

/// Endpoints that scripts of any origin may call.
#[rstest]
#[case(OAUTH, "GET")]
#[case(OPENID, "GET")]
#[case("/oauth/jwks", "GET")]
#[case("/oauth/token", "POST")]
#[case("/oauth/revoke", "POST")]
#[case("/oauth/userinfo", "GET")]
#[tokio::test(flavor = "multi_thread")]
async fn c180_open_to_every_origin_without_credentials(#[case] path: &str, #[case] method: &str) {
    let server = TestServer::start().await;
    let origin = |method: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = server.http.request(method, server.url(path));
        request.header("origin", "https://spa.example")
    };
    let preflight = origin("OPTIONS")
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    let preflight = server.send(preflight).await;
    assert_eq!(preflight.status, 200);
    let methods = preflight.header("access-control-allow-methods").unwrap();
    assert!(methods.contains(method), "{methods}");
    let headers = preflight.header("access-control-allow-headers").unwrap();
    for name in [
        "authorization",
        "content-type",
        "dpop",
        "mcp-protocol-version",
    ] {
        assert!(headers.contains(name), "{headers}");
    }
    assert_eq!(preflight.header("access-control-max-age"), Some("3600"));
    let answer = server.send(origin(method)).await;
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in [
        "www-authenticate",
        "dpop-nonce",
        "retry-after",
        "x-request-id",
    ] {
        assert!(exposed.contains(name), "{exposed}");
    }
    for answer in [preflight, answer] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

/// The answers that a script in a browser wants to read, not only refusals.
#[tokio::test(flavor = "multi_thread")]
async fn c180_good_answers_are_open_to_every_origin() {
    let server = TestServer::start().await;
    let code = server.code().await;
    let origin = |request: reqwest::RequestBuilder| request.header("origin", "https://spa.example");
    let post = |path: &str| {
        let request = server.http.post(server.url(path));
        origin(request.basic_auth("conf", Some(encoded(SECRET))))
    };
    let redemption = post("/oauth/token").form(&redemption(&code, &[]));
    let issued = server.send(redemption).await;
    let tokens = issued.ok();
    let access = text(&tokens, "access_token");
    let userinfo = server.http.get(server.url("/oauth/userinfo"));
    let userinfo = server.send(origin(userinfo.bearer_auth(access))).await;
    let revoke = post("/oauth/revoke").form(&[("token", access)]);
    let revoked = server.send(revoke).await;
    for answer in [issued, userinfo, revoked] {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

/// Nothing for the endpoints that browsers do not call.
#[rstest]
#[case("/oauth/introspect")]
#[case("/oauth/authorize")]
#[case("/oauth/login")]
#[tokio::test(flavor = "multi_thread")]
async fn s30_2_closed_endpoints(#[case] path: &str) {
    let server = TestServer::start().await;
    for method in [Method::OPTIONS, Method::GET, Method::POST] {
        let request = server
            .http
            .request(method.clone(), server.url(path))
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST");
        let answer = server.send(request).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{method}"
        );
        assert!(
            method != Method::OPTIONS || answer.status == 405,
            "{answer:?}"
        );
    }
}

/// FA-03.
#[tokio::test(flavor = "multi_thread")]
async fn fa_03_documents_need_no_database() {
    let server = TestServer::start().await;
    server.ctx.db.clone().close().await.unwrap();
    for path in [OAUTH, OPENID, "/oauth/jwks"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c176_s256_is_the_only_method() {
    let server = TestServer::bare(json!({})).await;
    for name in ["oauth-authorization-server", "openid-configuration"] {
        let document = server.get(&format!("/.well-known/{name}")).await.ok();
        assert_eq!(
            document["code_challenge_methods_supported"],
            json!(["S256"])
        );
    }
}
