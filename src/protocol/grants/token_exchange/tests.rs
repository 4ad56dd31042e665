use rstest::rstest;

use super::*;
use crate::protocol::{
    dpop::Binding,
    error::ErrorCode,
    exchange_policy::ExchangePolicy,
    implied_scopes::ImpliedScopes,
    interaction::tests as interaction,
    jwk::SigningAlg,
    params::Params,
    policy::{DpopUse, Lifetimes, RequestForm, ResourcePolicy},
    time::Seconds,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
pub const MCP: &str = "https://as.example/mcp";
pub const API: &str = "https://as.example/api";
pub const BILLING: &str = "https://billing.example";

/// A confidential client.
pub fn client(id: &str) -> Client {
    Client {
        client_id: id.to_owned(),
        ..interaction::client()
    }
}

fn resource_of(identifier: &str, scopes: &[&str]) -> ResourcePolicy {
    ResourcePolicy {
        identifier: identifier.to_owned(),
        name: "a resource".to_owned(),
        scopes: scopes.iter().collect(),
        default_scopes: scopes.iter().collect(),
        jwt: false,
        signing_alg: SigningAlg::ES256,
        access_token_ttl: Seconds::hours(1),
        introspection_clients: Vec::new(),
        implied_scopes: ImpliedScopes::default(),
        binding: Binding::Optional,
    }
}

/// Three resources; two of them share the scope `read`.
pub fn policy() -> Policy {
    Policy {
        issuer: "https://as.example".to_owned(),
        userinfo_url: "https://as.example/oauth/userinfo".to_owned(),
        defined_scopes: ["read", "write", "pay"].into_iter().collect(),
        default_scopes: Scopes::default(),
        registrable_scopes: Scopes::default(),
        sensitive_scopes: Scopes::default(),
        client_credentials_default_scopes: Scopes::default(),
        resources: vec![
            resource_of(MCP, &["read", "write", "pay"]),
            resource_of(API, &["read", "write"]),
            resource_of(BILLING, &["read", "pay"]),
        ],
        default_resource: None,
        grant_types: Vec::new(),
        supported_claims: Vec::new(),
        acr_values: Vec::new(),
        pushed_requests: RequestForm::Off,
        signed_requests: RequestForm::Off,
        dpop: DpopUse::Off,
        signup: false,
        refresh_needs_offline_access: false,
        ttl: Lifetimes {
            code: Seconds::minutes(1),
            access: Seconds::hours(1),
            m2m: Seconds::hours(1),
            refresh: Seconds::hours(1),
            refresh_max: Seconds::hours(1),
            retry_window: Seconds::ZERO,
            id_token: Seconds::hours(1),
            scopes: Vec::new(),
        },
        exchange: ExchangePolicy {
            rules: vec![
                rule("gateway", MCP, API, &["read", "write"]),
                rule("gateway", MCP, BILLING, &["pay"]),
                rule("other", API, BILLING, &["read", "pay"]),
            ],
            ..ExchangePolicy::default()
        },
        assertion_issuers: Vec::new(),
    }
}

fn rule(client: &str, from: &str, to: &str, scopes: &[&str]) -> ExchangeRule {
    ExchangeRule {
        client: client.to_owned(),
        from_resource: from.to_owned(),
        to_resource: to.to_owned(),
        scopes: scopes.iter().collect(),
    }
}

/// A request with these parameters besides the demanded ones.
fn params(more: &str) -> Params {
    let query = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x\
         &subject_token_type=urn:ietf:params:oauth:token-type:access_token{more}"
    );
    Params::parse(query.as_bytes()).expect("parameters")
}

fn held<'a>(scopes: &[&str], audience: &'a [String]) -> SubjectToken<'a> {
    SubjectToken {
        scopes: scopes.iter().collect(),
        audience,
        expires_at: NOW + Seconds::minutes(30),
        actor: None,
    }
}

fn decided(
    client_id: &str,
    policy: &Policy,
    subject: SubjectToken<'_>,
    more: &str,
) -> Result<Exchange, ErrorCode> {
    let params = params(more);
    let sent = TokenRequest::read(&params).expect("a request");
    let request = Request::of(&sent).expect("a request");
    let client = &client(client_id);
    let entitlement = Entitlement { client, policy };
    decide(entitlement, &request, subject, None, NOW).map_err(|error| error.code)
}

#[rstest]
// Two rules could be meant.
#[case("", Err(ErrorCode::InvalidTarget))]
#[case(
    "&resource=https://as.example/api",
    Ok("https://as.example/api: read write")
)]
#[case(
    "&audience=https://AS.example/api/",
    Ok("https://as.example/api: read write")
)]
#[case(
    "&resource=https://billing.example&scope=pay",
    Ok("https://billing.example: pay")
)]
#[case(
    "&resource=https://billing.example&scope=read",
    Err(ErrorCode::InvalidScope)
)]
#[case(
    "&resource=https://as.example/api&scope=read+pay",
    Err(ErrorCode::InvalidScope)
)]
#[case(
    "&resource=https://as.example/api&scope=%22",
    Err(ErrorCode::InvalidScope)
)]
#[case("&resource=https://as.example/mcp", Err(ErrorCode::InvalidTarget))]
#[case("&resource=https://as.example", Err(ErrorCode::InvalidTarget))]
#[case("&resource=https://unknown.example", Err(ErrorCode::InvalidTarget))]
// Both targets define `read`, and only one rule allows it; `write` and `pay` count at one of them.
#[case(
    "&resource=https://as.example/api&audience=https://billing.example",
    Ok("https://as.example/api https://billing.example: write pay")
)]
#[case(
    "&audience=https://as.example/api&audience=https://billing.example&scope=read",
    Err(ErrorCode::InvalidScope)
)]
fn tx_03_tx_04_rules(#[case] more: &str, #[case] expected: Result<&str, ErrorCode>) {
    let audience = [MCP.to_owned()];
    let exchange = decided(
        "gateway",
        &policy(),
        held(&["read", "write", "pay"], &audience),
        more,
    );
    let shown = exchange.map(|exchange| {
        let Granted { scopes, audience } = exchange.granted;
        format!("{}: {scopes}", audience.join(" "))
    });
    assert_eq!(shown, expected.map(str::to_owned), "{more}");
}

