//! Lists of columns that several statements have in common, as literals for `concat!`. They name the columns
//! (`AS`), because the handlers read by name; the server reads by number, and names only those of the user.

/// A client of the table.
macro_rules! clients {
    () => {
        r#"
        "oauth_clients"."id" AS "c_id", "oauth_clients"."client_id" AS "c_client_id",
        "oauth_clients"."kind" AS "c_kind", "oauth_clients"."status" AS "c_status",
        "oauth_clients"."version" AS "c_version", "oauth_clients"."user_id" AS "c_user_id",
        "oauth_clients"."client_name" AS "c_client_name", "oauth_clients"."client_uri" AS
        "c_client_uri", "oauth_clients"."logo_uri" AS "c_logo_uri",
        "oauth_clients"."tos_uri" AS "c_tos_uri", "oauth_clients"."policy_uri" AS
        "c_policy_uri", "oauth_clients"."contacts" AS "c_contacts",
        "oauth_clients"."localized" AS "c_localized", "oauth_clients"."initiate_login_uri" AS
        "c_initiate_login_uri", "oauth_clients"."software_id" AS "c_software_id",
        "oauth_clients"."software_version" AS "c_software_version",
        "oauth_clients"."software_statement" AS "c_software_statement",
        "oauth_clients"."application_type" AS "c_application_type",
        "oauth_clients"."subject_type" AS "c_subject_type", "oauth_clients"."redirect_uris" AS
        "c_redirect_uris", "oauth_clients"."post_logout_redirect_uris" AS
        "c_post_logout_redirect_uris", "oauth_clients"."grant_types" AS "c_grant_types",
        "oauth_clients"."response_types" AS "c_response_types", "oauth_clients"."scopes" AS
        "c_scopes", "oauth_clients"."resources" AS "c_resources",
        "oauth_clients"."token_endpoint_auth_method" AS "c_token_endpoint_auth_method",
        "oauth_clients"."client_secret_hash" AS "c_client_secret_hash",
        "oauth_clients"."previous_secret_hash" AS "c_previous_secret_hash",
        "oauth_clients"."client_secret_expires_at" AS "c_client_secret_expires_at",
        "oauth_clients"."previous_secret_expires_at" AS "c_previous_secret_expires_at",
        "oauth_clients"."registration_token_hash" AS "c_registration_token_hash",
        "oauth_clients"."jwks" AS "c_jwks", "oauth_clients"."jwks_uri" AS "c_jwks_uri",
        "oauth_clients"."token_endpoint_auth_signing_alg" AS
        "c_token_endpoint_auth_signing_alg", "oauth_clients"."jwks_cache" AS "c_jwks_cache",
        "oauth_clients"."jwks_fetched_at" AS "c_jwks_fetched_at",
        "oauth_clients"."sector_identifier_uri" AS "c_sector_identifier_uri",
        "oauth_clients"."sector" AS "c_sector",
        "oauth_clients"."id_token_signed_response_alg" AS "c_id_token_signed_response_alg",
        "oauth_clients"."require_pkce" AS "c_require_pkce", "oauth_clients"."skip_consent" AS
        "c_skip_consent", "oauth_clients"."require_auth_time" AS "c_require_auth_time",
        "oauth_clients"."default_max_age" AS "c_default_max_age",
        "oauth_clients"."default_acr_values" AS "c_default_acr_values",
        "oauth_clients"."document_fetched_at" AS "c_document_fetched_at",
        "oauth_clients"."document_expires_at" AS "c_document_expires_at",
        "oauth_clients"."document_etag" AS "c_document_etag",
        "oauth_clients"."last_used_at" AS "c_last_used_at"
        "#
    };
}
pub(super) use clients;

