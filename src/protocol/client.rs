//! A registered client (RFC 6749 §2, RFC 7591 §2), whatever it came from.

use std::collections::BTreeMap;

use crate::protocol::time::{Seconds, UnixTime};
use serde::{Deserialize, Serialize};

/// How a client came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// From the settings; no row.
    Static,
    /// Made by the task `oauth:client:create`.
    Operator,
    /// Registered over HTTP (RFC 7591).
    Dynamic,
    /// Identified by an https URL (client id metadata document).
    Cimd,
}

/// Whether a client may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    /// In use.
    Active,
    /// Switched off by the operator.
    Disabled,
    /// Removed; the row is a tombstone.
    Deleted,
}

impl ClientStatus {
    /// The word in the table and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }
}

/// How a client authenticates (RFC 7591 §2 `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Public client (OAuth 2.1 §2.1).
    None,
    /// HTTP Basic (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// Secret in the body (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// A JWT signed with the client's key (RFC 7523 §2.2, OpenID Connect Core §9).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// The value of `token_endpoint_auth_method`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// Whether the client has a secret of this server.
    #[must_use]
    pub const fn uses_secret(self) -> bool {
        match self {
            Self::None | Self::PrivateKeyJwt => false,
            Self::ClientSecretBasic | Self::ClientSecretPost => true,
        }
    }
}

/// Grant types of the token endpoint (RFC 6749 §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8628 §3.4.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// RFC 7523 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
}

impl GrantType {
    /// The value of `grant_type` and of the metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// Whether the grant brings tokens that no person agreed to at this server. It is for confidential clients
    /// then, and only the operator gives such power, or a caller whom the operator gave an initial access token
    /// (RG-07).
    #[must_use]
    pub const fn acts_alone(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::RefreshToken | Self::DeviceCode => false,
            Self::ClientCredentials | Self::TokenExchange | Self::JwtBearer => true,
        }
    }

    /// Whether a person agrees to the grant, so that refresh tokens may come with it.
    #[must_use]
    pub const fn is_of_people(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::DeviceCode => true,
            Self::RefreshToken
            | Self::ClientCredentials
            | Self::TokenExchange
            | Self::JwtBearer => false,
        }
    }
}

/// `application_type` (OpenID Connect Registration §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// https redirect URIs.
    Web,
    /// Loopback and private-use redirect URIs too.
    Native,
}

/// `subject_type` (OpenID Connect Core §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Every client sees one and the same `sub`.
    Public,
    /// Each sector sees a `sub` of its own.
    Pairwise,
}

/// SHA-256 of a secret. Debug shows nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A stored client secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// Hash of the secret: plain SHA-256 for static clients, else with the purpose `secret`.
    pub hash: SecretHash,
    /// When it stops working; `None` = never.
    pub expires_at: Option<UnixTime>,
}

/// A key set as it was fetched from `jwks_uri`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCache {
    /// The set (RFC 7517 §5).
    pub keys: serde_json::Value,
    /// When it was fetched.
    pub fetched_at: UnixTime,
}

/// How old the copy of a metadata document is (CI-05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentCache {
    /// When the document was fetched.
    pub fetched_at: UnixTime,
    /// When the copy expires; then it is fetched again before it is used.
    pub expires_at: UnixTime,
    /// Entity tag of the document (RFC 9110 §8.8.3).
    pub etag: Option<String>,
}

