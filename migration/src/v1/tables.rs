//! The tables of version 1. Frozen: a copy on purpose, not derived from what entities look like now.

use sea_orm_migration::sea_query::ForeignKeyAction::{Cascade, SetNull};

use crate::table::{
    Table,
    Type::{Blob, Bool, Hash, Int, Json, Reference, Seconds, Text, UserKey},
    default, not_null, null,
};

pub const CLIENTS: Table = Table {
    name: "oauth_clients",
    columns: &[
        not_null("client_id kind status", Text),
        not_null("version", Int),
        null("user_id", UserKey(SetNull)),
        null("client_name client_uri logo_uri", Text),
        null("tos_uri policy_uri software_id", Text),
        null("software_version software_statement", Text),
        null("initiate_login_uri", Text),
        null("localized contacts", Json),
        not_null("application_type subject_type", Text),
        default("redirect_uris post_logout_redirect_uris", Json, "'[]'"),
        default("grant_types response_types", Json, "'[]'"),
        null("scopes resources", Json),
        not_null("token_endpoint_auth_method", Text),
        null("client_secret_hash previous_secret_hash", Hash),
        null("client_secret_expires_at", Seconds),
        null("previous_secret_expires_at", Seconds),
        null("registration_token_hash", Hash),
        null("jwks jwks_cache", Json),
        null("jwks_uri", Text),
        null("jwks_fetched_at", Seconds),
        null("sector_identifier_uri sector", Text),
        null("token_endpoint_auth_signing_alg", Text),
        null("id_token_signed_response_alg", Text),
        null("userinfo_signed_response_alg", Text),
        null("request_object_signing_alg", Text),
        null("introspection_signed_response_alg", Text),
        default("require_pkce", Bool, "TRUE"),
        default("require_pushed_authorization_requests", Bool, "FALSE"),
        default("require_signed_request_object", Bool, "FALSE"),
        default("dpop_bound_access_tokens skip_consent", Bool, "FALSE"),
        default("require_auth_time", Bool, "FALSE"),
        default("backchannel_logout_session_required", Bool, "FALSE"),
        null("default_max_age", Int),
        null("default_acr_values", Json),
        null("backchannel_logout_uri", Text),
        null("document_fetched_at document_expires_at", Seconds),
        null("document_etag", Text),
        null("last_used_at deleted_at", Seconds),
    ],
    unique: &[&["client_id"], &["registration_token_hash"]],
    indexes: &[&["kind", "last_used_at"], &["user_id"]],
};

pub const AUTHORIZATION_STATES: Table = Table {
    name: "oauth_authorization_states",
    columns: &[
        not_null("state kind intent client_id", Text),
        not_null("client_version", Int),
        not_null("redirect_uri", Text),
        not_null("redirect_uri_explicit", Bool),
        not_null("response_mode", Text),
        null("client_state nonce code_challenge dpop_jkt", Text),
        null("login_hint ui_locales display", Text),
        null("hint_subject", Text),
        not_null("scopes resources prompts handled", Json),
        null("claims acr_values params", Json),
        null("max_age", Int),
        null("browser_hash", Hash),
        null("session_id", Reference("oauth_sessions", SetNull)),
        null("user_id", UserKey(Cascade)),
        null("authenticated_at consumed_at", Seconds),
        null("request_uri_hash", Hash),
        null(
            "device_grant_id",
            Reference("oauth_authorization_codes", Cascade),
        ),
        null("grant_id", Reference("oauth_authorization_codes", SetNull)),
        null("result_sealed", Blob),
        not_null("started_at expires_at", Seconds),
    ],
    unique: &[&["state"], &["request_uri_hash"]],
    indexes: &[&["client_id"], &["browser_hash"], &["expires_at"]],
};

