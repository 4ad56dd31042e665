//! Static clients: entries of `clients` as [`Client`]s (ST-09, ST-10).

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{finding::Findings, raw_lists::RawClient, settings::Settings};
use crate::protocol::{
    client::{AuthMethod, Client, ClientKind, ClientSecret, SecretHash},
    client_metadata::{
        ClientIdentity, ClientMetadata, MetadataError, MetadataPolicy, OperatorChoices, TrustLevel,
    },
    jwk::SigningAlg,
    secret::Secret,
};

/// Shortest client secret in clear, in characters.
const MIN_SECRET: usize = 32;

pub(super) fn resolve(
    raw: Vec<RawClient>,
    settings: &Settings,
    findings: &mut Findings,
) -> Vec<Client> {
    let mut clients: Vec<Client> = Vec::new();
    for (index, entry) in raw.into_iter().enumerate() {
        let key = format!("clients[{index}]");
        let id = entry.client_id.clone();
        check_id(&key, &id, findings);
        if clients.iter().any(|other| other.client_id == id) {
            let fix = "give every client its own id";
            findings.add(
                format!("{key}.client_id"),
                format!("`{id}` is there twice"),
                fix,
            );
        }
        let secrets = secrets(&key, &entry, findings);
        match convert(entry, secrets, settings) {
            Ok(client) => clients.push(client),
            Err(errors) => errors
                .iter()
                .for_each(|error| note(&key, &id, error, findings)),
        }
    }
    clients
}

fn note(key: &str, id: &str, error: &MetadataError, findings: &mut Findings) {
    // The metadata member `scope` is the list `scopes` here.
    let member = match error.member.as_str() {
        "scope" => "scopes",
        member => member,
    };
    let received = error.value.as_ref();
    let received = received.map_or_else(String::new, |value| format!(": `{value}`"));
    let offered = match error.offered.as_slice() {
        [] => String::new(),
        offered => format!(" ({})", offered.join(", ")),
    };
    findings.add(
        format!("{key}.{member}"),
        format!("the client `{id}` breaks a rule{received}"),
        format!("{}{offered}", error.rule),
    );
}

/// RFC 6749 appendix A.1.
fn check_id(key: &str, id: &str, findings: &mut Findings) {
    let printable = id.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    if id.is_empty() || id.len() > 255 || !printable {
        findings.add(
            format!("{key}.client_id"),
            "missing, or not 1 to 255 printable ASCII characters without space",
            "write an id, for example `web`",
        );
    }
}

/// Plain SHA-256, as an operator can compute it by hand (ID-01).
fn secrets(key: &str, entry: &RawClient, findings: &mut Findings) -> Vec<ClientSecret> {
    let in_clear = entry.client_secret.as_ref();
    let hashes = entry.client_secret_sha256.as_deref();
    if in_clear.is_some_and(|secret| secret.expose().len() < MIN_SECRET) {
        findings.add(
            format!("{key}.client_secret"),
            "shorter than 32 characters",
            "use a long random one, for example from `openssl rand -base64 33`",
        );
    }
    let parsed: Option<Vec<SecretHash>> = hashes.map_or_else(
        || Some(in_clear.into_iter().map(sha_256).collect()),
        |hashes| hashes.iter().map(|hash| from_hex(hash.expose())).collect(),
    );
    let two_ways = in_clear.is_some() && hashes.is_some();
    let number = hashes.is_none_or(|hashes| matches!(hashes.len(), 1 | 2));
    if two_ways || !number || parsed.is_none() {
        findings.add(
            format!("{key}.client_secret_sha256"),
            "not one or two SHA-256 values of 64 hex digits, without client_secret beside them",
            "write what `printf %s \"$SECRET\" | sha256sum` prints",
        );
    }
    let stored = |hash| ClientSecret {
        hash,
        expires_at: None,
    };
    parsed.unwrap_or_default().into_iter().map(stored).collect()
}

fn sha_256(secret: &Secret) -> SecretHash {
    SecretHash(Sha256::digest(secret.expose()).into())
}

