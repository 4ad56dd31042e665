//! The disk is full.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::{browser::Authorize, server::TestServer, tokens::text};

impl TestServer {
    /// Nothing more can be stored: SQLite may not grow, PostgreSQL says so itself.
    async fn fill(&self) {
        let statements: &[&str] = if self.database.is_postgres() {
            &[
                "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ \
                 BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
                "CREATE TRIGGER full_disk BEFORE INSERT ON oauth_access_tokens \
                 EXECUTE FUNCTION disk_full()",
            ]
        } else {
            &["PRAGMA max_page_count = 1"]
        };
        for statement in statements {
            self.ctx.db.execute_unprepared(statement).await.unwrap();
        }
    }

    async fn free(&self) {
        let statement = if self.database.is_postgres() {
            "DROP TRIGGER full_disk ON oauth_access_tokens"
        } else {
            "PRAGMA max_page_count = 1000000"
        };
        self.ctx.db.execute_unprepared(statement).await.unwrap();
    }
}

/// Reads go on; nothing acknowledged is lost; no restart.
#[tokio::test(flavor = "multi_thread")]
async fn c232_a_full_disk() {
    // The pragma holds for a connection.
    let server = TestServer::with(json!({ "max_connections": 1 })).await;
    let tokens = server.tokens(&Authorize::base()).await;
    let code = server.code().await;
    server.fill().await;
    let machine = [("grant_type", "client_credentials")];
    let mut acknowledged = Vec::new();
    let refused = loop {
        let answer = server.as_client("m2m", "/oauth/token", &machine).await;
        if answer.status != 200 {
            break answer;
        }
        acknowledged.push(text(&answer.json(), "access_token").to_owned());
        assert!(acknowledged.len() < 1000, "the disk is not full");
    };
    refused.assert_error(503, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), Some("2"));
    // What still fits is acknowledged; all else is told to come later, and nothing is half done.
    let mut known = vec![text(&tokens, "access_token").to_owned()];
    let refresh = text(&tokens, "refresh_token");
    let answers = [server.redeem(&code).await, server.refresh(refresh).await];
    for answer in &answers {
        if answer.status == 200 {
            known.push(text(&answer.json(), "access_token").to_owned());
        } else {
            answer.assert_error(503, "temporarily_unavailable");
            assert_eq!(answer.header("retry-after"), Some("2"));
        }
    }
    for token in &known {
        assert!(server.is_live(token).await);
        server.userinfo(token).await.ok();
    }
    server.get("/oauth/jwks").await.ok();
    let metadata = "/.well-known/oauth-authorization-server";
    server.get(metadata).await.ok();
    server.free().await;
    server.as_client("m2m", "/oauth/token", &machine).await.ok();
    if answers[0].status == 503 {
        server.redeem(&code).await.ok();
    }
    if answers[1].status == 503 {
        server.refresh(refresh).await.ok();
    }
    for token in &known {
        assert!(server.is_live(token).await);
    }
    server.code().await;
    for token in &acknowledged {
        let introspected = server
            .as_client("m2m", "/oauth/introspect", &[("token", token)])
            .await;
        assert_eq!(introspected.ok()["active"], true);
    }
}
