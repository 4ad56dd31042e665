//! Equal response times for login names that exist and for those that do not (ASVS 6.3.8), whatever
//! the app's model does.
//!
//! A model may return before it hashes when there is nothing to do: for an address that is taken, or
//! a login that nobody has. A few requests reveal this difference of some 30 ms. An attempt that was
//! shorter than usual is therefore followed by a hash on the same thread, and its response waits for
//! the time that a whole attempt takes: commits and mails take their time, too.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use loco_rs::hash;
use rand::seq::IteratorRandom;
use tokio::time::{Duration, Instant, sleep_until};

/// Number of recent attempts from which the usual duration is taken.
const REMEMBERED: usize = 32;
/// The longest wait: an attempt that took longer than this was a fault of the machine.
const LONGEST: Duration = Duration::from_secs(5);

/// How much of the work an attempt did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkDone {
    /// The attempt did all of the work.
    Whole,
    /// The attempt may have done less, and nobody may notice.
    Hidden,
    /// The attempt ended in another way, which the response shows anyway.
    Revealed,
}

/// Measures how long attempts of one kind take, and delays the responses of shorter ones.
#[derive(Clone, Debug, Default)]
pub struct TimingEqualizer(Arc<Mutex<TimingSamples>>);

#[derive(Debug, Default)]
struct TimingSamples {
    /// Durations of the last attempts that did all of the work, the oldest first.
    taken: VecDeque<Duration>,
    /// How long a hash takes; used while `taken` is empty.
    hash: Option<Duration>,
    /// Whether the first duration was removed: a process that has just started takes longer.
    is_warm: bool,
}

/// The outcome of an attempt, and when it may be revealed.
#[derive(Debug)]
pub struct Attempt<T> {
    outcome: T,
    answer_at: Option<Instant>,
}

impl<T> Attempt<T> {
    /// Returns the outcome as soon as it may be revealed.
    pub async fn outcome(self) -> T {
        if let Some(at) = self.answer_at {
            sleep_until(at).await;
        }
        self.outcome
    }
}

impl TimingEqualizer {
    /// Runs an attempt, on a thread that is there for hashing. `judge` returns how much work it did.
    pub async fn attempt<T>(
        &self,
        work: impl Future<Output = T>,
        judge: impl FnOnce(&T) -> WorkDone,
    ) -> Attempt<T> {
        let start = Instant::now();
        let outcome = work.await;
        let answer_at = match judge(&outcome) {
            WorkDone::Revealed => None,
            WorkDone::Whole => {
                self.usual(|usual| usual.note(start.elapsed()));
                None
            }
            WorkDone::Hidden => Some(start + self.make_up(start.elapsed())),
        };
        Attempt { outcome, answer_at }
    }

    /// Hashes, if the attempt cannot have done so. Returns how long a whole attempt takes.
    fn make_up(&self, took: Duration) -> Duration {
        if self.usual(|usual| usual.is_short(took)) {
            let start = Instant::now();
            drop(hash::hash_password("nobody"));
            self.usual(|usual| usual.hash = Some(start.elapsed()));
        }
        self.usual(|usual| usual.another())
    }