/// A client: metadata of RFC 7591 §2 and OpenID Connect Registration §2, and what the operator
/// decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the metadata, or a choice of the operator"
)]
pub struct Client {
    /// The `client_id`, byte for byte.
    pub client_id: String,
    /// How the client came about.
    pub kind: ClientKind,
    /// Whether the client may be used.
    pub status: ClientStatus,
    /// Number that is raised by every change of what a user consented to.
    pub version: i32,
    /// Name for people, cleaned.
    pub client_name: Option<String>,
    /// Home page, https.
    pub client_uri: Option<String>,
    /// Logo, https; not shown before it can be served from the own origin.
    pub logo_uri: Option<String>,
    /// Terms of service, https.
    pub tos_uri: Option<String>,
    /// Privacy policy, https.
    pub policy_uri: Option<String>,
    /// Contact addresses.
    pub contacts: Vec<String>,
    /// Members in other languages (RFC 7591 §2.2), for example `client_name#de`.
    pub localized: BTreeMap<String, String>,
    /// Where a login may be started from outside (OpenID Connect Core §4), https.
    pub initiate_login_uri: Option<String>,
    /// RFC 7591 §2 `software_id`.
    pub software_id: Option<String>,
    /// RFC 7591 §2 `software_version`.
    pub software_version: Option<String>,
    /// RFC 7591 §2.3, as sent; nobody vouches for it.
    pub software_statement: Option<String>,
    /// `web` or `native`.
    pub application_type: ApplicationType,
    /// `public` or `pairwise`.
    pub subject_type: SubjectType,
    /// Document that lists the redirect URIs of its sector (OpenID Connect Core §8.1), https.
    pub sector_identifier_uri: Option<String>,
    /// Verified sector host for pairwise subjects.
    pub sector: Option<String>,
    /// Registered redirect URIs, byte for byte.
    pub redirect_uris: Vec<String>,
    /// Registered post-logout redirect URIs, byte for byte.
    pub post_logout_redirect_uris: Vec<String>,
    /// Grants the client may use.
    pub grant_types: Vec<GrantType>,
    /// Response types the client may use; only `code` exists.
    pub response_types: Vec<String>,
    /// Scopes the client may ask for; `None` = `default_scopes` of the settings.
    pub scopes: Option<Vec<String>>,
    /// Resource identifiers the client may name; `None` = all.
    pub resources: Option<Vec<String>>,
    /// The one way in which it authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// At most two: the current and the previous one.
    pub secrets: Vec<ClientSecret>,
    /// Its public keys (RFC 7591 §2).
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys are (RFC 7591 §2), https.
    pub jwks_uri: Option<String>,
    /// The key set last fetched from `jwks_uri`.
    pub key_cache: Option<KeyCache>,
    /// The one algorithm of its client assertions; `None` = any that is offered.
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The one algorithm of its signed requests (RFC 9101); `None` = any that is offered.
    pub request_object_signing_alg: Option<String>,
    /// Whether it sends signed requests only (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// Whether it sends pushed requests only (RFC 9126 §6).
    pub require_pushed_authorization_requests: bool,
    /// Signature algorithm of its ID tokens; `None` = the server's.
    pub id_token_signed_response_alg: Option<String>,
    /// `userinfo_signed_response_alg`; `None` = the answer is JSON.
    pub userinfo_signed_response_alg: Option<String>,
    /// Whether PKCE is demanded.
    pub require_pkce: bool,
    /// Known client whose requests need no consent.
    pub skip_consent: bool,
    /// RFC 9449 §5.2 `dpop_bound_access_tokens`.
    pub dpop_bound_access_tokens: bool,
    /// OIDC `require_auth_time`.
    pub require_auth_time: bool,
    /// OIDC `default_max_age`.
    pub default_max_age: Option<Seconds>,
    /// OIDC `default_acr_values`.
    pub default_acr_values: Vec<String>,
    /// Where it hears that a session ended (OpenID Connect Back-Channel Logout §2.2), https.
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` in logout tokens, which always have it.
    pub backchannel_logout_session_required: bool,
    /// The copy of its metadata document; `None` for other clients.
    pub document: Option<DocumentCache>,
    /// When a code or token was last issued, written at most once an hour.
    pub last_used_at: Option<UnixTime>,
}

impl Client {
    /// Whether the client is static or operator-made, so that the operator vouches for it.
    #[must_use]
    pub const fn is_trusted(&self) -> bool {
        matches!(self.kind, ClientKind::Static | ClientKind::Operator)
    }

    /// Whether the client can keep a secret (OAuth 2.1 §2.1).
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.token_endpoint_auth_method != AuthMethod::None
    }

    /// Whether an approval given through `redirect_uri` may be remembered (RFC 8252 §8.6).
    #[must_use]
    pub fn may_remember_consent(&self, redirect_uri: &str) -> bool {
        self.is_confidential() || (self.is_trusted() && redirect_uri.starts_with("https://"))
    }

    /// Whether the client may have tokens for the resource with this configured identifier.
    #[must_use]
    pub fn may_reach(&self, resource: &str) -> bool {
        let allowed = self.resources.as_ref();
        allowed.is_none_or(|allowed| {
            let allowed = allowed.iter().map(String::as_str);
            super::resource::find(allowed, resource).is_some()
        })
    }

    /// Whether the client may use `grant`.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }
}
