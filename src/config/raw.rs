//! The block as written. Unknown keys are refused at every level; a default that needs another
//! key or the environment to be known is `None` here and filled in by `resolve`.

use std::collections::BTreeMap;

use serde::Deserialize;
use validator::Validate;

use super::{
    Secret,
    choices::{
        AssertionAudience, CleanupSettings, CookieSecure, DeviceSettings, DpopSettings,
        LogoutRevokes, Profile, PushedRequestSettings, RateLimitStore, RefreshRotation,
        RefreshTokenPolicy, SignedRequestSettings, TokenPrefixes,
    },
    exchange::{RawJwtBearer, RawTokenExchange},
    fetch::{DocumentSettings, FetchSettings},
    rate_limits::RateLimits,
    raw_lists::{RawClient, RawResource, RawScope},
    secret_json::SecretJson,
};
use crate::protocol::{client::GrantType, jwk::SigningAlg, time::Seconds};

#[derive(Debug, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the settings"
)]
pub(super) struct RawSettings {
    // Addresses and published links.
    pub base_url: Option<String>,
    pub issuer: Option<String>,
    pub prefix: String,
    pub include_root_oauth_metadata_fallback: bool,
    pub include_root_openid_metadata_fallback: bool,
    pub include_root_resource_metadata_fallback: bool,
    pub secret: Option<Secret>,
    pub app_name: Option<String>,
    pub service_documentation: Option<String>,
    pub op_policy_uri: Option<String>,
    pub op_tos_uri: Option<String>,
    pub profile: Profile,
    // Pages and accounts.
    pub login_url: Option<String>,
    pub consent_url: Option<String>,
    pub select_account_url: Option<String>,
    pub signup_url: Option<String>,
    pub post_login_url: Option<String>,
    pub after_login_url: Option<String>,
    pub after_logout_url: Option<String>,
    pub enable_signup: bool,
    pub enable_password_reset: Option<bool>,
    pub mail_from: Option<String>,
    pub require_verified_email: bool,
    pub consent_allows_narrowing: bool,
    pub session_exchange_origins: Option<Vec<String>>,
    pub default_locale: String,
    pub locales: Vec<String>,
    pub developer_errors: Option<bool>,
    // Grants, scopes and clients.
    pub grant_types: Vec<GrantType>,
    pub scopes: BTreeMap<String, Option<RawScope>>,
    pub default_scopes: Vec<String>,
    pub advertised_scopes: Option<Vec<String>>,
    pub scope_expirations: BTreeMap<String, Seconds>,
    pub client_credentials_default_scopes: Vec<String>,
    pub allow_dynamic_client_registration: bool,
    pub allow_unauthenticated_client_registration: bool,
    pub initial_access_token_hashes: Vec<Secret>,
    pub client_registration_default_scopes: Option<Vec<String>>,
    pub client_registration_allowed_scopes: Option<Vec<String>>,
    #[validate(range(min = 0, max = 31_536_000))]
    pub client_registration_client_secret_ttl_seconds: Seconds,
    pub client_registration_require_pkce: bool,
    #[validate(range(min = 1, max = 1_000_000))]
    pub max_unused_clients: u64,
    pub clients: Vec<RawClient>,
    // Lifetimes and tokens.
    #[validate(range(min = 30, max = 600))]
    pub authorization_code_ttl_seconds: Seconds,
    #[validate(range(min = 60, max = 86400))]
    pub access_token_ttl_seconds: Seconds,
    #[validate(range(min = 60, max = 86400))]
    pub m2m_access_token_ttl_seconds: Seconds,
    #[validate(range(min = 3600, max = 31_536_000))]
    pub refresh_token_ttl_seconds: Seconds,
    pub refresh_token_max_ttl_seconds: Seconds,
    pub refresh_token_policy: RefreshTokenPolicy,
    #[validate(range(min = 0, max = 60))]
    pub refresh_token_retry_window_seconds: Seconds,
    pub rotate_refresh_tokens: RefreshRotation,
    pub revoke_on_credential_change: bool,
    #[validate(range(min = 60, max = 86400))]
    pub id_token_ttl_seconds: Seconds,
    pub id_token_scope_claims: bool,
    #[validate(range(min = 60, max = 3600))]
    pub state_ttl_seconds: Seconds,
    #[validate(range(min = 60))]
    pub unused_client_ttl_seconds: Seconds,
    #[validate(range(min = 60))]
    pub idle_client_ttl_seconds: Seconds,
    pub token_prefixes: TokenPrefixes,
    pub pairwise_secret: Option<Secret>,
    pub acr_values: Vec<String>,
    // Browser sessions and sign-out.
    #[validate(range(min = 300, max = 31_536_000))]
    pub session_ttl_seconds: Seconds,
    #[validate(range(min = 300, max = 31_536_000))]
    pub session_idle_ttl_seconds: Seconds,
    pub cookie_secure: CookieSecure,
    pub enable_end_session: bool,
    pub logout_revokes: LogoutRevokes,
    // Resources.
    #[validate(nested)]
    pub resources: Vec<RawResource>,
    pub default_resource: Option<String>,
    // Keys, limits, fetching and cleanup.
    #[validate(nested)]
    pub keys: RawKeys,
    pub rate_limits: RateLimits,
    pub rate_limit_store: Option<RateLimitStore>,
    pub fetch: FetchSettings,
    pub client_id_metadata_documents: DocumentSettings,
    pub redirect_schemes: Vec<String>,
    pub client_assertion_audience: AssertionAudience,
    #[validate(nested)]
    pub par: PushedRequestSettings,
    pub jar: SignedRequestSettings,
    #[validate(nested)]
    pub device: DeviceSettings,
    #[validate(nested)]
    pub dpop: DpopSettings,
    #[validate(nested)]
    pub token_exchange: RawTokenExchange,
    pub jwt_bearer: RawJwtBearer,
    #[validate(nested)]
    pub cleanup: CleanupSettings,
}