#[test]
fn tx_03_a_rule_is_for_its_client_and_for_the_audience_of_the_subject_token() {
    let policy = policy();
    let target = format!("&resource={BILLING}");
    for (client, from, is_allowed) in [
        ("gateway", MCP, true),
        ("gateway", API, false),
        ("other", API, true),
        ("other", MCP, false),
        ("stranger", MCP, false),
        // The issuer stands for no resource.
        ("gateway", "https://as.example", false),
    ] {
        let audience = [from.to_owned()];
        let subject = held(&["pay"], &audience);
        let exchange = decided(client, &policy, subject, &target);
        let expected = if is_allowed {
            None
        } else {
            Some(ErrorCode::InvalidTarget)
        };
        assert_eq!(exchange.err(), expected, "{client} from {from}");
    }
}

#[test]
fn tx_04_no_more_scopes_than_the_subject_token_has() {
    let (policy, audience) = (policy(), [MCP.to_owned()]);
    let target = format!("&resource={API}");
    let of = |scopes| decided("gateway", &policy, held(scopes, &audience), &target);
    let granted = |scopes| of(scopes).map(|exchange| exchange.granted.scopes.to_string());
    assert_eq!(granted(&["write", "pay"]), Ok("write".to_owned()));
    assert_eq!(granted(&["pay"]), Err(ErrorCode::InvalidScope));
    assert_eq!(granted(&[]), Err(ErrorCode::InvalidScope));
}

#[test]
fn tx_the_new_token_ends_no_later_than_the_subject_token() {
    let (mut policy, audience) = (policy(), [MCP.to_owned()]);
    let target = format!("&resource={API}");
    let end = |policy: &Policy| {
        let exchange = decided("gateway", policy, held(&["read"], &audience), &target);
        exchange.expect("an exchange").latest_end - NOW
    };
    assert_eq!(end(&policy), Seconds::minutes(30));
    policy.exchange.max_ttl_seconds = Seconds::minutes(5);
    assert_eq!(end(&policy), Seconds::minutes(5));
}

#[test]
fn tx_05_who_acts() {
    let (mut policy, audience) = (policy(), [MCP.to_owned()]);
    let target = format!("&resource={API}");
    let acting = |policy: &Policy, before: Option<Actor>| {
        let subject = SubjectToken {
            actor: before,
            ..held(&["read"], &audience)
        };
        decided("gateway", policy, subject, &target).map(|exchange| exchange.actor)
    };
    let before = || Some(Actor::client("first"));
    let gateway = Actor::client("gateway");
    assert_eq!(acting(&policy, None), Ok(Some(gateway.clone())));
    assert_eq!(acting(&policy, before()), Ok(Some(gateway.after(before()))));
    let chain = |length| (0..length).fold(None, |all, _| Some(Actor::client("c").after(all)));
    assert!(acting(&policy, chain(MOST_ACTORS - 1)).is_ok());
    assert_eq!(
        acting(&policy, chain(MOST_ACTORS)),
        Err(ErrorCode::InvalidRequest)
    );
    // With impersonation the client is not named, but whoever was named before still is.
    policy.exchange.impersonation = true;
    assert_eq!(acting(&policy, None), Ok(None));
    assert_eq!(acting(&policy, before()), Ok(before()));
}

#[rstest]
#[case("&actor_token=x")]
#[case("&actor_token_type=urn:ietf:params:oauth:token-type:access_token")]
#[case("&actor_token=x&actor_token_type=urn:ietf:params:oauth:token-type:id_token")]
#[case("&actor_token=x&actor_token_type=access_token")]
#[case("&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token")]
#[case("&requested_token_type=urn:ietf:params:oauth:token-type:jwt")]
// The subject token of an ID-JAG is no access token.
#[case("&requested_token_type=urn:ietf:params:oauth:token-type:id-jag")]
fn tx_02_types(#[case] more: &str) {
    let params = params(more);
    let sent = TokenRequest::read(&params).expect("a request");
    let error = Request::of(&sent).expect_err("refused");
    assert_eq!(error.code, ErrorCode::InvalidRequest, "{more}");
}

#[test]
fn ge_03_audience_is_repeatable_in_an_exchange_alone() {
    let twice = "&audience=a&audience=b";
    assert!(TokenRequest::read(&params(twice)).is_ok());
    let other = format!("grant_type=client_credentials{twice}");
    let other = Params::parse(other.as_bytes()).expect("parameters");
    assert!(TokenRequest::read(&other).is_err());
    assert!(TokenRequest::read(&params("&audience%5B%5D=a")).is_err());
    assert!(TokenRequest::read(&params("&scope=a&scope=b")).is_err());
}
