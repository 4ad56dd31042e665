//! Rows of many clients' tokens, so that tables are as large as after years.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_orm::sqlx::{
    self, AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection,
};

use crate::{Fault, database::MeasuredDatabase};

/// Grants that one statement inserts.
const AT_ONCE: u64 = 250_000;

/// Token rows of a grant: two refresh tokens, of which one is superseded, and two access tokens.
pub const TOKENS_OF_A_GRANT: u64 = 4;

/// Whether what is filled in is still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// For thirty days more.
    Live,
    /// It has been over for so long that the cleanup deletes it.
    Over,
}

/// The words of a database.
struct Words {
    /// 32 bytes that differ from row to row.
    hash: &'static str,
    /// The type of a JSON text.
    json: &'static str,
}

const POSTGRES: Words = Words {
    hash: "sha256(gen_random_uuid()::text::bytea)",
    json: "::jsonb",
};

const SQLITE: Words = Words {
    hash: "randomblob(32)",
    json: "",
};

impl MeasuredDatabase {
    /// Inserts `tokens` rows of tokens with their grants, four for each grant. The first person of the
    /// database owns them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fill(&self, tokens: u64, age: Age) -> Result<(), Fault> {
        let mut grants = tokens / TOKENS_OF_A_GRANT;
        while grants > 0 {
            let some = grants.min(AT_ONCE);
            self.fill_in(some, age).await?;
            grants -= some;
        }
        Ok(self.gather_statistics().await?)
    }

    async fn fill_in(&self, grants: u64, age: Age) -> Result<(), Fault> {
        match self {
            Self::Postgres { .. } => {
                let mut connection = PgConnection::connect(&self.uri()).await?;
                let last = connection.fetch_one(LAST).await?.try_get(0)?;
                for statement in statements(&POSTGRES, grants, last, age) {
                    connection.execute(AssertSqlSafe(statement)).await?;
                }
                connection.close().await?;
            }
            Self::Sqlite { .. } => {
                let mut connection = SqliteConnection::connect(&self.uri()).await?;
                connection
                    .execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000")
                    .await?;
                let last = connection.fetch_one(LAST).await?.try_get(0)?;
                for statement in statements(&SQLITE, grants, last, age) {
                    connection.execute(AssertSqlSafe(statement)).await?;
                }
                connection.close().await?;
            }
        }
        Ok(())
    }

    /// What PostgreSQL does by itself after a while; SQLite plans without statistics.
    async fn gather_statistics(&self) -> Result<(), sqlx::Error> {
        if let Self::Postgres { .. } = self {
            let mut connection = PgConnection::connect(&self.uri()).await?;
            connection.execute("VACUUM ANALYZE").await?;
            connection.execute("CHECKPOINT").await?;
            connection.close().await?;
        }
        Ok(())
    }
}

const LAST: &str = "SELECT coalesce(max(id), 0) FROM oauth_authorization_codes";

fn statements(words: &Words, grants: u64, last: i64, age: Age) -> [String; 3] {
    let Words { hash, json } = words;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.as_ref().map_or(0, Duration::as_secs);
    let month = 30 * 24 * 3600;
    let (issued, until) = match age {
        Age::Live => (now, now + month),
        Age::Over => (now - 2 * month, now - month),
    };
    let twice = format!(
        "FROM oauth_authorization_codes c CROSS JOIN (SELECT 0 AS g UNION ALL SELECT 1 AS g) two \
         WHERE c.id > {last} AND c.client_id = 'filler'"
    );
    [
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {grants}) \
             INSERT INTO oauth_authorization_codes (kind, client_id, user_id, code_hash, redirect_uri, \
             redirect_uri_explicit, scopes, resources, auth_time, redeemed_at, issued_at, expires_at, \
             retain_until) \
             SELECT 'code', 'filler', (SELECT min(id) FROM users), {hash}, 'https://filler.example/cb', \
             TRUE, '[\"openid\"]'{json}, '[]'{json}, {issued}, {issued}, {issued}, {issued}, {until} FROM n"
        ),
        format!(
            "INSERT INTO oauth_refresh_tokens (token_hash, grant_id, generation, client_id, user_id, \
             issued_at, expires_at, absolute_expires_at, superseded_at) \
             SELECT {hash}, c.id, two.g, c.client_id, c.user_id, {issued}, {until}, {until}, \
             CASE two.g WHEN 0 THEN {issued} END {twice}"
        ),
        format!(
            "INSERT INTO oauth_access_tokens (token_hash, grant_id, client_id, user_id, format, scopes, \
             audience, issued_at, expires_at) \
             SELECT {hash}, c.id, c.client_id, c.user_id, 'opaque', '[\"openid\"]'{json}, '[]'{json}, \
             {issued}, {until} {twice}"
        ),
    ]
}
