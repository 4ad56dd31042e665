//! Which challenge a client gets that is not authenticated.

use rstest::rstest;

use crate::app::server::{Answer, TestServer};

const BASIC: &str = "Basic realm=\"https://as.example\"";
const OAUTH: &str = "OAuth realm=\"https://as.example\"";
const PATHS: [&str; 3] = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"];

/// What each endpoint wants beside the client.
pub fn form(path: &str) -> Vec<(&'static str, &'static str)> {
    match path {
        "/oauth/token" => vec![("grant_type", "client_credentials")],
        _ => vec![("token", "x")],
    }
}

pub async fn sent(
    server: &TestServer,
    path: &str,
    more: &[(&str, &str)],
    header: &[&str],
) -> Answer {
    let form = [&form(path)[..], more].concat();
    let mut request = server.http.post(server.url(path)).form(&form);
    for value in header {
        request = request.header("authorization", *value);
    }
    server.send(request).await
}

/// RFC 6749 §5.2: `Basic` for who used the header; for all others a scheme for which no browser
/// shows its password box.
#[rstest]
#[case::nothing(&[], &[], OAUTH)]
#[case::unknown_public(&[("client_id", "gone")], &[], OAUTH)]
#[case::confidential_without_secret(&[("client_id", "m2m")], &[], OAUTH)]
#[case::wrong_secret_in_the_body(&[("client_id", "post"), ("client_secret", "wrong")], &[], OAUTH)]
#[case::broken_assertion(&[("client_assertion", "x"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")], &[], OAUTH)]
#[case::wrong_secret(&[], &["Basic bTJtOndyb25n"], BASIC)]
#[case::unknown_client(&[], &["basic bm9ib2R5OnM="], BASIC)]
#[case::broken(&[], &["Basic !"], BASIC)]
#[case::empty(&[], &[""], BASIC)]
#[case::another_scheme(&[("client_id", "gone")], &["Bearer abc"], BASIC)]
#[tokio::test(flavor = "multi_thread")]
async fn s_c9_the_challenge_of_client_endpoints(
    #[case] more: &[(&str, &str)],
    #[case] header: &[&str],
    #[case] challenge: &str,
) {
    let server = TestServer::start().await;
    for path in PATHS {
        let answer = sent(&server, path, more, header).await;
        answer.assert_error(401, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), Some(challenge), "{path}");
        assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 1);
    }
}

/// What a script of the same origin does after its client was removed.
#[tokio::test(flavor = "multi_thread")]
async fn s_c9_a_client_that_is_gone() {
    let server = TestServer::start().await;
    server.set_client_status("pub", "deleted").await;
    for path in PATHS {
        let answer = sent(&server, path, &[("client_id", "pub")], &[]).await;
        answer.assert_error(401, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), Some(OAUTH), "{path}");
    }
}

/// A public client asks where only confidential ones may.
#[tokio::test(flavor = "multi_thread")]
async fn s_c9_a_public_client_at_introspection() {
    let server = TestServer::start().await;
    let answer = sent(&server, "/oauth/introspect", &[("client_id", "pub")], &[]).await;
    answer.assert_error(401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), Some(OAUTH));
}

/// Other answers have no such challenge, and bearer endpoints keep theirs.
#[tokio::test(flavor = "multi_thread")]
async fn s_c9_other_answers_keep_theirs() {
    let server = TestServer::start().await;
    let two = [("client_id", "m2m"), ("client_secret", "x")];
    let answer = sent(&server, "/oauth/token", &two, &["Basic bTJtOndyb25n"]).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(answer.header("www-authenticate"), None);
    let answer = server.get("/oauth/userinfo").await;
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer ")
    );
}
