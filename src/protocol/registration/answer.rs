//! The client information response (RFC 7591 §3.2.1, RFC 7592 §3): every registered member with
//! its default filled in; what does not apply is left out (GE-07).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::protocol::{
    client::{ApplicationType, AuthMethod, Client, GrantType, SubjectType},
    jwk::SigningAlg,
    secret::Secret,
    time::{Seconds, UnixTime},
};

/// Values of the answer besides the metadata.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// When the client was registered.
    pub at: UnixTime,
    /// A new secret, which is shown this once.
    pub secret: Option<&'a Secret>,
    /// The registration access token: a new one, or the one of this request.
    pub registration_token: Option<&'a Secret>,
    /// Where the registration is managed.
    pub registration_uri: &'a str,
    /// Algorithm of ID tokens of clients that name none.
    pub id_token_alg: SigningAlg,
}

/// The client information response.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the answer"
)]
pub struct ClientInformation<'a> {
    client_id: &'a str,
    client_id_issued_at: UnixTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    /// 0 = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_access_token: Option<&'a str>,
    registration_client_uri: &'a str,

    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    redirect_uris: &'a [String],
    token_endpoint_auth_method: AuthMethod,
    grant_types: &'a [GrantType],
    response_types: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tos_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    contacts: &'a [String],
    #[serde(flatten)]
    localized: &'a BTreeMap<String, String>,
    application_type: ApplicationType,
    subject_type: SubjectType,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector_identifier_uri: Option<&'a str>,
    id_token_signed_response_alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_signed_response_alg: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_signing_alg: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_object_signing_alg: Option<&'a str>,
    require_signed_request_object: bool,
    require_pushed_authorization_requests: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_max_age: Option<Seconds>,
    require_auth_time: bool,
    dpop_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    default_acr_values: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    post_logout_redirect_uris: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_logout_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_logout_session_required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initiate_login_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software_statement: Option<&'a str>,
}

impl<'a> ClientInformation<'a> {
    /// Makes the response about `client`.
    #[must_use]
    pub fn new(client: &'a Client, issued: Issued<'a>) -> Self {
        let secret = client.secrets.first();
        let alg = client.id_token_signed_response_alg.as_deref();
        Self {
            client_id: &client.client_id,
            client_id_issued_at: issued.at,
            client_secret: issued.secret.map(Secret::expose),
            client_secret_expires_at: secret
                .map(|secret| secret.expires_at.unwrap_or(UnixTime::EPOCH)),
            registration_access_token: issued.registration_token.map(Secret::expose),
            registration_client_uri: issued.registration_uri,
            redirect_uris: &client.redirect_uris,
            token_endpoint_auth_method: client.token_endpoint_auth_method,
            grant_types: &client.grant_types,
            response_types: &client.response_types,
            scope: client.scopes.as_ref().map(|scopes| scopes.join(" ")),
            client_name: client.client_name.as_deref(),
            client_uri: client.client_uri.as_deref(),
            logo_uri: client.logo_uri.as_deref(),
            tos_uri: client.tos_uri.as_deref(),
            policy_uri: client.policy_uri.as_deref(),
            contacts: &client.contacts,
            localized: &client.localized,
            application_type: client.application_type,
            subject_type: client.subject_type,
            sector_identifier_uri: client.sector_identifier_uri.as_deref(),
            id_token_signed_response_alg: alg.unwrap_or(issued.id_token_alg.as_str()),
            userinfo_signed_response_alg: client.userinfo_signed_response_alg.as_deref(),
            token_endpoint_auth_signing_alg: client.token_endpoint_auth_signing_alg.as_deref(),
            request_object_signing_alg: client.request_object_signing_alg.as_deref(),
            require_signed_request_object: client.require_signed_request_object,
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            jwks: client.jwks.as_ref(),
            jwks_uri: client.jwks_uri.as_deref(),
            default_max_age: client.default_max_age,
            require_auth_time: client.require_auth_time,
            dpop_bound_access_tokens: client.dpop_bound_access_tokens,
            default_acr_values: &client.default_acr_values,
            post_logout_redirect_uris: &client.post_logout_redirect_uris,
            backchannel_logout_uri: client.backchannel_logout_uri.as_deref(),
            backchannel_logout_session_required: client
                .backchannel_logout_uri
                .as_ref()
                .map(|_| client.backchannel_logout_session_required),
            initiate_login_uri: client.initiate_login_uri.as_deref(),
            software_id: client.software_id.as_deref(),
            software_version: client.software_version.as_deref(),
            software_statement: client.software_statement.as_deref(),
        }
    }
}
