//! The tables as data: columns that share type and nullability are one row.

use super::{
    Index,
    Kind::{self, Blob, Bool, Hash, Int, Json, Reference, Seconds, Text, UserKey},
    OnDelete::{Cascade, SetNull},
    Row, Table,
};

const fn row(names: &'static str, kind: Kind) -> Row {
    Row {
        names,
        kind,
        nullable: false,
        planned_for: None,
    }
}

const fn null(names: &'static str, kind: Kind) -> Row {
    Row {
        names,
        kind,
        nullable: true,
        planned_for: None,
    }
}

/// Columns that nothing reads or writes yet, and the standard that will.
const fn planned(row: Row, standard: &'static str) -> Row {
    Row {
        planned_for: Some(standard),
        ..row
    }
}

const SIGNED_INTROSPECTION: &str = "signed introspection responses (RFC 9701)";

const fn index(columns: &'static [&'static str]) -> Index {
    Index {
        columns,
        unique: false,
        only_with: None,
    }
}

/// Rows in which `column` is NULL are left out.
const fn index_with(column: &'static str, columns: &'static [&'static str]) -> Index {
    Index {
        only_with: Some(column),
        ..index(columns)
    }
}

const fn unique(columns: &'static [&'static str]) -> Index {
    Index {
        columns,
        unique: true,
        only_with: None,
    }
}

/// Columns that every table begins with.
pub const EVERY_TABLE: &[Row] = &[
    row("id", Kind::Id),
    row("created_at updated_at", Kind::Timestamp),
];

/// The eight tables: clients, the way from a request to tokens, then what supports it.
pub const TABLES: &[Table] = &[
    CLIENTS,
    AUTHORIZATION_STATES,
    AUTHORIZATION_CODES,
    ACCESS_TOKENS,
    REFRESH_TOKENS,
    CONSENTS,
    SESSIONS,
    EPHEMERALS,
];

const CLIENTS: Table = Table {
    name: "oauth_clients",
    doc: "Clients that are not in the settings (RFC 7591 metadata, RFC 6749 §2).",
    rows: &[
        row("client_id kind status", Text),
        row("version", Int),
        null("user_id", UserKey(SetNull)),
        null("client_name client_uri logo_uri", Text),
        null("tos_uri policy_uri software_id", Text),
        null("software_version software_statement", Text),
        null("initiate_login_uri", Text),
        null("localized contacts", Json),
        row("application_type subject_type", Text),
        row("redirect_uris post_logout_redirect_uris", Json),
        row("grant_types response_types", Json),
        null("scopes resources", Json),
        row("token_endpoint_auth_method", Text),
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
        planned(
            null("introspection_signed_response_alg", Text),
            SIGNED_INTROSPECTION,
        ),
        row("require_pkce", Bool),
        row("require_pushed_authorization_requests", Bool),
        row("require_signed_request_object", Bool),
        row("dpop_bound_access_tokens", Bool),
        row("skip_consent require_auth_time", Bool),
        row("backchannel_logout_session_required", Bool),
        null("default_max_age", Int),
        null("default_acr_values", Json),
        null("backchannel_logout_uri", Text),
        null("document_fetched_at document_expires_at", Seconds),
        null("document_etag", Text),
        null("last_used_at deleted_at", Seconds),
    ],
    indexes: &[
        unique(&["client_id"]),
        index(&["kind", "last_used_at"]),
        index(&["user_id"]),
        unique(&["registration_token_hash"]),
    ],
};

const AUTHORIZATION_STATES: Table = Table {
    name: "oauth_authorization_states",
    doc: "Authorization requests that still need a person, and pushed requests (RFC 9126).",
    rows: &[
        row("state kind intent client_id", Text),
        row("client_version", Int),
        row("redirect_uri", Text),
        row("redirect_uri_explicit", Bool),
        row("response_mode", Text),
        null("client_state nonce code_challenge", Text),
        null("dpop_jkt", Text),
        null("login_hint ui_locales display", Text),
        null("hint_subject", Text),
        row("scopes resources prompts handled", Json),
        null("claims", Json),
        null("acr_values params", Json),
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
        row("started_at expires_at", Seconds),
    ],
    indexes: &[
        unique(&["state"]),
        index(&["client_id"]),
        index(&["browser_hash"]),
        unique(&["request_uri_hash"]),
        index(&["expires_at"]),
        index(&["grant_id"]),
    ],
};

