//! [`Settings`]: the block with every default resolved.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Secret,
    choices::{
        AssertionAudience, CleanupSettings, DeviceSettings, DpopSettings, LogoutRevokes, Profile,
        PushedRequestSettings, RateLimitStore, RefreshRotation, RefreshTokenPolicy,
        SignedRequestSettings, TokenFormat, TokenPrefixes,
    },
    fetch::{DocumentSettings, FetchSettings},
    keys::{KeySettings, SecretSource},
    rate_limits::RateLimits,
    registration::RegistrationSettings,
};
use crate::protocol::{
    client::{Client, GrantType},
    exchange_policy::{AssertionIssuer, ExchangePolicy},
    jwk::SigningAlg,
    resource,
    scope::STANDARD,
    time::Seconds,
};

/// The settings of the plugin, checked. Fields are named like the keys; durations are seconds.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the settings"
)]
pub struct Settings {
    /// Whether the app runs in Loco's environment `production`.
    pub production: bool,

    /// Public address of the app's `/`, without trailing slash.
    pub base_url: String,
    /// Issuer identifier, compared byte for byte (RFC 8414 §2).
    pub issuer: String,
    /// Path below which endpoints and pages are served: `""`, or a path without trailing slash.
    pub prefix: String,
    /// Serve `/.well-known/oauth-authorization-server` although the issuer has a path.
    pub include_root_oauth_metadata_fallback: bool,
    /// Serve `/.well-known/openid-configuration` although the issuer has a path.
    pub include_root_openid_metadata_fallback: bool,
    /// Serve the only resource's document at `/.well-known/oauth-protected-resource` although its
    /// path is not `/`.
    pub include_root_resource_metadata_fallback: bool,
    /// Source of the secret from which other keys are derived; it never signs tokens.
    /// [`crate::keys::root_secret`] reads it.
    pub secret: SecretSource,
    /// Name of the app, shown on pages.
    pub app_name: String,
    /// Metadata `service_documentation` (RFC 8414 §2).
    pub service_documentation: Option<String>,
    /// Metadata `op_policy_uri` (RFC 8414 §2).
    pub op_policy_uri: Option<String>,
    /// Metadata `op_tos_uri` (RFC 8414 §2).
    pub op_tos_uri: Option<String>,
    /// Set of protocol rules.
    pub profile: Profile,

    /// The app's own login page, as written; `None` = built-in. [`crate::config::urls::Urls`] resolves it.
    pub login_url: Option<String>,
    /// The app's own consent page.
    pub consent_url: Option<String>,
    /// The app's own account chooser.
    pub select_account_url: Option<String>,
    /// The app's own sign-up page.
    pub signup_url: Option<String>,
    /// The app's page between login and consent, for the hook `post_login`.
    pub post_login_url: Option<String>,
    /// Address after a login without a client; `None` = the page of connected apps.
    pub after_login_url: Option<String>,
    /// Address after a logout without a client; `None` = the built-in page.
    pub after_logout_url: Option<String>,
    /// Whether the built-in sign-up page exists, where the users model implements `CreateAccount`.
    pub enable_signup: bool,
    /// Whether the pages for a forgotten password exist; `None` = if the app has a mailer and the users
    /// model implements `SetPassword`.
    pub enable_password_reset: Option<bool>,
    /// Sender of mails, `Name <address>`; `None` = Loco's.
    pub mail_from: Option<String>,
    /// Whether sign-in waits for a verified address.
    pub require_verified_email: bool,
    /// Whether people may untick optional scopes.
    pub consent_allows_narrowing: bool,
    /// Web origins that may call the session exchange endpoint.
    pub session_exchange_origins: Vec<String>,
    /// Language of pages when a request names no offered language.
    pub default_locale: String,
    /// Languages offered.
    pub locales: Vec<String>,
    /// Whether error pages explain the failed rule.
    pub developer_errors: bool,

    /// Grants offered.
    pub grant_types: Vec<GrantType>,
    /// The app's own scopes, by name; those of resources are in `resources`.
    pub scopes: Vec<ScopeSetting>,
    /// Scopes of clients and requests that name none.
    pub default_scopes: Vec<String>,
    /// Metadata `scopes_supported` (RFC 8414 §2).
    pub advertised_scopes: Vec<String>,
    /// Longest life of an access token with this scope.
    pub scope_expirations: BTreeMap<String, Seconds>,
    /// Scopes of a client-credentials token when the request names none.
    pub client_credentials_default_scopes: Vec<String>,
    /// Settings for clients that register themselves.
    pub registration: RegistrationSettings,
    /// Static clients, by `client_id` as written.
    pub clients: Vec<Arc<Client>>,

