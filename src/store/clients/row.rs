//! Converts between a row of `oauth_clients` and a client.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use crate::{
    protocol::{
        client::{
            ApplicationType, AuthMethod, Client, ClientKind, ClientSecret, ClientStatus,
            DocumentCache, KeyCache, SecretHash, SubjectType,
        },
        row_id::ClientRowId,
        time::UnixTime,
    },
    store::{
        StoreError, StoreResult,
        record::{Strings, record},
        user_key::UserKey,
    },
};

record! {
    /// A row of `oauth_clients`: the columns this version reads or writes.
    pub struct ClientRow {
        /// Primary key.
        pub id: ClientRowId,
        /// The `client_id`.
        pub client_id: String,
        /// How the client came about: `operator`, `dynamic` or `cimd`.
        pub kind: String,
        /// `active`, `disabled` or `deleted`.
        pub status: String,
        /// Number that is raised by every change of what a user consented to.
        pub version: i32,
        /// The user who owns the client.
        pub user_id: Option<UserKey>,
        /// Client metadata `client_name` (RFC 7591 §2).
        pub client_name: Option<String>,
        /// Client metadata `client_uri` (RFC 7591 §2).
        pub client_uri: Option<String>,
        /// Client metadata `logo_uri` (RFC 7591 §2).
        pub logo_uri: Option<String>,
        /// Client metadata `tos_uri` (RFC 7591 §2).
        pub tos_uri: Option<String>,
        /// Client metadata `policy_uri` (RFC 7591 §2).
        pub policy_uri: Option<String>,
        /// Client metadata `contacts` (RFC 7591 §2).
        pub contacts: Option<Strings>,
        /// Members with a language tag (RFC 7591 §2.2).
        pub localized: Option<Json>,
        /// Client metadata `initiate_login_uri` (OpenID Connect Registration §2).
        pub initiate_login_uri: Option<String>,
        /// Client metadata `software_id` (RFC 7591 §2).
        pub software_id: Option<String>,
        /// Client metadata `software_version` (RFC 7591 §2).
        pub software_version: Option<String>,
        /// Client metadata `software_statement` (RFC 7591 §2.3).
        pub software_statement: Option<String>,
        /// Application type (OpenID Connect Registration §2): `web` or `native`.
        pub application_type: String,
        /// Subject type (OpenID Connect Core §8): `public` or `pairwise`.
        pub subject_type: String,
        /// Registered redirect URIs.
        pub redirect_uris: Strings,
        /// Registered post-logout redirect URIs.
        pub post_logout_redirect_uris: Strings,
        /// Allowed grant types.
        pub grant_types: Strings,
        /// Allowed response types.
        pub response_types: Strings,
        /// Allowed scopes; null = `default_scopes`.
        pub scopes: Option<Strings>,
        /// Allowed resources; null = all.
        pub resources: Option<Strings>,
        /// Client metadata `token_endpoint_auth_method` (RFC 7591 §2).
        pub token_endpoint_auth_method: String,
        /// Hash of the current secret.
        pub client_secret_hash: Option<Vec<u8>>,
        /// Hash of the secret before the last rotation.
        pub previous_secret_hash: Option<Vec<u8>>,
        /// When the current secret expires; null = never.
        pub client_secret_expires_at: Option<UnixTime>,
        /// When the previous secret expires; null = never.
        pub previous_secret_expires_at: Option<UnixTime>,
        /// Hash of the registration access token (RFC 7592 §1.2).
        pub registration_token_hash: Option<Vec<u8>>,
        /// Registered public keys, a JWK set (RFC 7517 §5).
        pub jwks: Option<Json>,
        /// Client metadata `jwks_uri` (RFC 7591 §2).
        pub jwks_uri: Option<String>,
        /// Client metadata `token_endpoint_auth_signing_alg` (OpenID Connect Registration §2).
        pub token_endpoint_auth_signing_alg: Option<String>,
        /// Client metadata `request_object_signing_alg` (OpenID Connect Registration §2).
        pub request_object_signing_alg: Option<String>,
        /// Client metadata `require_signed_request_object` (RFC 9101 §10.5).
        pub require_signed_request_object: bool,
        /// Client metadata `require_pushed_authorization_requests` (RFC 9126 §6).
        pub require_pushed_authorization_requests: bool,
        /// The JWK set last fetched from `jwks_uri`.
        pub jwks_cache: Option<Json>,
        /// When `jwks_cache` was fetched.
        pub jwks_fetched_at: Option<UnixTime>,
        /// Client metadata `sector_identifier_uri` (OpenID Connect Registration §2).
        pub sector_identifier_uri: Option<String>,
        /// Verified sector host for pairwise subjects (OpenID Connect Core §8.1).
        pub sector: Option<String>,
        /// Client metadata `id_token_signed_response_alg` (OpenID Connect Registration §2).
        pub id_token_signed_response_alg: Option<String>,
        /// Client metadata `userinfo_signed_response_alg` (OpenID Connect Registration §2).
        pub userinfo_signed_response_alg: Option<String>,
        /// Whether PKCE is demanded.
        pub require_pkce: bool,
        /// Whether consent is skipped because the operator vouches for the client.
        pub skip_consent: bool,
        /// Client metadata `dpop_bound_access_tokens` (RFC 9449 §5.2).
        pub dpop_bound_access_tokens: bool,
        /// Client metadata `require_auth_time` (OpenID Connect Registration §2).
        pub require_auth_time: bool,
        /// Client metadata `default_max_age` (OpenID Connect Registration §2).
        pub default_max_age: Option<i32>,
        /// Client metadata `default_acr_values` (OpenID Connect Registration §2).
        pub default_acr_values: Option<Strings>,
        /// Client metadata `backchannel_logout_uri` (OpenID Connect Back-Channel Logout §2.2).
        pub backchannel_logout_uri: Option<String>,
        /// Client metadata `backchannel_logout_session_required` (OpenID Connect Back-Channel Logout §2.2).
        pub backchannel_logout_session_required: bool,
        /// When the metadata document was last fetched.
        pub document_fetched_at: Option<UnixTime>,
        /// Until when the copy of the document may be used without another fetch.
        pub document_expires_at: Option<UnixTime>,
        /// Entity tag of the copy of the document.
        pub document_etag: Option<String>,
        /// When a code or token was last issued.
        pub last_used_at: Option<UnixTime>,
    }
}

