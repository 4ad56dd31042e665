use rstest::rstest;

use super::*;
use crate::protocol::{
    client::{Client, GrantType},
    error::ErrorCode,
    exchange_policy::ExchangePolicy,
    interaction::tests::client,
    policy::{DpopUse, Lifetimes, Policy, RequestForm},
    time::Seconds,
};

const NOW: UnixTime = UnixTime::from_seconds(1_000);

fn good() -> DeviceCode<'static> {
    DeviceCode {
        client_id: "tv",
        status: Some(DeviceStatus::Approved),
        redeemed: false,
        revoked: false,
        expires_at: UnixTime::from_seconds(1_001),
        next_poll_at: Some(NOW),
        scopes: Scopes::parse("openid read").unwrap(),
        resources: &[],
        owner: Some(OwnerState {
            active: true,
            credentials_changed: false,
        }),
    }
}

fn policy() -> Policy {
    let day = Seconds::days(1);
    Policy {
        issuer: "https://as.example".to_owned(),
        userinfo_url: "https://as.example/oauth/userinfo".to_owned(),
        defined_scopes: Scopes::default(),
        default_scopes: Scopes::default(),
        registrable_scopes: Scopes::default(),
        sensitive_scopes: Scopes::default(),
        client_credentials_default_scopes: Scopes::default(),
        resources: Vec::new(),
        default_resource: None,
        grant_types: vec![GrantType::DeviceCode],
        supported_claims: Vec::new(),
        acr_values: Vec::new(),
        pushed_requests: RequestForm::Off,
        signed_requests: RequestForm::Off,
        signup: false,
        dpop: DpopUse::Off,
        exchange: ExchangePolicy::default(),
        assertion_issuers: Vec::new(),
        refresh_needs_offline_access: false,
        ttl: Lifetimes {
            code: day,
            access: day,
            m2m: day,
            refresh: day,
            refresh_max: day,
            retry_window: day,
            id_token: day,
            scopes: Vec::new(),
        },
    }
}

fn decided(code: Option<&DeviceCode<'_>>) -> Result<Verdict, ErrorCode> {
    let client = Client {
        client_id: "tv".to_owned(),
        ..client()
    };
    let policy = policy();
    let entitlement = Entitlement {
        client: &client,
        policy: &policy,
    };
    let request = Request {
        device_code: "loco_dc_x",
        resources: Vec::new(),
        key: None,
    };
    decide(entitlement, code, &request, NOW).map_err(|error| error.code)
}

#[test]
fn dv_01_an_unknown_code() {
    assert_eq!(decided(None), Err(ErrorCode::InvalidGrant));
}

#[test]
fn dv_04_an_approved_request_gets_tokens() {
    let Ok(Verdict::Redeem(granted)) = decided(Some(&good())) else {
        panic!("no tokens");
    };
    assert_eq!(granted.scopes, good().scopes);
    assert_eq!(granted.audience, ["https://as.example/oauth/userinfo"]);
}

/// What ends the wait is told however fast the device asks; what does not, only after the interval.
#[rstest]
#[case::pending(DeviceStatus::Pending, Ok(Verdict::Wait), Ok(Verdict::TooFast))]
#[case::claimed(DeviceStatus::Claimed, Ok(Verdict::Wait), Ok(Verdict::TooFast))]
#[case::denied(
    DeviceStatus::Denied,
    Err(ErrorCode::AccessDenied),
    Err(ErrorCode::AccessDenied)
)]
fn dv_03_dv_04_by_status(
    #[case] status: DeviceStatus,
    #[case] in_time: Result<Verdict, ErrorCode>,
    #[case] too_fast: Result<Verdict, ErrorCode>,
) {
    let code = DeviceCode {
        status: Some(status),
        ..good()
    };
    assert_eq!(decided(Some(&code)), in_time);
    let early = DeviceCode {
        next_poll_at: Some(NOW + Seconds::new(1)),
        ..code
    };
    assert_eq!(decided(Some(&early)), too_fast);
}

#[rstest]
#[case::of_another_client(DeviceCode { client_id: "other", redeemed: true, ..good() }, Ok(Verdict::WrongClient))]
#[case::used(DeviceCode { redeemed: true, revoked: true, ..good() }, Err(ErrorCode::InvalidGrant))]
#[case::revoked(DeviceCode { revoked: true, ..good() }, Err(ErrorCode::InvalidGrant))]
#[case::expired(DeviceCode { expires_at: NOW, ..good() }, Err(ErrorCode::ExpiredToken))]
#[case::too_fast(
    DeviceCode { next_poll_at: Some(NOW + Seconds::new(1)), ..good() },
    Ok(Verdict::TooFast)
)]
#[case::no_account(DeviceCode { owner: None, ..good() }, Err(ErrorCode::InvalidGrant))]
#[case::a_word_of_another_version(DeviceCode { status: None, ..good() }, Ok(Verdict::Wait))]
fn dv_01_to_dv_04_in_their_order(
    #[case] code: DeviceCode<'_>,
    #[case] expected: Result<Verdict, ErrorCode>,
) {
    assert_eq!(decided(Some(&code)), expected);
}
