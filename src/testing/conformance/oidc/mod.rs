//! The certification plans of the OpenID Foundation.

mod back_channel;
mod codes;
mod discovery;
mod form_post;
mod logins;
mod logout;
mod refresh;
mod registration;
mod registration_keys;
mod request_objects;
mod requests;
mod scopes;
mod server;

pub(super) use self::refresh::offline;
use super::plan::{Module, modules};

/// `oidcc-basic-certification-test-plan`, `response_type=code`.
pub(super) fn basic() -> Vec<Module> {
    modules! {
        "oidcc-server" => server::happy_path,
        "oidcc-response-type-missing" => requests::response_type_missing,
        "oidcc-idtoken-signature" => server::id_token_signature,
        "oidcc-idtoken-unsigned" => server::id_token_unsigned,
        "oidcc-userinfo-get" => server::userinfo_get,
        "oidcc-userinfo-post-header" => server::userinfo_post_header,
        "oidcc-userinfo-post-body" => server::userinfo_post_body,
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => requests::without_nonce,
        "oidcc-scope-profile" => scopes::profile,
        "oidcc-scope-email" => scopes::email,
        "oidcc-scope-address" => scopes::address,
        "oidcc-scope-phone" => scopes::phone,
        "oidcc-scope-all" => scopes::all,
        "oidcc-alternate-happy-flow" => requests::other_order,
        "oidcc-display-page" => requests::display_page,
        "oidcc-display-popup" => requests::display_popup,
        "oidcc-prompt-login" => logins::prompt_login,
        "oidcc-prompt-none-not-logged-in" => logins::prompt_none_not_logged_in,
        "oidcc-prompt-none-logged-in" => logins::prompt_none_logged_in,
        "oidcc-max-age-1" => logins::max_age_1,
        "oidcc-max-age-10000" => logins::max_age_10000,
        "oidcc-ensure-request-with-unknown-parameter-succeeds" => requests::unknown_parameter,
        "oidcc-id-token-hint" => logins::id_token_hint,
        "oidcc-login-hint" => requests::login_hint,
        "oidcc-ui-locales" => requests::ui_locales,
        "oidcc-claims-locales" => requests::claims_locales,
        "oidcc-ensure-request-with-acr-values-succeeds" => logins::acr_values,
        "oidcc-codereuse" => codes::reuse,
        "oidcc-codereuse-30seconds" => codes::reuse_after_30_seconds,
        "oidcc-ensure-registered-redirect-uri" => requests::unregistered_redirect_uri,
        "oidcc-ensure-post-request-succeeds" => requests::by_post,
        "oidcc-server-client-secret-post" => server::client_secret_post,
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported" => request_objects::unsigned_by_reference,
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported" => request_objects::unsigned_by_value,
        "oidcc-claims-essential" => scopes::claims_essential,
        "oidcc-ensure-request-object-with-redirect-uri" => request_objects::with_redirect_uri,
        "oidcc-refresh-token" => refresh::refresh_token,
        "oidcc-ensure-request-with-valid-pkce-succeeds" => requests::with_pkce,
    }
}

/// `oidcc-config-certification-test-plan`.
pub(super) fn config() -> Vec<Module> {
    modules! {
        "oidcc-discovery-endpoint-verification" => discovery::verification,
    }
}

/// `oidcc-dynamic-certification-test-plan`, `response_type=code`: each module registers a client.
pub(super) fn dynamic() -> Vec<Module> {
    modules! {
        "oidcc-idtoken-rs256" => registration::id_token_rs256,
        "oidcc-idtoken-unsigned" => registration::id_token_unsigned,
        "oidcc-userinfo-rs256" => registration::userinfo_rs256,
        "oidcc-ensure-redirect-uri-in-authorization-request" => registration::redirect_uri_missing,
        "oidcc-redirect-uri-query-OK" => registration::redirect_uri_query_ok,
        "oidcc-redirect-uri-query-mismatch" => registration::redirect_uri_query_mismatch,
        "oidcc-redirect-uri-query-added" => registration::redirect_uri_query_added,
        "oidcc-redirect-uri-regfrag" => registration::redirect_uri_fragment,
        "oidcc-discovery-endpoint-verification" => discovery::verification_with_registration,
        "oidcc-server" => registration::happy_path,
        "oidcc-registration-logo-uri" => registration::logo_uri,
        "oidcc-registration-policy-uri" => registration::policy_uri,
        "oidcc-registration-tos-uri" => registration::tos_uri,
        "oidcc-registration-jwks-uri" => registration_keys::jwks_uri,
        "oidcc-registration-sector-uri" => registration_keys::sector_uri,
        "oidcc-registration-sector-bad" => registration_keys::sector_bad,
        "oidcc-server-rotate-keys" => registration_keys::server_rotates_keys,
        "oidcc-refresh-token-rp-key-rotation" => registration_keys::client_rotates_keys,
        "oidcc-request-uri-unsigned" => request_objects::unsigned_by_reference_of_registered,
        "oidcc-request-uri-signed-rs256" => request_objects::signed_by_reference,
        "oidcc-ensure-request-object-with-redirect-uri" => request_objects::with_redirect_uri,
        "oidcc-refresh-token" => refresh::refresh_token_of_registered,
        "oidcc-ensure-client-assertion-with-iss-aud-succeeds" => registration_keys::assertion_for_issuer,
    }
}

/// `oidcc-formpost-basic-certification-test-plan`: what of the Basic OP plan depends on the way of
/// the response.
pub(super) fn form_post() -> Vec<Module> {
    modules! {
        "oidcc-server" => form_post::happy_path,
        "oidcc-response-type-missing" => form_post::response_type_missing,
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => form_post::without_nonce,
        "oidcc-prompt-none-not-logged-in" => form_post::prompt_none_not_logged_in,
        "oidcc-prompt-none-logged-in" => form_post::prompt_none_logged_in,
        "oidcc-ensure-registered-redirect-uri" => form_post::unregistered_redirect_uri,
        "oidcc-ensure-post-request-succeeds" => form_post::by_post,
        "oidcc-ensure-request-with-valid-pkce-succeeds" => form_post::with_pkce,
        "oidcc-refresh-token" => form_post::refresh_token,
    }
}

/// `oidcc-rp-initiated-logout-certification-test-plan`.
pub(super) fn rp_initiated_logout() -> Vec<Module> {
    modules! {
        "oidcc-rp-initiated-logout-discovery-endpoint-verification" => logout::discovery,
        "oidcc-rp-initiated-logout" => logout::happy_path,
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri" => logout::bad_uri,
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri" => logout::query_added,
        "oidcc-rp-initiated-logout-modified-id-token-hint" => logout::modified_hint,
        "oidcc-rp-initiated-logout-bad-id-token-hint" => logout::bad_hint,
        "oidcc-rp-initiated-logout-no-id-token-hint" => logout::no_hint,
        "oidcc-rp-initiated-logout-no-params" => logout::no_params,
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri" => logout::no_uri,
        "oidcc-rp-initiated-logout-only-state" => logout::only_state,
        "oidcc-rp-initiated-logout-no-state" => logout::no_state,
    }
}

/// `oidcc-backchannel-rp-initiated-logout-certification-test-plan`.
pub(super) fn back_channel_logout() -> Vec<Module> {
    modules! {
        "oidcc-backchannel-logout-discovery-endpoint-verification" => back_channel::discovery,
        "oidcc-backchannel-rp-initiated-logout" => back_channel::rp_initiated_logout,
    }
}