    /// Lifetime of an authorization code.
    pub authorization_code_ttl_seconds: Seconds,
    /// Lifetime of an access token of a user grant.
    pub access_token_ttl_seconds: Seconds,
    /// Lifetime of an access token of client credentials.
    pub m2m_access_token_ttl_seconds: Seconds,
    /// Lifetime of a refresh token, which each rotation starts again.
    pub refresh_token_ttl_seconds: Seconds,
    /// Longest lifetime of all refresh tokens of a grant, from its start.
    pub refresh_token_max_ttl_seconds: Seconds,
    /// Which clients get a refresh token.
    pub refresh_token_policy: RefreshTokenPolicy,
    /// How long a retry of a rotation gets the stored answer again; 0 = never.
    pub refresh_token_retry_window_seconds: Seconds,
    /// Whose refresh tokens are replaced at use.
    pub rotate_refresh_tokens: RefreshRotation,
    /// Whether a changed password revokes the user's grants.
    pub revoke_on_credential_change: bool,
    /// Lifetime of an ID token.
    pub id_token_ttl_seconds: Seconds,
    /// Whether claims of granted scopes are in the ID token too.
    pub id_token_scope_claims: bool,
    /// Lifetime of an interaction.
    pub state_ttl_seconds: Seconds,
    /// Age at which a client that registered itself and was never used is removed.
    pub unused_client_ttl_seconds: Seconds,
    /// Time without use after which a client that registered itself and has no live grant is
    /// removed.
    pub idle_client_ttl_seconds: Seconds,
    /// Prefixes of secrets.
    pub token_prefixes: TokenPrefixes,
    /// Enables `subject_type` `pairwise`.
    pub pairwise_secret: Option<Secret>,
    /// Authentication context classes, weakest first; never empty.
    pub acr_values: Vec<String>,

    /// Longest lifetime of a browser session.
    pub session_ttl_seconds: Seconds,
    /// Lifetime of a browser session since its last use, unless it is remembered.
    pub session_idle_ttl_seconds: Seconds,
    /// Whether cookies have the attribute `Secure`.
    pub cookie_secure: bool,
    /// Whether clients may sign people out; ID tokens carry `sid` then.
    pub enable_end_session: bool,
    /// What a sign-out ends besides the session.
    pub logout_revokes: LogoutRevokes,

    /// Protected resources.
    pub resources: Vec<Resource>,
    /// Identifier bound to requests that name no resource.
    pub default_resource: Option<String>,

    /// Signing keys.
    pub keys: KeySettings,
    /// The app's changes to the rate limits.
    pub rate_limits: RateLimits,
    /// Where the counters of rate limits are.
    pub rate_limit_store: RateLimitStore,
    /// How long a device waits for a person, and how often it asks (RFC 8628 §3.2).
    pub device: DeviceSettings,
    /// How expired rows are removed.
    pub cleanup: CleanupSettings,
    /// How this server fetches from others.
    pub fetch: FetchSettings,
    /// Clients identified by the URL of a document.
    pub client_id_metadata_documents: DocumentSettings,
    /// Which audience an assertion of a client may have (CA-04).
    pub client_assertion_audience: AssertionAudience,
    /// Pushed authorization requests (RFC 9126).
    pub par: PushedRequestSettings,
    /// Signed authorization requests (RFC 9101).
    pub jar: SignedRequestSettings,
    /// Proofs of possession, by which tokens are bound to a key of the client (RFC 9449).
    pub dpop: DpopSettings,
    /// Which client may exchange which tokens (RFC 8693).
    pub token_exchange: ExchangePolicy,
    /// Identity providers whose assertions about people count here (RFC 7523 §2.1): `jwt_bearer.issuers`.
    pub jwt_bearer_issuers: Vec<AssertionIssuer>,
}

/// A scope that the app defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeSetting {
    /// The scope value.
    pub name: String,
    /// Key of a message, or text for people.
    pub description: Option<String>,
    /// Whether the scope needs consent each time.
    pub sensitive: bool,
}

