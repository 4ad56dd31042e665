use rstest::rstest;

use super::*;
use crate::protocol::{
    client::SecretHash,
    client_assertion::SingleUse,
    error::ErrorCode,
    grants::token_exchange::tests::{API, BILLING, MCP, client, policy},
    params::Params,
    time::UnixTime,
};

fn trusted() -> AssertionIssuer {
    AssertionIssuer {
        issuer: "https://idp.example".to_owned(),
        jwks_uri: "https://idp.example/jwks".to_owned(),
        subject_claim: "sub".to_owned(),
        clients: vec!["wiki".to_owned()],
        scopes: ["read", "write"].into_iter().collect(),
        resources: vec![MCP.to_owned(), API.to_owned()],
    }
}

fn decided(
    client: &Client,
    resources: Option<&[&str]>,
    scopes: Option<&[&str]>,
    query: &str,
) -> Result<String, ErrorCode> {
    let params = Params::parse(format!("assertion=x{query}").as_bytes()).expect("parameters");
    let sent = TokenRequest::read(&params).expect("a request");
    let request = Request::of(&sent).expect("a request");
    let id_jag = IdJag {
        subject: "alice",
        scopes: scopes.map(|scopes| scopes.iter().collect()),
        resources: resources.map(<[&str]>::to_vec),
        auth_time: None,
        once: SingleUse {
            hash: SecretHash([0; 32]),
            until: UnixTime::EPOCH,
        },
    };
    let policy = &policy();
    let entitlement = Entitlement { client, policy };
    decide(entitlement, &trusted(), &id_jag, &request)
        .map(|granted| format!("{}: {}", granted.audience.join(" "), granted.scopes))
        .map_err(|error| error.code)
}

#[rstest]
#[case(None, "", Err(ErrorCode::InvalidTarget))]
#[case(
    None,
    "&resource=https://as.example/mcp",
    Ok("https://as.example/mcp: read")
)]
#[case(Some(vec![MCP]), "", Ok("https://as.example/mcp: read"))]
#[case(Some(vec![MCP, API]), "", Ok("https://as.example/mcp https://as.example/api: read"))]
#[case(Some(vec![MCP, API]), "&resource=https://as.example/api/", Ok("https://as.example/api: read"))]
// A part of what the identity provider allows.
#[case(Some(vec![MCP, BILLING, "https://unknown.example"]), "", Ok("https://as.example/mcp: read"))]
#[case(Some(vec![BILLING]), "", Err(ErrorCode::InvalidTarget))]
// Known here, but not in the assertion; and the other way round.
#[case(Some(vec![MCP]), "&resource=https://as.example/api", Err(ErrorCode::InvalidTarget))]
#[case(Some(vec![BILLING]), "&resource=https://billing.example", Err(ErrorCode::InvalidTarget))]
#[case(
    None,
    "&resource=https://unknown.example",
    Err(ErrorCode::InvalidTarget)
)]
fn jb_03_resources(
    #[case] in_assertion: Option<Vec<&str>>,
    #[case] query: &str,
    #[case] expected: Result<&str, ErrorCode>,
) {
    let granted = decided(
        &client("wiki"),
        in_assertion.as_deref(),
        Some(&["read"]),
        query,
    );
    assert_eq!(granted, expected.map(str::to_owned), "{query}");
}

#[rstest]
#[case(Some(vec!["read", "admin"]), "", Ok("read"))]
#[case(Some(vec!["write", "read"]), "&scope=read", Ok("read"))]
#[case(Some(vec!["read"]), "&scope=write", Err(ErrorCode::InvalidScope))]
#[case(Some(vec!["read", "pay"]), "&scope=pay", Err(ErrorCode::InvalidScope))]
#[case(Some(vec!["pay"]), "", Err(ErrorCode::InvalidScope))]
#[case(Some(vec![]), "", Err(ErrorCode::InvalidScope))]
#[case(Some(vec!["read"]), "&scope=%22", Err(ErrorCode::InvalidScope))]
// The default scopes of the resource, as far as the issuer has them.
#[case(None, "", Ok("read write"))]
#[case(None, "&scope=write", Ok("write"))]
fn jb_03_scopes(
    #[case] in_assertion: Option<Vec<&str>>,
    #[case] query: &str,
    #[case] expected: Result<&str, ErrorCode>,
) {
    let granted = decided(
        &client("wiki"),
        Some(&[MCP]),
        in_assertion.as_deref(),
        query,
    );
    let expected = expected.map(|scopes| format!("{MCP}: {scopes}"));
    assert_eq!(granted, expected, "{query}");
}

#[test]
fn jb_03_no_more_than_the_client_has() {
    let client = Client {
        scopes: Some(vec!["read".to_owned()]),
        resources: Some(vec![API.to_owned()]),
        ..client("wiki")
    };
    let of = |resources: &[&str]| decided(&client, Some(resources), Some(&["read", "write"]), "");
    assert_eq!(of(&[MCP, API]), Ok(format!("{API}: read")));
    assert_eq!(of(&[MCP]), Err(ErrorCode::InvalidTarget));
}

#[test]
fn jb_01_an_issuer_is_trusted_for_its_clients() {
    let mut policy = policy();
    policy.assertion_issuers.push(trusted());
    let found = |id: &str, named: Option<&str>| issuer(&policy, &client(id), named).is_ok();
    assert!(found("wiki", Some("https://idp.example")));
    assert!(!found("other", Some("https://idp.example")));
    assert!(!found("wiki", Some("https://idp.example/")));
    assert!(!found("wiki", Some("")));
    assert!(!found("wiki", None));
}
