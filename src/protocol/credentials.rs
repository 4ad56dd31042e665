//! Since when a person's present credentials are in effect (EX-03): what an app's own JWT is worth
//! that was issued before.
//!
//! The plugin changes passwords itself on one page only; an app has its own ways. What the plugin
//! can see is the credential stamp of the user: now, on the sessions and grants that were made with
//! it, and where it was noted last.

use super::client::SecretHash;
use crate::protocol::time::UnixTime;

/// A stamp that sessions or grants of the user carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampSighting {
    /// The stamp's hash.
    pub stamp: Vec<u8>,
    /// The first time at which the stamp is known.
    pub first: UnixTime,
    /// The last time at which the stamp is known.
    pub last: UnixTime,
}

/// What was noted about a user's credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The stamp's hash.
    pub stamp: Vec<u8>,
    /// Since when the stamp is in effect; [`UnixTime::EPOCH`] = no change is known.
    pub since: UnixTime,
}

/// Everything that tells since when the present credentials are in effect.
#[derive(Clone, Debug)]
pub struct CredentialEvidence<'a> {
    /// Hash of the present stamp; `None` when the app has none.
    pub stamp: Option<&'a SecretHash>,
    /// The record that was noted last.
    pub noted: Option<&'a CredentialRecord>,
    /// The stamps that sessions and grants carry.
    pub seen: &'a [StampSighting],
    /// When the app says that they changed last.
    pub changed_by_app: Option<UnixTime>,
    /// When anything about the user changed last.
    pub user_changed: Option<UnixTime>,
    /// The present time.
    pub now: UnixTime,
}

