//! The server's clock in one app.

use loco_rs::app::AppContext;

use super::server;
use crate::protocol::time::{Seconds, UnixTime};

/// The clock of the server under test. Other apps, also in the same process, have clocks of their
/// own.
///
/// ```no_run
/// # use loco_oauth_server::testing::*;
/// # async fn example(ctx: &loco_rs::app::AppContext, tokens: Tokens<'_>) {
/// let clock = Clock::of(ctx);
/// clock.advance(3601);
/// assert_eq!(tokens.userinfo().await.status_code(), 401);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Clock(crate::clock::Clock);

impl Clock {
    /// The clock as it runs now.
    pub fn of(ctx: &AppContext) -> Self {
        Self(server(ctx).clock.clone())
    }

    /// The clock, stopped at `at`.
    pub fn fixed(ctx: &AppContext, at: UnixTime) -> Self {
        let clock = Self::of(ctx);
        clock.0.fix(at);
        clock
    }

    /// Stops the clock `seconds` from its time; negative goes back.
    pub fn advance(&self, seconds: i64) {
        self.0.advance(Seconds::new(seconds));
    }

    /// Returns the time of the clock.
    pub fn now(&self) -> UnixTime {
        self.0.now()
    }
}
