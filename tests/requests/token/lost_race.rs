//! A rotation that loses its race after the retry window is lost, and no fault.

use std::time::Duration;

use futures_util::future::join_all;
use loco_oauth_server::{
    Seconds, UnixTime,
    internals::{
        protocol::{
            row_id::{AccessTokenId, GrantId, RefreshTokenId},
            secret::{Purpose, hash},
        },
        store::{
            Store, StoreError,
            access_tokens::AccessTokenRow,
            issuing::{self, Issued},
            refresh_tokens::{RefreshTokenRow, Retry, Rotation},
            user_key::UserKey,
        },
    },
};
use serde_json::json;

use crate::app::{
    browser::Authorize, oauth_server::oauth_refresh_tokens as refresh, server::TestServer,
    tokens::text,
};

fn rotation_of(row: &refresh::Model, now: UnixTime) -> Rotation {
    Rotation {
        id: RefreshTokenId::new(row.id),
        grant_id: GrantId::new(row.grant_id),
        now,
        retry: Some(Retry {
            until: now + Seconds::new(30),
            sealed: vec![1, 2, 3],
        }),
        fingerprint: hash(Purpose::Fingerprint, ""),
    }
}

fn next_generation(of: &refresh::Model, now: UnixTime) -> RefreshTokenRow {
    RefreshTokenRow {
        id: RefreshTokenId::UNSAVED,
        token_hash: hash(Purpose::Refresh, "next").0.to_vec(),
        grant_id: GrantId::new(of.grant_id),
        generation: of.generation + 1,
        parent_id: Some(RefreshTokenId::new(of.id)),
        client_id: of.client_id.clone(),
        user_id: UserKey::from(of.user_id),
        issued_at: now,
        expires_at: now + Seconds::days(1),
        absolute_expires_at: now + Seconds::days(1),
        superseded_at: None,
        successor_until: None,
        successor_sealed: None,
        request_fingerprint: None,
    }
}

fn access_token(of: &refresh::Model, now: UnixTime) -> AccessTokenRow {
    AccessTokenRow {
        id: AccessTokenId::UNSAVED,
        token_hash: hash(Purpose::Access, "next").0.to_vec(),
        grant_id: Some(GrantId::new(of.grant_id)),
        refresh_token_id: None,
        client_id: of.client_id.clone(),
        user_id: Some(UserKey::from(of.user_id)),
        format: "opaque".to_owned(),
        jti: None,
        dpop_jkt: None,
        scopes: Vec::new().into(),
        audience: Vec::new().into(),
        issued_at: now,
        expires_at: now + Seconds::hours(1),
        actor: None,
        revoked_at: None,
    }
}

const fn both<'a>(refresh: &'a RefreshTokenRow, access: &'a AccessTokenRow) -> Issued<'a> {
    Issued {
        refresh: Some(refresh),
        access,
        session_client: None,
    }
}

/// A token that another request rotated long enough ago is lost, not won.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_lost_race_after_the_window_is_lost() {
    let server = TestServer::start().await;
    server.tokens(&Authorize::base()).await;
    let row = server.generations().await.remove(0);
    let now = server.oauth().clock.now();
    let oauth = server.oauth();
    let supersede = async |now: UnixTime| {
        let (next, access) = (next_generation(&row, now), access_token(&row, now));
        issuing::rotate(&oauth.store, &rotation_of(&row, now), both(&next, &access))
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
    assert_eq!(server.generations().await.len(), 2);
}

/// Two requests with one token in one shared statement: one wins, and the tokens of the other are not stored.
/// Two other requests are under way meanwhile, so that these two go together.
#[tokio::test(flavor = "multi_thread")]
async fn two_requests_with_one_token_in_one_statement_are_won_by_one() {
    let server = TestServer::start().await;
    for _ in 0..3 {
        server.tokens(&Authorize::base()).await;
    }
    let rows = server.generations().await;
    let (oauth, now) = (server.oauth(), server.oauth().clock.now());
    let rotate = async |row: &refresh::Model, name: &str| {
        let next = RefreshTokenRow {
            token_hash: hash(Purpose::Refresh, name).0.to_vec(),
            ..next_generation(row, now)
        };
        let access = AccessTokenRow {
            token_hash: hash(Purpose::Access, name).0.to_vec(),
            ..access_token(row, now)
        };
        let rotation = rotation_of(row, now);
        issuing::rotate(&oauth.store, &rotation, both(&next, &access)).await
    };
    oauth.store.faults().delay(Duration::from_millis(300));
    let (one, two, first, second, third) = tokio::join!(
        rotate(&rows[0], "one"),
        rotate(&rows[1], "two"),
        rotate(&rows[2], "first"),
        rotate(&rows[2], "second"),
        rotate(&rows[2], "third"),
    );
    oauth.store.faults().mend();
    assert!(one.unwrap() && two.unwrap());
    let won = [first, second, third].map(|outcome| u8::from(outcome.unwrap()));
    assert_eq!(won.iter().sum::<u8>(), 1, "{won:?}");
    assert_eq!(server.generations().await.len(), 6);
    // Three that came with the logins, and three more.
    assert_eq!(server.access_tokens().await.len(), 6);
}

/// Two shared statements that name the same tokens in another order do not wait for each other.
#[tokio::test(flavor = "multi_thread")]
async fn shared_statements_take_their_tokens_in_one_order() {
    let server = TestServer::start().await;
    for _ in 0..12 {
        server.tokens(&Authorize::base()).await;
    }
    let node = server.twin(json!({})).await;
    let rows = server.generations().await;
    let now = server.oauth().clock.now();
    let began = std::time::Instant::now();
    let rotate = async |store: &Store, row: &refresh::Model, name: &str| {
        let name = format!("{name} {}", row.id);
        let next = RefreshTokenRow {
            token_hash: hash(Purpose::Refresh, &name).0.to_vec(),
            ..next_generation(row, now)
        };
        let access = AccessTokenRow {
            token_hash: hash(Purpose::Access, &name).0.to_vec(),
            ..access_token(row, now)
        };
        let rotation = rotation_of(row, now);
        issuing::rotate(store, &rotation, both(&next, &access))
            .await
            .unwrap()
    };
    let (here, there) = (server.oauth(), node.oauth());
    let forwards = rows.iter().map(|row| rotate(&here.store, row, "here"));
    let backwards = rows
        .iter()
        .rev()
        .map(|row| rotate(&there.store, row, "there"));
    let (here, there) = tokio::join!(join_all(forwards), join_all(backwards));
    let won = here.iter().chain(&there).filter(|won| **won).count();
    assert_eq!(won, 12);
    // A deadlock is found after a second.
    println!("{:?}", began.elapsed());
    assert_eq!(server.generations().await.len(), 24);
}

/// A step that fails undoes the steps before it: the token is as good as before.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_whose_access_token_cannot_be_stored_changes_nothing() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let row = server.generations().await.remove(0);
    let (oauth, now) = (server.oauth(), server.oauth().clock.now());
    let taken = AccessTokenRow {
        token_hash: hash(Purpose::Access, text(&tokens, "access_token"))
            .0
            .to_vec(),
        ..access_token(&row, now)
    };
    let (rotation, next) = (rotation_of(&row, now), next_generation(&row, now));
    let outcome = issuing::rotate(&oauth.store, &rotation, both(&next, &taken)).await;
    assert!(
        matches!(outcome, Err(StoreError::Duplicate(_))),
        "{outcome:?}"
    );
    assert_eq!(server.generations().await.len(), 1);
    assert_eq!(server.generations().await.remove(0).superseded_at, None);
    server.refresh(text(&tokens, "refresh_token")).await.ok();
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
