//! Random sequences of requests against a small model of what spec and RFCs say is live (RFC 6749,
//! RFC 7009, RFC 7662; TK-06, TK-09 to TK-27, RF-01 to RF-04, RV-01 to RV-03, BS-04, BS-05). After every step the
//! server and the model agree about every token.

mod clients;
mod expected;
mod world;

use std::sync::LazyLock;

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRng, TestRunner},
};
use rstest::rstest;
use serde_json::json;
use tokio::runtime::Handle;

use self::world::World;
use crate::app::server::TestServer;

/// Sequences; a long run sets more.
static ROUNDS: LazyLock<u32> = LazyLock::new(|| {
    let rounds = std::env::var("MODEL_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(24)
});

/// One thing that happens. Places name a user, a client, a code or a token of those there are.
#[derive(Clone, Debug)]
enum Step {
    /// A person allows a client something; with `offline_access` or without.
    Authorize {
        user: usize,
        client: usize,
        offline: bool,
    },
    /// A code is redeemed, perhaps again, by another client, or with another verifier.
    Redeem { code: Index, how: Redemption },
    /// A refresh token is used, perhaps again, by another client, or for less.
    Refresh { token: Index, how: Renewal },
    /// The newest refresh token of those there are is used.
    RefreshNewest,
    /// The client revokes an access token.
    RevokeAccess { token: Index, by: By },
    /// The client revokes a refresh token.
    RevokeRefresh { token: Index, by: By },
    /// A person signs out in the browser.
    SignOut { user: usize },
    /// A person disconnects an app.
    Disconnect { user: usize, client: usize },
    /// A person disconnects all apps.
    DisconnectAll { user: usize },
    /// A person's password changes.
    ChangePassword { user: usize },
    /// A person is locked out, or let in again.
    ToggleUser { user: usize },
    /// A client is switched off, or on again.
    ToggleClient { client: usize },
    /// Time goes by.
    Wait { seconds: i64 },
}

/// Who sends a request with a code or a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Owner,
    Another,
}

/// How a code is redeemed.
#[derive(Clone, Copy, Debug)]
struct Redemption {
    by: By,
    right_verifier: bool,
}

/// How a refresh token is used.
#[derive(Clone, Copy, Debug)]
struct Renewal {
    by: By,
    /// For less than it was issued for.
    narrow: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let by = || prop_oneof![6 => Just(By::Owner), 1 => Just(By::Another)];
    let mostly = || prop_oneof![5 => Just(true), 1 => Just(false)];
    let place = any::<Index>;
    prop_oneof![
        5 => (0..2_usize, 0..3_usize, any::<bool>())
            .prop_map(|(user, client, offline)| Step::Authorize { user, client, offline }),
        8 => (place(), by(), mostly())
            .prop_map(|(code, by, right_verifier)| {
                let how = Redemption { by, right_verifier };
                Step::Redeem { code, how }
            }),
        7 => (place(), by(), mostly())
            .prop_map(|(token, by, wide)| {
                let how = Renewal { by, narrow: !wide };
                Step::Refresh { token, how }
            }),
        4 => Just(Step::RefreshNewest),
        2 => (place(), by()).prop_map(|(token, by)| Step::RevokeAccess { token, by }),
        2 => (place(), by()).prop_map(|(token, by)| Step::RevokeRefresh { token, by }),
        1 => (0..2_usize).prop_map(|user| Step::SignOut { user }),
        1 => (0..2_usize, 0..3_usize).prop_map(|(user, client)| Step::Disconnect { user, client }),
        1 => (0..2_usize).prop_map(|user| Step::DisconnectAll { user }),
        1 => (0..2_usize).prop_map(|user| Step::ChangePassword { user }),
        1 => (0..2_usize).prop_map(|user| Step::ToggleUser { user }),
        1 => (0..3_usize).prop_map(|client| Step::ToggleClient { client }),
        4 => prop_oneof![3 => 1..35_i64, 1 => Just(60), 1 => Just(600), 1 => 3000..4000_i64]
            .prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// The settings are short lives, so that every end comes within a sequence.
#[rstest]
#[case::with_window(30)]
#[case::without_window(0)]
#[tokio::test(flavor = "multi_thread")]
async fn server_and_model_agree(#[case] window: i64) {
    let server = TestServer::with(json!({
        "refresh_token_retry_window_seconds": window,
        "access_token_ttl_seconds": world::ACCESS_LIFE,
        "refresh_token_ttl_seconds": world::REFRESH_LIFE,
        "refresh_token_max_ttl_seconds": world::FAMILY_LIFE,
        "session_ttl_seconds": 31_536_000,
        "session_idle_ttl_seconds": 31_536_000,
    }))
    .await;
    server.advance(0);
    let config = Config {
        cases: *ROUNDS,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    // The same sequences in every run.
    let algorithm = config.rng_algorithm;
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(algorithm));
    let run = |steps: Vec<Step>| {
        let play = async {
            let mut world = World::new(&server, window).await;
            for step in &steps {
                world.take(step).await?;
            }
            Ok::<(), TestCaseError>(())
        };
        tokio::task::block_in_place(|| Handle::current().block_on(play))
    };
    let found = runner.run(&vec(step(), 1..30), run);
    assert!(found.is_ok(), "{}", found.unwrap_err());
}
