//! Resolves the written settings: fills in the defaults that need other keys or the environment,
//! and runs the checks across keys (ST-01 to ST-11).

use std::sync::Arc;

use loco_rs::environment::Environment;
use url::Url;

use super::{
    AppEnvironment, address,
    choices::{CookieSecure, RateLimitStore},
    clients, exchange,
    finding::Findings,
    raw::RawSettings,
    registration::{self, RegistrationSettings},
    resources, scopes,
    settings::Settings,
    values,
};
use crate::protocol::{
    exchange_policy::ExchangePolicy,
    scope::{OFFLINE_ACCESS, Scopes},
};

pub(super) fn resolve(
    mut raw: RawSettings,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) -> Settings {
    values::check(&raw, app_environment, findings);
    check_addresses(&raw, findings);
    let clients = std::mem::take(&mut raw.clients);
    let resources = std::mem::take(&mut raw.resources);
    let default_resource = raw.default_resource.take();
    let advertised = raw.advertised_scopes.take();
    let exchange = std::mem::take(&mut raw.token_exchange);
    let jwt_bearer = std::mem::take(&mut raw.jwt_bearer);
    let registration = registration::take(&mut raw);

    let mut settings = plain(raw, app_environment, findings);
    for (index, entry) in resources.into_iter().enumerate() {
        let resource = resources::resolve(entry, index, &settings, findings);
        settings.resources.push(resource);
    }
    resources::check_distinct(&settings.resources, &settings.issuer, findings);
    settings.default_resource = resources::default_resource(default_resource, &settings, findings);
    settings.advertised_scopes = advertised_scopes(advertised, &settings);
    settings.registration = registration::resolve(&registration, &settings, findings);
    let clients = clients::resolve(clients, &settings, findings);
    settings.clients = clients.into_iter().map(Arc::new).collect();
    exchange::resolve(exchange, jwt_bearer, &mut settings, findings);
    scopes::check_defined(&settings, findings);
    address::check_own_pages(&settings, findings);
    settings
}

/// `scopes_supported` always has `offline_access`.
fn advertised_scopes(written: Option<Vec<String>>, settings: &Settings) -> Vec<String> {
    let scopes: Scopes = written.unwrap_or_else(|| settings.known_scopes()).into();
    scopes
        .union(&std::iter::once(OFFLINE_ACCESS).collect())
        .into()
}

fn check_addresses(raw: &RawSettings, findings: &mut Findings) {
    for (key, page) in [
        ("login_url", &raw.login_url),
        ("consent_url", &raw.consent_url),
        ("select_account_url", &raw.select_account_url),
        ("signup_url", &raw.signup_url),
        ("post_login_url", &raw.post_login_url),
        ("after_login_url", &raw.after_login_url),
        ("after_logout_url", &raw.after_logout_url),
    ] {
        address::check_page(key, page.as_ref(), findings);
    }
    for (key, link) in [
        ("service_documentation", &raw.service_documentation),
        ("op_policy_uri", &raw.op_policy_uri),
        ("op_tos_uri", &raw.op_tos_uri),
    ] {
        address::check_link(key, link.as_ref(), findings);
    }
    let origins = raw.session_exchange_origins.iter().flatten();
    for (index, origin) in origins.enumerate() {
        address::check_origin(
            format!("session_exchange_origins[{index}]"),
            origin,
            findings,
        );
    }
}

