//! A rotation that loses its race after the retry window is lost, and no fault.

use loco_oauth_server::{
    Seconds, UnixTime,
    internals::{
        protocol::{
            row_id::{GrantId, RefreshTokenId},
            secret::{Purpose, hash},
        },
        store::refresh_tokens::{self, Retry, Rotation},
    },
};
use serde_json::json;

use crate::app::{browser::Authorize, server::TestServer, tokens::text};

/// A token that another request rotated long enough ago is lost, not won.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_lost_race_after_the_window_is_lost() {
    let server = TestServer::start().await;
    server.tokens(&Authorize::base()).await;
    let row = server.generations().await.remove(0);
    let now = server.oauth().clock.now();
    let rotation = |now: UnixTime| Rotation {
        id: RefreshTokenId::new(row.id),
        grant_id: GrantId::new(row.grant_id),
        now,
        retry: Some(Retry {
            until: now + Seconds::new(30),
            sealed: vec![1, 2, 3],
        }),
        fingerprint: hash(Purpose::Fingerprint, ""),
    };
    let oauth = server.oauth();
    let supersede = async |now: UnixTime| {
        let (db, tables) = (&server.ctx.db, oauth.store.tables());
        refresh_tokens::supersede(db, tables, &rotation(now))
            .await
            .unwrap()
    };
    assert!(supersede(now).await);
    let superseded = server.generations().await.remove(0);
    for seconds in [0, 29, 30, 31, 10_000] {
        let later = now + Seconds::new(seconds);
        assert!(!supersede(later).await, "{seconds}");
    }
    let after = server.generations().await.remove(0);
    assert_eq!(after.superseded_at, superseded.superseded_at);
    assert_eq!(after.successor_until, superseded.successor_until);
}

/// The same by two nodes, one of which is slow: a replay, and no 500.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_slow_node_loses_the_race_after_the_window() {
    let server = TestServer::start().await;
    let slow = server.twin(json!({})).await;
    server.advance(0);
    // For the slow node the window of the other's rotation is over at once.
    slow.advance(31);
    let tokens = server.tokens(&Authorize::base()).await;
    let refresh = text(&tokens, "refresh_token");
    let rotation = slow.oauth().store.faults().hold_next_transaction();
    let (late, ()) = tokio::join!(slow.refresh(refresh), async {
        // The slow node has read the live token, and waits to rotate it.
        rotation.reached().await;
        server.refresh(refresh).await.ok();
        rotation.release();
    });
    late.assert_error(400, "invalid_grant");
    assert_eq!(server.generations().await.len(), 2);
    assert_eq!(
        server.revocations().await,
        [Some("refresh_replay".to_owned())]
    );
}