pub(super) fn from_hex(text: &str) -> Option<SecretHash> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (index, byte) in hash.iter_mut().enumerate() {
        let digits = text.get(2 * index..2 * index + 2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(SecretHash(hash))
}

fn convert(
    entry: RawClient,
    secrets: Vec<ClientSecret>,
    settings: &Settings,
) -> Result<Client, Vec<MetadataError>> {
    let method = if secrets.is_empty() {
        AuthMethod::None
    } else {
        AuthMethod::ClientSecretBasic
    };
    let identity = ClientIdentity {
        client_id: entry.client_id.clone(),
        kind: ClientKind::Static,
    };
    let choices = OperatorChoices {
        require_pkce: entry.require_pkce,
        skip_consent: entry.skip_consent,
        resources: entry.resources.clone(),
        secrets,
    };
    let policy = MetadataPolicy {
        scopes: &settings.known_scopes(),
        applicant: TrustLevel::Operator,
        algorithms: &SigningAlg::ALL,
        grants: &settings.grant_types,
        redirect_schemes: &settings.registration.redirect_schemes,
        pairwise: settings.pairwise_secret.is_some(),
        pushed_requests: settings.par.form(),
        signed_requests: settings.jar.form(),
        loopback: settings.fetches_from_own_machine(),
        dpop: settings.dpop.policy(),
    };
    let resources: Vec<String> = settings
        .resources
        .iter()
        .map(|r| r.identifier.clone())
        .collect();
    let client = metadata(entry)
        .with_operator_defaults(method, settings.grant_types.as_slice())
        .into_client(identity, &policy)?;
    choices.apply(client, &resources).map(with_content_version)
}

fn metadata(entry: RawClient) -> ClientMetadata {
    ClientMetadata {
        redirect_uris: entry.redirect_uris,
        token_endpoint_auth_method: entry.token_endpoint_auth_method,
        grant_types: entry.grant_types,
        response_types: entry.response_types,
        scope: entry.scopes.map(|scopes| scopes.join(" ")),
        client_name: entry.client_name,
        contacts: entry.contacts,
        client_uri: entry.client_uri,
        logo_uri: entry.logo_uri,
        tos_uri: entry.tos_uri,
        policy_uri: entry.policy_uri,
        application_type: entry.application_type,
        subject_type: entry.subject_type,
        id_token_signed_response_alg: entry.id_token_signed_response_alg,
        userinfo_signed_response_alg: entry.userinfo_signed_response_alg,
        token_endpoint_auth_signing_alg: entry.token_endpoint_auth_signing_alg,
        request_object_signing_alg: entry.request_object_signing_alg,
        require_signed_request_object: entry.require_signed_request_object,
        require_pushed_authorization_requests: entry.require_pushed_authorization_requests,
        jwks: entry.jwks,
        jwks_uri: entry.jwks_uri,
        sector_identifier_uri: entry.sector_identifier_uri,
        default_max_age: entry.default_max_age,
        require_auth_time: entry.require_auth_time,
        dpop_bound_access_tokens: entry.dpop_bound_access_tokens,
        default_acr_values: entry.default_acr_values,
        post_logout_redirect_uris: entry.post_logout_redirect_uris,
        backchannel_logout_uri: entry.backchannel_logout_uri,
        backchannel_logout_session_required: entry.backchannel_logout_session_required,
        ..ClientMetadata::default()
    }
}

/// A static client has no row whose `version` could be raised, so its version is taken from what
/// a person consented under: display data, redirect URIs, scopes, resources, keys (CO-02).
fn with_content_version(mut client: Client) -> Client {
    let content = json!({
        "client_name": client.client_name,
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "tos_uri": client.tos_uri,
        "policy_uri": client.policy_uri,
        "redirect_uris": client.redirect_uris,
        "scopes": client.scopes,
        "resources": client.resources,
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
    });
    // Members are sorted by name, whatever the order here.
    let digest: [u8; 32] = Sha256::digest(content.to_string()).into();
    let [a, b, c, d, ..] = digest;
    client.version = i32::from_be_bytes([a & 0x7F, b, c, d]);
    client
}