/// Writes a unit enum as the text it has in the column.
pub(super) fn to_text(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Json::String(text)) => text,
        _ => String::new(),
    }
}

/// Texts by language; `None` for a client that gave them in one language only.
fn localized(client: &Client) -> Option<Json> {
    if client.localized.is_empty() {
        return None;
    }
    serde_json::to_value(&client.localized).ok()
}

fn from_text<T: DeserializeOwned>(column: &str, text: &str) -> StoreResult<T> {
    serde_json::from_value(Json::String(text.to_owned())).map_err(|error| {
        StoreError::Broken(sea_orm::DbErr::Type(format!(
            "oauth_clients.{column}: {error}"
        )))
    })
}

impl ClientRow {
    /// The row of `client`, owned by `user_id`.
    pub fn new(client: &Client, user_id: Option<UserKey>) -> Self {
        let mut secrets = client.secrets.iter();
        let (current, previous) = (secrets.next(), secrets.next());
        let (cache, document) = (client.key_cache.as_ref(), client.document.as_ref());
        Self {
            id: ClientRowId::UNSAVED,
            client_id: client.client_id.clone(),
            kind: to_text(client.kind),
            status: to_text(client.status),
            version: client.version,
            user_id,
            client_name: client.client_name.clone(),
            client_uri: client.client_uri.clone(),
            logo_uri: client.logo_uri.clone(),
            tos_uri: client.tos_uri.clone(),
            policy_uri: client.policy_uri.clone(),
            contacts: Some(client.contacts.clone().into()),
            localized: localized(client),
            initiate_login_uri: client.initiate_login_uri.clone(),
            software_id: client.software_id.clone(),
            software_version: client.software_version.clone(),
            software_statement: client.software_statement.clone(),
            application_type: to_text(client.application_type),
            subject_type: to_text(client.subject_type),
            redirect_uris: client.redirect_uris.clone().into(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone().into(),
            grant_types: client
                .grant_types
                .iter()
                .map(to_text)
                .collect::<Vec<_>>()
                .into(),
            response_types: client.response_types.clone().into(),
            scopes: client.scopes.clone().map(Into::into),
            resources: client.resources.clone().map(Into::into),
            token_endpoint_auth_method: to_text(client.token_endpoint_auth_method),
            client_secret_hash: current.map(|secret| secret.hash.0.to_vec()),
            previous_secret_hash: previous.map(|secret| secret.hash.0.to_vec()),
            client_secret_expires_at: current.and_then(|secret| secret.expires_at),
            previous_secret_expires_at: previous.and_then(|secret| secret.expires_at),
            registration_token_hash: None,
            jwks: client.jwks.clone(),
            jwks_uri: client.jwks_uri.clone(),
            token_endpoint_auth_signing_alg: client.token_endpoint_auth_signing_alg.clone(),
            request_object_signing_alg: client.request_object_signing_alg.clone(),
            require_signed_request_object: client.require_signed_request_object,
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            jwks_cache: cache.map(|cache| cache.keys.clone()),
            jwks_fetched_at: cache.map(|cache| cache.fetched_at),
            sector_identifier_uri: client.sector_identifier_uri.clone(),
            sector: client.sector.clone(),
            id_token_signed_response_alg: client.id_token_signed_response_alg.clone(),
            userinfo_signed_response_alg: client.userinfo_signed_response_alg.clone(),
            require_pkce: client.require_pkce,
            skip_consent: client.skip_consent,
            dpop_bound_access_tokens: client.dpop_bound_access_tokens,
            require_auth_time: client.require_auth_time,
            default_max_age: client.default_max_age.and_then(|age| age.try_into().ok()),
            default_acr_values: Some(client.default_acr_values.clone().into()),
            backchannel_logout_uri: client.backchannel_logout_uri.clone(),
            backchannel_logout_session_required: client.backchannel_logout_session_required,
            document_fetched_at: document.map(|document| document.fetched_at),
            document_expires_at: document.map(|document| document.expires_at),
            document_etag: document.and_then(|document| document.etag.clone()),
            last_used_at: client.last_used_at,
        }
    }

    /// The client of this row.
    ///
    /// # Errors
    /// Returns an error when a column holds a word that this version does not know.
    pub fn into_client(self) -> StoreResult<Client> {
        let grant_types = self.grant_types.0.iter();
        let secrets = [
            (self.client_secret_hash, self.client_secret_expires_at),
            (self.previous_secret_hash, self.previous_secret_expires_at),
        ];
        Ok(Client {
            kind: from_text::<ClientKind>("kind", &self.kind)?,
            status: from_text::<ClientStatus>("status", &self.status)?,
            application_type: from_text::<ApplicationType>(
                "application_type",
                &self.application_type,
            )?,
            subject_type: from_text::<SubjectType>("subject_type", &self.subject_type)?,
            token_endpoint_auth_method: from_text::<AuthMethod>(
                "token_endpoint_auth_method",
                &self.token_endpoint_auth_method,
            )?,
            grant_types: grant_types
                .map(|grant| from_text("grant_types", grant))
                .collect::<StoreResult<_>>()?,
            secrets: secrets
                .into_iter()
                .filter_map(|(hash, expires_at)| {
                    let hash = SecretHash(hash?.try_into().ok()?);
                    Some(ClientSecret { hash, expires_at })
                })
                .collect(),
            client_id: self.client_id,
            version: self.version,
            client_name: self.client_name,
            client_uri: self.client_uri,
            logo_uri: self.logo_uri,
            tos_uri: self.tos_uri,
            policy_uri: self.policy_uri,
            contacts: self.contacts.unwrap_or_default().0,
            localized: self
                .localized
                .and_then(|members| serde_json::from_value(members).ok())
                .unwrap_or_default(),
            initiate_login_uri: self.initiate_login_uri,
            software_id: self.software_id,
            software_version: self.software_version,
            software_statement: self.software_statement,
            jwks: self.jwks,
            jwks_uri: self.jwks_uri,
            token_endpoint_auth_signing_alg: self.token_endpoint_auth_signing_alg,
            request_object_signing_alg: self.request_object_signing_alg,
            require_signed_request_object: self.require_signed_request_object,
            require_pushed_authorization_requests: self.require_pushed_authorization_requests,
            key_cache: self
                .jwks_cache
                .zip(self.jwks_fetched_at)
                .map(|(keys, fetched_at)| KeyCache { keys, fetched_at }),
            sector_identifier_uri: self.sector_identifier_uri,
            sector: self.sector,
            redirect_uris: self.redirect_uris.0,
            post_logout_redirect_uris: self.post_logout_redirect_uris.0,
            response_types: self.response_types.0,
            scopes: self.scopes.map(|scopes| scopes.0),
            resources: self.resources.map(|resources| resources.0),
            id_token_signed_response_alg: self.id_token_signed_response_alg,
            userinfo_signed_response_alg: self.userinfo_signed_response_alg,
            require_pkce: self.require_pkce,
            skip_consent: self.skip_consent,
            dpop_bound_access_tokens: self.dpop_bound_access_tokens,
            require_auth_time: self.require_auth_time,
            default_max_age: self.default_max_age.map(Into::into),
            default_acr_values: self.default_acr_values.unwrap_or_default().0,
            backchannel_logout_uri: self.backchannel_logout_uri,
            backchannel_logout_session_required: self.backchannel_logout_session_required,
            document: self.document_fetched_at.zip(self.document_expires_at).map(
                |(fetched_at, expires_at)| DocumentCache {
                    fetched_at,
                    expires_at,
                    etag: self.document_etag,
                },
            ),
            last_used_at: self.last_used_at,
        })
    }
}
