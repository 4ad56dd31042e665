//! The statements of the eight operations on SQLite, as the server sends them. Each comment names
//! the parameters in their order.

use super::{Statements, columns, shared};

/// All statements.
pub const STATEMENTS: Statements = Statements {
    insert_machine_token: shared::INSERT_MACHINE_TOKEN,
    find_session: shared::FIND_SESSION,
    lock_session: LOCK_SESSION,
    insert_code: INSERT_CODE,
    find_code: shared::FIND_CODE,
    redeem_code: REDEEM_CODE,
    find_refresh_token: shared::FIND_REFRESH_TOKEN,
    rotate_refresh_token: ROTATE_REFRESH_TOKEN,
    find_access_token: shared::FIND_ACCESS_TOKEN,
};

/// Reads session and user again in the transaction that stores a code: session.
const LOCK_SESSION: &str = concat!(
    "SELECT ",
    columns::sessions!(),
    ", ",
    columns::users!(),
    r#"
    FROM "oauth_sessions"
    LEFT JOIN "users" ON "users"."id" = "oauth_sessions"."user_id"
    WHERE "oauth_sessions"."id" = ?
    "#,
);

/// Inserts a grant with its code: kind, client, user, session, hash, redirect URI, explicit,
/// challenge, nonce, acr, scopes, resources, amr, time of login, device, stamp, issued, expires,
/// retained.
const INSERT_CODE: &str = r#"
    INSERT INTO "oauth_authorization_codes" ("kind", "client_id", "user_id", "session_id",
    "consent_id", "code_hash", "redirect_uri", "redirect_uri_explicit", "code_challenge",
    "nonce", "acr", "scopes", "resources", "amr", "auth_time", "device_label",
    "credential_stamp", "redeemed_at", "revoked_at", "revoke_reason", "issued_at", "expires_at",
    "retain_until")
    VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, ?, ?, ?)
    RETURNING "id"
"#;

/// Marks a code as used, and inserts the first refresh token of its grant and an access token: now, retained,
/// hash; hash, grant, generation, parent, client, user, issued, expires, end of the family, superseded, retry
/// until, sealed answer, fingerprint; hash, grant, nothing (the refresh token has just got its id), client,
/// user, format, jti, scopes, audience, issued, expires, revoked.
const REDEEM_CODE: &str = r#"
    UPDATE "oauth_authorization_codes"
    SET "redeemed_at" = $1, "retain_until" = $2, "updated_at" = CURRENT_TIMESTAMP
    WHERE "code_hash" = $3 AND "redeemed_at" IS NULL AND "revoked_at" IS NULL AND "expires_at" >
    $1;
    INSERT INTO "oauth_refresh_tokens" ("token_hash", "grant_id", "generation", "parent_id",
    "client_id", "user_id", "issued_at", "expires_at", "absolute_expires_at", "superseded_at",
    "successor_until", "successor_sealed", "request_fingerprint")
    SELECT $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
    WHERE changes() = 1;
    INSERT INTO "oauth_access_tokens" ("token_hash", "grant_id", "refresh_token_id",
    "client_id", "user_id", "format", "jti", "scopes", "audience", "issued_at", "expires_at",
    "revoked_at")
    SELECT $17, $18, last_insert_rowid(), $20, $21, $22, $23, $24, $25, $26, $27, $28
    WHERE changes() = 1
    RETURNING "id"
"#;

/// Supersedes a refresh token, inserts the next one and an access token, and erases some of the family's
/// sealed answers whose time is over: now, token, grant, retry until, sealed answer, fingerprint; then the
/// rows of both tokens as in [`REDEEM_CODE`].
const ROTATE_REFRESH_TOKEN: &str = r#"
    UPDATE "oauth_refresh_tokens"
    SET "superseded_at" = $1, "successor_until" = $4, "successor_sealed" = $5,
    "request_fingerprint" = $6, "updated_at" = CURRENT_TIMESTAMP
    WHERE "id" = $2 AND "superseded_at" IS NULL AND "expires_at" > $1 AND "absolute_expires_at" >
    $1 AND EXISTS (SELECT 1 FROM "oauth_authorization_codes" WHERE "id" = $3 AND "revoked_at" IS
    NULL);
    INSERT INTO "oauth_refresh_tokens" ("token_hash", "grant_id", "generation", "parent_id",
    "client_id", "user_id", "issued_at", "expires_at", "absolute_expires_at", "superseded_at",
    "successor_until", "successor_sealed", "request_fingerprint")
    SELECT $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
    WHERE changes() = 1;
    INSERT INTO "oauth_access_tokens" ("token_hash", "grant_id", "refresh_token_id",
    "client_id", "user_id", "format", "jti", "scopes", "audience", "issued_at", "expires_at",
    "revoked_at")
    SELECT $20, $21, last_insert_rowid(), $23, $24, $25, $26, $27, $28, $29, $30, $31
    WHERE changes() = 1
    RETURNING "id";
    UPDATE "oauth_refresh_tokens"
    SET "successor_sealed" = NULL, "updated_at" = CURRENT_TIMESTAMP
    WHERE "id" IN (
    SELECT "id" FROM "oauth_refresh_tokens" WHERE "grant_id" = $3 AND "id" <> $2
    AND "successor_sealed" IS NOT NULL AND "successor_until" <= $1
    ORDER BY "successor_until" LIMIT 4)
"#;
