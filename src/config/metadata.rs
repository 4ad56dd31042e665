//! Computes the input of the server metadata from the settings.

use url::Url;

use super::Settings;
use crate::{
    config::urls::Urls,
    protocol::{
        client::GrantType,
        jwk::SigningAlg,
        metadata::{Endpoints, Links, MetadataInput},
        route::Route,
    },
};

/// Input of the server metadata that does not stand in the settings.
#[derive(Clone, Debug)]
pub struct DerivedMetadata {
    /// Algorithms of the active keys (`Keys::algorithms`).
    pub algorithms: Vec<SigningAlg>,
    /// Claims that the user model has (`ResourceOwner::supported_claims`).
    pub claims: Vec<String>,
    /// Whether the user model supports signing up.
    pub model_can_sign_up: bool,
}

impl Settings {
    /// Returns the input of [`crate::protocol::metadata::ServerMetadata::new`].
    #[must_use]
    pub fn metadata_input(&self, urls: &Urls, facts: DerivedMetadata) -> MetadataInput {
        let pairwise = self.pairwise_secret.as_ref().map(|_| "pairwise");
        let own = |identifier: &&String| {
            Url::parse(identifier)
                .is_ok_and(|url| urls.is_own_origin(&url.origin().ascii_serialization()))
        };
        let identifiers = self.resources.iter().map(|resource| &resource.identifier);
        let built_in = self.enable_signup && facts.model_can_sign_up;
        MetadataInput {
            endpoints: endpoints(urls, self),
            grant_types: self.grant_types.clone(),
            scopes: self.advertised_scopes.clone(),
            resources: identifiers.filter(own).cloned().collect(),
            algorithms: facts.algorithms,
            claims: facts.claims,
            acr_values: self.acr_values.clone(),
            locales: self.locales.clone(),
            subject_types: std::iter::once("public").chain(pairwise).collect(),
            sign_up: built_in || self.signup_url.is_some(),
            client_documents: self.client_id_metadata_documents.enabled
                && self.grant_types.contains(&GrantType::AuthorizationCode),
            pushed_requests: self.par.form(),
            signed_requests: self.jar.form(),
            dpop: self.dpop.enabled,
            issues_id_jags: self.grant_types.contains(&GrantType::TokenExchange)
                && !self.token_exchange.id_jag.is_empty(),
            takes_id_jags: self.grant_types.contains(&GrantType::JwtBearer),
            links: Links {
                service_documentation: self.service_documentation.clone(),
                op_policy_uri: self.op_policy_uri.clone(),
                op_tos_uri: self.op_tos_uri.clone(),
            },
        }
    }
}

fn endpoints(urls: &Urls, settings: &Settings) -> Endpoints {
    let registration = settings.registration.enabled;
    let end_session = settings.enable_end_session;
    let devices = settings.grant_types.contains(&GrantType::DeviceCode);
    Endpoints {
        issuer: urls.issuer.clone(),
        authorization_endpoint: urls.of(Route::Authorize).to_owned(),
        token_endpoint: urls.of(Route::Token).to_owned(),
        jwks_uri: urls.of(Route::Jwks).to_owned(),
        userinfo_endpoint: urls.of(Route::Userinfo).to_owned(),
        revocation_endpoint: urls.of(Route::Revoke).to_owned(),
        introspection_endpoint: urls.of(Route::Introspect).to_owned(),
        pushed_authorization_request_endpoint: urls.of(Route::PushedRequest).to_owned(),
        registration_endpoint: registration.then(|| urls.of(Route::Register).to_owned()),
        device_authorization_endpoint: devices
            .then(|| urls.of(Route::DeviceAuthorization).to_owned()),
        end_session_endpoint: end_session.then(|| urls.of(Route::EndSession).to_owned()),
    }
}
