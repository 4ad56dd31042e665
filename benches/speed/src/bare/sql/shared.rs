//! The statements whose text is the same on both kinds of database. Each comment names the parameters in
//! their order.

use super::columns;

/// Inserts an access token of `client_credentials`: hash, client, format, jti, scopes, audience, issued,
/// expires, revoked.
pub const INSERT_MACHINE_TOKEN: &str = r#"
    INSERT INTO "oauth_access_tokens" ("token_hash", "client_id", "format", "jti", "scopes",
    "audience", "issued_at", "expires_at", "revoked_at")
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"#;

/// Finds the session of a cookie with consent and user: now, client, hash.
pub const FIND_SESSION: &str = concat!(
    r#"
    WITH "requests" ("place", "v1", "v2", "v3") AS (VALUES (0, $1, $2, $3))
    SELECT "requests"."place",
    "#,
    columns::sessions!(),
    ", ",
    columns::consents!(),
    ", ",
    columns::users!(),
    r#"
    FROM "requests"
    INNER JOIN "oauth_sessions" ON "oauth_sessions"."token_hash" = "requests"."v3" AND
    "oauth_sessions"."ended_at" IS NULL AND "oauth_sessions"."idle_expires_at" >
    "requests"."v1" AND "oauth_sessions"."expires_at" > "requests"."v1"
    LEFT JOIN "oauth_consents" ON "oauth_consents"."user_id" = "oauth_sessions"."user_id" AND
    "oauth_consents"."client_id" = "requests"."v2" AND "oauth_consents"."reference" = ''
    LEFT JOIN "users" ON "users"."id" = "oauth_sessions"."user_id"
    "#,
);

/// Finds a code with its session and user, and the client of the table: client, hash.
pub const FIND_CODE: &str = concat!(
    r#"
    WITH "requests" ("place", "v1", "v2") AS (VALUES (0, $1, $2))
    SELECT "requests"."place",
    "#,
    columns::clients!(),
    ", ",
    columns::grants!(),
    ", ",
    columns::sessions!(),
    ", ",
    columns::users!(),
    r#"
    FROM "requests"
    LEFT JOIN "oauth_clients" ON "oauth_clients"."client_id" = "requests"."v1"
    LEFT JOIN "oauth_authorization_codes" ON "oauth_authorization_codes"."code_hash" =
    "requests"."v2"
    LEFT JOIN "oauth_sessions" ON "oauth_sessions"."id" =
    "oauth_authorization_codes"."session_id"
    LEFT JOIN "users" ON "users"."id" = "oauth_authorization_codes"."user_id"
    "#,
);

/// Finds a refresh token with grant, session, successor and user, and the client of the table: client,
/// hash.
pub const FIND_REFRESH_TOKEN: &str = concat!(
    r#"
    WITH "requests" ("place", "v1", "v2") AS (VALUES (0, $1, $2))
    SELECT "requests"."place",
    "#,
    columns::clients!(),
    ", ",
    columns::refresh_tokens!(),
    ", ",
    columns::grants!(),
    ", ",
    columns::sessions!(),
    r#"
    , "successor"."superseded_at",
    "#,
    columns::users!(),
    r#"
    FROM "requests"
    LEFT JOIN "oauth_clients" ON "oauth_clients"."client_id" = "requests"."v1"
    LEFT JOIN "oauth_refresh_tokens" ON "oauth_refresh_tokens"."token_hash" = "requests"."v2"
    LEFT JOIN "oauth_authorization_codes" ON "oauth_authorization_codes"."id" =
    "oauth_refresh_tokens"."grant_id"
    LEFT JOIN "oauth_sessions" ON "oauth_sessions"."id" =
    "oauth_authorization_codes"."session_id"
    LEFT JOIN "oauth_refresh_tokens" AS "successor" ON "successor"."grant_id" =
    "oauth_refresh_tokens"."grant_id" AND "successor"."generation" =
    "oauth_refresh_tokens"."generation" + 1
    LEFT JOIN "users" ON "users"."id" = "oauth_refresh_tokens"."user_id"
    "#,
);

/// Finds an access token with grant, session, its client and user, and the client of the request: client,
/// hash.
pub const FIND_ACCESS_TOKEN: &str = concat!(
    r#"
    WITH "requests" ("place", "v1", "v2") AS (VALUES (0, $1, $2))
    SELECT "requests"."place",
    "#,
    columns::clients!(),
    ", ",
    columns::access_tokens!(),
    ", ",
    columns::grants!(),
    ", ",
    columns::sessions!(),
    ", ",
    columns::owners!(),
    ", ",
    columns::users!(),
    r#"
    FROM "requests"
    LEFT JOIN "oauth_clients" ON "oauth_clients"."client_id" = "requests"."v1"
    LEFT JOIN "oauth_access_tokens" ON "oauth_access_tokens"."token_hash" = "requests"."v2"
    LEFT JOIN "oauth_authorization_codes" ON "oauth_authorization_codes"."id" =
    "oauth_access_tokens"."grant_id"
    LEFT JOIN "oauth_sessions" ON "oauth_sessions"."id" =
    "oauth_authorization_codes"."session_id"
    LEFT JOIN "oauth_clients" AS "owner" ON "owner"."client_id" =
    "oauth_access_tokens"."client_id"
    LEFT JOIN "users" ON "users"."id" = "oauth_access_tokens"."user_id"
    "#,
);
