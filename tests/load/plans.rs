//! How the database finds what requests ask for: by an index, however large the tables are.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use crate::app::{
    browser::Authorize,
    server::TestServer,
    tokens::{R1, text},
};

/// Tables that hold as many rows as a server has users, clients or tokens, and their names in statements.
const LARGE: [&str; 10] = [
    "oauth_clients",
    "oauth_authorization_states",
    "oauth_authorization_codes",
    "oauth_access_tokens",
    "oauth_refresh_tokens",
    "oauth_consents",
    "oauth_sessions",
    "users",
    "owner",
    "successor",
];

impl TestServer {
    /// The statements of everything that requests do all day.
    async fn statements_of_a_day(&self) -> BTreeMap<String, Statement> {
        let mut browser = self.browser();
        self.database.recorder.take();
        let request = Authorize::base()
            .and("resource", R1)
            .with("scope", "openid email offline_access read");
        browser.code(&request).await;
        let answer = browser.authorize(&request).await;
        let code = answer.location_param("code").unwrap();
        let tokens = self.redeem(&code).await.ok();
        let tokens = self.refresh(text(&tokens, "refresh_token")).await.ok();
        for token in ["access_token", "refresh_token"] {
            assert!(self.is_live(text(&tokens, token)).await);
        }
        self.userinfo(text(&tokens, "access_token")).await.ok();
        let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
        self.as_client("m2m", "/oauth/token", &form).await.ok();
        self.revoke(text(&tokens, "access_token")).await;
        self.revoke(text(&tokens, "refresh_token")).await;
        browser.get("/oauth/apps").await.assert_page(200);
        let all = self.database.recorder.take_statements();
        let large = |it: &Statement| LARGE.iter().any(|table| it.sql.contains(table));
        let large = all.into_iter().filter(large);
        large.map(|it| (it.sql.clone(), it)).collect()
    }
}

/// The lines of a plan that read a large table from its first row to its last.
async fn scans(db: &DatabaseConnection, statement: &Statement) -> Vec<String> {
    let plan = match db.get_database_backend() {
        DbBackend::Sqlite => plan_of_sqlite(db, &statement.sql).await,
        _ => plan_of_postgres(db, statement).await,
    };
    let is_scan = |line: &String| {
        let reads_all = line.contains("SCAN ") || line.contains("Seq Scan on ");
        reads_all && LARGE.iter().any(|table| line.contains(table))
    };
    plan.into_iter().filter(is_scan).collect()
}

async fn plan_of_sqlite(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let mut plan = Vec::new();
    // A chain of statements is explained one by one. Of an INSERT that reads no table SQLite tells what it
    // would look at for deferred foreign keys, of which there are none.
    let reads = |sql: &&str| !sql.starts_with("INSERT") || sql.contains(" FROM ");
    for sql in sql.split("; ").filter(reads) {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let explain = Statement::from_string(DbBackend::Sqlite, explain);
        let rows = db.query_all_raw(explain).await.unwrap();
        plan.extend(
            rows.iter()
                .map(|row| row.try_get::<String>("", "detail").unwrap()),
        );
    }
    plan
}

/// Small tables are read faster from end to end: the planner is told to do that only where no index helps.
async fn plan_of_postgres(db: &DatabaseConnection, statement: &Statement) -> Vec<String> {
    let txn = db.begin().await.unwrap();
    txn.execute_unprepared("SET LOCAL enable_seqscan = off")
        .await
        .unwrap();
    let mut explain = statement.clone();
    explain.sql.insert_str(0, "EXPLAIN ");
    let rows = txn.query_all_raw(explain).await.unwrap();
    txn.rollback().await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_of_a_request_scans_a_large_table() {
    let server = TestServer::start().await;
    let statements = server.statements_of_a_day().await;
    assert!(statements.len() > 12, "{statements:#?}");
    for (sql, statement) in statements {
        let scans = scans(&server.ctx.db, &statement).await;
        assert_eq!(scans, Vec::<String>::new(), "{sql}");
    }
}

/// The test sees a scan where there is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_without_an_index_scans() {
    let server = TestServer::start().await;
    let db = &server.ctx.db;
    let sql = r#"SELECT "id" FROM "oauth_sessions" WHERE "acr" = $1"#;
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, ["1".into()]);
    assert_eq!(scans(db, &statement).await.len(), 1);
}