/// The client of an access token.
macro_rules! owners {
    () => {
        r#"
        "owner"."id" AS "o_id", "owner"."client_id" AS "o_client_id", "owner"."kind" AS
        "o_kind", "owner"."status" AS "o_status", "owner"."version" AS "o_version",
        "owner"."user_id" AS "o_user_id", "owner"."client_name" AS "o_client_name",
        "owner"."client_uri" AS "o_client_uri", "owner"."logo_uri" AS "o_logo_uri",
        "owner"."tos_uri" AS "o_tos_uri", "owner"."policy_uri" AS "o_policy_uri",
        "owner"."contacts" AS "o_contacts", "owner"."localized" AS "o_localized",
        "owner"."initiate_login_uri" AS "o_initiate_login_uri", "owner"."software_id" AS
        "o_software_id", "owner"."software_version" AS "o_software_version",
        "owner"."software_statement" AS "o_software_statement", "owner"."application_type" AS
        "o_application_type", "owner"."subject_type" AS "o_subject_type",
        "owner"."redirect_uris" AS "o_redirect_uris", "owner"."post_logout_redirect_uris" AS
        "o_post_logout_redirect_uris", "owner"."grant_types" AS "o_grant_types",
        "owner"."response_types" AS "o_response_types", "owner"."scopes" AS "o_scopes",
        "owner"."resources" AS "o_resources", "owner"."token_endpoint_auth_method" AS
        "o_token_endpoint_auth_method", "owner"."client_secret_hash" AS
        "o_client_secret_hash", "owner"."previous_secret_hash" AS "o_previous_secret_hash",
        "owner"."client_secret_expires_at" AS "o_client_secret_expires_at",
        "owner"."previous_secret_expires_at" AS "o_previous_secret_expires_at",
        "owner"."registration_token_hash" AS "o_registration_token_hash", "owner"."jwks" AS
        "o_jwks", "owner"."jwks_uri" AS "o_jwks_uri",
        "owner"."token_endpoint_auth_signing_alg" AS "o_token_endpoint_auth_signing_alg",
        "owner"."jwks_cache" AS "o_jwks_cache", "owner"."jwks_fetched_at" AS
        "o_jwks_fetched_at", "owner"."sector_identifier_uri" AS "o_sector_identifier_uri",
        "owner"."sector" AS "o_sector", "owner"."id_token_signed_response_alg" AS
        "o_id_token_signed_response_alg", "owner"."require_pkce" AS "o_require_pkce",
        "owner"."skip_consent" AS "o_skip_consent", "owner"."require_auth_time" AS
        "o_require_auth_time", "owner"."default_max_age" AS "o_default_max_age",
        "owner"."default_acr_values" AS "o_default_acr_values",
        "owner"."document_fetched_at" AS "o_document_fetched_at",
        "owner"."document_expires_at" AS "o_document_expires_at", "owner"."document_etag" AS
        "o_document_etag", "owner"."last_used_at" AS "o_last_used_at"
        "#
    };
}
pub(super) use owners;

/// A grant with its code.
macro_rules! grants {
    () => {
        r#"
        "oauth_authorization_codes"."id" AS "g_id", "oauth_authorization_codes"."kind" AS
        "g_kind", "oauth_authorization_codes"."client_id" AS "g_client_id",
        "oauth_authorization_codes"."user_id" AS "g_user_id",
        "oauth_authorization_codes"."session_id" AS "g_session_id",
        "oauth_authorization_codes"."consent_id" AS "g_consent_id",
        "oauth_authorization_codes"."code_hash" AS "g_code_hash",
        "oauth_authorization_codes"."redirect_uri" AS "g_redirect_uri",
        "oauth_authorization_codes"."redirect_uri_explicit" AS "g_redirect_uri_explicit",
        "oauth_authorization_codes"."code_challenge" AS "g_code_challenge",
        "oauth_authorization_codes"."nonce" AS "g_nonce", "oauth_authorization_codes"."acr" AS
        "g_acr", "oauth_authorization_codes"."scopes" AS "g_scopes",
        "oauth_authorization_codes"."resources" AS "g_resources",
        "oauth_authorization_codes"."amr" AS "g_amr",
        "oauth_authorization_codes"."auth_time" AS "g_auth_time",
        "oauth_authorization_codes"."device_label" AS "g_device_label",
        "oauth_authorization_codes"."credential_stamp" AS "g_credential_stamp",
        "oauth_authorization_codes"."redeemed_at" AS "g_redeemed_at",
        "oauth_authorization_codes"."revoked_at" AS "g_revoked_at",
        "oauth_authorization_codes"."revoke_reason" AS "g_revoke_reason",
        "oauth_authorization_codes"."issued_at" AS "g_issued_at",
        "oauth_authorization_codes"."expires_at" AS "g_expires_at",
        "oauth_authorization_codes"."retain_until" AS "g_retain_until"
        "#
    };
}
pub(super) use grants;