/// Resolves every setting that needs no list to be resolved first.
fn plain(
    mut raw: RawSettings,
    app_environment: AppEnvironment<'_>,
    findings: &mut Findings,
) -> Settings {
    let production = app_environment.production();
    let base_url = address::base_url(raw.base_url.take(), app_environment, findings);
    let secret = values::secret(&mut raw, app_environment, findings);
    Settings {
        production,
        issuer: address::issuer(raw.issuer, &base_url, findings),
        prefix: address::prefix(raw.prefix, findings),
        include_root_oauth_metadata_fallback: raw.include_root_oauth_metadata_fallback,
        include_root_openid_metadata_fallback: raw.include_root_openid_metadata_fallback,
        include_root_resource_metadata_fallback: raw.include_root_resource_metadata_fallback,
        secret,
        app_name: raw
            .app_name
            .unwrap_or_else(|| app_environment.app_name.to_owned()),
        service_documentation: raw.service_documentation,
        op_policy_uri: raw.op_policy_uri,
        op_tos_uri: raw.op_tos_uri,
        profile: raw.profile,
        login_url: raw.login_url,
        consent_url: raw.consent_url,
        select_account_url: raw.select_account_url,
        signup_url: raw.signup_url,
        post_login_url: raw.post_login_url,
        after_login_url: raw.after_login_url,
        after_logout_url: raw.after_logout_url,
        enable_signup: raw.enable_signup,
        enable_password_reset: raw.enable_password_reset,
        mail_from: raw.mail_from,
        require_verified_email: raw.require_verified_email,
        consent_allows_narrowing: raw.consent_allows_narrowing,
        session_exchange_origins: raw
            .session_exchange_origins
            .unwrap_or_else(|| own_origin(&base_url)),
        default_locale: raw.default_locale,
        locales: raw.locales,
        developer_errors: raw
            .developer_errors
            .unwrap_or(*app_environment.environment == Environment::Development),
        grant_types: raw.grant_types,
        scopes: scopes::resolve(raw.scopes, findings),
        default_scopes: raw.default_scopes,
        advertised_scopes: Vec::new(),
        scope_expirations: raw.scope_expirations,
        client_credentials_default_scopes: raw.client_credentials_default_scopes,
        registration: RegistrationSettings::default(),
        clients: Vec::new(),
        authorization_code_ttl_seconds: raw.authorization_code_ttl_seconds,
        access_token_ttl_seconds: raw.access_token_ttl_seconds,
        m2m_access_token_ttl_seconds: raw.m2m_access_token_ttl_seconds,
        refresh_token_ttl_seconds: raw.refresh_token_ttl_seconds,
        refresh_token_max_ttl_seconds: raw.refresh_token_max_ttl_seconds,
        refresh_token_policy: raw.refresh_token_policy,
        refresh_token_retry_window_seconds: raw.refresh_token_retry_window_seconds,
        rotate_refresh_tokens: raw.rotate_refresh_tokens,
        revoke_on_credential_change: raw.revoke_on_credential_change,
        id_token_ttl_seconds: raw.id_token_ttl_seconds,
        id_token_scope_claims: raw.id_token_scope_claims,
        state_ttl_seconds: raw.state_ttl_seconds,
        unused_client_ttl_seconds: raw.unused_client_ttl_seconds,
        idle_client_ttl_seconds: raw.idle_client_ttl_seconds,
        token_prefixes: raw.token_prefixes,
        pairwise_secret: raw.pairwise_secret,
        acr_values: raw.acr_values,
        session_ttl_seconds: raw.session_ttl_seconds,
        session_idle_ttl_seconds: raw.session_idle_ttl_seconds,
        cookie_secure: raw.cookie_secure == CookieSecure::True || base_url.starts_with("https://"),
        enable_end_session: raw.enable_end_session,
        logout_revokes: raw.logout_revokes,
        resources: Vec::new(),
        default_resource: None,
        keys: values::keys(raw.keys, findings),
        rate_limits: raw.rate_limits,
        rate_limit_store: raw.rate_limit_store.unwrap_or(if production {
            RateLimitStore::Database
        } else {
            RateLimitStore::Memory
        }),
        fetch: raw.fetch,
        client_id_metadata_documents: raw.client_id_metadata_documents,
        client_assertion_audience: raw.client_assertion_audience,
        par: raw.par,
        jar: raw.jar,
        device: raw.device,
        dpop: raw.dpop,
        token_exchange: ExchangePolicy::default(),
        jwt_bearer_issuers: Vec::new(),
        cleanup: raw.cleanup,
        base_url,
    }
}

fn own_origin(base_url: &str) -> Vec<String> {
    let origin = Url::parse(base_url).map(|url| url.origin().ascii_serialization());
    origin.into_iter().collect()
}
