//! Load, small and without a look at the clock (C262-C265); `benches/` measures it. Races, and what a
//! request may cost.

mod allocations;
mod budgets;
pub mod concurrency;
mod logins;
mod plans;
mod slow;

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};

use crate::app::{
    browser::{Authorize, Browser},
    server::TestServer,
    traffic::{Tally, growth, wrong},
};

/// Browsers at once, and what each does one after the other.
const BROWSERS: usize = 4;
const ROUNDS: usize = 5;
/// Requests of a round.
const REQUESTS: usize = 11;

/// Browsers whose person is signed in and has allowed the app.
async fn browsers(server: &TestServer) -> Vec<Browser<'_>> {
    let mut browsers = Vec::new();
    for _ in 0..BROWSERS {
        let mut browser = server.browser();
        browser.code(&Authorize::base()).await;
        browsers.push(browser);
    }
    browsers
}

/// The valid traffic; what the tables gained by it.
async fn valid(
    server: &TestServer,
    browsers: &mut [Browser<'_>],
    tally: &Tally,
    beside: impl Future<Output = ()>,
) -> BTreeMap<&'static str, i64> {
    let before = server.table_sizes().await;
    let rounds = browsers.iter_mut().map(|browser| async {
        for _ in 0..ROUNDS {
            server.round(browser, tally).await;
        }
    });
    join(join_all(rounds), beside).await;
    growth(&before, &server.table_sizes().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn c262_mixed_valid_traffic() {
    let server = TestServer::start().await;
    let mut browsers = browsers(&server).await;
    let tally = Tally::default();
    let gained = valid(&server, &mut browsers, &tally, async {}).await;
    let seen = tally.take();
    assert_eq!(seen.len(), BROWSERS * ROUNDS * REQUESTS);
    assert_eq!(wrong(&seen), Vec::<String>::new());
    let rounds = i64::try_from(BROWSERS * ROUNDS).unwrap();
    assert_eq!(gained["oauth_authorization_codes"], rounds);
    assert_eq!(gained["oauth_refresh_tokens"], 2 * rounds);
    assert_eq!(gained["oauth_access_tokens"], 3 * rounds);
    assert_eq!(gained["oauth_authorization_states"], 0);
    assert_eq!(gained["oauth_sessions"], 0);
}

/// Ten times as many refused requests beside it: nobody fails, and the tables hold no row more.
#[tokio::test(flavor = "multi_thread")]
async fn c263_ten_times_as_much_invalid_traffic() {
    let server = TestServer::start().await;
    let mut browsers = browsers(&server).await;
    let (good, bad) = (Tally::default(), Tally::default());
    let alone = valid(&server, &mut browsers, &good, async {}).await;
    let flood = (0..40).map(|sender| {
        let (server, bad) = (&server, &bad);
        async move {
            for number in 0..(BROWSERS * ROUNDS * REQUESTS / 4) {
                server.invalid(number * 40 + sender, bad).await;
            }
        }
    });
    let flood = async {
        join_all(flood).await;
    };
    let beside = valid(&server, &mut browsers, &good, flood).await;
    let (good, bad) = (good.take(), bad.take());
    assert_eq!(bad.len(), 10 * good.len() / 2);
    assert_eq!(wrong(&good), Vec::<String>::new());
    assert_eq!(wrong(&bad), Vec::<String>::new());
    assert_eq!(alone, beside);
}
