use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::protocol::client::{ApplicationType, AuthMethod, SubjectType};

fn convert(metadata: Value, applicant: TrustLevel) -> Result<Client, Vec<MetadataError>> {
    let scopes = ["openid", "read", "write"].map(str::to_owned);
    let policy = MetadataPolicy {
        scopes: &scopes,
        applicant,
        algorithms: &[SigningAlg::ES256],
        grants: &[
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
        ],
        redirect_schemes: &["cursor".to_owned()],
        pairwise: true,
        pushed_requests: RequestForm::Offered,
        signed_requests: RequestForm::Offered,
        loopback: false,
        dpop: crate::protocol::policy::DpopUse::Optional,
    };
    let identity = ClientIdentity {
        client_id: "client_x".into(),
        kind: ClientKind::Dynamic,
    };
    let metadata: ClientMetadata = serde_json::from_value(metadata).expect("metadata");
    metadata.into_client(identity, &policy)
}

fn with(member: &str, value: Value) -> Value {
    let mut metadata = json!({"redirect_uris": ["https://app.example/cb"]});
    metadata[member] = value;
    metadata
}

#[test]
fn s13_2_defaults() {
    let client = convert(
        with("unknown_member", json!(1)),
        TrustLevel::InitialAccessToken,
    )
    .expect("client");
    assert_eq!(
        client.token_endpoint_auth_method,
        AuthMethod::ClientSecretBasic
    );
    assert_eq!(client.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(client.response_types, ["code"]);
    assert_eq!(client.application_type, ApplicationType::Web);
    assert_eq!(client.subject_type, SubjectType::Public);
    assert_eq!(client.scopes, None);
    assert!(client.require_pkce && !client.skip_consent);
}

#[rstest]
#[case("redirect_uris", json!(null), "redirect_uris", MetadataRule::RedirectUriNeeded)]
#[case("redirect_uris", json!([]), "redirect_uris", MetadataRule::RedirectUriNeeded)]
#[case("redirect_uris", json!(vec!["https://a.example/"; 21]), "redirect_uris", MetadataRule::TooMany)]
#[case("post_logout_redirect_uris", json!(vec!["https://a.example/"; 21]), "post_logout_redirect_uris", MetadataRule::TooMany)]
#[case("token_endpoint_auth_method", json!("private_key_jwt"), "jwks", MetadataRule::MissingKeys)]
#[case("token_endpoint_auth_method", json!("client_secret_jwt"), "token_endpoint_auth_method", MetadataRule::AuthMethod)]
#[case("grant_types", json!(["implicit"]), "grant_types", MetadataRule::GrantType)]
#[case("grant_types", json!([]), "grant_types", MetadataRule::GrantType)]
#[case("grant_types", json!(["refresh_token"]), "grant_types", MetadataRule::RefreshAlone)]
#[case("response_types", json!(["token"]), "response_types", MetadataRule::ResponseType)]
#[case("scope", json!("read\nwrite"), "scope", MetadataRule::ScopeSyntax)]
#[case("client_name", json!("x".repeat(201)), "client_name", MetadataRule::Name)]
#[case("client_name", json!("\u{200b} "), "client_name", MetadataRule::Name)]
#[case("policy_uri", json!(format!("https://a.example/{}", "a".repeat(2000))), "policy_uri", MetadataRule::TooLong)]
#[case("application_type", json!("spa"), "application_type", MetadataRule::ApplicationType)]
#[case("subject_type", json!("other"), "subject_type", MetadataRule::SubjectType)]
#[case("id_token_signed_response_alg", json!("none"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("id_token_signed_response_alg", json!("HS256"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("id_token_signed_response_alg", json!("RS256"), "id_token_signed_response_alg", MetadataRule::Algorithm)]
#[case("default_max_age", json!(-1), "default_max_age", MetadataRule::Seconds)]
#[case("default_max_age", json!(2_147_483_648_i64), "default_max_age", MetadataRule::Seconds)]
#[case("contacts", json!(vec!["a"; 21]), "contacts", MetadataRule::TooMany)]
#[case("contacts", json!(["a\r\nb"]), "contacts", MetadataRule::Control)]
#[case("software_id", json!("a\u{7f}"), "software_id", MetadataRule::Control)]
#[case("software_statement", json!("s".repeat(4097)), "software_statement", MetadataRule::StatementTooLong)]
#[case("contacts", json!(vec!["c".repeat(1900); 20]), "client metadata", MetadataRule::TooLarge)]
#[case("software_version", json!("1".repeat(2001)), "software_version", MetadataRule::TooLong)]
#[case("initiate_login_uri", json!("https://app.example/\r\n"), "initiate_login_uri", MetadataRule::HttpsUrl)]
#[case("token_endpoint_auth_signing_alg", json!("HS256"), "token_endpoint_auth_signing_alg", MetadataRule::Algorithm)]
#[case("token_endpoint_auth_signing_alg", json!("none"), "token_endpoint_auth_signing_alg", MetadataRule::Algorithm)]
#[case("jwks", json!({"keys": []}), "jwks", MetadataRule::KeySet)]
#[case("jwks_uri", json!("http://app.example/jwks"), "jwks_uri", MetadataRule::HttpsUrl)]
#[case("jwks_uri", json!("https://127.0.0.1/jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://0x7f.1/jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://[::1]/jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://10.0.0.1/jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://169.254.169.254/latest"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://localhost/jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://db.internal./jwks"), "jwks_uri", MetadataRule::PublicHost)]
#[case("jwks_uri", json!("https://intranet/jwks"), "jwks_uri", MetadataRule::PublicHost)]
fn s13_2_rules(
    #[case] member: &str,
    #[case] value: Value,
    #[case] at: &str,
    #[case] rule: MetadataRule,
) {
    let errors =
        convert(with(member, value), TrustLevel::InitialAccessToken).expect_err("bad metadata");
    let found: Vec<_> = errors.iter().map(|e| (e.member.as_str(), e.rule)).collect();
    assert_eq!(found, [(at, rule)]);
    let expected = match (at, rule) {
        ("redirect_uris", MetadataRule::RedirectUriNeeded) => "invalid_redirect_uri",
        _ => "invalid_client_metadata",
    };
    assert_eq!(errors[0].code().as_str(), expected);
}

/// RFC 6749 §5.2: every text can stand in `error_description`, whole.
#[test]
fn findings_are_sentences_of_the_allowed_characters() {
    let metadata = json!({
        "redirect_uris": vec!["http://app.example/cb"; 20],
        "post_logout_redirect_uris": vec!["myapp://\"\\\u{e9}/cb"; 20],
        "application_type": "web",
        "token_endpoint_auth_method": "\"\\",
        "jwks": {"keys": 1},
        "jwks_uri": "https://a",
        "client_name": "",
    });
    let errors = convert(metadata, TrustLevel::InitialAccessToken).expect_err("bad metadata");
    assert!(errors.len() > 40, "{errors:?}");
    for error in errors {
        let text = error.to_string();
        let allowed = |byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(text.len() <= 200 && text.bytes().all(allowed), "{text}");
    }
}

#[test]
fn c154_one_source_of_keys() {
    let mut metadata = with("jwks_uri", json!("https://app.example/jwks"));
    assert!(convert(metadata.clone(), TrustLevel::InitialAccessToken).is_ok());
    metadata["jwks"] = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]});
    let errors = convert(metadata, TrustLevel::InitialAccessToken).expect_err("two sources");
    assert_eq!(
        errors,
        [MetadataError::new("jwks", MetadataRule::TwoKeySources)]
    );
}

