//! The rules on documents and their URLs.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::protocol::{
    client::{AuthMethod, GrantType},
    client_metadata::TrustLevel,
    jwk::SigningAlg,
    policy::RequestForm,
    strict_json::JsonError,
};

const URL: &str = "https://client.example/app.json";

const NO_HOSTS: Hosts<'static> = Hosts {
    allowed: &[],
    denied: &[],
};

#[rstest]
#[case("https://client.example/app.json")]
#[case("https://client.example/a/b?version=1")]
#[case("https://client.example:8443/app")]
#[case("https://client.example//")]
fn ci_02_urls_of_documents(#[case] url: &str) {
    assert_eq!(check_url(url, NO_HOSTS), Ok(()));
}

#[rstest]
#[case::http("http://client.example/app.json")]
#[case::upper_case_scheme("HTTPS://client.example/app.json")]
#[case::no_path("https://client.example")]
#[case::root("https://client.example/")]
#[case::query_alone("https://client.example?a=/b")]
#[case::fragment("https://client.example/app.json#x")]
#[case::empty_fragment("https://client.example/app.json#")]
#[case::user("https://user@client.example/app.json")]
#[case::password("https://user:secret@client.example/app.json")]
#[case::parent("https://client.example/a/../app.json")]
#[case::encoded_parent("https://client.example/a/%2e%2e/app.json")]
#[case::encoded_parent_upper("https://client.example/%2E%2E/app.json")]
#[case::half_encoded("https://client.example/a/.%2e/app.json")]
#[case::current("https://client.example/./app.json")]
#[case::backslash("https://client.example\\app.json")]
#[case::number_for_a_host("https://0x7f.1/app.json")]
#[case::space("https://client.example/a b")]
#[case::no_host("https:///app.json")]
fn c164_what_is_not_the_url_of_a_document(#[case] url: &str) {
    assert_eq!(check_url(url, NO_HOSTS), Err(DocumentError::Url));
}

#[test]
fn ci_02_a_url_has_2000_characters_at_most() {
    let url = |length: usize| format!("{URL}{}", "a".repeat(length - URL.len()));
    assert_eq!(check_url(&url(2000), NO_HOSTS), Ok(()));
    assert_eq!(check_url(&url(2001), NO_HOSTS), Err(DocumentError::Url));
}

#[rstest]
#[case::all(&[], &[], true)]
#[case::allowed(&["client.example"], &[], true)]
#[case::another_allowed(&["other.example"], &[], false)]
#[case::subdomain_of_the_allowed(&["example"], &[], false)]
#[case::denied(&[], &["client.example"], false)]
#[case::another_denied(&[], &["other.example"], true)]
#[case::both(&["client.example"], &["client.example"], false)]
fn ci_02_hosts(#[case] allowed: &[&str], #[case] denied: &[&str], #[case] good: bool) {
    let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (allowed, denied) = (texts(allowed), texts(denied));
    let hosts = Hosts {
        allowed: &allowed,
        denied: &denied,
    };
    assert_eq!(check_url(URL, hosts).is_ok(), good);
}

#[test]
fn ci_02_a_port_is_allowed_with_its_host() {
    let allowed = ["client.example:8443".to_owned()];
    let hosts = Hosts {
        allowed: &allowed,
        denied: &[],
    };
    let check = |url| check_url(url, hosts);
    assert_eq!(check("https://client.example:8443/app"), Ok(()));
    assert_eq!(check(URL), Err(DocumentError::Host));
    let other = check("https://client.example:9443/app");
    assert_eq!(other, Err(DocumentError::Host));
}

