//! What a person is asked to agree to (§8.4, §9.3).

use super::Pending;
use crate::{
    browser::SignedIn,
    protocol::{
        grants, redirect_uri,
        scope::{OFFLINE_ACCESS, OPENID},
    },
    server::Server,
    views::pages::{ConsentPage, GrantedScope, ResourceLine, ScopeLine, Warning},
};

impl Server {
    /// What the consent page shows of a request to the current account, if anybody is signed in.
    pub fn asked(&self, pending: &Pending, current: Option<&SignedIn>) -> ConsentPage {
        let stored = current.and_then(|current| current.consent.as_ref());
        let stored = stored
            .map(|consent| consent.view().scopes)
            .unwrap_or_default();
        let line = |name: &str| ScopeLine {
            name: name.to_owned(),
            description: self.scope_description(name),
            is_new: !stored.contains(name),
            required: name == OPENID,
            checked: true,
            sensitive: self.policy.sensitive_scopes.contains(name),
        };
        let before = stored.iter().filter(|name| *name != OFFLINE_ACCESS);
        let before = before.map(|name| GrantedScope {
            name: name.to_owned(),
            description: self.scope_description(name),
        });
        let offline = grants::has_refresh_token(&self.policy, &pending.client, &pending.grantable);
        let access = if offline {
            self.policy.ttl.refresh_max
        } else {
            self.policy.ttl.access
        };
        ConsentPage {
            scopes: pending.grantable.iter().map(line).collect(),
            previously_granted: before.collect(),
            resources: self.asked_resources(pending),
            access_seconds: access.try_into().ok(),
            offline,
            narrowing: self.settings.consent_allows_narrowing,
            switch_account_action: self.urls.consent.clone(),
            warnings: warnings(pending),
            ..ConsentPage::default()
        }
    }

    /// Where access is for.
    pub fn asked_resources(&self, pending: &Pending) -> Vec<ResourceLine> {
        let uris = pending.request.resources.iter();
        let resources = uris.filter_map(|uri| self.policy.resource(uri));
        let line = |resource: &crate::protocol::policy::ResourcePolicy| ResourceLine {
            uri: resource.identifier.clone(),
            name: resource.name.clone(),
        };
        resources.map(line).collect()
    }

    fn scope_description(&self, name: &str) -> String {
        let scope = self.settings.scope(name);
        scope
            .and_then(|scope| scope.description.clone())
            .unwrap_or_default()
    }
}

fn warnings(pending: &Pending) -> Vec<Warning> {
    let redirect = pending.request.callback.redirect_uri();
    let found = [
        (!pending.client.is_known(), Warning::Unverified),
        (redirect_uri::is_loopback(redirect), Warning::Loopback),
        (
            redirect_uri::private_scheme(redirect).is_some(),
            Warning::PrivateScheme,
        ),
    ];
    let holding = found.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, warning)| warning).collect()
}
