//! Checks of single values and of values against each other that are not about URLs, scopes,
//! resources or clients.

use unic_langid::LanguageIdentifier;

use super::{
    AppEnvironment,
    choices::TokenPrefixes,
    fetch,
    finding::Findings,
    keys::{KeySettings, KeySource, SecretSource},
    raw::RawKeys,
    raw::RawSettings,
};
use crate::protocol::secret::Secret;
use crate::protocol::{client::GrantType, time::Seconds};

/// Shortest secret, in bytes.
const MIN_SECRET: usize = 32;

/// Directory of keys when none is named.
const KEY_DIRECTORY: &str = "config/oauth_keys";

/// Name of the file of a secret that was made at first boot.
const SECRET_FILE: &str = "root_secret";

pub(super) fn check(
    raw: &RawSettings,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) {
    check_grants(&raw.grant_types, findings);
    check_prefixes(&raw.token_prefixes, findings);
    check_locales(raw, findings);
    if raw.refresh_token_max_ttl_seconds < raw.refresh_token_ttl_seconds {
        findings.add(
            "refresh_token_max_ttl_seconds",
            "shorter than refresh_token_ttl_seconds",
            format!("write at least {}", raw.refresh_token_ttl_seconds),
        );
    }
    for (scope, seconds) in &raw.scope_expirations {
        if *seconds <= Seconds::ZERO {
            let key = format!("scope_expirations.{scope}");
            findings.add(key, "out of range", "write a number of seconds from 1 on");
        }
    }
    if raw.acr_values.is_empty() || raw.acr_values.iter().any(|acr| acr.trim().is_empty()) {
        let fix = "name the class of a password login first, or remove the key";
        findings.add("acr_values", "empty", fix);
    }
    // Requests and challenges name classes in lists between spaces and quotes (RFC 9470 §3).
    let in_list = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    for acr in raw
        .acr_values
        .iter()
        .filter(|acr| !acr.bytes().all(in_list))
    {
        let fix = "write it in printable ASCII, without spaces, quotes and backslashes";
        findings.add("acr_values", format!("`{acr}` cannot stand in a list"), fix);
    }
    if app_environment.production() && raw.developer_errors == Some(true) {
        findings.add("developer_errors", "on in production", "remove it");
    }
    fetch::check(raw, app_environment, findings);
    check_request_forms(raw, findings);
    if !raw.dpop.enabled && (raw.dpop.required || raw.dpop.nonce) {
        let key = if raw.dpop.required {
            "required"
        } else {
            "nonce"
        };
        findings.add(
            format!("dpop.{key}"),
            "on, but dpop.enabled is off",
            "switch dpop on, or remove the key",
        );
    }
    check_length("secret", raw.secret.as_ref(), findings);
    check_length("pairwise_secret", raw.pairwise_secret.as_ref(), findings);
    for (entry, limits) in &raw.rate_limits {
        let limits = limits.iter().flatten();
        if limits
            .clone()
            .any(|limit| limit.limit < 1 || limit.seconds <= Seconds::ZERO)
        {
            let key = format!("rate_limits.{}", entry.as_str());
            findings.add(
                key,
                "out of range",
                "write limit and seconds from 1 on, or null",
            );
        }
    }
}

fn check_grants(grants: &[GrantType], findings: &mut Findings) {
    if grants.is_empty() {
        let fix = "name at least one grant type, or remove the key";
        findings.add("grant_types", "empty", fix);
    }
    let refresh = grants.contains(&GrantType::RefreshToken);
    if refresh && !grants.iter().any(|grant| grant.is_of_people()) {
        findings.add(
            "grant_types",
            "refresh_token without a grant of users",
            "add authorization_code, or remove refresh_token",
        );
    }
}

/// A form of requests that every client must use is one that is switched on.
fn check_request_forms(raw: &RawSettings, findings: &mut Findings) {
    let forms = [
        ("par", raw.par.enabled, raw.par.required),
        ("jar", raw.jar.enabled, raw.jar.required),
    ];
    for (key, enabled, required) in forms {
        if required && !enabled {
            findings.add(
                format!("{key}.required"),
                format!("on, while {key}.enabled is off"),
                format!("write `{key}: {{enabled: true, required: true}}`, or remove it"),
            );
        }
    }
}

fn check_prefixes(prefixes: &TokenPrefixes, findings: &mut Findings) {
    let entries = prefixes.entries();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    for (key, prefix) in entries {
        let path = format!("token_prefixes.{key}");
        if !(2..=16).contains(&prefix.len()) || !prefix.bytes().all(plain) {
            findings.add(path, "not a prefix", "write 2 to 16 of A-Z a-z 0-9 _");
        } else if let Some((other, _)) = entries
            .into_iter()
            .find(|(other, longer)| *other != key && longer.starts_with(prefix))
        {
            findings.add(
                path,
                format!("also the beginning of token_prefixes.{other}"),
                "make them different",
            );
        }
    }
}

fn check_locales(raw: &RawSettings, findings: &mut Findings) {
    for (index, locale) in raw.locales.iter().enumerate() {
        if locale.parse::<LanguageIdentifier>().is_err() {
            let fix = "write for example `en` or `pt-BR`";
            findings.add(format!("locales[{index}]"), "not a language tag", fix);
        }
    }
    if !raw.locales.contains(&raw.default_locale) {
        findings.add(
            "default_locale",
            format!("`{}` is not in `locales`", raw.default_locale),
            "add it there, or name one of them",
        );
    }
}

fn check_length(key: &str, secret: Option<&Secret>, findings: &mut Findings) {
    if secret.is_some_and(|secret| secret.expose().len() < MIN_SECRET) {
        findings.add(
            key,
            "shorter than 32 characters",
            "use a long random one, for example from `openssl rand -base64 33`",
        );
    }
}

/// ST-04: production brings its own secret.
pub(super) fn secret(
    raw: &mut RawSettings,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) -> SecretSource {
    if let Some(secret) = raw.secret.take() {
        return SecretSource::Given(secret);
    }
    if app_environment.production() {
        findings.add(
            "secret",
            "missing in production",
            "write `<%= get_env(name=\"OAUTH_SECRET\") %>` and set that variable to a long random \
             text, for example from `openssl rand -base64 33`",
        );
    }
    let directory = raw.keys.directory.clone();
    SecretSource::File(
        directory
            .unwrap_or_else(|| KEY_DIRECTORY.into())
            .join(SECRET_FILE),
    )
}

/// `keys`: one source at most.
pub(super) fn keys(raw: RawKeys, findings: &mut Findings) -> KeySettings {
    let named = [
        raw.directory.is_some(),
        raw.pem.is_some(),
        raw.jwks.is_some(),
    ];
    if named.into_iter().filter(|named| *named).count() > 1 {
        findings.add(
            "keys",
            "more than one of `directory`, `pem` and `jwks`",
            "keep one source of keys",
        );
    }
    let directory = raw.directory.unwrap_or_else(|| KEY_DIRECTORY.into());
    let source = match (raw.pem, raw.jwks) {
        (Some(pem), _) => KeySource::Pem(pem),
        (None, Some(jwks)) => KeySource::Jwks(jwks),
        (None, None) => KeySource::Directory(directory),
    };
    KeySettings {
        source,
        passphrase: raw.passphrase,
        id_token_alg: raw.id_token_alg,
        access_token_alg: raw.access_token_alg,
        publish_before_seconds: raw.publish_before_seconds,
        max_age_seconds: raw.max_age_seconds,
    }
}