/// A dot at the end is no other host, in the id or in the settings.
#[rstest]
#[case::denied("https://client.example./app.json", &[], &["client.example"], false)]
#[case::denied_with_dot("https://client.example/app.json", &[], &["client.example."], false)]
#[case::denied_on_a_port("https://client.example.:8443/app", &[], &["client.example:8443"], false)]
#[case::denied_on_every_port("https://client.example.:8443/app", &[], &["client.example"], false)]
#[case::allowed("https://client.example./app.json", &["client.example"], &[], true)]
#[case::allowed_with_dot("https://client.example/app.json", &["client.example."], &[], true)]
#[case::other("https://client.example./app.json", &["other.example"], &["b.example."], false)]
fn s_b12_hosts_with_a_dot_at_the_end(
    #[case] url: &str,
    #[case] allowed: &[&str],
    #[case] denied: &[&str],
    #[case] good: bool,
) {
    let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (allowed, denied) = (texts(allowed), texts(denied));
    let hosts = Hosts {
        allowed: &allowed,
        denied: &denied,
    };
    let expected = if good {
        Ok(())
    } else {
        Err(DocumentError::Host)
    };
    assert_eq!(check_url(url, hosts), expected);
    assert_eq!(host(url).as_deref(), Some("client.example"));
}

/// What was not read says nothing about the client; what was read and is wrong does.
#[rstest]
#[case(DocumentError::Url, DocumentVerdict::NotAccepted, false)]
#[case(DocumentError::Host, DocumentVerdict::NotAccepted, false)]
#[case(Unread::Away("503".to_owned()).into(), DocumentVerdict::Unread, true)]
#[case(Unread::Forbidden("302".to_owned()).into(), DocumentVerdict::Unread, false)]
#[case(DocumentError::Sector(Unread::Away("503".to_owned())), DocumentVerdict::Unread, true)]
#[case(JsonError::Unreadable.into(), DocumentVerdict::Unread, true)]
#[case(JsonError::NotAnObject.into(), DocumentVerdict::Invalid, false)]
#[case(JsonError::Duplicate.into(), DocumentVerdict::Invalid, false)]
#[case(DocumentError::ClientId, DocumentVerdict::Invalid, false)]
#[case(DocumentError::StillInvalid, DocumentVerdict::Invalid, false)]
#[case(
    DocumentError::Missing("redirect_uris"),
    DocumentVerdict::Invalid,
    false
)]
#[case(
    DocumentError::Secret("client_secret"),
    DocumentVerdict::Invalid,
    false
)]
fn s_c7_what_an_error_says_about_the_client(
    #[case] error: DocumentError,
    #[case] finding: DocumentVerdict,
    #[case] may_pass: bool,
) {
    assert_eq!((error.finding(), error.may_pass()), (finding, may_pass));
}

