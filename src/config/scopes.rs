//! Scopes: the app's own, and every place that names one (ST-06).

use std::collections::BTreeMap;

use super::{
    finding::Findings,
    raw_lists::RawScope,
    settings::{ScopeSetting, Settings},
};
use crate::protocol::{
    implied_scopes::ImpliedScopes,
    scope::{Scopes, is_scope_token},
};

pub(super) fn resolve(
    scopes: BTreeMap<String, Option<RawScope>>,
    findings: &mut Findings,
) -> Vec<ScopeSetting> {
    let scope = |(name, scope): (String, Option<RawScope>)| {
        check_syntax(&format!("scopes.{name}"), &name, findings);
        setting(name, scope.unwrap_or_default())
    };
    scopes.into_iter().map(scope).collect()
}

impl Settings {
    /// Whether the scope is `sensitive`, or implies one that is: whoever gets the scope has the
    /// implied one too.
    #[must_use]
    pub fn is_sensitive(&self, name: &str) -> bool {
        let own: Scopes = std::iter::once(name).collect();
        let mut held = self.resources.iter().flat_map(|resource| {
            let implied = ImpliedScopes::new(&resource.implied_scopes);
            Vec::from(implied.held_with(&own))
        });
        self.is_called_sensitive(name) || held.any(|scope| self.is_called_sensitive(&scope))
    }

    /// Whether anything that defines the scope, at the top or in a resource, calls it `sensitive`.
    fn is_called_sensitive(&self, name: &str) -> bool {
        let of_resources = self.resources.iter().flat_map(|resource| &resource.scopes);
        let mut all = self.scopes.iter().chain(of_resources);
        all.any(|scope| scope.sensitive && scope.name == name)
    }
}

pub(super) fn setting(name: String, scope: RawScope) -> ScopeSetting {
    ScopeSetting {
        name,
        description: scope.description,
        sensitive: scope.sensitive,
    }
}

pub(super) fn check_syntax(key: &str, name: &str, findings: &mut Findings) {
    if !is_scope_token(name) {
        findings.add(
            key,
            "not a scope name (RFC 6749 section 3.3)",
            "write printable ASCII without space, quote and backslash",
        );
    }
}

/// ST-06: nothing names a scope that nothing defines. Clients have their own check.
pub(super) fn check_defined(settings: &Settings, findings: &mut Findings) {
    let known = settings.known_scopes();
    let mut check = |key: String, name: &String| {
        if !known.contains(name) {
            findings.add(
                key,
                format!("nothing defines the scope `{name}`"),
                "define it in `scopes`, or in `scopes` of a resource",
            );
        }
    };
    let lists = [
        ("default_scopes", &settings.default_scopes),
        ("advertised_scopes", &settings.advertised_scopes),
        (
            "client_credentials_default_scopes",
            &settings.client_credentials_default_scopes,
        ),
    ];
    for (key, names) in lists {
        for (index, name) in names.iter().enumerate() {
            check(format!("{key}[{index}]"), name);
        }
    }
    for name in settings.scope_expirations.keys() {
        check(format!("scope_expirations.{name}"), name);
    }
    for (number, resource) in settings.resources.iter().enumerate() {
        for (index, name) in resource.default_scopes.iter().enumerate() {
            check(format!("resources[{number}].default_scopes[{index}]"), name);
        }
        for (name, implied) in &resource.implied_scopes {
            let key = format!("resources[{number}].implied_scopes.{name}");
            for name in std::iter::once(name).chain(implied) {
                check(key.clone(), name);
            }
        }
    }
}