pub const AUTHORIZATION_CODES: Table = Table {
    name: "oauth_authorization_codes",
    columns: &[
        not_null("kind client_id", Text),
        null("user_id", UserKey(Cascade)),
        null("session_id", Reference("oauth_sessions", SetNull)),
        null("consent_id", Reference("oauth_consents", SetNull)),
        null("code_hash", Hash),
        not_null("redirect_uri", Text),
        not_null("redirect_uri_explicit", Bool),
        null("code_challenge nonce dpop_jkt acr", Text),
        null("credential_stamp", Hash),
        null("device_label", Text),
        not_null("scopes resources", Json),
        null("claims amr", Json),
        null("auth_time redeemed_at revoked_at", Seconds),
        null("revoke_reason", Text),
        not_null("issued_at expires_at retain_until", Seconds),
        null("user_code_hmac", Hash),
        null("device_status", Text),
        null("poll_interval", Int),
        null("last_polled_at", Seconds),
    ],
    unique: &[&["code_hash"], &["user_code_hmac"]],
    indexes: &[
        &["client_id", "user_id"],
        &["user_id"],
        &["session_id"],
        &["expires_at"],
        &["retain_until"],
    ],
};

pub const ACCESS_TOKENS: Table = Table {
    name: "oauth_access_tokens",
    columns: &[
        not_null("token_hash", Hash),
        null("grant_id", Reference("oauth_authorization_codes", Cascade)),
        null(
            "refresh_token_id",
            Reference("oauth_refresh_tokens", SetNull),
        ),
        not_null("client_id", Text),
        null("user_id", UserKey(Cascade)),
        not_null("format", Text),
        null("jti dpop_jkt", Text),
        not_null("scopes audience", Json),
        null("claims actor", Json),
        not_null("issued_at expires_at", Seconds),
        null("revoked_at last_used_at", Seconds),
    ],
    unique: &[&["token_hash"]],
    indexes: &[
        &["grant_id"],
        &["refresh_token_id"],
        &["client_id", "user_id"],
        &["expires_at"],
    ],
};

pub const REFRESH_TOKENS: Table = Table {
    name: "oauth_refresh_tokens",
    columns: &[
        not_null("token_hash", Hash),
        not_null("grant_id", Reference("oauth_authorization_codes", Cascade)),
        not_null("generation", Int),
        null("parent_id", Reference("oauth_refresh_tokens", SetNull)),
        not_null("client_id", Text),
        not_null("user_id", UserKey(Cascade)),
        not_null("issued_at expires_at absolute_expires_at", Seconds),
        null("superseded_at successor_until", Seconds),
        null("successor_sealed", Blob),
        null("request_fingerprint", Hash),
    ],
    unique: &[&["token_hash"], &["grant_id", "generation"]],
    indexes: &[&["client_id", "user_id"], &["expires_at"]],
};

pub const CONSENTS: Table = Table {
    name: "oauth_consents",
    columns: &[
        not_null("client_id", Text),
        not_null("user_id", UserKey(Cascade)),
        not_null("reference", Text),
        not_null("client_version", Int),
        not_null("scopes resources", Json),
        null("claims history", Json),
        not_null("granted_at", Seconds),
        null("last_used_at expires_at", Seconds),
    ],
    unique: &[&["user_id", "client_id", "reference"]],
    indexes: &[&["client_id"]],
};

pub const SESSIONS: Table = Table {
    name: "oauth_sessions",
    columns: &[
        not_null("token_hash", Hash),
        not_null("sid", Text),
        not_null("user_id", UserKey(Cascade)),
        not_null("auth_time", Seconds),
        null("acr", Text),
        null("amr", Json),
        not_null("remembered", Bool),
        null("credential_stamp", Hash),
        null("user_agent ip_prefix", Text),
        not_null("last_seen_at idle_expires_at expires_at", Seconds),
        null("ended_at", Seconds),
        null("end_reason", Text),
    ],
    unique: &[&["token_hash"], &["sid"]],
    indexes: &[&["user_id"], &["expires_at"]],
};

pub const EPHEMERALS: Table = Table {
    name: "oauth_ephemerals",
    columns: &[
        not_null("kind", Text),
        not_null("key_hash", Hash),
        not_null("counter", Seconds),
        null("value", Json),
        not_null("expires_at", Seconds),
    ],
    unique: &[&["kind", "key_hash"]],
    indexes: &[&["expires_at"]],
};
