//! Metadata that is refused (C055, C056, C143-C150, C154; RG-05 to RG-07).

use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    registration::{metadata, open},
    server::TestServer,
};

/// Every one of these answers 400 with this code, and nothing is stored.
async fn all_refused(error: &str, cases: impl IntoIterator<Item = Value>) {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    for metadata in cases {
        let answer = server.register(&metadata).await;
        assert_eq!(answer.status, 400, "{metadata}: {answer:?}");
        answer.assert_error(400, error);
    }
    assert_eq!(server.everything().await, before);
}

fn redirecting(uri: &str) -> Value {
    metadata(&json!({ "redirect_uris": ["https://new.example/cb", uri] }))
}

/// RG-06.
#[rstest]
#[case::c143_script(&["javascript:alert(1)", "JAVASCRIPT:alert(1)", "vbscript:x", "data:text/html,x"])]
#[case::c143_local(&["file:///etc/passwd", "blob:https://a.example/x", "about:blank"])]
#[case::c144_fragment(&["https://app.example/cb#x", "https://app.example/cb#"])]
#[case::c145_http(&["http://app.example/cb", "http://localhost.app.example/cb", "http://127.0.0.2/cb"])]
#[case::c146_pattern(&["https://*.example/cb", "https://app.example/*"])]
#[case::c147_odd(&["https://u:p@app.example/cb", "https://app example/cb", "/cb", "cb", "//a.example/cb", ""])]
#[tokio::test(flavor = "multi_thread")]
async fn c143_c144_c145_c146_c147_redirect_uris(#[case] uris: &[&str]) {
    let web = uris.iter().map(|uri| redirecting(uri));
    let native = uris
        .iter()
        .map(|uri| metadata(&json!({ "redirect_uris": [uri], "application_type": "native" })));
    all_refused("invalid_redirect_uri", web.chain(native)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c147_a_redirect_uri_of_3000_characters() {
    let uri = format!("https://app.example/{}", "a".repeat(2980));
    all_refused("invalid_redirect_uri", [redirecting(&uri)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c148_the_code_grant_needs_a_redirect_uri() {
    let cases = [
        json!({}),
        json!({ "redirect_uris": [] }),
        json!({ "redirect_uris": null }),
    ];
    all_refused("invalid_redirect_uri", cases).await;
}

/// RG-05: 20 are the limit; 10,000 do not even fit into a body.
#[tokio::test(flavor = "multi_thread")]
async fn c149_many_redirect_uris() {
    let uris = |count: usize| {
        let uris = (0..count).map(|number| format!("https://new.example/{number}"));
        json!({ "redirect_uris": uris.collect::<Vec<_>>() })
    };
    let server = TestServer::with(open()).await;
    let before = server.clients().await.len();
    // On a raw socket: a client that is still writing may miss the answer.
    let body = uris(10_000).to_string();
    let request = format!(
        "POST /oauth/register HTTP/1.1\r\nHost: as.example\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{}",
        body.len(),
        &body[..66 * 1024],
    );
    let answer = server.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("invalid_client_metadata"), "{answer}");
    // Those that are too many for a client, and as many as fit into a body.
    for count in [21, 2_000] {
        let answer = server.register(&uris(count)).await;
        answer.assert_error(400, "invalid_client_metadata");
    }
    assert_eq!(server.clients().await.len(), before);
    server.registered(&uris(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c255_line_breaks_in_redirect_uris() {
    let uris = ["\r\nSet-Cookie:x=1", "\n", "\t", "%0d%0aSet-Cookie:x=1\r"];
    let cases = uris.map(|end| redirecting(&format!("https://new.example/cb{end}")));
    all_refused("invalid_redirect_uri", cases).await;
}

/// RG-05, C258: the answer names the member.
#[rstest]
#[case(json!({ "redirect_uris": "https://new.example/cb" }), "redirect_uris:")]
#[case(json!({ "redirect_uris": ["https://new.example/cb", 1] }), "redirect_uris[1]:")]
#[case(json!({ "redirect_uris": [["https://new.example/cb"]] }), "redirect_uris[0]:")]
#[case(json!({ "client_name": { "en": "Shop" } }), "client_name:")]
#[case(json!({ "client_name": "x".repeat(201) }), "client_name:")]
#[case(json!({ "scope": ["openid"] }), "scope:")]
#[case(json!({ "scope": "x ".repeat(1500) }), "scope:")]
#[case(json!({ "grant_types": "authorization_code" }), "grant_types:")]
#[case(json!({ "token_endpoint_auth_method": 5 }), "token_endpoint_auth_method:")]
#[case(json!({ "token_endpoint_auth_method": "client_secret_jwt" }), "token_endpoint_auth_method:")]
#[case(json!({ "response_types": ["token"] }), "response_types:")]
#[case(json!({ "grant_types": ["implicit"] }), "grant_types:")]
#[case(json!({ "grant_types": ["refresh_token"] }), "grant_types:")]
#[case(json!({ "contacts": vec!["a@b.example"; 21] }), "contacts:")]
#[case(json!({ "default_max_age": "1" }), "default_max_age:")]
#[case(json!({ "default_max_age": 1.5 }), "default_max_age:")]
#[case(json!({ "default_max_age": 4_294_967_296_i64 }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": i64::MAX }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": u64::MAX }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": 1e3 }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": 1e300 }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": "0x10" }), "default_max_age:")]
#[case::c257(json!({ "default_max_age": "+1" }), "default_max_age:")]
#[case::c255(json!({ "post_logout_redirect_uris": ["https://new.example/\r\nSet-Cookie:x=1"] }), "post_logout_redirect_uris[0]:")]
#[case::c255(json!({ "scope": "openid\r\nSet-Cookie:x=1" }), "scope:")]
#[case(json!({ "subject_type": "pairwise" }), "subject_type:")]
#[case(json!({ "id_token_signed_response_alg": "none" }), "id_token_signed_response_alg:")]
#[case(json!({ "application_type": "spa" }), "application_type:")]
#[case(json!({ "post_logout_redirect_uris": ["http://app.example/bye"] }), "post_logout_redirect_uris[0]:")]
#[tokio::test(flavor = "multi_thread")]
async fn rg_05_rg_07_c258_the_member_is_named(#[case] changes: Value, #[case] start: &str) {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    let answer = server.register(&metadata(&changes)).await;
    answer.assert_error(400, "invalid_client_metadata");
    let description = answer.json()["error_description"].clone();
    let description = description.as_str().unwrap();
    assert!(description.starts_with(start), "{description}");
    assert!(description.len() <= 200, "{description}");
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn c154_keys() {
    let private = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": "AAAA" });
    let symmetric = json!({ "kty": "oct", "k": "c2VjcmV0" });
    let public = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" });
    let uri = "https://new.example/jwks";
    let cases = [
        json!({ "jwks": { "keys": [public] }, "jwks_uri": uri }),
        json!({ "jwks": { "keys": [private] } }),
        json!({ "jwks": { "keys": [symmetric] } }),
        json!({ "jwks": [public] }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
    ];
    let cases = cases.iter().map(metadata);
    all_refused("invalid_client_metadata", cases).await;
}

/// The server asks nobody inside of its own network for keys.
#[tokio::test(flavor = "multi_thread")]
async fn c155_addresses_of_keys() {
    let hosts = [
        "127.0.0.1",
        "[::1]",
        "0x7f.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "new.example:8443",
        "u:p@new.example",
    ];
    let uris = hosts.map(|host| format!("https://{host}/jwks"));
    let uris = uris.iter().map(String::as_str);
    let odd = [
        "http://new.example/jwks",
        "file:///etc/passwd",
        "https://new.example/jwks#x",
    ];
    let cases = uris
        .chain(odd)
        .map(|uri| metadata(&json!({ "jwks_uri": uri })));
    all_refused("invalid_client_metadata", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c055_links_are_https() {
    let members = [
        "client_uri",
        "policy_uri",
        "tos_uri",
        "logo_uri",
        "client_uri#de",
    ];
    let links = [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://app.example/",
        "https://app.example/\r\nSet-Cookie: a=b",
    ];
    // What no page may show is not kept (RG-05).
    let server = TestServer::with(open()).await;
    for member in members {
        for link in links {
            let body = server.registered(&metadata(&json!({ member: link }))).await;
            assert!(body.get(member).is_none(), "{body}");
            let row = server.client_row(&body).await;
            let row = serde_json::to_string(&row).unwrap();
            assert!(!row.contains(link), "{row}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c056_names_that_hide_something() {
    let server = TestServer::with(open()).await;
    for name in [" ", "\u{200b}\u{2060}", "\r\n", "\u{3164}"] {
        let answer = server
            .register(&metadata(&json!({ "client_name": name })))
            .await;
        answer.assert_error(400, "invalid_client_metadata");
    }
    let marks = format!("A{}", "\u{0336}".repeat(150));
    for (sent, stored) in [
        ("Pay\u{202e}lap", "Paylap"),
        ("Go\u{200b}og\u{feff}le", "Google"),
        ("My\r\nApp", "My App"),
        (&marks, "A\u{0336}\u{0336}\u{0336}"),
    ] {
        let body = server
            .registered(&metadata(&json!({ "client_name": sent })))
            .await;
        assert_eq!(body["client_name"], stored);
        let row = server.client_row(&body).await;
        assert_eq!(row.client_name.as_deref(), Some(stored));
    }
}

/// What is deeper than a body may be long: 413, and the process is well.
#[tokio::test(flavor = "multi_thread")]
async fn c150_a_hundred_thousand_levels() {
    let server = TestServer::with(open()).await;
    let before = server.everything().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = format!(
        "POST /oauth/register HTTP/1.1\r\nHost: as.example\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{}",
        deep.len(),
        &deep[..66 * 1024],
    );
    let answer = server.raw(&request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("invalid_client_metadata"), "{answer}");
    assert_eq!(server.everything().await, before);
    server.registered(&metadata(&json!({}))).await;
}

/// RG-02.
#[tokio::test(flavor = "multi_thread")]
async fn c150_rg_02_bodies_that_are_no_plain_object() {
    let server = TestServer::with(open()).await;
    let before = server.clients().await.len();
    let uri = "\"redirect_uris\":[\"https://new.example/cb\"]";
    let deep = format!(
        "{{{uri},\"a\":{}{}}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    let cases: [Vec<u8>; 11] = [
        deep.into_bytes(),
        "[".repeat(60_000).into_bytes(),
        format!("{{{uri},\"a\":{}", "{\"a\":".repeat(10_000)).into_bytes(),
        format!("{{{uri},\"a\":[[[[[[[[1]]]]]]]]}}").into_bytes(),
        format!("{{{uri},{uri}}}").into_bytes(),
        format!("{{{uri},\"client_name\":\"a\",\"client_name\":\"b\"}}").into_bytes(),
        format!("[{{{uri}}}]").into_bytes(),
        format!("{{{uri}").into_bytes(),
        format!("{{{uri},\"client_name\":\"a\\u0000b\"}}").into_bytes(),
        [b"{\"client_name\":\"\xff\xfe\",", uri.as_bytes(), b"}"].concat(),
        Vec::new(),
    ];
    for body in cases {
        let request = server.http.post(server.url("/oauth/register"));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let answer = server.send(request).await;
        answer.assert_error(400, "invalid_client_metadata");
    }
    assert_eq!(server.clients().await.len(), before);
    server
        .registered(&metadata(&json!({ "a": [[[[[[[1]]]]]]] })))
        .await;
}