/// The moment since which the present credentials are in effect; [`UnixTime::EPOCH`] when
/// no change is known.
///
/// Where the moment itself is not known it is the first one at which the change was seen: a
/// JWT from before may be older than the change.
pub fn in_effect_since(evidence: &CredentialEvidence<'_>) -> UnixTime {
    let CredentialEvidence {
        stamp,
        noted,
        seen,
        changed_by_app,
        user_changed,
        now,
    } = evidence;
    let changed_by_app = changed_by_app.filter(|at| *at <= *now);
    let Some(stamp) = stamp else {
        return changed_by_app.unwrap_or_default();
    };
    let is_present = |other: &[u8]| other == stamp.0.as_slice();
    if let Some(noted) = noted.filter(|noted| is_present(&noted.stamp)) {
        return noted.since;
    }
    let (present, earlier): (Vec<_>, Vec<_>) = seen.iter().partition(|it| is_present(&it.stamp));
    // An older stamp was still in effect then, so that the app cannot mean an earlier change.
    let not_before = earlier.iter().map(|it| it.last).max();
    let changed_by_app = changed_by_app.filter(|at| not_before.is_none_or(|last| *at >= last));
    let first_seen = present.iter().map(|it| it.first).min();
    let changed = noted.is_some() || !earlier.is_empty();
    // Of somebody who was never seen here with other credentials nothing tells that they changed;
    // a change of them would have been one of the user.
    let latest = if changed {
        Some(*now)
    } else {
        user_changed.filter(|at| *at <= *now)
    };
    match (changed_by_app, latest) {
        (None, None) => UnixTime::EPOCH,
        (changed_by_app, latest) => [changed_by_app, latest, first_seen]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(*now),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: i64 = 1000;
    const OLD: u8 = 1;
    const PRESENT: u8 = 2;

    const fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    fn noted(stamp: u8, since: i64) -> CredentialRecord {
        CredentialRecord {
            stamp: vec![stamp; 32],
            since: at(since),
        }
    }

    fn seen(stamp: u8, first: i64, last: i64) -> StampSighting {
        StampSighting {
            stamp: vec![stamp; 32],
            first: at(first),
            last: at(last),
        }
    }

    #[rstest]
    #[case::a_stranger(None, &[], None, 0)]
    #[case::a_session_with_the_present_one(None, &[seen(PRESENT, 500, 600)], None, 0)]
    #[case::noted_before(Some(noted(PRESENT, 0)), &[seen(PRESENT, 500, 600)], None, 0)]
    #[case::a_change_that_was_noted(Some(noted(PRESENT, 700)), &[seen(OLD, 500, 600)], None, 700)]
    #[case::noted_and_told(Some(noted(PRESENT, 700)), &[], Some(900), 700)]
    #[case::another_was_noted(Some(noted(OLD, 0)), &[], None, NOW)]
    #[case::another_was_noted_and_seen(Some(noted(OLD, 700)), &[seen(OLD, 700, 800)], None, NOW)]
    #[case::a_session_with_another(None, &[seen(OLD, 500, 600)], None, NOW)]
    #[case::and_one_with_the_present(None, &[seen(OLD, 500, 600), seen(PRESENT, 800, 900)], None, 800)]
    #[case::the_app_knows(None, &[seen(OLD, 500, 600)], Some(650), 650)]
    #[case::the_app_knows_of_a_stranger(None, &[], Some(650), 650)]
    #[case::the_app_cannot_know(None, &[seen(OLD, 500, 600)], Some(550), NOW)]
    #[case::the_app_is_ahead(None, &[seen(OLD, 500, 600)], Some(NOW + 1), NOW)]
    #[case::the_app_tells_of_a_later_one(None, &[seen(PRESENT, 500, 600)], Some(900), 500)]
    fn s_b5_since_when(
        #[case] noted: Option<CredentialRecord>,
        #[case] seen: &[StampSighting],
        #[case] changed_by_app: Option<i64>,
        #[case] since: i64,
    ) {
        let evidence = CredentialEvidence {
            stamp: Some(&SecretHash([PRESENT; 32])),
            noted: noted.as_ref(),
            seen,
            changed_by_app: changed_by_app.map(at),
            user_changed: None,
            now: at(NOW),
        };
        assert_eq!(in_effect_since(&evidence), at(since));
    }

    /// A person whom the plugin has never seen: the change may have been one of the credentials.
    #[rstest]
    #[case::a_stranger(None, &[], None, 700)]
    #[case::whose_app_knows_better(None, &[], Some(650), 650)]
    #[case::seen_with_the_present_one_before(None, &[seen(PRESENT, 500, 600)], None, 500)]
    #[case::noted(Some(noted(PRESENT, 0)), &[], None, 0)]
    #[case::another_was_noted(Some(noted(OLD, 0)), &[], None, NOW)]
    #[case::another_was_seen(None, &[seen(OLD, 500, 600)], None, NOW)]
    fn s_b5_the_user_changed(
        #[case] noted: Option<CredentialRecord>,
        #[case] seen: &[StampSighting],
        #[case] changed_by_app: Option<i64>,
        #[case] since: i64,
    ) {
        let mut evidence = CredentialEvidence {
            stamp: Some(&SecretHash([PRESENT; 32])),
            noted: noted.as_ref(),
            seen,
            changed_by_app: changed_by_app.map(at),
            user_changed: Some(at(700)),
            now: at(NOW),
        };
        assert_eq!(in_effect_since(&evidence), at(since));
        // A time to come tells nothing.
        evidence.user_changed = Some(at(NOW + 1));
        let without = CredentialEvidence {
            user_changed: None,
            ..evidence.clone()
        };
        assert_eq!(in_effect_since(&evidence), in_effect_since(&without));
    }

    #[rstest]
    #[case(None, 0)]
    #[case(Some(650), 650)]
    #[case(Some(NOW + 1), 0)]
    fn s_b5_an_app_without_stamps(#[case] changed_by_app: Option<i64>, #[case] since: i64) {
        let evidence = CredentialEvidence {
            stamp: None,
            noted: None,
            seen: &[],
            changed_by_app: changed_by_app.map(at),
            user_changed: Some(at(700)),
            now: at(NOW),
        };
        assert_eq!(in_effect_since(&evidence), at(since));
    }
}
