//! States of a key, computed from its description and the time.

use serde::{Deserialize, Serialize};

use crate::protocol::{
    jwk::SigningAlg,
    time::{Seconds, UnixTime},
};

/// How long a retired key still verifies `id_token_hint`: one year.
const HINT_YEAR: Seconds = Seconds::days(365);

/// Time added to the longest token life before a retiring key is retired.
const GRACE: Seconds = Seconds::hours(1);

/// State of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// The key signs, verifies and is published.
    Active,
    /// The key is published and will sign.
    Next,
    /// The key is published and verifies; it signed until another key became active.
    Retiring,
    /// The key verifies `id_token_hint` only.
    Retired,
    /// The key neither signs nor verifies.
    Withdrawn,
}

impl KeyState {
    /// Whether the key is in the key set.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Active | Self::Next | Self::Retiring)
    }
}

/// Content of `<kid>.json`. A key with the state `next` becomes active at `active_at` without a
/// change of the file, and then supersedes the older keys of its algorithm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDescription {
    /// The one algorithm of the key.
    pub alg: SigningAlg,
    /// State when the file was written.
    pub state: KeyState,
    /// When the key was made.
    pub created_at: UnixTime,
    /// When the key begins to sign.
    pub active_at: UnixTime,
    /// When the key stopped signing, if that was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_at: Option<UnixTime>,
    /// When the key left the key set, if that was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixTime>,
}

impl KeyDescription {
    /// Describes a key that signs from `active_at` on.
    #[must_use]
    pub fn new(alg: SigningAlg, created_at: UnixTime, active_at: UnixTime) -> Self {
        let state = if active_at > created_at {
            KeyState::Next
        } else {
            KeyState::Active
        };
        Self {
            alg,
            state,
            created_at,
            active_at,
            retiring_at: None,
            retired_at: None,
        }
    }

    /// Returns when the key began or begins to sign; `None` = it does not sign any more.
    const fn signs_from(&self) -> Option<UnixTime> {
        match self.state {
            KeyState::Active | KeyState::Next => Some(self.active_at),
            KeyState::Retiring | KeyState::Retired | KeyState::Withdrawn => None,
        }
    }
}

/// Returns the state of `key` at `now` among `all` keys, itself included.
/// `token_life` is the longest life of a signed token.
#[must_use]
pub fn state_at(
    key: &KeyDescription,
    all: &[&KeyDescription],
    now: UnixTime,
    token_life: Seconds,
) -> KeyState {
    let retiring_at = match (key.state, key.signs_from()) {
        (_, Some(from)) if from > now => return KeyState::Next,
        (_, Some(_)) => match superseded_at(key, all, now) {
            Some(at) => at,
            None => return KeyState::Active,
        },
        (KeyState::Retiring, None) => key.retiring_at.unwrap_or(now),
        (KeyState::Retired, None) => return retired(key.retired_at.unwrap_or(now), now),
        (_, None) => return KeyState::Withdrawn,
    };
    let retired_at = (retiring_at + token_life) + GRACE;
    if now < retired_at {
        KeyState::Retiring
    } else {
        retired(retired_at, now)
    }
}

fn retired(since: UnixTime, now: UnixTime) -> KeyState {
    if now < since + HINT_YEAR {
        KeyState::Retired
    } else {
        KeyState::Withdrawn
    }
}

/// Returns when the first later key of the algorithm began to sign. Of keys from one second the
/// first in `all` wins, so that every node decides alike.
fn superseded_at(key: &KeyDescription, all: &[&KeyDescription], now: UnixTime) -> Option<UnixTime> {
    let position =
        |wanted: &KeyDescription| all.iter().position(|other| std::ptr::eq(*other, wanted));
    let rank = |other: &KeyDescription| (other.active_at, std::cmp::Reverse(position(other)));
    all.iter()
        .filter(|other| other.alg == key.alg)
        .filter(|other| other.signs_from().is_some_and(|from| from <= now))
        .filter(|other| rank(other) > rank(key))
        .map(|other| other.active_at)
        .min()
}

/// State of a key with its beginning and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The state of the key.
    pub state: KeyState,
    /// Since when the key has that state.
    pub since: UnixTime,
    /// When the state ends by itself.
    pub next_change: Option<UnixTime>,
}

