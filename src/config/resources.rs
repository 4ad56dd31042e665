//! `resources` and `default_resource` (ST-07).

use super::{
    address::check_link,
    finding::Findings,
    raw_lists::{RawResource, RawResourceScope},
    scopes,
    settings::{Resource, ScopeSetting, Settings},
};
use crate::protocol::resource;

/// The entry at `index`, with what the settings around it give.
pub(super) fn resolve(
    raw: RawResource,
    index: usize,
    settings: &Settings,
    findings: &mut Findings,
) -> Resource {
    let key = format!("resources[{index}]");
    for (name, link) in [
        ("documentation", &raw.documentation),
        ("policy_uri", &raw.policy_uri),
        ("tos_uri", &raw.tos_uri),
    ] {
        check_link(&format!("{key}.{name}"), link.as_ref(), findings);
    }
    let identifier = identifier(&raw, &key, settings, findings);
    check_binding(&raw, &key, settings, findings);
    Resource {
        name: raw.name.unwrap_or_else(|| last_segment(&identifier)),
        identifier,
        local_path: raw.prefix,
        scopes: resolve_scopes(raw.scopes, &key, findings),
        default_scopes: raw.default_scopes,
        implied_scopes: raw.implied_scopes,
        token_format: raw.token_format,
        signing_alg: raw.signing_alg.unwrap_or(settings.keys.access_token_alg),
        access_token_ttl_seconds: raw
            .access_token_ttl_seconds
            .unwrap_or(settings.access_token_ttl_seconds),
        introspection_clients: raw.introspection_clients,
        dpop_bound_access_tokens: raw.dpop_bound_access_tokens,
        documentation: raw.documentation,
        policy_uri: raw.policy_uri,
        tos_uri: raw.tos_uri,
    }
}

fn identifier(
    raw: &RawResource,
    key: &str,
    settings: &Settings,
    findings: &mut Findings,
) -> String {
    let (part, identifier) = match (&raw.prefix, &raw.uri) {
        (Some(prefix), None) => ("prefix", format!("{}{prefix}", settings.base_url)),
        (None, Some(uri)) => ("uri", uri.clone()),
        _ => {
            findings.add(
                key,
                "needs exactly one of `prefix` and `uri`",
                "write `prefix` for a path of this app, `uri` for a resource elsewhere",
            );
            return String::new();
        }
    };
    let path = raw
        .prefix
        .as_ref()
        .is_none_or(|prefix| prefix.starts_with('/'));
    if !path || !resource::is_identifier(&identifier) {
        findings.add(
            format!("{key}.{part}"),
            "not a resource identifier (RFC 8707 section 2)",
            "write a path such as /mcp, or an absolute http(s) URL without fragment",
        );
    }
    identifier
}

/// ST-11: a resource that takes only bound tokens gets none where no proofs are read.
fn check_binding(raw: &RawResource, key: &str, settings: &Settings, findings: &mut Findings) {
    if raw.dpop_bound_access_tokens && !settings.dpop.enabled {
        findings.add(
            format!("{key}.dpop_bound_access_tokens"),
            "on, but dpop.enabled is off, so that no token could be used",
            "switch dpop on, or remove the key",
        );
    }
}

fn last_segment(identifier: &str) -> String {
    let without_query = identifier.split('?').next().unwrap_or_default();
    let mut segments = without_query
        .rsplit('/')
        .filter(|segment| !segment.is_empty());
    segments.next().unwrap_or_default().to_owned()
}

fn resolve_scopes(
    raw: Vec<RawResourceScope>,
    key: &str,
    findings: &mut Findings,
) -> Vec<ScopeSetting> {
    let mut resolved = Vec::new();
    for (index, RawResourceScope { name, scope }) in raw.into_iter().enumerate() {
        let key = format!("{key}.scopes[{index}]");
        scopes::check_syntax(&key, &name, findings);
        if matches!(name.as_str(), "openid" | "offline_access") {
            findings.add(
                key,
                format!("`{name}` belongs to the server, not to a resource"),
                "remove it",
            );
        }
        resolved.push(scopes::setting(name, scope));
    }
    resolved
}

impl Settings {
    /// Scopes of a request for `resource` that names none (AZ-23): its `default_scopes`, else all
    /// of its scopes that are not sensitive.
    #[must_use]
    pub fn default_scopes_of(&self, resource: &Resource) -> Vec<String> {
        if !resource.default_scopes.is_empty() {
            return resource.default_scopes.clone();
        }
        let mut names: Vec<String> = { resource.scopes.iter() }
            .map(|scope| scope.name.clone())
            .collect();
        names.retain(|name| !self.is_sensitive(name));
        names
    }
}

/// ST-07: no two entries name one resource, and none is written like the issuer, which stands in
/// the audience of tokens for no resource.
pub(super) fn check_distinct(resources: &[Resource], issuer: &str, findings: &mut Findings) {
    for (index, entry) in resources.iter().enumerate() {
        if entry.identifier == issuer {
            findings.add(
                format!("resources[{index}]"),
                format!(
                    "{issuer} is the issuer: a token for this resource and one for none would have \
                     the same audience"
                ),
                format!("write {issuer}/, with a slash at the end"),
            );
        }
        let same = |other: &Resource| resource::matches(&other.identifier, &entry.identifier);
        if let Some(first) = resources.iter().take(index).position(same) {
            findings.add(
                format!("resources[{index}]"),
                format!(
                    "the same resource as resources[{first}], {}",
                    entry.identifier
                ),
                "remove one of the two",
            );
        }
    }
}

/// ST-07: `default_resource`, an identifier or a `prefix`, as the configured identifier.
pub(super) fn default_resource(
    written: Option<String>,
    settings: &Settings,
    findings: &mut Findings,
) -> Option<String> {
    let written = written?;
    let found = settings.resource_named(&written);
    if found.is_none() {
        let known: Vec<&str> = settings
            .resources
            .iter()
            .map(|r| r.identifier.as_str())
            .collect();
        findings.add(
            "default_resource",
            format!("`{written}` is not in `resources`"),
            format!("add it there, or name one of: {}", known.join(", ")),
        );
    }
    found.map(|resource| resource.identifier.clone())
}
