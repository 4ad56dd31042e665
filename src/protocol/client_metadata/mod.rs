//! Client metadata (RFC 7591 §2, OpenID Connect Registration §2) and its rules (RG-05 to RG-07),
//! for static, operator-made and self-registered clients alike.

mod error;
mod jwks;
mod narrowing;
mod operator;
mod registered;
mod requests;
mod rules;
#[cfg(test)]
mod tests;
mod texts;

use serde::{Deserialize, Serialize};

use self::requests::RequestDemands;
pub(in crate::protocol) use self::texts::LOCALIZED;
pub use self::{
    error::{MetadataError, MetadataErrorCode, MetadataRule},
    operator::OperatorChoices,
};
use super::{
    client::{Client, ClientKind, ClientStatus, GrantType},
    display_name,
    jwk::SigningAlg,
    policy::DpopUse,
    policy::RequestForm,
};
use crate::protocol::time::Seconds;

/// Metadata as written by a client or an operator. Members that are not here are ignored
/// (RFC 7591 §2); an absent member is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "the names are those of RFC 7591 and OpenID Registration"
)]
pub struct ClientMetadata {
    pub redirect_uris: Option<Vec<String>>,
    pub token_endpoint_auth_method: Option<String>,
    pub grant_types: Option<Vec<String>>,
    pub response_types: Option<Vec<String>>,
    pub scope: Option<String>,
    pub client_name: Option<String>,
    pub contacts: Option<Vec<String>>,
    pub client_uri: Option<String>,
    pub logo_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub application_type: Option<String>,
    pub subject_type: Option<String>,
    pub id_token_signed_response_alg: Option<String>,
    pub userinfo_signed_response_alg: Option<String>,
    pub default_max_age: Option<Seconds>,
    pub require_auth_time: Option<bool>,
    pub dpop_bound_access_tokens: Option<bool>,
    pub default_acr_values: Option<Vec<String>>,
    pub post_logout_redirect_uris: Option<Vec<String>>,
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: Option<bool>,
    pub initiate_login_uri: Option<String>,
    pub software_id: Option<String>,
    pub software_version: Option<String>,
    pub software_statement: Option<String>,
    pub jwks: Option<serde_json::Map<String, serde_json::Value>>,
    pub jwks_uri: Option<String>,
    pub token_endpoint_auth_signing_alg: Option<String>,
    pub request_object_signing_alg: Option<String>,
    pub require_signed_request_object: Option<bool>,
    pub require_pushed_authorization_requests: Option<bool>,
    pub sector_identifier_uri: Option<String>,
    /// Members with a language tag, by their full name (RFC 7591 §2.2).
    #[serde(skip)]
    pub localized: std::collections::BTreeMap<String, String>,
}

/// Who vouches for a new client (RG-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustLevel {
    /// The operator, by the settings or a task. Metadata that the server does not offer is an
    /// error.
    Operator,
    /// The operator, through an initial access token that the caller has. Metadata that the server
    /// does not offer is left out, and the answer says what was registered.
    InitialAccessToken,
    /// Nobody: a stranger, a signed-in person, the publisher of a document. Nothing is offered that
    /// works without the consent of a person.
    Untrusted,
}

impl TrustLevel {
    /// Whether the metadata comes from outside, so that unsupported values are left out (RFC 7591
    /// §3.2.1).
    #[must_use]
    pub const fn is_self_registered(self) -> bool {
        match self {
            Self::Operator => false,
            Self::InitialAccessToken | Self::Untrusted => true,
        }
    }

    /// Whether the client may get tokens that no person agreed to.
    #[must_use]
    pub const fn may_act_alone(self) -> bool {
        match self {
            Self::Operator | Self::InitialAccessToken => true,
            Self::Untrusted => false,
        }
    }
}

/// Values that the server offers to the client.
#[derive(Clone, Copy, Debug)]
pub struct MetadataPolicy<'a> {
    /// Scopes that the client may have.
    pub scopes: &'a [String],
    /// Who vouches for the client.
    pub applicant: TrustLevel,
    /// Algorithms for its ID tokens.
    pub algorithms: &'a [SigningAlg],
    /// Grants that the server offers.
    pub grants: &'a [GrantType],
    /// Private-use schemes without a dot that redirect URIs may have (RG-06).
    pub redirect_schemes: &'a [String],
    /// Whether `subject_type` `pairwise` is offered (`pairwise_secret` is set).
    pub pairwise: bool,
    /// Whether requests may be pushed (RFC 9126).
    pub pushed_requests: RequestForm,
    /// Whether requests may be signed (RFC 9101).
    pub signed_requests: RequestForm,
    /// Whether documents may be fetched from this machine.
    pub loopback: bool,
    /// What becomes of proofs of possession.
    pub dpop: DpopUse,
}