/// A protected resource (RFC 8707, RFC 9728).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The identifier as configured; this spelling goes into `aud`.
    pub identifier: String,
    /// Path in this app, for a resource given by `prefix`.
    pub local_path: Option<String>,
    /// Name for people.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<ScopeSetting>,
    /// Scopes of a request for it that names none.
    pub default_scopes: Vec<String>,
    /// Scopes that a scope implies, by its name.
    pub implied_scopes: BTreeMap<String, Vec<String>>,
    /// Form of its access tokens.
    pub token_format: TokenFormat,
    /// Algorithm of its JWT access tokens.
    pub signing_alg: SigningAlg,
    /// Life of its access tokens.
    pub access_token_ttl_seconds: Seconds,
    /// Clients that may introspect its tokens.
    pub introspection_clients: Vec<String>,
    /// Whether it takes only access tokens that are bound to a key (RFC 9449).
    pub dpop_bound_access_tokens: bool,
    /// RFC 9728 §2 `resource_documentation`.
    pub documentation: Option<String>,
    /// RFC 9728 §2 `resource_policy_uri`.
    pub policy_uri: Option<String>,
    /// RFC 9728 §2 `resource_tos_uri`.
    pub tos_uri: Option<String>,
}

impl Settings {
    /// Returns every scope that something defines: the standard ones, the app's, the resources'.
    #[must_use]
    pub fn known_scopes(&self) -> Vec<String> {
        let mut names: Vec<String> = STANDARD.map(str::to_owned).into();
        for scope in self.defined_scopes() {
            if !names.contains(&scope.name) {
                names.push(scope.name.clone());
            }
        }
        names
    }

    /// Whether something defines a scope.
    #[must_use]
    pub fn knows_scope(&self, name: &str) -> bool {
        STANDARD.contains(&name) || self.scope(name).is_some()
    }

    /// Returns the definition of a scope, at the top or in a resource.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<&ScopeSetting> {
        self.defined_scopes().find(|scope| scope.name == name)
    }

    fn defined_scopes(&self) -> impl Iterator<Item = &ScopeSetting> {
        let of_resources = self.resources.iter().flat_map(|resource| &resource.scopes);
        self.scopes.iter().chain(of_resources)
    }

    /// Returns the resource that a `resource` parameter names (AZ-23).
    #[must_use]
    pub fn resource(&self, received: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource::matches(&resource.identifier, received))
    }

    /// Returns the resource that the app itself names, in `default_resource` or at a guard, by its
    /// `prefix` or its identifier.
    #[must_use]
    pub fn resource_named(&self, written: &str) -> Option<&Resource> {
        let by_prefix = |resource: &&Resource| resource.local_path.as_deref() == Some(written);
        let by_prefix = self.resources.iter().find(by_prefix);
        by_prefix.or_else(|| self.resource(written))
    }

    /// Returns the algorithms for which a key must exist, the default of ID tokens first.
    #[must_use]
    pub fn algorithms_in_use(&self) -> Vec<SigningAlg> {
        let mut algorithms = vec![self.keys.id_token_alg, self.keys.access_token_alg];
        let jwt = |resource: &&Resource| resource.token_format == TokenFormat::Jwt;
        algorithms.extend(self.resources.iter().filter(jwt).map(|r| r.signing_alg));
        let of_clients = self.clients.iter();
        let of_clients = of_clients.flat_map(|client| {
            [
                client.id_token_signed_response_alg.as_deref(),
                client.userinfo_signed_response_alg.as_deref(),
            ]
        });
        algorithms.extend(of_clients.filter_map(|alg| alg?.parse::<SigningAlg>().ok()));
        let mut unique = Vec::new();
        algorithms.retain(|alg| {
            let first = !unique.contains(alg);
            unique.push(*alg);
            first
        });
        algorithms
    }

    /// Returns the longest lifetime of a signed token, for which a key must verify after
    /// its last use.
    #[must_use]
    pub fn longest_token_life(&self) -> Seconds {
        let of_resources = self.resources.iter().map(|r| r.access_token_ttl_seconds);
        [
            self.access_token_ttl_seconds,
            self.m2m_access_token_ttl_seconds,
            self.id_token_ttl_seconds,
        ]
        .into_iter()
        .chain(of_resources)
        .max()
        .unwrap_or_default()
    }
}