impl Default for RawSettings {
    fn default() -> Self {
        Self {
            base_url: None,
            issuer: None,
            prefix: "/oauth".into(),
            include_root_oauth_metadata_fallback: false,
            include_root_openid_metadata_fallback: false,
            include_root_resource_metadata_fallback: false,
            secret: None,
            app_name: None,
            service_documentation: None,
            op_policy_uri: None,
            op_tos_uri: None,
            profile: Profile::default(),
            login_url: None,
            consent_url: None,
            select_account_url: None,
            signup_url: None,
            post_login_url: None,
            after_login_url: None,
            after_logout_url: None,
            enable_signup: true,
            enable_password_reset: None,
            mail_from: None,
            require_verified_email: false,
            consent_allows_narrowing: true,
            session_exchange_origins: None,
            default_locale: "en".into(),
            locales: texts(&["en", "de", "es", "fr", "ja", "pt-BR", "zh-CN"]),
            developer_errors: None,
            grant_types: vec![
                GrantType::AuthorizationCode,
                GrantType::RefreshToken,
                GrantType::ClientCredentials,
            ],
            scopes: BTreeMap::new(),
            default_scopes: texts(&["openid", "profile", "email"]),
            advertised_scopes: None,
            scope_expirations: BTreeMap::new(),
            client_credentials_default_scopes: Vec::new(),
            allow_dynamic_client_registration: false,
            allow_unauthenticated_client_registration: false,
            initial_access_token_hashes: Vec::new(),
            client_registration_default_scopes: None,
            client_registration_allowed_scopes: None,
            client_registration_client_secret_ttl_seconds: Seconds::ZERO,
            client_registration_require_pkce: true,
            max_unused_clients: 10_000,
            clients: Vec::new(),
            authorization_code_ttl_seconds: Seconds::minutes(1),
            access_token_ttl_seconds: Seconds::hours(1),
            m2m_access_token_ttl_seconds: Seconds::hours(1),
            refresh_token_ttl_seconds: Seconds::days(30),
            refresh_token_max_ttl_seconds: Seconds::days(180),
            refresh_token_policy: RefreshTokenPolicy::default(),
            refresh_token_retry_window_seconds: Seconds::new(30),
            rotate_refresh_tokens: RefreshRotation::default(),
            revoke_on_credential_change: true,
            id_token_ttl_seconds: Seconds::hours(1),
            id_token_scope_claims: true,
            state_ttl_seconds: Seconds::minutes(10),
            unused_client_ttl_seconds: Seconds::days(1),
            idle_client_ttl_seconds: Seconds::days(90),
            token_prefixes: TokenPrefixes::default(),
            pairwise_secret: None,
            acr_values: texts(&["urn:mace:incommon:iap:bronze"]),
            session_ttl_seconds: Seconds::days(14),
            session_idle_ttl_seconds: Seconds::days(1),
            cookie_secure: CookieSecure::default(),
            enable_end_session: false,
            logout_revokes: LogoutRevokes::default(),
            resources: Vec::new(),
            default_resource: None,
            keys: RawKeys::default(),
            rate_limits: RateLimits::new(),
            rate_limit_store: None,
            fetch: FetchSettings::default(),
            client_id_metadata_documents: DocumentSettings::default(),
            redirect_schemes: texts(&[
                "cursor",
                "vscode",
                "vscode-insiders",
                "windsurf",
                "zed",
                "claude",
            ]),
            client_assertion_audience: AssertionAudience::default(),
            par: PushedRequestSettings::default(),
            jar: SignedRequestSettings::default(),
            device: DeviceSettings::default(),
            dpop: DpopSettings::default(),
            token_exchange: RawTokenExchange::default(),
            jwt_bearer: RawJwtBearer::default(),
            cleanup: CleanupSettings::default(),
        }
    }
}

/// Setting `keys` as written.
#[derive(Debug, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawKeys {
    pub directory: Option<std::path::PathBuf>,
    pub pem: Option<Vec<Secret>>,
    pub jwks: Option<SecretJson>,
    pub passphrase: Option<Secret>,
    pub id_token_alg: SigningAlg,
    pub access_token_alg: SigningAlg,
    #[validate(range(min = 0, max = 31_536_000))]
    pub publish_before_seconds: Seconds,
    #[validate(range(min = 3600))]
    pub max_age_seconds: Seconds,
}

impl Default for RawKeys {
    fn default() -> Self {
        Self {
            directory: None,
            pem: None,
            jwks: None,
            passphrase: None,
            id_token_alg: SigningAlg::RS256,
            access_token_alg: SigningAlg::ES256,
            publish_before_seconds: Seconds::days(1),
            max_age_seconds: Seconds::days(90),
        }
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