/// Values that the server decides about the client.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// The `client_id`.
    pub client_id: String,
    /// How the client came about.
    pub kind: ClientKind,
}

impl ClientMetadata {
    /// Makes the client that this metadata describes, with the defaults of RFC 7591 §2 filled in;
    /// it is active, has version 1 and no secret, and must use PKCE.
    ///
    /// # Errors
    /// Every rule that the metadata breaks, redirect URIs first; never empty.
    pub(crate) fn into_client(
        self,
        identity: ClientIdentity,
        policy: &MetadataPolicy<'_>,
    ) -> Result<Client, Vec<MetadataError>> {
        let mut rules = rules::Rules::new(policy);
        let redirect_uris = self.redirect_uris.unwrap_or_default();
        rules.redirect_uris("redirect_uris", &redirect_uris);
        let post_logout_redirect_uris = self.post_logout_redirect_uris.unwrap_or_default();
        rules.redirect_uris("post_logout_redirect_uris", &post_logout_redirect_uris);
        let application_type = rules.application_type(
            self.application_type.as_deref(),
            &redirect_uris,
            &post_logout_redirect_uris,
        );
        let method = rules.auth_method(self.token_endpoint_auth_method.as_deref(), &redirect_uris);
        let grant_types = rules.grant_types(self.grant_types.as_deref(), method);
        if redirect_uris.is_empty() && grant_types.contains(&GrantType::AuthorizationCode) {
            rules.refuse("redirect_uris", MetadataRule::RedirectUriNeeded);
        }
        let keys = rules.keys(self.jwks, self.jwks_uri);
        rules.keys_of(method, &keys);
        let demands = rules.demands(RequestDemands {
            alg: self.request_object_signing_alg,
            signed: self.require_signed_request_object.unwrap_or(false),
            pushed: self.require_pushed_authorization_requests.unwrap_or(false),
        });
        rules.keys_of_requests(&demands, &keys);
        let rules::KeySources { jwks, jwks_uri } = keys;
        let sector_identifier_uri =
            rules.fetched("sector_identifier_uri", self.sector_identifier_uri);
        let rules::SubjectChoice {
            subject_type,
            sector,
        } = rules.subject(
            self.subject_type.as_deref(),
            &redirect_uris,
            sector_identifier_uri.as_deref(),
        );
        let client = Client {
            client_id: identity.client_id,
            kind: identity.kind,
            status: ClientStatus::Active,
            version: 1,
            client_name: rules
                .name("client_name", self.client_name.as_deref())
                .and_then(display_name::clean),
            client_uri: rules.link("client_uri", self.client_uri),
            logo_uri: rules.link("logo_uri", self.logo_uri),
            tos_uri: rules.link("tos_uri", self.tos_uri),
            policy_uri: rules.link("policy_uri", self.policy_uri),
            contacts: rules.texts("contacts", self.contacts),
            localized: rules.localized(self.localized),
            initiate_login_uri: rules.https("initiate_login_uri", self.initiate_login_uri),
            software_id: rules.text("software_id", self.software_id),
            software_version: rules.text("software_version", self.software_version),
            software_statement: rules.statement(self.software_statement),
            application_type,
            subject_type,
            sector_identifier_uri,
            sector,
            redirect_uris,
            post_logout_redirect_uris,
            response_types: rules.response_types(self.response_types, &grant_types),
            grant_types,
            scopes: rules.scopes(self.scope.as_deref()),
            resources: None,
            token_endpoint_auth_method: method,
            secrets: Vec::new(),
            jwks,
            jwks_uri,
            key_cache: None,
            token_endpoint_auth_signing_alg: rules.assertion_algorithm(
                "token_endpoint_auth_signing_alg",
                self.token_endpoint_auth_signing_alg,
            ),
            request_object_signing_alg: demands.alg,
            require_signed_request_object: demands.signed,
            require_pushed_authorization_requests: demands.pushed,
            id_token_signed_response_alg: rules.algorithm(
                "id_token_signed_response_alg",
                self.id_token_signed_response_alg,
            ),
            userinfo_signed_response_alg: rules.algorithm(
                "userinfo_signed_response_alg",
                self.userinfo_signed_response_alg,
            ),
            require_pkce: true,
            skip_consent: false,
            require_auth_time: self.require_auth_time.unwrap_or(false),
            dpop_bound_access_tokens: rules.dpop_bound(self.dpop_bound_access_tokens),
            default_max_age: rules.seconds("default_max_age", self.default_max_age),
            default_acr_values: rules.texts("default_acr_values", self.default_acr_values),
            backchannel_logout_uri: rules
                .fetched("backchannel_logout_uri", self.backchannel_logout_uri),
            backchannel_logout_session_required: self
                .backchannel_logout_session_required
                .unwrap_or(false),
            document: None,
            last_used_at: None,
        };
        rules.finish(client)
    }
}
