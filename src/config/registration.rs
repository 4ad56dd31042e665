//! Settings for clients that register themselves (ST-11).

use super::{clients::from_hex, finding::Findings, raw::RawSettings, settings::Settings};
use crate::protocol::{
    client::SecretHash,
    redirect_uri,
    scope::{OFFLINE_ACCESS, Scopes},
    secret::Secret,
    time::Seconds,
};

/// The settings about registration, resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationSettings {
    /// `allow_dynamic_client_registration`: whether the endpoint is there.
    pub enabled: bool,
    /// `allow_unauthenticated_client_registration`: whether everybody may register.
    pub anonymous: bool,
    /// `initial_access_token_hashes`: plain SHA-256 of the tokens that permit registration.
    pub initial_access_tokens: Vec<SecretHash>,
    /// `client_registration_default_scopes`: scopes of a client that names none.
    pub default_scopes: Vec<String>,
    /// `client_registration_allowed_scopes`: no client that registers itself gets others.
    pub allowed_scopes: Vec<String>,
    /// `client_registration_client_secret_ttl_seconds`; 0 = secrets do not expire.
    pub client_secret_ttl_seconds: Seconds,
    /// `client_registration_require_pkce`: also of confidential OpenID clients.
    pub require_pkce: bool,
    /// `max_unused_clients`: no more clients than this wait for their first use.
    pub max_unused_clients: u64,
    /// `redirect_schemes`: private-use schemes without a dot that redirect URIs of clients of every
    /// kind may have, lower-case.
    pub redirect_schemes: Vec<String>,
}

/// The settings about registration, as written.
pub(super) struct RawRegistration {
    enabled: bool,
    anonymous: bool,
    tokens: Vec<Secret>,
    default_scopes: Option<Vec<String>>,
    allowed_scopes: Option<Vec<String>>,
    client_secret_ttl_seconds: Seconds,
    require_pkce: bool,
    max_unused_clients: u64,
    redirect_schemes: Vec<String>,
}

pub(super) fn take(raw: &mut RawSettings) -> RawRegistration {
    RawRegistration {
        enabled: raw.allow_dynamic_client_registration,
        anonymous: raw.allow_unauthenticated_client_registration,
        tokens: std::mem::take(&mut raw.initial_access_token_hashes),
        default_scopes: raw.client_registration_default_scopes.take(),
        allowed_scopes: raw.client_registration_allowed_scopes.take(),
        client_secret_ttl_seconds: raw.client_registration_client_secret_ttl_seconds,
        require_pkce: raw.client_registration_require_pkce,
        max_unused_clients: raw.max_unused_clients,
        redirect_schemes: std::mem::take(&mut raw.redirect_schemes),
    }
}

pub(super) fn resolve(
    raw: &RawRegistration,
    settings: &Settings,
    findings: &mut Findings,
) -> RegistrationSettings {
    if raw.anonymous && !raw.enabled {
        findings.add(
            "allow_unauthenticated_client_registration",
            "on, while allow_dynamic_client_registration is off",
            "switch allow_dynamic_client_registration on, or remove this key",
        );
    }
    if settings.production && !raw.require_pkce {
        let key = "client_registration_require_pkce";
        findings.add(key, "off in production", "remove it");
    }
    let RegistrationScopes { default, allowed } = scopes(raw, settings, findings);
    RegistrationSettings {
        enabled: raw.enabled,
        anonymous: raw.anonymous,
        initial_access_tokens: tokens(&raw.tokens, findings),
        default_scopes: default,
        allowed_scopes: allowed,
        client_secret_ttl_seconds: raw.client_secret_ttl_seconds,
        require_pkce: raw.require_pkce,
        max_unused_clients: raw.max_unused_clients,
        redirect_schemes: schemes(&raw.redirect_schemes, findings),
    }
}

/// Reads `redirect_schemes`. Schemes that are never a redirect URI may stand in the list without
/// effect (RG-06); a text that is not a scheme is a mistake.
fn schemes(written: &[String], findings: &mut Findings) -> Vec<String> {
    for (index, scheme) in written.iter().enumerate() {
        if !redirect_uri::is_dotless(scheme) {
            findings.add(
                format!("redirect_schemes[{index}]"),
                format!("`{scheme}` is not a scheme without a dot"),
                "write the scheme alone, for example `cursor`; reverse domain schemes as com.example.app need no entry",
            );
        }
    }
    written.iter().map(|scheme| scheme.to_lowercase()).collect()
}

fn tokens(written: &[Secret], findings: &mut Findings) -> Vec<SecretHash> {
    let mut hashes = Vec::new();
    for (index, hash) in written.iter().enumerate() {
        match from_hex(hash.expose()) {
            Some(hash) => hashes.push(hash),
            None => findings.add(
                format!("initial_access_token_hashes[{index}]"),
                "not a SHA-256 value of 64 hex digits",
                "write what `printf %s \"$TOKEN\" | sha256sum` prints",
            ),
        }
    }
    hashes
}

/// Scopes of clients that register themselves.
struct RegistrationScopes {
    /// Scopes of clients that name none.
    default: Vec<String>,
    /// Scopes that such clients may have at most.
    allowed: Vec<String>,
}

/// Default and ceiling. A client that names no scope can ask for whatever it could have named:
/// MCP clients register before they know which scopes an API wants.
fn scopes(
    raw: &RawRegistration,
    settings: &Settings,
    findings: &mut Findings,
) -> RegistrationScopes {
    let known = settings.known_scopes();
    let lists = [
        ("client_registration_default_scopes", &raw.default_scopes),
        ("client_registration_allowed_scopes", &raw.allowed_scopes),
    ];
    for (key, names) in lists {
        for (index, name) in names.iter().flatten().enumerate() {
            if !known.contains(name) {
                findings.add(
                    format!("{key}[{index}]"),
                    format!("nothing defines the scope `{name}`"),
                    "define it in `scopes`, or in `scopes` of a resource",
                );
            }
        }
    }
    let usual = raw
        .default_scopes
        .as_ref()
        .unwrap_or(&settings.default_scopes);
    let usual = usual.iter().map(String::as_str).chain([OFFLINE_ACCESS]);
    let of_resources = settings.resources.iter();
    let of_resources = of_resources.flat_map(|resource| &resource.scopes);
    let usual: Scopes = usual
        .chain(of_resources.map(|scope| scope.name.as_str()))
        .filter(|name| !settings.is_sensitive(name))
        .collect();
    let allowed = raw.allowed_scopes.as_ref();
    let allowed: Scopes = allowed.map_or(usual, |names| names.iter().collect());
    let default = raw.default_scopes.as_ref();
    let default: Scopes = default.map_or_else(|| allowed.clone(), |names| names.iter().collect());
    if !default.is_subset_of(&allowed) {
        findings.add(
            "client_registration_default_scopes",
            "names a scope that client_registration_allowed_scopes has not",
            "add it there, or take it out here",
        );
    }
    RegistrationScopes {
        default: default.into(),
        allowed: allowed.into(),
    }
}
