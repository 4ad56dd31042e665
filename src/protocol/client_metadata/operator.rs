//! What the operator decides about a client besides its metadata.

use super::{ClientMetadata, MetadataError, MetadataRule, registered};
use crate::protocol::{
    client::{AuthMethod, Client, ClientSecret, GrantType},
    redirect_uri, resource,
    scope::OPENID,
};

impl ClientMetadata {
    /// Defaults of static clients, which differ from those of a registration: the
    /// authentication method, and grants by whether there are redirect URIs and what the server
    /// offers.
    #[must_use]
    pub(crate) fn with_operator_defaults(
        mut self,
        method: AuthMethod,
        offered: &[GrantType],
    ) -> Self {
        self.token_endpoint_auth_method
            .get_or_insert_with(|| registered::method(method).to_owned());
        let has_redirect_uris = self
            .redirect_uris
            .as_ref()
            .is_some_and(|uris| !uris.is_empty());
        let grants: &[&str] = match has_redirect_uris {
            true if offered.contains(&GrantType::RefreshToken) => {
                &["authorization_code", "refresh_token"]
            }
            true => &["authorization_code"],
            false => &["client_credentials"],
        };
        let grants = self
            .grant_types
            .get_or_insert_with(|| grants.iter().map(ToString::to_string).collect());
        let with_code = grants.iter().any(|grant| grant == "authorization_code");
        self.response_types
            .get_or_insert_with(|| with_code.then(|| "code".to_owned()).into_iter().collect());
        self
    }
}

/// The operator's decisions about a static or operator-made client.
#[derive(Clone, Debug, Default)]
pub struct OperatorChoices {
    /// `Some(false)` = PKCE is not demanded (OAuth 2.1 §4.1.1).
    pub require_pkce: Option<bool>,
    /// `Some(true)` = no consent page.
    pub skip_consent: Option<bool>,
    /// Resources the client may name, in any spelling that matches; `None` = all.
    pub resources: Option<Vec<String>>,
    /// Hashes of its secrets, at most two.
    pub secrets: Vec<ClientSecret>,
}

impl OperatorChoices {
    /// Applies the choices to a client that [`ClientMetadata::into_client`] made (ST-10).
    ///
    /// # Errors
    /// Every choice that does not fit the client.
    pub fn apply(
        self,
        mut client: Client,
        known_resources: &[String],
    ) -> Result<Client, Vec<MetadataError>> {
        let mut errors = Vec::new();
        client.require_pkce = self.require_pkce.unwrap_or(true);
        if !client.require_pkce && !may_go_without_pkce(&client) {
            errors.push(MetadataError::new("require_pkce", MetadataRule::PkceNeeded));
        }
        client.skip_consent = self.skip_consent.unwrap_or(false);
        if client.skip_consent && !is_always_assured(&client) {
            errors.push(MetadataError::new("skip_consent", MetadataRule::Unassured));
        }
        let method = client.token_endpoint_auth_method;
        match (method.uses_secret(), self.secrets.is_empty()) {
            (false, false) => errors.push(secret_error(MetadataRule::NeedlessSecret)),
            (true, true) => errors.push(secret_error(MetadataRule::MissingSecret)),
            _ => client.secrets = self.secrets,
        }
        if let Some(resources) = self.resources {
            client.resources = Some(configured(&resources, known_resources, &mut errors));
        }
        if errors.is_empty() {
            Ok(client)
        } else {
            Err(errors)
        }
    }
}

fn secret_error(rule: MetadataRule) -> MetadataError {
    MetadataError::new("client_secret", rule)
}

/// A client without a scope list may have `openid` by `default_scopes`.
fn may_go_without_pkce(client: &Client) -> bool {
    let openid = |scopes: &Vec<String>| scopes.iter().any(|scope| scope == OPENID);
    client.is_confidential() && client.scopes.as_ref().is_none_or(openid)
}

/// Whether the client is assured with every one of its redirect URIs.
fn is_always_assured(client: &Client) -> bool {
    let assured = |uri: &String| client.may_remember_consent(uri);
    client.is_confidential()
        || (!client.redirect_uris.is_empty() && client.redirect_uris.iter().all(assured))
}

/// Returns the configured spellings of `resources` (AZ-23).
fn configured(
    resources: &[String],
    known: &[String],
    errors: &mut Vec<MetadataError>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (index, name) in resources.iter().enumerate() {
        let identifier = resource::find(known.iter().map(String::as_str), name);
        if let Some(identifier) = identifier {
            found.push(identifier.to_owned());
        } else {
            let member = format!("resources[{index}]");
            let finding = MetadataError::new(member, MetadataRule::UnknownResource);
            errors.push(finding.received(name).offering(known));
        }
    }
    found
}

/// Returns the sector of a pairwise client (SU-03, OpenID Connect Core §8.1): the host of its
/// sector document, else the host of all its redirect URIs.
pub(super) fn sector(
    redirect_uris: &[String],
    sector_identifier_uri: Option<&str>,
) -> Option<String> {
    if let Some(uri) = sector_identifier_uri {
        return redirect_uri::host(uri);
    }
    let mut hosts = redirect_uris.iter().map(|uri| redirect_uri::host(uri));
    let first = hosts.next()??;
    hosts
        .all(|host| host.as_ref() == Some(&first))
        .then_some(first)
}
