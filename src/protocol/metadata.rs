//! The server metadata (RFC 8414 §2, OpenID Connect Discovery §3): one document for OAuth and
//! OpenID clients, made from the values that switch features on, so that it cannot disagree with
//! them.

use serde::Serialize;

use super::{
    authorize::Display, callback::ResponseMode, client::GrantType, dpop, id_jag::PROFILE,
    jwk::SigningAlg, policy::RequestForm, scope::STANDARD, token_type::TokenType,
};

/// Values that the metadata is made from.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switches a member of the document on"
)]
pub struct MetadataInput {
    /// Issuer and endpoints.
    pub endpoints: Endpoints,
    /// Grants offered.
    pub grant_types: Vec<GrantType>,
    /// `advertised_scopes`.
    pub scopes: Vec<String>,
    /// Identifiers of this origin's resources.
    pub resources: Vec<String>,
    /// Algorithms of the active keys, default first.
    pub algorithms: Vec<SigningAlg>,
    /// Claims of the user model, besides those of the protocol.
    pub claims: Vec<String>,
    /// `acr_values`, weakest first.
    pub acr_values: Vec<String>,
    /// `locales`.
    pub locales: Vec<String>,
    /// `pairwise` if a secret for it is set.
    pub subject_types: Vec<&'static str>,
    /// Whether people can sign up.
    pub sign_up: bool,
    /// Whether clients may be identified by the URL of a document (Client ID Metadata Document §5).
    pub client_documents: bool,
    /// Setting `par`.
    pub pushed_requests: RequestForm,
    /// Setting `jar`.
    pub signed_requests: RequestForm,
    /// Whether clients may bind their tokens to a key (RFC 9449 §5.1).
    pub dpop: bool,
    /// Whether clients may ask for ID-JAGs.
    pub issues_id_jags: bool,
    /// Whether ID-JAGs of other servers are taken.
    pub takes_id_jags: bool,
    /// Links of the settings.
    pub links: Links,
}

/// Issuer and endpoint URLs.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of RFC 8414")]
pub struct Endpoints {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub userinfo_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    /// Published while `par` is enabled (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: String,
    /// With the grant of devices (RFC 8628 §4).
    pub device_authorization_endpoint: Option<String>,
    /// While `enable_end_session` is on (RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<String>,
    /// `None` = clients cannot register themselves.
    pub registration_endpoint: Option<String>,
}

/// Links that an app may publish.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of RFC 8414")]
pub struct Links {
    pub service_documentation: Option<String>,
    pub op_policy_uri: Option<String>,
    pub op_tos_uri: Option<String>,
}