fn good() -> Value {
    json!({
        "client_id": URL,
        "client_name": "The app",
        "redirect_uris": ["https://client.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

fn read(changes: &Value) -> Result<Client, DocumentError> {
    let mut document = good();
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    let members = document.as_object_mut().unwrap();
    members.retain(|_, value| !value.is_null());
    read_text(&document.to_string())
}

fn read_text(body: &str) -> Result<Client, DocumentError> {
    let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (scopes, default_scopes) = (texts(&["openid", "read"]), texts(&["openid"]));
    let metadata = MetadataPolicy {
        scopes: &scopes,
        applicant: TrustLevel::Untrusted,
        algorithms: &SigningAlg::ALL,
        grants: &[
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
        ],
        redirect_schemes: &[],
        pairwise: false,
        pushed_requests: RequestForm::Offered,
        signed_requests: RequestForm::Offered,
        loopback: false,
        dpop: crate::protocol::policy::DpopUse::Optional,
    };
    let policy = DocumentPolicy {
        metadata,
        default_scopes: &default_scopes,
    };
    client(body.as_bytes(), URL, &policy)
}

#[test]
fn ci_04_a_good_document() {
    let client = read(&json!({})).unwrap();
    assert_eq!(
        (client.client_id.as_str(), client.kind),
        (URL, ClientKind::Cimd)
    );
    assert_eq!(client.token_endpoint_auth_method, AuthMethod::None);
    assert_eq!(client.scopes, Some(vec!["openid".to_owned()]));
    assert!(client.require_pkce && !client.skip_consent);
}

/// Scopes are cut to what strangers may have; grants to what there is.
#[test]
fn a_document_is_written_for_many_servers() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let client = read(&json!({
        "scope": "openid read mail",
        "grant_types": ["authorization_code", device],
        "frobnicate": true,
    }))
    .unwrap();
    let scopes = ["openid", "read"].map(str::to_owned).to_vec();
    assert_eq!(client.scopes, Some(scopes));
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
}

#[rstest]
#[case::slash("https://client.example/app.json/")]
#[case::case("https://client.example/App.json")]
#[case::host_case("https://Client.example/app.json")]
#[case::port("https://client.example:443/app.json")]
#[case::nothing("")]
fn c163_another_client_id(#[case] client_id: &str) {
    let refused = read(&json!({ "client_id": client_id }));
    assert_eq!(refused, Err(DocumentError::ClientId));
}

#[rstest]
#[case::no_client_id(json!({"client_id": null}), DocumentError::ClientId)]
#[case::id_is_a_list(json!({"client_id": [URL]}), DocumentError::ClientId)]
#[case::no_name(json!({"client_name": null}), DocumentError::Missing("client_name"))]
#[case::no_redirect(json!({"redirect_uris": null}), DocumentError::Missing("redirect_uris"))]
#[case::empty_redirect(json!({"redirect_uris": []}), DocumentError::Missing("redirect_uris"))]
#[case::one_redirect(json!({"redirect_uris": "https://a.example/"}), DocumentError::Missing("redirect_uris"))]
fn ci_04_members(#[case] changes: Value, #[case] refusal: DocumentError) {
    assert_eq!(read(&changes), Err(refusal));
}

#[rstest]
#[case(json!({"client_secret": "s"}), "client_secret")]
#[case(json!({"client_secret_expires_at": 0}), "client_secret_expires_at")]
#[case(json!({"token_endpoint_auth_method": "client_secret_basic"}), "token_endpoint_auth_method")]
#[case(json!({"token_endpoint_auth_method": "client_secret_post"}), "token_endpoint_auth_method")]
#[case(json!({"token_endpoint_auth_method": "client_secret_jwt"}), "token_endpoint_auth_method")]
fn c168_secrets(#[case] changes: Value, #[case] member: &'static str) {
    assert_eq!(read(&changes), Err(DocumentError::Secret(member)));
}

/// CI-04: the rules of registration hold (RG-05 to RG-07).
#[rstest]
#[case(json!({"redirect_uris": ["javascript:alert(1)"]}))]
#[case(json!({"redirect_uris": ["http://client.example/cb"]}))]
#[case(json!({"token_endpoint_auth_method": "private_key_jwt"}))]
#[case(json!({"token_endpoint_auth_method": "tls_client_auth"}))]
#[case(json!({"client_name": "\u{200b}"}))]
#[case(json!({"client_name": 1}))]
#[case(json!({"grant_types": ["client_credentials"], "response_types": []}))]
#[case(json!({"grant_types": ["implicit"]}))]
#[case(json!({"response_types": ["token"]}))]
#[case(json!({"subject_type": "pairwise"}))]
fn ci_04_rules_of_registration(#[case] changes: Value) {
    let refused = read(&changes).unwrap_err();
    assert!(matches!(refused, DocumentError::Metadata(_)), "{refused}");
}

#[rstest]
#[case::list("[]", JsonError::NotAnObject)]
#[case::twice(r#"{"client_id": "a", "client_id": "b"}"#, JsonError::Duplicate)]
#[case::html("<html>", JsonError::Unreadable)]
fn ci_04_json(#[case] body: &str, #[case] why: JsonError) {
    assert_eq!(read_text(body), Err(DocumentError::Json(why)));
}

#[rstest]
#[case(json!({}), false)]
#[case(json!({"contacts": ["a@client.example"]}), false)]
#[case(json!({"client_name": "Another"}), true)]
#[case(json!({"client_name#de": "Die App"}), true)]
#[case(json!({"logo_uri": "https://client.example/logo.png"}), true)]
#[case(json!({"redirect_uris": ["https://client.example/other"]}), true)]
#[case(json!({"jwks_uri": "https://client.example/keys"}), true)]
#[case(json!({"scope": "read"}), true)]
fn co_06_changes_that_a_person_looks_at(#[case] changes: Value, #[case] expected: bool) {
    let (old, new) = (read(&json!({})).unwrap(), read(&changes).unwrap());
    assert_eq!(differs(&old, &new), expected);
}

#[test]
fn ci_07_the_host() {
    assert_eq!(host(URL).as_deref(), Some("client.example"));
    assert_eq!(host("client_abc"), None);
}
