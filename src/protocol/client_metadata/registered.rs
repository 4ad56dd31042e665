//! The metadata of a client as it is registered, with every default filled in and everything left
//! out that the server does not take (RFC 7591 §3.2.1).

use super::ClientMetadata;
use crate::protocol::client::{ApplicationType, AuthMethod, Client, GrantType, SubjectType};

impl ClientMetadata {
    /// Returns the registered metadata of `client`.
    #[must_use]
    pub(crate) fn of(client: &Client) -> Self {
        let list = |texts: &Vec<String>| Some(texts.clone()).filter(|texts| !texts.is_empty());
        let grants = client.grant_types.iter().copied().map(GrantType::as_str);
        let jwks = client.jwks.as_ref().and_then(|set| set.as_object());
        Self {
            redirect_uris: Some(client.redirect_uris.clone()),
            token_endpoint_auth_method: Some(method(client.token_endpoint_auth_method).to_owned()),
            grant_types: Some(grants.map(str::to_owned).collect()),
            response_types: Some(client.response_types.clone()),
            scope: client.scopes.as_ref().map(|scopes| scopes.join(" ")),
            client_name: client.client_name.clone(),
            contacts: list(&client.contacts),
            client_uri: client.client_uri.clone(),
            logo_uri: client.logo_uri.clone(),
            tos_uri: client.tos_uri.clone(),
            policy_uri: client.policy_uri.clone(),
            application_type: Some(application_type(client.application_type).to_owned()),
            subject_type: Some(subject_type(client.subject_type).to_owned()),
            id_token_signed_response_alg: client.id_token_signed_response_alg.clone(),
            userinfo_signed_response_alg: client.userinfo_signed_response_alg.clone(),
            default_max_age: client.default_max_age,
            require_auth_time: Some(client.require_auth_time),
            dpop_bound_access_tokens: Some(client.dpop_bound_access_tokens),
            default_acr_values: list(&client.default_acr_values),
            post_logout_redirect_uris: list(&client.post_logout_redirect_uris),
            backchannel_logout_uri: client.backchannel_logout_uri.clone(),
            backchannel_logout_session_required: client
                .backchannel_logout_uri
                .is_some()
                .then_some(client.backchannel_logout_session_required),
            initiate_login_uri: client.initiate_login_uri.clone(),
            software_id: client.software_id.clone(),
            software_version: client.software_version.clone(),
            software_statement: client.software_statement.clone(),
            jwks: jwks.cloned(),
            jwks_uri: client.jwks_uri.clone(),
            token_endpoint_auth_signing_alg: client.token_endpoint_auth_signing_alg.clone(),
            request_object_signing_alg: client.request_object_signing_alg.clone(),
            require_signed_request_object: Some(client.require_signed_request_object),
            require_pushed_authorization_requests: Some(
                client.require_pushed_authorization_requests,
            ),
            sector_identifier_uri: client.sector_identifier_uri.clone(),
            localized: client.localized.clone(),
        }
    }
}

/// How much of a row the metadata fills.
pub(super) fn stored_bytes(client: &Client) -> usize {
    let metadata = ClientMetadata::of(client);
    let localized: usize = metadata
        .localized
        .iter()
        .map(|(name, text)| name.len() + text.len())
        .sum();
    // JSON, which is a little more than the texts alone. What cannot be written is not stored.
    let rest = serde_json::to_string(&metadata).map_or(0, |text| text.len());
    localized.saturating_add(rest)
}

pub(super) const fn method(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::None => "none",
        AuthMethod::ClientSecretBasic => "client_secret_basic",
        AuthMethod::ClientSecretPost => "client_secret_post",
        AuthMethod::PrivateKeyJwt => "private_key_jwt",
    }
}

const fn application_type(kind: ApplicationType) -> &'static str {
    match kind {
        ApplicationType::Web => "web",
        ApplicationType::Native => "native",
    }
}

const fn subject_type(kind: SubjectType) -> &'static str {
    match kind {
        SubjectType::Public => "public",
        SubjectType::Pairwise => "pairwise",
    }
}