/// The metadata document. Members whose condition is false are left out, never null (GE-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the document"
)]
#[allow(missing_docs, reason = "the names are those of RFC 8414 and Discovery")]
pub struct ServerMetadata {
    pub issuer: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_authorization_request_endpoint: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_authorization_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_supported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_supported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    pub response_types_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<&'static str>,
    pub grant_types_supported: Vec<GrantType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_grant_profiles_supported: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_chaining_requested_token_types_supported: Option<[&'static str; 1]>,
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    pub revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    pub introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    pub token_endpoint_auth_signing_alg_values_supported: [SigningAlg; 4],
    pub revocation_endpoint_auth_signing_alg_values_supported: [SigningAlg; 4],
    pub introspection_endpoint_auth_signing_alg_values_supported: [SigningAlg; 4],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<&'static str>,
    pub authorization_response_iss_parameter_supported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub client_id_metadata_document_supported: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<SigningAlg>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo_signing_alg_values_supported: Vec<SigningAlg>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims_supported: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub claims_parameter_supported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_signing_alg_values_supported: Option<[SigningAlg; 4]>,
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_object_signing_alg_values_supported: Vec<SigningAlg>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_signed_request_object: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub display_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr_values_supported: Vec<String>,
    pub ui_locales_supported: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompt_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_tos_uri: Option<String>,
}

/// Methods of client authentication.
const AUTH_METHODS: [&str; 4] = [
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

/// Algorithms of client assertions (CA-03) and request objects (JA-01): all that can be verified.
const ASSERTION_ALGORITHMS: [SigningAlg; 4] = [
    SigningAlg::RS256,
    SigningAlg::PS256,
    SigningAlg::ES256,
    SigningAlg::EdDsa,
];

/// Claims that the protocol itself makes.
const PROTOCOL_CLAIMS: [&str; 11] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "sid",
];

const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

impl ServerMetadata {
    /// The document that describes the server.
    #[must_use]
    pub fn new(input: MetadataInput) -> Self {
        let parties = Parties::of(&input.grant_types);
        let with_people = parties == Parties::People;
        let with_code = input.grant_types.contains(&GrantType::AuthorizationCode);
        let only = |condition: bool, word: &'static str| condition.then_some(word);
        let endpoints = input.endpoints;
        let confidential: Vec<&str> = AUTH_METHODS
            .into_iter()
            .filter(|name| *name != "none")
            .collect();
        // A server for machines alone has nobody to sign in, and no clients without a secret.
        let grantable = |name: &String| with_people || !STANDARD.contains(&name.as_str());
        let pushed = input.pushed_requests != RequestForm::Off && with_code;
        let signed = input.signed_requests != RequestForm::Off && with_code;
        let methods = if with_people {
            AUTH_METHODS.to_vec()
        } else {
            confidential.clone()
        };
        Self {
            issuer: endpoints.issuer,
            token_endpoint: endpoints.token_endpoint,
            jwks_uri: endpoints.jwks_uri,
            userinfo_endpoint: with_people.then_some(endpoints.userinfo_endpoint),
            revocation_endpoint: endpoints.revocation_endpoint,
            introspection_endpoint: endpoints.introspection_endpoint,
            authorization_endpoint: with_code.then_some(endpoints.authorization_endpoint),
            pushed_authorization_request_endpoint: pushed
                .then_some(endpoints.pushed_authorization_request_endpoint),
            require_pushed_authorization_requests: pushed
                && input.pushed_requests == RequestForm::Required,
            device_authorization_endpoint: endpoints.device_authorization_endpoint,
            end_session_endpoint: endpoints.end_session_endpoint,
            backchannel_logout_supported: with_code,
            backchannel_logout_session_supported: with_code,
            registration_endpoint: endpoints.registration_endpoint,
            scopes_supported: input.scopes.into_iter().filter(grantable).collect(),
            response_types_supported: only(with_code, "code").into_iter().collect(),
            response_modes_supported: parties
                .list(ResponseMode::ALL.map(ResponseMode::as_str).into()),
            grant_types_supported: input.grant_types,
            // Both say what the server can do, never whom it trusts (Identity Assertion JWT Authorization Grant §7).
            authorization_grant_profiles_supported: input.takes_id_jags.then_some([PROFILE]),
            identity_chaining_requested_token_types_supported: input
                .issues_id_jags
                .then_some([TokenType::IdJag.as_str()]),
            token_endpoint_auth_methods_supported: methods.clone(),
            revocation_endpoint_auth_methods_supported: methods,
            introspection_endpoint_auth_methods_supported: confidential,
            token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
            code_challenge_methods_supported: only(with_code, "S256").into_iter().collect(),
            authorization_response_iss_parameter_supported: with_code,
            client_id_metadata_document_supported: input.client_documents,
            protected_resources: input.resources,
            subject_types_supported: parties.list(input.subject_types),
            id_token_signing_alg_values_supported: parties.list(input.algorithms.clone()),
            userinfo_signing_alg_values_supported: parties.list(input.algorithms),
            claims_supported: parties.list(claims(input.claims)),
            dpop_signing_alg_values_supported: input.dpop.then_some(dpop::ALGORITHMS),
            claims_parameter_supported: with_code,
            request_parameter_supported: signed,
            request_uri_parameter_supported: false,
            request_object_signing_alg_values_supported: if signed {
                ASSERTION_ALGORITHMS.to_vec()
            } else {
                Vec::new()
            },
            require_signed_request_object: signed && input.signed_requests == RequestForm::Required,
            display_values_supported: parties.list(Display::ALL.map(Display::as_str).into()),
            acr_values_supported: parties.list(input.acr_values),
            ui_locales_supported: input.locales,
            prompt_values_supported: PROMPTS
                .into_iter()
                .chain(input.sign_up.then_some("create"))
                .filter(|_| with_code)
                .collect(),
            service_documentation: input.links.service_documentation,
            op_policy_uri: input.links.op_policy_uri,
            op_tos_uri: input.links.op_tos_uri,
        }
    }
}

/// Who takes part in the offered grants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parties {
    /// People, who let clients act for them.
    People,
    /// Machines alone: there is nobody to sign in.
    Machines,
}

impl Parties {
    fn of(grant_types: &[GrantType]) -> Self {
        if grant_types.iter().any(|grant| grant.is_of_people()) {
            Self::People
        } else {
            Self::Machines
        }
    }

    /// What is offered where people take part.
    fn list<T>(self, offered: Vec<T>) -> Vec<T> {
        match self {
            Self::People => offered,
            Self::Machines => Vec::new(),
        }
    }
}

fn claims(of_user: Vec<String>) -> Vec<String> {
    let mut claims: Vec<String> = PROTOCOL_CLAIMS.map(str::to_owned).into();
    for claim in of_user {
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims
}
