//! Units of work that share a transaction or a statement: what one of them brings is its own.

use std::time::Duration;

use futures_util::future::join_all;
use loco_oauth_server::internals::{
    protocol::secret::{Purpose, hash},
    store::{
        StoreError, StoreResult,
        ephemerals::{self, NewEphemeral},
    },
};
use tokio::time::sleep;

use crate::app::{server::TestServer, tokens::text};

impl TestServer {
    /// Raises the counter of this name in a transaction, and returns it. `ends` is what the transaction ends
    /// with.
    async fn raise(&self, name: &str, ends: StoreResult<()>) -> StoreResult<i64> {
        let key = hash(Purpose::Rate, name);
        let expires_at = self.oauth().clock.now() + loco_oauth_server::Seconds::hours(1);
        let oauth = self.oauth();
        let write = oauth.store.write(move |txn, tables| {
            let ends = ends.clone();
            Box::pin(async move {
                let counter = NewEphemeral {
                    kind: "together",
                    hash: &key,
                    expires_at,
                };
                let count = ephemerals::count(txn, tables, &counter).await?;
                sleep(Duration::from_millis(20)).await;
                ends.map(|()| count)
            })
        });
        write.await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_units_that_wait_together_the_one_that_fails_is_not_stored() {
    let server = TestServer::start().await;
    let names: Vec<String> = (0..12).map(|number| format!("unit {number}")).collect();
    let failed = || Err(StoreError::Owner("on purpose".to_owned()));
    let all = names.iter().enumerate().map(|(number, name)| {
        let ends = if number % 5 == 3 { failed() } else { Ok(()) };
        server.raise(name, ends)
    });
    let outcomes = join_all(all).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(count) => assert_eq!(*count, 1, "{number}"),
            Err(error) => assert!(matches!(error, StoreError::Owner(_)), "{number}: {error}"),
        }
        assert_eq!(outcome.is_err(), number % 5 == 3, "{number}");
    }
    // Stored once, or not at all.
    for (number, name) in names.iter().enumerate() {
        let expected = if number % 5 == 3 { 1 } else { 2 };
        assert_eq!(
            server.raise(name, Ok(())).await.unwrap(),
            expected,
            "{number}"
        );
    }
}

/// FA-01: who was told 503 has no token, also where the token was on its way with others.
#[tokio::test(flavor = "multi_thread")]
async fn c234_machine_tokens_that_took_too_long_are_not_stored() {
    let server = TestServer::start().await;
    let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
    server.oauth().store.faults().delay(Duration::from_secs(3));
    let asks = (0..8).map(|_| server.as_client("m2m", "/oauth/token", &form));
    let answers = join_all(asks).await;
    server.oauth().store.faults().mend();
    for answer in &answers {
        answer.assert_error(503, "temporarily_unavailable");
    }
    // What was under way would be there by now.
    sleep(Duration::from_secs(4)).await;
    assert_eq!(server.access_tokens().await.len(), 0);
    let answer = server.as_client("m2m", "/oauth/token", &form).await.ok();
    assert!(!text(&answer, "access_token").is_empty());
    assert_eq!(server.access_tokens().await.len(), 1);
}