/// A session of a browser.
macro_rules! sessions {
    () => {
        r#"
        "oauth_sessions"."id" AS "s_id", "oauth_sessions"."token_hash" AS "s_token_hash",
        "oauth_sessions"."sid" AS "s_sid", "oauth_sessions"."user_id" AS "s_user_id",
        "oauth_sessions"."auth_time" AS "s_auth_time", "oauth_sessions"."acr" AS "s_acr",
        "oauth_sessions"."amr" AS "s_amr", "oauth_sessions"."remembered" AS "s_remembered",
        "oauth_sessions"."credential_stamp" AS "s_credential_stamp",
        "oauth_sessions"."user_agent" AS "s_user_agent", "oauth_sessions"."ip_prefix" AS
        "s_ip_prefix", "oauth_sessions"."last_seen_at" AS "s_last_seen_at",
        "oauth_sessions"."idle_expires_at" AS "s_idle_expires_at",
        "oauth_sessions"."expires_at" AS "s_expires_at", "oauth_sessions"."ended_at" AS
        "s_ended_at", "oauth_sessions"."end_reason" AS "s_end_reason"
        "#
    };
}
pub(super) use sessions;

/// A stored consent.
macro_rules! consents {
    () => {
        r#"
        "oauth_consents"."id" AS "n_id", "oauth_consents"."client_id" AS "n_client_id",
        "oauth_consents"."user_id" AS "n_user_id", "oauth_consents"."reference" AS
        "n_reference", "oauth_consents"."client_version" AS "n_client_version",
        "oauth_consents"."scopes" AS "n_scopes", "oauth_consents"."resources" AS
        "n_resources", "oauth_consents"."history" AS "n_history",
        "oauth_consents"."granted_at" AS "n_granted_at", "oauth_consents"."last_used_at" AS
        "n_last_used_at", "oauth_consents"."expires_at" AS "n_expires_at"
        "#
    };
}
pub(super) use consents;

/// A refresh token.
macro_rules! refresh_tokens {
    () => {
        r#"
        "oauth_refresh_tokens"."id" AS "r_id", "oauth_refresh_tokens"."token_hash" AS
        "r_token_hash", "oauth_refresh_tokens"."grant_id" AS "r_grant_id",
        "oauth_refresh_tokens"."generation" AS "r_generation",
        "oauth_refresh_tokens"."parent_id" AS "r_parent_id",
        "oauth_refresh_tokens"."client_id" AS "r_client_id",
        "oauth_refresh_tokens"."user_id" AS "r_user_id", "oauth_refresh_tokens"."issued_at" AS
        "r_issued_at", "oauth_refresh_tokens"."expires_at" AS "r_expires_at",
        "oauth_refresh_tokens"."absolute_expires_at" AS "r_absolute_expires_at",
        "oauth_refresh_tokens"."superseded_at" AS "r_superseded_at",
        "oauth_refresh_tokens"."successor_until" AS "r_successor_until",
        "oauth_refresh_tokens"."successor_sealed" AS "r_successor_sealed",
        "oauth_refresh_tokens"."request_fingerprint" AS "r_request_fingerprint"
        "#
    };
}
pub(super) use refresh_tokens;

/// An access token.
macro_rules! access_tokens {
    () => {
        r#"
        "oauth_access_tokens"."id" AS "a_id", "oauth_access_tokens"."token_hash" AS
        "a_token_hash", "oauth_access_tokens"."grant_id" AS "a_grant_id",
        "oauth_access_tokens"."refresh_token_id" AS "a_refresh_token_id",
        "oauth_access_tokens"."client_id" AS "a_client_id", "oauth_access_tokens"."user_id" AS
        "a_user_id", "oauth_access_tokens"."format" AS "a_format",
        "oauth_access_tokens"."jti" AS "a_jti", "oauth_access_tokens"."scopes" AS "a_scopes",
        "oauth_access_tokens"."audience" AS "a_audience", "oauth_access_tokens"."issued_at" AS
        "a_issued_at", "oauth_access_tokens"."expires_at" AS "a_expires_at",
        "oauth_access_tokens"."revoked_at" AS "a_revoked_at"
        "#
    };
}
pub(super) use access_tokens;

/// A user.
macro_rules! users {
    () => {
        r#"
        "users"."created_at" AS "u_created_at", "users"."updated_at" AS "u_updated_at",
        "users"."id" AS "u_id", "users"."pid" AS "u_pid", "users"."email" AS "u_email",
        "users"."password" AS "u_password", "users"."api_key" AS "u_api_key",
        "users"."name" AS "u_name", "users"."reset_token" AS "u_reset_token",
        "users"."reset_sent_at" AS "u_reset_sent_at", "users"."email_verification_token" AS
        "u_email_verification_token", "users"."email_verification_sent_at" AS
        "u_email_verification_sent_at", "users"."email_verified_at" AS "u_email_verified_at",
        "users"."magic_link_token" AS "u_magic_link_token", "users"."magic_link_expiration" AS
        "u_magic_link_expiration"
        "#
    };
}
pub(super) use users;