#[rstest]
#[case("client_name#de", "Laden\u{202e}", Ok("Laden"))]
#[case(
    "policy_uri#zh-Hans",
    "https://app.example/zh",
    Ok("https://app.example/zh")
)]
#[case("client_name#", "Laden", Err(MetadataRule::LanguageTag))]
#[case("client_name#de_DE", "Laden", Err(MetadataRule::LanguageTag))]
#[case("client_name#de", "\u{200b}", Err(MetadataRule::Name))]
#[case("tos_uri#fr", "javascript:alert(1)", Ok(""))]
fn s13_2_members_with_a_language(
    #[case] member: &str,
    #[case] text: &str,
    #[case] expected: Result<&str, MetadataRule>,
) {
    let scopes = ["openid".to_owned()];
    let policy = MetadataPolicy {
        scopes: &scopes,
        applicant: TrustLevel::Untrusted,
        algorithms: &[],
        grants: &[GrantType::AuthorizationCode],
        redirect_schemes: &[],
        pairwise: false,
        pushed_requests: RequestForm::Offered,
        signed_requests: RequestForm::Offered,
        loopback: false,
        dpop: crate::protocol::policy::DpopUse::Optional,
    };
    let metadata = ClientMetadata {
        redirect_uris: Some(vec!["https://app.example/cb".into()]),
        localized: [(member.to_owned(), text.to_owned())].into(),
        ..ClientMetadata::default()
    };
    let identity = ClientIdentity {
        client_id: "client_x".into(),
        kind: ClientKind::Dynamic,
    };
    let kept = metadata
        .into_client(identity, &policy)
        .map(|client| client.localized.get(member).cloned().unwrap_or_default())
        .map_err(|errors| errors[0].rule);
    assert_eq!(kept, expected.map(str::to_owned));
}

#[test]
fn rg_06_redirect_uris_come_first() {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb#"],
        "application_type": "spa",
        "default_max_age": -1,
    });
    let errors = convert(metadata, TrustLevel::InitialAccessToken).expect_err("bad metadata");
    assert_eq!(errors[0].member, "redirect_uris[0]");
    assert_eq!(errors.len(), 3);
}

#[test]
fn c153_client_credentials_need_authentication() {
    let metadata =
        json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"});
    for applicant in [TrustLevel::InitialAccessToken, TrustLevel::Operator] {
        let errors = convert(metadata.clone(), applicant).expect_err("bad metadata");
        assert_eq!(errors[0].member, "grant_types");
        assert_eq!(errors[0].rule, MetadataRule::PublicMachine);
    }
}

