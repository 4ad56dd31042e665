//! The content of the consent page: what a person is asked to agree to (CO-01 to CO-06).

use super::{Interaction, InteractionService};
use crate::{
    protocol::{
        client::{Client, ClientKind},
        client_document,
        consent::ConsentAsk,
        grants, redirect_uri,
        route::Route,
        scope::{OFFLINE_ACCESS, OPENID},
    },
    sessions::SignedIn,
    store::consents::ConsentRow,
    views::pages::{ClaimLine, ConsentPage, GrantedScope, ResourceLine, ScopeLine, Warning},
};

impl InteractionService {
    /// Returns what the consent page shows of a request to the current account, if somebody is signed in.
    pub fn consent_prompt(
        &self,
        interaction: &Interaction,
        current: Option<&SignedIn>,
    ) -> ConsentPage {
        let stored = current.and_then(|current| current.consent.as_ref());
        // Scopes that were accepted for other resources alone are new here (CO-02).
        let single = interaction.single_claims();
        let view = stored.map(ConsentRow::view);
        let stored = view.as_ref().and_then(|view| {
            view.accepted_for(&ConsentAsk {
                scopes: &interaction.grantable,
                resources: &interaction.request.resources,
                claims: &single,
                client_version: interaction.client.version,
                now: self.clock.now(),
            })
        });
        let holds = stored.is_some();
        let stored = stored.unwrap_or_default();
        let knows = |claim: &str| {
            let view = view.as_ref().filter(|_| holds);
            view.is_some_and(|view| view.covers_claim(&stored, claim))
        };
        let claim = |name: &String| ClaimLine {
            name: name.clone(),
            description: String::new(),
            is_new: !knows(name),
            checked: true,
        };
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
        let offline =
            grants::has_refresh_token(&self.policy, &interaction.client, &interaction.grantable);
        let access = if offline {
            self.policy.ttl.refresh_max
        } else {
            self.policy.ttl.access
        };
        ConsentPage {
            scopes: interaction.grantable.iter().map(line).collect(),
            claims: single.iter().map(claim).collect(),
            previously_granted: before.collect(),
            resources: self.resource_lines(interaction),
            access_for: Some(access),
            offline,
            narrowing: self.settings.consent_allows_narrowing,
            switch_account_action: self
                .urls
                .of(match interaction.device() {
                    Some(_) => Route::Device,
                    None => Route::Consent,
                })
                .to_owned(),
            warnings: warnings(interaction),
            ..ConsentPage::default()
        }
    }

    /// Returns the lines of the requested resources.
    fn resource_lines(&self, interaction: &Interaction) -> Vec<ResourceLine> {
        let uris = interaction.request.resources.iter();
        uris.filter_map(|uri| self.resource_line(uri)).collect()
    }

    /// Returns what pages show of the resource with this URI; `None` if it is not configured any more.
    pub fn resource_line(&self, uri: &str) -> Option<ResourceLine> {
        let resource = self.policy.resource(uri)?;
        Some(ResourceLine {
            uri: resource.identifier.clone(),
            name: resource.name.clone(),
        })
    }

    /// Returns the description of a scope in the settings, a message key or a text. It is empty where the
    /// settings have none, and the page shows the usual message.
    pub fn scope_description(&self, name: &str) -> String {
        let scope = self.settings.scope(name);
        scope
            .and_then(|scope| scope.description.clone())
            .unwrap_or_default()
    }
}

fn warnings(interaction: &Interaction) -> Vec<Warning> {
    if interaction.device().is_some() {
        // The others are about the way back to the client, which there is none of.
        let unverified = (!interaction.client.is_trusted()).then_some(Warning::Unverified);
        return unverified.into_iter().collect();
    }
    let redirect = interaction.request.callback.redirect_uri();
    let found = [
        (!interaction.client.is_trusted(), Warning::Unverified),
        (redirect_uri::is_loopback(redirect), Warning::Loopback),
        (
            redirect_uri::private_scheme(redirect).is_some(),
            Warning::PrivateScheme,
        ),
        (
            is_of_this_device(&interaction.client),
            Warning::LocalhostDocument,
        ),
        (
            leads_elsewhere(&interaction.client, redirect),
            Warning::HostMismatch,
        ),
    ];
    let holding = found.into_iter().filter(|(holds, _)| *holds);
    holding.map(|(_, warning)| warning).collect()
}

/// Whether all redirect URIs of a metadata document lead to the person's device (CI-07), where any
/// program can pretend to be the client.
fn is_of_this_device(client: &Client) -> bool {
    let mut uris = client.redirect_uris.iter();
    client.kind == ClientKind::Cimd && uris.all(|uri| redirect_uri::is_loopback(uri))
}

/// Whether the client of a metadata document sends people to a web page of another host.
fn leads_elsewhere(client: &Client, redirect: &str) -> bool {
    let host = redirect_uri::host(redirect).filter(|_| !redirect_uri::is_loopback(redirect));
    client.kind == ClientKind::Cimd
        && host.is_some_and(|host| client_document::host(&client.client_id) != Some(host))
}
