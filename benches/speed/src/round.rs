//! One round: all virtual users at once, for some seconds.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    Fault,
    user::{Bad, VirtualUser},
};

/// Latencies for which each virtual user has room from the beginning.
const ROOM: usize = 1 << 16;

/// When a virtual user sends the next request.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// As soon as the last one is answered.
    AtOnce,
    /// So long after the last one was answered.
    Every(Duration),
}

/// What the virtual users saw in a round.
#[derive(Debug)]
pub struct Round {
    /// How long it took.
    pub duration: Duration,
    /// The latencies of the operations that ended in time, sorted.
    pub latencies: Vec<Duration>,
    /// Operations that ended at all: a few more.
    pub finished: u32,
    /// Number of bad answers.
    pub bad: u32,
    /// The first bad answer.
    pub first_bad: Option<Bad>,
}

/// What one virtual user saw.
#[derive(Debug)]
struct Share {
    user: VirtualUser,
    latencies: Vec<Duration>,
    finished: u32,
    bad: Option<Bad>,
}

impl Round {
    /// Lets the users run for `duration`. They are there again afterwards, in the state that the server
    /// left them in.
    ///
    /// # Errors
    /// When a task panics.
    pub async fn run(
        users: &mut Vec<VirtualUser>,
        duration: Duration,
        pace: Pace,
    ) -> Result<Self, Fault> {
        let mut tasks = JoinSet::new();
        let end = Instant::now() + duration;
        for user in users.drain(..) {
            tasks.spawn(Share::of(user, end, pace));
        }
        let mut round = Self {
            duration,
            latencies: Vec::new(),
            finished: 0,
            bad: 0,
            first_bad: None,
        };
        while let Some(share) = tasks.join_next().await {
            let share = share?;
            round.latencies.extend(share.latencies);
            round.finished += share.finished;
            round.bad += u32::from(share.bad.is_some());
            round.first_bad = round.first_bad.or(share.bad);
            users.push(share.user);
        }
        round.latencies.sort_unstable();
        Ok(round)
    }

    /// Operations per second.
    pub fn per_second(&self) -> f64 {
        let count = u32::try_from(self.latencies.len()).unwrap_or(u32::MAX);
        f64::from(count) / self.duration.as_secs_f64()
    }

    /// The latency below which `percent` of the operations stayed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.latencies.len() * percent).div_ceil(100);
        let at = self.latencies.get(rank.saturating_sub(1));
        at.copied().unwrap_or_default()
    }
}

impl Share {
    /// Runs the operation until the time is over. A user stops at its first bad answer: what it would
    /// send next rests on it.
    async fn of(user: VirtualUser, end: Instant, pace: Pace) -> Self {
        let mut share = Self {
            user,
            latencies: Vec::with_capacity(ROOM),
            finished: 0,
            bad: None,
        };
        let mut begun = Instant::now();
        while begun < end {
            if let Err(bad) = share.user.run_once().await {
                share.bad = Some(bad);
                break;
            }
            let now = Instant::now();
            share.finished += 1;
            if now <= end {
                share.latencies.push(now - begun);
            }
            begun = now;
            if let Pace::Every(pause) = pace {
                sleep(pause).await;
                begun = Instant::now();
            }
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_latencies() {
        let round = Round {
            duration: Duration::from_secs(2),
            latencies: (1..=200).map(Duration::from_millis).collect(),
            finished: 200,
            bad: 0,
            first_bad: None,
        };
        assert_eq!(round.percentile(50), Duration::from_millis(100));
        assert_eq!(round.percentile(99), Duration::from_millis(198));
        assert!((round.per_second() - 100.0).abs() < 0.001);
    }
}