    fn usual<T>(&self, with: impl FnOnce(&mut TimingSamples) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TimingSamples {
    fn note(&mut self, took: Duration) {
        let first_alone = !self.is_warm && self.taken.len() == 1;
        if first_alone || self.taken.len() == REMEMBERED {
            self.taken.pop_front();
            self.is_warm = true;
        }
        self.taken.push_back(took.min(LONGEST));
    }

    /// Whether an attempt cannot have hashed: it took less than half of the shortest that did. Where
    /// nothing is known yet, one hash too many is better than one too few.
    fn is_short(&self, took: Duration) -> bool {
        let shortest = self.taken.iter().min().copied().or(self.hash);
        shortest.is_none_or(|shortest| took < shortest / 2)
    }

    /// Returns the duration of any of the last attempts, so that the responses spread as theirs did, in
    /// no order that a stranger's requests could set.
    fn another(&self) -> Duration {
        let taken = self.taken.iter().choose(&mut rand::rng()).copied();
        taken.or(self.hash).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::*;

    const USUAL: Duration = Duration::from_millis(200);

    async fn whole(times: &TimingEqualizer) {
        let work = tokio::time::sleep(USUAL);
        times
            .attempt(work, |()| WorkDone::Whole)
            .await
            .outcome()
            .await;
    }

    /// From the beginning of the attempt to the answer.
    async fn takes(times: &TimingEqualizer, work: Duration, judged: WorkDone) -> Duration {
        let start = Instant::now();
        let work = tokio::time::sleep(work);
        let attempt = times.attempt(work, |()| judged).await;
        attempt.outcome().await;
        start.elapsed()
    }

    #[tokio::test]
    async fn s_b11_a_short_attempt_takes_as_long_as_a_whole_one() {
        let times = TimingEqualizer::default();
        whole(&times).await;
        let short = takes(&times, Duration::ZERO, WorkDone::Hidden).await;
        assert!(short >= USUAL, "{short:?}");
    }

    #[tokio::test]
    async fn s_b11_without_an_example_it_hashes_at_least() {
        let times = TimingEqualizer::default();
        takes(&times, Duration::ZERO, WorkDone::Hidden).await;
        let hash = times.usual(|usual| usual.hash);
        assert!(
            hash.is_some_and(|hash| hash > Duration::from_millis(1)),
            "{hash:?}"
        );
    }

    #[tokio::test]
    async fn s_b11_what_the_answer_tells_anyway_is_told_at_once() {
        let times = TimingEqualizer::default();
        whole(&times).await;
        let told = takes(&times, Duration::ZERO, WorkDone::Revealed).await;
        assert!(told < USUAL, "{told:?}");
    }

    #[rstest]
    #[case::nothing_known(&[], None, 0, true)]
    #[case::a_hash_is_known(&[], Some(30), 10, true)]
    #[case::about_a_hash(&[], Some(30), 20, false)]
    #[case::shorter_than_the_others(&[40, 60], None, 4, true)]
    #[case::as_long_as_the_others(&[40, 60], None, 30, false)]
    #[case::the_others_count_more(&[400], Some(30), 100, true)]
    fn s_b11_who_has_not_hashed(
        #[case] taken: &[u64],
        #[case] hash: Option<u64>,
        #[case] took: u64,
        #[case] short: bool,
    ) {
        let mut usual = TimingSamples {
            hash: hash.map(Duration::from_millis),
            ..TimingSamples::default()
        };
        for took in taken {
            usual.note(Duration::from_millis(*took));
        }
        assert_eq!(usual.is_short(Duration::from_millis(took)), short);
    }

    /// A stranger who sends a known and an unknown login in turn meets no pattern.
    #[test]
    fn s_b11_any_of_the_last_attempts_is_waited_for() {
        let mut usual = TimingSamples::default();
        let all = [900, 40, 50, 60].map(Duration::from_millis);
        for took in all {
            usual.note(took);
        }
        let waited: BTreeSet<_> = (0..200).map(|_| usual.another()).collect();
        // The first one found a process that had just started.
        assert_eq!(waited, all[1..].iter().copied().collect());
    }

    #[test]
    fn s_b11_the_first_attempt_counts_while_it_is_the_only_one() {
        let mut usual = TimingSamples::default();
        usual.note(USUAL);
        assert_eq!(usual.another(), USUAL);
    }

    #[test]
    fn s_b11_only_the_last_attempts_count() {
        let mut usual = TimingSamples::default();
        (0..=REMEMBERED).for_each(|_| usual.note(Duration::from_mins(10)));
        assert_eq!((usual.taken.len(), usual.another()), (REMEMBERED, LONGEST));
    }
}
