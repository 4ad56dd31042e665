//! A database that an older version of the tables was filled in, brought up to date and back: tokens stay valid.

use loco_oauth_server::Seconds;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};

use crate::app::{
    browser::Authorize, fixtures::ALICE, migration::Migrator, server::TestServer, tokens::text,
};

/// Grants of the other people, each with ten generations of refresh tokens and ten access tokens: 100,000 tokens.
const GRANTS: i64 = 5000;
const GENERATIONS: i64 = 10;

/// Migrations of the plugin after the first one.
fn later_versions() -> u32 {
    let names = Migrator::migrations();
    let later = names
        .iter()
        .filter(|it| it.name().contains("oauth_server_v"));
    later.count().try_into().unwrap()
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

async fn count(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// What differs between the databases.
struct Dialect {
    /// The numbers from 1 to `n`, as a table `s` with the column `i`.
    series: fn(i64) -> String,
    /// 32 bytes that differ for each row.
    hash: &'static str,
    json: fn(&str) -> String,
}

fn dialect(backend: DbBackend) -> Dialect {
    match backend {
        DbBackend::Postgres => Dialect {
            series: |n| format!("generate_series(1, {n}) AS s(i)"),
            hash: "decode(md5(random()::text) || md5(random()::text), 'hex')",
            json: |text| format!("'{text}'::jsonb"),
        },
        _ => Dialect {
            series: |n| {
                format!(
                    "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {n}) \
                     SELECT i FROM s) AS s"
                )
            },
            hash: "randomblob(32)",
            json: |text| format!("'{text}'"),
        },
    }
}

/// Fills the tables as years of use do: live and superseded, expired and kept answers.
async fn fill(db: &DatabaseConnection, user: i64, now: i64) {
    let Dialect { series, hash, json } = dialect(db.get_database_backend());
    let (scopes, none) = (json(r#"["openid","offline_access"]"#), json("[]"));
    let (numbers, later) = (series(GRANTS), now + 30 * 86_400);
    run(
        db,
        &format!(
            "INSERT INTO oauth_authorization_codes (kind, client_id, user_id, code_hash, redirect_uri, \
             redirect_uri_explicit, scopes, resources, issued_at, redeemed_at, expires_at, retain_until) \
             SELECT 'code', 'bulk', {user}, {hash}, 'https://bulk.example/cb', TRUE, {scopes}, {none}, \
             {now} - s.i, {now} - s.i, {now}, {later} FROM {numbers}"
        ),
    )
    .await;
    let of_bulk = "FROM oauth_authorization_codes AS g";
    let generations = series(GENERATIONS);
    let sealed = match db.get_database_backend() {
        DbBackend::Postgres => "'\\x010203'::bytea",
        _ => "X'010203'",
    };
    run(
        db,
        &format!(
            "INSERT INTO oauth_refresh_tokens (token_hash, grant_id, generation, client_id, user_id, issued_at, \
             expires_at, absolute_expires_at, superseded_at, successor_until, successor_sealed) \
             SELECT {hash}, g.id, s.i, 'bulk', {user}, {now}, {later}, {later}, \
             CASE WHEN s.i < {GENERATIONS} THEN {now} END, CASE WHEN s.i < {GENERATIONS} THEN {now} - s.i END, \
             CASE WHEN s.i = 1 THEN {sealed} END {of_bulk} CROSS JOIN {generations} \
             WHERE g.client_id = 'bulk'"
        ),
    )
    .await;
    run(
        db,
        "UPDATE oauth_refresh_tokens SET parent_id = (SELECT p.id FROM oauth_refresh_tokens AS p \
         WHERE p.grant_id = oauth_refresh_tokens.grant_id AND p.generation = oauth_refresh_tokens.generation - 1) \
         WHERE client_id = 'bulk' AND generation > 1",
    )
    .await;
    run(
        db,
        &format!(
            "INSERT INTO oauth_access_tokens (token_hash, grant_id, refresh_token_id, client_id, user_id, format, \
             scopes, audience, issued_at, expires_at) \
             SELECT {hash}, r.grant_id, r.id, 'bulk', r.user_id, 'opaque', {scopes}, {none}, {now} - 600, \
             {now} + 600 - 120 * r.generation FROM oauth_refresh_tokens AS r WHERE r.client_id = 'bulk'"
        ),
    )
    .await;
}

/// Uses tokens that were issued some time ago, and returns those that came of it.
async fn assert_valid(server: &TestServer, tokens: &Value, when: &str) -> Value {
    let (access, refresh) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
    for token in [access, refresh] {
        let seen = server.introspect(token).await;
        assert_eq!(seen["active"], true, "{when}: {seen}");
        assert_eq!(seen["client_id"], "conf", "{when}");
    }
    let person = server.userinfo(access).await.ok();
    assert_eq!(person["email"], ALICE, "{when}");
    let next = server.refresh(refresh).await.ok();
    assert!(next["id_token"].is_string(), "{when}: {next}");
    assert!(server.is_live(text(&next, "access_token")).await, "{when}");
    next
}

/// On SQLite, and on PostgreSQL where `TEST_POSTGRES_URL` names a server.
#[tokio::test(flavor = "multi_thread")]
async fn s33_2_a_filled_database_is_upgraded_and_goes_back() {
    let first = TestServer::start().await;
    let db = first.ctx.db.clone();
    // One statement moves 100,000 rows: longer than a request may take, and no request.
    let request = Authorize::base().with("scope", "openid email offline_access");
    Migrator::down(&db, Some(later_versions())).await.unwrap();
    let applied = "SELECT COUNT(*) FROM seaql_migrations WHERE version LIKE '%oauth_server%'";
    assert_eq!(count(&db, applied).await, 1, "version 1 alone");

    // Tokens of version 1, in a database full of others.
    let of_version_1 = first.tokens(&request).await;
    let mut signed_in = first.browser();
    signed_in.sign_in().await;
    let user = first.user(ALICE).await.unwrap().id;
    fill(&db, user, first.now()).await;
    for table in ["oauth_access_tokens", "oauth_refresh_tokens"] {
        let rows = count(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
        assert!(rows > GRANTS * GENERATIONS, "{table}: {rows}");
    }
    let all = "SELECT (SELECT COUNT(*) FROM oauth_access_tokens) + (SELECT COUNT(*) FROM oauth_refresh_tokens)";
    let before = count(&db, all).await;

    // The new version starts: it migrates, while the old node goes on.
    let second = first.twin(json!({})).await;
    assert_eq!(count(&db, applied).await, i64::from(later_versions()) + 1);
    assert_eq!(count(&db, all).await, before, "every row is there");
    assert!(first.is_live(text(&of_version_1, "access_token")).await);
    let of_now = assert_valid(&second, &of_version_1, "after the upgrade").await;
    let again = signed_in.code(&request).await;
    second.redeem(&again).await.ok();
    // A replayed token of version 1 is still recognised (RFC 9700 §4.14.2), after the retry window.
    second.advance(Seconds::minutes(10).get());
    let replayed = second.refresh(text(&of_version_1, "refresh_token")).await;
    replayed.assert_error(400, "invalid_grant");
    assert!(!second.is_live(text(&of_now, "access_token")).await);

    // And back, with tokens of the new version. Version 2 has indexes alone, so that its nodes work without it.
    let of_version_2 = second.tokens(&request).await;
    Migrator::down(&db, Some(later_versions())).await.unwrap();
    assert_eq!(count(&db, applied).await, 1);
    let next = assert_valid(&second, &of_version_2, "after going back").await;
    // And forward again.
    Migrator::up(&db, None).await.unwrap();
    assert_valid(&second, &next, "after the second upgrade").await;
    assert!(count(&db, all).await > before);
}