/// Returns the state of `key` at `now` as [`state_at`] computes it, with its beginning and end.
#[must_use]
pub fn timeline(
    key: &KeyDescription,
    all: &[&KeyDescription],
    now: UnixTime,
    token_life: Seconds,
) -> Timeline {
    let state = state_at(key, all, now, token_life);
    let retiring = superseded_at(key, all, now).or(key.retiring_at);
    let retired = key
        .retired_at
        .or_else(|| retiring.map(|at| (at + token_life) + GRACE));
    let outlived = retired.map(|at| at + HINT_YEAR);
    let successor = all
        .iter()
        .filter(|other| other.alg == key.alg)
        .filter_map(|other| other.signs_from())
        .filter(|from| *from > now)
        .min();
    let (since, next_change) = match state {
        KeyState::Next => (Some(key.created_at), Some(key.active_at)),
        KeyState::Active => (Some(key.active_at), successor),
        KeyState::Retiring => (retiring, retired),
        KeyState::Retired => (retired, outlived),
        KeyState::Withdrawn if key.state == KeyState::Withdrawn => (key.retired_at, None),
        KeyState::Withdrawn => (outlived, None),
    };
    Timeline {
        state,
        since: since.unwrap_or(key.created_at),
        // Keys of a list stay in the state `next` for ever.
        next_change: next_change.filter(|at| *at != UnixTime::MAX),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    const LIFE: Seconds = Seconds::hours(1);
    const CHANGED: UnixTime = at(2000);

    fn key(alg: SigningAlg, created_at: i64, active_at: i64) -> KeyDescription {
        KeyDescription::new(alg, at(created_at), at(active_at))
    }

    /// Signs from the beginning.
    fn old() -> KeyDescription {
        key(SigningAlg::ES256, 0, 0)
    }

    /// Signs since [`CHANGED`].
    fn new() -> KeyDescription {
        key(SigningAlg::ES256, 1000, 2000)
    }

    #[rstest]
    #[case(at(1999), KeyState::Active, KeyState::Next)]
    #[case(CHANGED, KeyState::Retiring, KeyState::Active)]
    #[case(CHANGED + LIFE + GRACE - Seconds::new(1), KeyState::Retiring, KeyState::Active)]
    #[case(CHANGED + LIFE + GRACE, KeyState::Retired, KeyState::Active)]
    #[case(CHANGED + LIFE + GRACE + HINT_YEAR, KeyState::Withdrawn, KeyState::Active)]
    fn c179_a_rotation_needs_nothing_but_time(
        #[case] now: UnixTime,
        #[case] first: KeyState,
        #[case] second: KeyState,
    ) {
        let (old, new) = (old(), new());
        let all = [&old, &new];
        assert_eq!(state_at(&old, &all, now, LIFE), first);
        assert_eq!(state_at(&new, &all, now, LIFE), second);
    }

    #[test]
    fn keys_of_other_algorithms_do_not_count() {
        let (old, other) = (old(), key(SigningAlg::EdDsa, 1000, 2000));
        assert_eq!(
            state_at(&old, &[&old, &other], at(5000), LIFE),
            KeyState::Active
        );
    }

    #[test]
    fn one_of_two_keys_of_the_same_second_signs() {
        let (old, twin) = (old(), old());
        let all = [&old, &twin];
        assert_eq!(state_at(&old, &all, at(10), LIFE), KeyState::Active);
        assert_eq!(state_at(&twin, &all, at(10), LIFE), KeyState::Retiring);
    }

    #[rstest]
    #[case(KeyState::Retiring, at(100), KeyState::Retiring)]
    #[case(KeyState::Retiring, at(100) + LIFE + GRACE, KeyState::Retired)]
    #[case(KeyState::Retired, at(100), KeyState::Retired)]
    #[case(KeyState::Retired, at(100) + HINT_YEAR, KeyState::Withdrawn)]
    #[case(KeyState::Withdrawn, at(100), KeyState::Withdrawn)]
    fn written_states_hold(
        #[case] state: KeyState,
        #[case] now: UnixTime,
        #[case] expected: KeyState,
    ) {
        let mut key = old();
        key.state = state;
        key.retiring_at = Some(at(100));
        key.retired_at = Some(at(100));
        assert_eq!(state_at(&key, &[&key], now, LIFE), expected);
    }

    #[test]
    fn a_withdrawn_key_supersedes_nothing() {
        let (old, mut withdrawn) = (old(), new());
        withdrawn.state = KeyState::Withdrawn;
        assert_eq!(
            state_at(&old, &[&old, &withdrawn], at(5000), LIFE),
            KeyState::Active
        );
    }
}
