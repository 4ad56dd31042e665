//! Reading credentials and judging them.

use rstest::rstest;

use super::*;
use crate::protocol::{client::ClientSecret, grants::TokenRequest, params::Params};

const NOW: UnixTime = UnixTime::from_seconds(100);

/// The credentials of a request with these headers and this body.
fn read(authorization: &[&str], body: &str) -> Result<Credentials, OAuthError> {
    let params = Params::parse(body.as_bytes()).unwrap();
    Credentials::read(authorization, TokenRequest::read(&params)?.client())
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

#[test]
fn c083_basic_parts_are_form_decoded() {
    let header = basic("a%3Ab:s%25+%2B");
    let credentials = read(&[&header], "").unwrap();
    assert_eq!(credentials.client_id, "a:b");
    let Proof::Secret(secret) = credentials.proof else {
        panic!("a secret");
    };
    assert_eq!(secret.expose(), "s% +");
}

#[rstest]
#[case::two_methods(&["Basic YTpi"], "client_secret=x", "invalid_request")]
#[case::two_headers(&["Basic YTpi", "Basic YTpi"], "", "invalid_request")]
#[case::other_id(&["Basic YTpi"], "client_id=z", "invalid_request")]
#[case::nothing(&[], "", "invalid_client")]
#[case::secret_without_id(&[], "client_secret=x", "invalid_client")]
#[case::no_base64(&["Basic !!!"], "", "invalid_client")]
#[case::no_colon(&["Basic YWI="], "", "invalid_client")]
#[case::bearer(&["Bearer abc"], "client_id=a", "invalid_client")]
#[case::empty_id(&["Basic OmI="], "", "invalid_client")]
#[case::assertion_and_basic(&["Basic YTpi"], "client_assertion=x", "invalid_request")]
#[case::assertion_and_secret(&[], "client_assertion=x&client_secret=y", "invalid_request")]
#[case::assertion_twice(&[], "client_assertion=x&client_assertion=y", "invalid_request")]
#[case::assertion_without_type(&[], "client_assertion=x", "invalid_client")]
#[case::type_without_assertion(&[], "client_id=a&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "invalid_client")]
#[case::another_type(&[], "client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "invalid_client")]
#[case::no_jwt(&[], "client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "invalid_client")]
fn ca_01_exactly_one_well_formed_method(
    #[case] headers: &[&str],
    #[case] body: &str,
    #[case] code: &str,
) {
    let error = read(headers, body).unwrap_err();
    assert_eq!(error.code.as_str(), code);
}

#[test]
fn the_scheme_has_any_case_and_the_same_id_may_stand_in_the_body() {
    let credentials = read(&["bAsIc YTpi"], "client_id=a").unwrap();
    assert_eq!(credentials.client_id, "a");
    assert_eq!(credentials.method, AuthMethod::ClientSecretBasic);
}

/// The log tells the failures apart, the answer does not.
#[rstest]
#[case::nobody(None, "client_secret_basic", "s", "an unknown client_id")]
#[case::disabled(Some(Client { status: ClientStatus::Disabled, ..client() }), "client_secret_basic", "s", "a client whose status is disabled")]
#[case::removed(Some(Client { status: ClientStatus::Deleted, ..client() }), "client_secret_basic", "s", "a client whose status is deleted")]
#[case::method(Some(client()), "client_secret_post", "s", "client_secret_post")]
#[case::no_proof(Some(client()), "none", "", "none")]
#[case::secret(Some(client()), "client_secret_basic", "wrong", "another secret")]
#[case::old_secret(Some(client()), "client_secret_basic", "old", "one that has expired")]
#[case::no_secret(Some(Client { secrets: Vec::new(), ..client() }), "client_secret_basic", "s", "a client without one")]
fn s_d2_each_failure_of_authentication_has_its_own_line(
    #[case] client: Option<Client>,
    #[case] method: &str,
    #[case] secret: &str,
    #[case] received: &str,
) {
    let credentials = match method {
        "none" => read(&[], "client_id=a"),
        "client_secret_post" => read(&[], &format!("client_id=a&client_secret={secret}")),
        _ => read(&[&basic(&format!("a:{secret}"))], ""),
    };
    let error = credentials.unwrap().authenticate(client.as_ref(), NOW);
    let error = error.unwrap_err();
    assert_eq!(error.received_text(), received);
    assert!(!error.wanted().is_empty());
    assert_eq!(
        (error.rule.as_str(), error.text()),
        ("CA-02", "Client authentication failed")
    );
}

#[rstest]
#[case::good("s", true)]
#[case::expired("old", false)]
fn ca_02_secrets(#[case] secret: &str, #[case] good: bool) {
    let header = basic(&format!("a:{secret}"));
    let credentials = read(&[&header], "").unwrap();
    let client = client();
    assert_eq!(credentials.authenticate(Some(&client), NOW).is_ok(), good);
}

#[rstest]
#[case::no_space(&["Basic"], "without a space")]
#[case::scheme(&["Bearer abc"], "another scheme")]
#[case::base64(&["Basic !!!"], "not base64")]
#[case::colon(&["Basic YWI="], "without a colon")]
#[case::encoding(&["Basic JXo6Yg=="], "not form-encoded")]
#[case::empty(&["Basic OmI="], "empty client_id")]
#[case::nothing(&[], "none of them")]
fn s_d2_each_malformed_header_has_its_own_line(#[case] headers: &[&str], #[case] received: &str) {
    let error = read(headers, "").unwrap_err();
    let detail = error.detail.clone().unwrap();
    assert!(detail.received.contains(received), "{detail:?}");
    assert_eq!(
        (error.rule.as_str(), error.text()),
        ("CA-02", "Client authentication failed")
    );
}

fn client() -> Client {
    let secret = |text, expires_at| ClientSecret {
        hash: hash(Purpose::Secret, text),
        expires_at,
    };
    Client {
        secrets: vec![secret("s", None), secret("old", Some(NOW))],
        ..crate::protocol::interaction::tests::client()
    }
}