const AUTHORIZATION_CODES: Table = Table {
    name: "oauth_authorization_codes",
    doc: "Grants: a row outlives its code and carries the revocation of all that came from it.",
    rows: &[
        row("kind client_id", Text),
        null("user_id", UserKey(Cascade)),
        null("session_id", Reference("oauth_sessions", SetNull)),
        null("consent_id", Reference("oauth_consents", SetNull)),
        null("code_hash", Hash),
        row("redirect_uri", Text),
        row("redirect_uri_explicit", Bool),
        null("code_challenge nonce", Text),
        null("dpop_jkt", Text),
        null("acr", Text),
        null("credential_stamp", Hash),
        null("device_label", Text),
        row("scopes resources", Json),
        null("claims", Json),
        null("amr", Json),
        null("auth_time redeemed_at revoked_at", Seconds),
        null("revoke_reason", Text),
        row("issued_at expires_at retain_until", Seconds),
        null("user_code_hmac", Hash),
        null("device_status", Text),
        null("poll_interval", Int),
        null("last_polled_at", Seconds),
    ],
    indexes: &[
        index(&["client_id", "user_id"]),
        index(&["user_id"]),
        index(&["session_id"]),
        unique(&["code_hash"]),
        index(&["expires_at"]),
        index(&["retain_until"]),
        unique(&["user_code_hmac"]),
        index(&["consent_id"]),
    ],
};

const ACCESS_TOKENS: Table = Table {
    name: "oauth_access_tokens",
    doc: "Access tokens (RFC 6749 §1.4), by hash.",
    rows: &[
        row("token_hash", Hash),
        null("grant_id", Reference("oauth_authorization_codes", Cascade)),
        null(
            "refresh_token_id",
            Reference("oauth_refresh_tokens", SetNull),
        ),
        row("client_id", Text),
        null("user_id", UserKey(Cascade)),
        row("format", Text),
        null("jti", Text),
        null("dpop_jkt", Text),
        row("scopes audience", Json),
        // A grant has them; a token of its own claims may come.
        null("claims", Json),
        null("actor", Json),
        row("issued_at expires_at", Seconds),
        null("revoked_at last_used_at", Seconds),
    ],
    indexes: &[
        unique(&["token_hash"]),
        index(&["grant_id"]),
        index(&["refresh_token_id"]),
        index(&["client_id", "user_id"]),
        index(&["expires_at"]),
    ],
};

const REFRESH_TOKENS: Table = Table {
    name: "oauth_refresh_tokens",
    doc: "Refresh tokens (RFC 6749 §1.5), by hash; rotated ones stay, so that a replay is seen.",
    rows: &[
        row("token_hash", Hash),
        row("grant_id", Reference("oauth_authorization_codes", Cascade)),
        row("generation", Int),
        null("parent_id", Reference("oauth_refresh_tokens", SetNull)),
        row("client_id", Text),
        row("user_id", UserKey(Cascade)),
        row("issued_at expires_at absolute_expires_at", Seconds),
        null("superseded_at successor_until", Seconds),
        null("successor_sealed", Blob),
        null("request_fingerprint", Hash),
    ],
    indexes: &[
        unique(&["token_hash"]),
        unique(&["grant_id", "generation"]),
        index(&["client_id", "user_id"]),
        index(&["expires_at"]),
        index(&["parent_id"]),
        index_with("successor_sealed", &["grant_id", "successor_until"]),
    ],
};

const CONSENTS: Table = Table {
    name: "oauth_consents",
    doc: "What a user has allowed a client.",
    rows: &[
        row("client_id", Text),
        row("user_id", UserKey(Cascade)),
        row("reference", Text),
        row("client_version", Int),
        row("scopes resources", Json),
        null("claims", Json),
        null("history", Json),
        row("granted_at", Seconds),
        null("last_used_at expires_at", Seconds),
    ],
    indexes: &[
        unique(&["user_id", "client_id", "reference"]),
        index(&["client_id"]),
    ],
};

const SESSIONS: Table = Table {
    name: "oauth_sessions",
    doc: "Signed-in users, one row per user and browser.",
    rows: &[
        row("token_hash", Hash),
        row("sid", Text),
        row("user_id", UserKey(Cascade)),
        row("auth_time", Seconds),
        null("acr", Text),
        null("amr", Json),
        row("remembered", Bool),
        null("credential_stamp", Hash),
        null("user_agent ip_prefix", Text),
        row("last_seen_at idle_expires_at expires_at", Seconds),
        null("ended_at", Seconds),
        null("end_reason", Text),
    ],
    indexes: &[
        unique(&["token_hash"]),
        unique(&["sid"]),
        index(&["user_id"]),
        index(&["expires_at"]),
    ],
};

const EPHEMERALS: Table = Table {
    name: "oauth_ephemerals",
    doc: "Short-lived facts that all nodes share: used assertions, counters, markers.",
    rows: &[
        row("kind", Text),
        row("key_hash", Hash),
        row("counter", Seconds),
        null("value", Json),
        row("expires_at", Seconds),
    ],
    indexes: &[unique(&["kind", "key_hash"]), index(&["expires_at"])],
};
