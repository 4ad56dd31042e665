//! Targets `registration` (a JSON body) and `client_document` (a line with the URL, then the
//! document).

use serde_json::{Map, Value, json};
use url::Url;

use crate::protocol::{
    client::{AuthMethod, Client, ClientKind, GrantType},
    client_document::{self, DocumentPolicy, Hosts},
    client_metadata::{ClientIdentity, MetadataPolicy, TrustLevel},
    display_name,
    jwk::SigningAlg,
    policy::DpopUse,
    policy::RequestForm,
    redirect_uri,
    registration::{ClientInformation, Issued, metadata, sent},
    strict_json::{self, JsonError},
    time::UnixTime,
};

const CLIENT_ID: &str = "client_of_the_fuzzer";
const REGISTRATION_URI: &str = "https://as.example/oauth/register/client_of_the_fuzzer";
const GRANTS: [GrantType; 3] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
];

/// Registration requests (RG-02 to RG-07), and that the answer can be sent back (RFC 7592).
pub fn registration(data: &[u8]) {
    let Some(client) = members(data).and_then(registered) else {
        return;
    };
    check_client(&client);
    assert_eq!(client.client_id, CLIENT_ID);
    let answer = answer(&client);
    let again = members(answer.to_string().as_bytes()).and_then(registered);
    let again = again.unwrap_or_else(|| panic!("the answer is refused: {answer}"));
    assert_eq!(self::answer(&again), answer);
}

/// Documents that a client id names, and their URLs (CI-01 to CI-07).
pub fn client_document(data: &[u8]) {
    let (url, body) = super::first_line(data);
    let Ok(client_id) = std::str::from_utf8(url) else {
        return;
    };
    let everywhere = Hosts {
        allowed: &[],
        denied: &[],
    };
    if client_document::check_url(client_id, everywhere).is_ok() {
        check_url(client_id);
    }
    let scopes = scopes();
    let policy = DocumentPolicy {
        metadata: policy(&scopes, TrustLevel::Untrusted),
        default_scopes: &scopes,
    };
    let Ok(client) = client_document::client(body, client_id, &policy) else {
        return;
    };
    check_client(&client);
    let document = sent(members(body).unwrap_or_default());
    assert_eq!(document.get("client_id"), Some(&json!(client_id)));
    assert_eq!(
        (client.client_id.as_str(), client.kind),
        (client_id, ClientKind::Cimd)
    );
    assert!(!client.token_endpoint_auth_method.uses_secret());
    assert!(!client.may_use(GrantType::ClientCredentials));
    assert!(client.client_name.is_some() && !client.redirect_uris.is_empty());
    assert!(!document.contains_key("client_secret"));
}