#[test]
fn s13_2_scopes_are_cut_or_refused() {
    let metadata = with("scope", json!("write admin read write"));
    let cut = convert(metadata.clone(), TrustLevel::InitialAccessToken).expect("client");
    assert_eq!(
        cut.scopes,
        Some(vec!["write".to_owned(), "read".to_owned()])
    );
    let errors = convert(metadata, TrustLevel::Operator).expect_err("bad metadata");
    let expected = "scope: only scopes that this server knows; received: admin; \
                    offered: openid read write";
    assert_eq!(errors[0].to_string(), expected);
    let none = with("scope", json!("admin"));
    assert_eq!(
        convert(none, TrustLevel::Untrusted).expect("client").scopes,
        None
    );
}

/// RG-07, by whose word the client is made.
#[rstest]
#[case(json!(["client_credentials"]), TrustLevel::Untrusted, Err(MetadataRule::MachineGrant))]
#[case(json!(["client_credentials"]), TrustLevel::InitialAccessToken, Ok("client_credentials"))]
#[case(json!(["client_credentials"]), TrustLevel::Operator, Ok("client_credentials"))]
#[case(json!(["client_credentials", "authorization_code"]), TrustLevel::Untrusted, Ok("authorization_code"))]
#[case(json!(["client_credentials", "implicit"]), TrustLevel::Untrusted, Err(MetadataRule::MachineGrant))]
#[case(json!(["authorization_code", "implicit"]), TrustLevel::InitialAccessToken, Ok("authorization_code"))]
#[case(json!(["authorization_code", "implicit"]), TrustLevel::Operator, Err(MetadataRule::GrantType))]
#[case(json!(["client_credentials", "refresh_token"]), TrustLevel::InitialAccessToken, Ok("client_credentials"))]
#[case(json!(["client_credentials", "refresh_token"]), TrustLevel::Operator, Err(MetadataRule::RefreshAlone))]
fn rg_07_grants(
    #[case] grants: Value,
    #[case] applicant: TrustLevel,
    #[case] expected: Result<&str, MetadataRule>,
) {
    let client = convert(with("grant_types", grants), applicant);
    let names = client.map(|client| {
        let names = client.grant_types.iter().map(|grant| grant.as_str());
        names.collect::<Vec<_>>().join(" ")
    });
    let found = names.map_err(|errors| errors[0].rule);
    assert_eq!(found, expected.map(str::to_owned));
}

/// RG-06: a scheme that any program can claim is for public clients.
#[rstest]
#[case(json!({}), Ok(AuthMethod::None))]
#[case(json!({"token_endpoint_auth_method": "none"}), Ok(AuthMethod::None))]
#[case(json!({"token_endpoint_auth_method": "client_secret_post"}), Err(MetadataRule::PublicScheme))]
fn s13_3_schemes_without_a_dot(
    #[case] mut metadata: Value,
    #[case] expected: Result<AuthMethod, MetadataRule>,
) {
    metadata["redirect_uris"] = json!(["https://app.example/cb", "cursor://x/cb"]);
    let client = convert(metadata, TrustLevel::Untrusted);
    let method = client.map(|client| client.token_endpoint_auth_method);
    assert_eq!(method.map_err(|errors| errors[0].rule), expected);
}

#[test]
fn what_is_registered_is_registered_again_alike() {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "implicit"],
        "scope": "read nonsense",
        "client_uri": "http://localhost:3080",
    });
    let client = convert(metadata, TrustLevel::Untrusted).expect("client");
    let registered = serde_json::to_value(ClientMetadata::of(&client)).expect("JSON");
    assert_eq!(registered["grant_types"], json!(["authorization_code"]));
    assert_eq!(registered["scope"], "read");
    assert_eq!(registered["client_uri"], json!(null));
    assert_eq!(convert(registered, TrustLevel::Untrusted), Ok(client));
}

#[test]
fn pg_09_the_name_is_cleaned() {
    let client = convert(
        with("client_name", json!(" Shop\u{202e}\n ")),
        TrustLevel::InitialAccessToken,
    );
    assert_eq!(client.expect("client").client_name.as_deref(), Some("Shop"));
}

#[test]
fn c152_members_of_the_server_are_ignored() {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb"],
        "client_id": "mine",
        "client_secret": "mine",
        "skip_consent": true,
        "require_pkce": false,
    });
    let client = convert(metadata, TrustLevel::InitialAccessToken).expect("client");
    assert_eq!(client.client_id, "client_x");
    assert!(client.secrets.is_empty() && client.require_pkce && !client.skip_consent);
}

#[rstest]
#[case(&["https://a.example/1", "https://a.example:8443/2"], Some("a.example"))]
#[case(&["https://a.example/", "https://b.example/"], None)]
#[case(&["com.example.app:/cb"], None)]
fn st_09_pairwise_sector(#[case] uris: &[&str], #[case] sector: Option<&str>) {
    let metadata = json!({"redirect_uris": uris, "subject_type": "pairwise"});
    let client = convert(metadata, TrustLevel::InitialAccessToken).ok();
    assert_eq!(client.and_then(|client| client.sector).as_deref(), sector);
}
