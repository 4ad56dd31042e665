//! A day of traffic with a fast clock.

use loco_oauth_server::internals::operations::cleanup::Cleanup;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::app::{
    assertions::{ClientKey, signer},
    browser::Authorize,
    fixtures,
    oauth_server::{oauth_ephemerals, oauth_refresh_tokens},
    server::TestServer,
    tokens::text,
};

/// Short lives, so that a few simulated days see everything begin and end.
#[tokio::test(flavor = "multi_thread")]
async fn c266_tables_level_off_with_cleanup_on() {
    let settings = json!({
        "access_token_ttl_seconds": 600,
        "m2m_access_token_ttl_seconds": 600,
        "refresh_token_ttl_seconds": 3600,
        "refresh_token_max_ttl_seconds": 3600,
        "session_ttl_seconds": 3600,
        "session_idle_ttl_seconds": 3600,
        "rate_limits": {},
        "rate_limit_store": "database",
    });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let machine = [("grant_type", "client_credentials"), ("scope", "jobs")];
    let mut sizes = Vec::new();
    for hour in 0..72 {
        let tokens = server.tokens(&Authorize::base()).await;
        server.refresh(text(&tokens, "refresh_token")).await.ok();
        server.as_client("m2m", "/oauth/token", &machine).await.ok();
        server.browser().authorize(&Authorize::base()).await;
        server.advance(3600);
        Cleanup(&server.oauth()).run_as_configured().await.unwrap();
        if hour >= 30 {
            let rows = server.rows().await;
            let refresh = oauth_refresh_tokens::Entity::find();
            let ephemerals = oauth_ephemerals::Entity::find();
            sizes.push((
                rows.interactions,
                rows.codes,
                rows.access_tokens,
                refresh.count(&server.ctx.db).await.unwrap(),
                ephemerals.count(&server.ctx.db).await.unwrap(),
            ));
        }
    }
    let first = sizes[0];
    assert!(first.1 > 0 && first.2 > 0 && first.3 > 0, "{first:?}");
    assert!(sizes.iter().all(|size| *size == first), "{sizes:?}");
}

/// What is kept for weeks: sessions 30 days, clients that nobody used 90 days after their end.
#[tokio::test(flavor = "multi_thread")]
async fn c266_sessions_assertions_and_clients_level_off() {
    let settings = json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
        "session_ttl_seconds": 3600,
        "session_idle_ttl_seconds": 3600,
    });
    let (server, key) = (TestServer::with(settings).await, ClientKey::new("k1"));
    fixtures::insert(&server, &signer(Some(key.jwks()))).await;
    let metadata = json!({ "redirect_uris": ["https://new.example/cb"] });
    server.advance(0);
    let own = server.clients().await.len();
    let mut sizes = Vec::new();
    for round in 0..24 {
        server.browser().sign_in().await;
        server.registered(&metadata).await;
        let jti = json!({ "jti": format!("{round}") });
        let assertion = key.assertion(&server, "signer", &jti);
        server.assert_by(&assertion).await.ok();
        // Ten days.
        server.advance(864_000);
        let oauth = server.oauth();
        Cleanup(&oauth).run_as_configured().await.unwrap();
        let clients = server.clients().await.len() - own;
        sizes.push((server.sessions().await.len(), clients, server.used().await));
    }
    let (rising, level) = sizes.split_at(12);
    assert!(rising[0] < level[0], "{sizes:?}");
    assert!(level.iter().all(|size| *size == level[0]), "{sizes:?}");
    let (sessions, clients, used) = level[0];
    assert!(sessions <= 4 && clients <= 10 && used == 0, "{sizes:?}");
}