/// The strict reader agrees with the usual one about everything that it accepts.
fn members(body: &[u8]) -> Option<Map<String, Value>> {
    let usual = serde_json::from_slice::<Value>(body).ok();
    match strict_json::object(body) {
        Ok(members) => {
            let members = Value::Object(members);
            assert_eq!(Some(&members), usual.as_ref());
            assert!(depth(&members) <= 8 && !has_nul(&members));
            usual?.as_object().cloned()
        }
        Err(JsonError::Unreadable) => {
            assert!(usual.is_none(), "{usual:?}");
            None
        }
        Err(JsonError::NotAnObject) => {
            assert!(usual.is_some_and(|value| !value.is_object()));
            None
        }
        Err(_) => None,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(entries) => 1 + entries.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(entries) => entries.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn scopes() -> [String; 4] {
    ["openid", "offline_access", "read", "write"].map(str::to_owned)
}

/// What a server with these scopes offers.
pub(super) const fn policy(scopes: &[String], applicant: TrustLevel) -> MetadataPolicy<'_> {
    MetadataPolicy {
        scopes,
        applicant,
        algorithms: &SigningAlg::ALL,
        grants: &GRANTS,
        redirect_schemes: &[],
        pairwise: true,
        pushed_requests: RequestForm::Offered,
        signed_requests: RequestForm::Offered,
        loopback: false,
        dpop: DpopUse::Optional,
    }
}

fn registered(members: Map<String, Value>) -> Option<Client> {
    let identity = ClientIdentity {
        client_id: CLIENT_ID.to_owned(),
        kind: ClientKind::Dynamic,
    };
    let scopes = scopes();
    metadata(members)
        .ok()?
        .into_client(identity, &policy(&scopes, TrustLevel::InitialAccessToken))
        .ok()
}

fn answer(client: &Client) -> Value {
    json!(ClientInformation::new(
        client,
        Issued {
            at: UnixTime::from_seconds(1_800_000_000),
            secret: None,
            registration_token: None,
            registration_uri: REGISTRATION_URI,
            id_token_alg: SigningAlg::ES256,
        },
    ))
}

/// What every client that somebody else described has in common.
fn check_client(client: &Client) {
    let uris = client
        .redirect_uris
        .iter()
        .chain(&client.post_logout_redirect_uris);
    for uri in uris {
        assert_eq!(redirect_uri::check(uri, &[]), Ok(()));
        let scheme = uri
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let known = matches!(scheme.as_str(), "https" | "http") || scheme.contains('.');
        assert!(known, "{uri:?}");
    }
    assert!(client.redirect_uris.len() <= 20 && client.post_logout_redirect_uris.len() <= 20);
    let links = [
        &client.client_uri,
        &client.logo_uri,
        &client.tos_uri,
        &client.policy_uri,
        &client.initiate_login_uri,
        &client.jwks_uri,
        &client.sector_identifier_uri,
    ];
    let localized = client.localized.iter();
    let (names, links_too): (Vec<_>, Vec<_>) =
        localized.partition(|(member, _)| member.starts_with("client_name#"));
    let links = links.into_iter().flatten();
    for link in links.chain(links_too.into_iter().map(|(_, link)| link)) {
        let url = Url::parse(link).unwrap_or_else(|error| panic!("{link:?}: {error}"));
        assert!(url.scheme() == "https" && url.has_host(), "{link:?}");
        assert!(
            url.username().is_empty() && url.password().is_none(),
            "{link:?}"
        );
        assert!(link.len() <= 2000 && link.is_ascii(), "{link:?}");
    }
    for name in client
        .client_name
        .iter()
        .chain(names.into_iter().map(|(_, name)| name))
    {
        assert!(name.chars().count() <= 200, "{name:?}");
        assert!(!name.chars().any(display_name::is_invisible), "{name:?}");
        assert_eq!(display_name::clean(name).as_ref(), Some(name));
    }
    let known = scopes();
    assert!(
        client
            .scopes
            .iter()
            .flatten()
            .all(|scope| known.contains(scope))
    );
    let method = client.token_endpoint_auth_method;
    assert!(method != AuthMethod::None || !client.may_use(GrantType::ClientCredentials));
    assert!(
        method != AuthMethod::PrivateKeyJwt || client.jwks.is_some() || client.jwks_uri.is_some()
    );
    let code = client.may_use(GrantType::AuthorizationCode);
    assert!(!client.may_use(GrantType::RefreshToken) || code);
    assert!(!code || !client.redirect_uris.is_empty());
    assert_eq!(client.response_types.is_empty(), !code);
    assert!(client.secrets.is_empty() && client.require_pkce && !client.skip_consent);
    check_keys(client.jwks.as_ref());
}

/// No key that can sign or that two parties share.
fn check_keys(jwks: Option<&Value>) {
    let keys = jwks
        .and_then(|set| set.get("keys"))
        .and_then(Value::as_array);
    assert_eq!(keys.is_some(), jwks.is_some());
    for key in keys.into_iter().flatten() {
        for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(secret).is_none(), "{key}");
        }
        assert!(key.get("kty") != Some(&json!("oct")), "{key}");
    }
}

/// CI-02: a URL that is fetched as it is written.
fn check_url(text: &str) {
    let url = Url::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert!(text.starts_with("https://") && url.has_host(), "{text:?}");
    assert!(url.fragment().is_none() && !text.contains('#'), "{text:?}");
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{text:?}"
    );
    assert!(url.path().len() > 1, "{text:?}");
    let segments = |path: &str| path.split('/').count();
    let written = text.get("https://".len()..).unwrap_or_default();
    let written = written.split('?').next().unwrap_or_default();
    assert_eq!(segments(url.path()), segments(written), "{text:?}");
    let host = client_document::host(text).unwrap_or_default();
    // A dot at the end names the same host.
    let parsed = url.host_str().map(|host| host.trim_end_matches('.'));
    assert_eq!(parsed, Some(host.as_str()));
    assert!(written.to_ascii_lowercase().starts_with(&host), "{text:?}");
}
