//! Logout tokens (OpenID Connect Back-Channel Logout §2.4), and how often a client is told (BL-03).

use serde::Serialize;

use crate::protocol::time::{Seconds, UnixTime};

/// Header parameter `typ` of a logout token, so that it is taken for no other JWT (RFC 8725 §3.11).
pub const TYP: &str = "logout+jwt";

/// How long a logout token is valid: two minutes at most.
const LIFE: Seconds = Seconds::minutes(2);

/// How long a client that could not be reached stays in the list of `oauth:logout:list`.
pub const KEPT: Seconds = Seconds::days(7);

/// Pauses before the attempts after the first one.
const PAUSES: [Seconds; 3] = [Seconds::new(5), Seconds::minutes(1), Seconds::minutes(10)];

/// How often a client is told at most.
pub const ATTEMPTS: i64 = 4;

/// The claims of a logout token. There is never a `nonce`: with one it would look like an ID token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogoutTokenClaims {
    /// Issuer.
    pub iss: String,
    /// The subject as the client sees it.
    pub sub: String,
    /// The client id, one string.
    pub aud: String,
    /// Time of issue.
    pub iat: UnixTime,
    /// End of validity.
    pub exp: UnixTime,
    /// Unique id.
    pub jti: String,
    /// The session that ended.
    pub sid: String,
    /// What happened.
    pub events: LogoutEvents,
}

/// The claim `events` (RFC 8417 §2.2) with the one event of a logout, whose object is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogoutEvents {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: NoMembers,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct NoMembers {}

/// Who is told of which session.
#[derive(Clone, Debug)]
pub struct LogoutSubject {
    /// Issuer.
    pub iss: String,
    /// The subject as the client sees it.
    pub sub: String,
    /// The client id.
    pub client_id: String,
    /// The session that ended.
    pub sid: String,
}

impl LogoutTokenClaims {
    /// A token that is issued at `now`.
    #[must_use]
    pub fn new(subject: LogoutSubject, jti: String, now: UnixTime) -> Self {
        Self {
            iss: subject.iss,
            sub: subject.sub,
            aud: subject.client_id,
            iat: now,
            exp: now + LIFE,
            jti,
            sid: subject.sid,
            events: LogoutEvents::default(),
        }
    }
}

/// Whether a client took a logout token, by the status of its answer (OpenID Connect Back-Channel Logout §2.8: 200;
/// some frameworks make 204 of an empty answer).
#[must_use]
pub const fn is_accepted(status: u16) -> bool {
    matches!(status, 200 | 204)
}

/// When a client is told again that was told `tries` times, the last time at `now`; `None` = no more.
#[must_use]
pub fn next_attempt(tries: i64, now: UnixTime) -> Option<UnixTime> {
    let place = usize::try_from(tries).ok()?.checked_sub(1)?;
    PAUSES.get(place).map(|pause| now + *pause)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn bl_02_c188_the_claims_of_a_logout_token() {
        let subject = LogoutSubject {
            iss: "https://as.example".into(),
            sub: "alice".into(),
            client_id: "web".into(),
            sid: "s".into(),
        };
        let claims = LogoutTokenClaims::new(subject, "id".into(), UnixTime::from_seconds(1000));
        let expected = json!({
            "iss": "https://as.example", "sub": "alice", "aud": "web", "iat": 1000, "exp": 1120, "jti": "id",
            "sid": "s", "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        assert_eq!(json!(claims), expected);
    }

    #[rstest]
    #[case::after_the_first(1, Some(1005))]
    #[case::after_the_second(2, Some(1060))]
    #[case::after_the_third(3, Some(1600))]
    #[case::after_the_last(4, None)]
    #[case::after_one_by_hand(5, None)]
    #[case::never_told(0, None)]
    #[case::broken(-1, None)]
    fn bl_03_pauses(#[case] tries: i64, #[case] next: Option<i64>) {
        let next = next.map(UnixTime::from_seconds);
        assert_eq!(next_attempt(tries, UnixTime::from_seconds(1000)), next);
    }

    #[rstest]
    fn bl_03_only_200_and_204_are_success(
        #[values(100, 201, 202, 301, 302, 307, 400, 401, 404, 429, 500, 503)] status: u16,
    ) {
        assert!(!is_accepted(status));
        assert!(is_accepted(200) && is_accepted(204));
    }
}
