//! What the app's own JWT says about a login (EX-01 to EX-06).

use serde_json::{Map, Value};

use super::numeric_date;
use crate::protocol::time::{Seconds, UnixTime};

/// How far clocks of the app's own nodes may differ.
const LEEWAY: Seconds = Seconds::new(60);

/// The login that a JWT of the app proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppLogin {
    /// When the person authenticated.
    pub auth_time: UnixTime,
    /// The latest moment at which that login and the JWT can have been;
    /// [`UnixTime::EPOCH`] when nothing tells.
    pub issued_at: UnixTime,
    /// Authentication methods (RFC 8176), if the app says so.
    pub amr: Vec<String>,
    /// Authentication context class, if the app says so.
    pub acr: Option<String>,
}

impl AppLogin {
    /// EX-04: `auth_time`, else `iat`, else the beginning of the token's life; never later than
    /// now. A token whose beginning nobody knows counts as endlessly old: an old token must not
    /// close `prompt=login` or `max_age`.
    #[must_use]
    pub fn of(claims: &Map<String, Value>, life: Seconds, now: UnixTime) -> Self {
        let time = |name: &str| claims.get(name).and_then(numeric_date::rounded_down);
        let beginning = || Some(time("exp")? - life);
        let issued_at = time("iat").or_else(beginning);
        let auth_time = time("auth_time").or(issued_at);
        let amr = claims.get("amr").and_then(Value::as_array);
        let words = amr.into_iter().flatten().filter_map(Value::as_str);
        let acr = claims.get("acr").and_then(Value::as_str);
        // A beginning in the future is a wrong guess: the JWT lives longer than the setting says.
        // A JWT that was issued anew for an older login is as old as the login.
        let issued_at = issued_at.filter(|at| *at <= now + LEEWAY);
        let issued_at = issued_at.unwrap_or_default();
        let login = time("auth_time").unwrap_or(issued_at);
        Self {
            auth_time: auth_time.unwrap_or_default().clamp(UnixTime::EPOCH, now),
            issued_at: issued_at.min(login).max(UnixTime::EPOCH),
            amr: words.map(str::to_owned).collect(),
            acr: acr.map(str::to_owned),
        }
    }

    /// EX-03: whether this login was before the present credentials, which are in effect since
    /// `since`. Times are whole seconds: a login in that very second counts as after.
    #[must_use]
    pub fn is_stale(&self, since: UnixTime) -> bool {
        self.issued_at < since
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    const fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    fn login(claims: &Value) -> AppLogin {
        AppLogin::of(claims.as_object().unwrap(), Seconds::minutes(10), at(NOW))
    }

    #[rstest]
    #[case::said(json!({ "auth_time": NOW - 60, "iat": NOW - 5, "exp": NOW + 595 }), NOW - 60)]
    #[case::issued(json!({ "iat": NOW - 5, "exp": NOW + 600 }), NOW - 5)]
    #[case::from_the_end(json!({ "exp": NOW + 590 }), NOW - 10)]
    #[case::longer_than_the_setting(json!({ "exp": NOW + 9_000 }), NOW)]
    #[case::in_the_future(json!({ "auth_time": NOW + 9, "exp": NOW + 10 }), NOW)]
    #[case::not_a_number(json!({ "auth_time": "now", "iat": [1], "exp": NOW + 590 }), NOW - 10)]
    #[case::with_fractions(json!({ "auth_time": 1_799_999_940.9, "exp": NOW + 590 }), NOW - 60)]
    #[case::issued_with_a_fraction(json!({ "iat": 1_799_999_995.5 }), NOW - 5)]
    #[case::a_fraction(json!({ "iat": 1_700_000_000.9, "exp": NOW + 590 }), 1_700_000_000)]
    #[case::negative(json!({ "auth_time": -5, "exp": NOW }), 0)]
    #[case::nothing(json!({}), 0)]
    #[case::huge(json!({ "exp": u64::MAX }), 0)]
    fn ex_04_auth_time(#[case] claims: Value, #[case] expected: i64) {
        assert_eq!(login(&claims).auth_time, at(expected));
    }

    #[rstest]
    #[case::issued(json!({ "iat": NOW - 5, "exp": NOW + 600 }), NOW - 5)]
    #[case::from_the_end(json!({ "exp": NOW + 590 }), NOW - 10)]
    #[case::a_clock_ahead(json!({ "iat": NOW + 30, "exp": NOW + 630 }), NOW + 30)]
    #[case::an_older_login(json!({ "auth_time": NOW - 60, "iat": NOW - 5 }), NOW - 60)]
    #[case::a_later_login(json!({ "auth_time": NOW + 500, "iat": NOW - 5 }), NOW - 5)]
    #[case::longer_than_the_setting(json!({ "exp": NOW + 9_000 }), 0)]
    #[case::from_the_future(json!({ "iat": NOW + 9_000, "exp": NOW + 9_600 }), 0)]
    #[case::nothing(json!({}), 0)]
    #[case::huge(json!({ "exp": u64::MAX, "iat": 1e300 }), 0)]
    #[case::negative(json!({ "iat": -5 }), 0)]
    fn s_b5_when_it_was_issued(#[case] claims: Value, #[case] expected: i64) {
        assert_eq!(login(&claims).issued_at, at(expected));
    }

    #[rstest]
    #[case::no_change_is_known(json!({ "iat": 1 }), 0, false)]
    #[case::nothing_is_known(json!({}), 0, false)]
    #[case::before(json!({ "iat": NOW - 60 }), NOW - 59, true)]
    #[case::in_the_same_second(json!({ "iat": NOW - 60 }), NOW - 60, false)]
    #[case::after(json!({ "iat": NOW - 60 }), NOW - 61, false)]
    #[case::without_iat(json!({ "exp": NOW + 540 }), NOW - 59, true)]
    #[case::without_any_time(json!({}), 1, true)]
    #[case::longer_than_the_setting(json!({ "exp": NOW + 9_000 }), 1, true)]
    #[case::renewed_from_an_older_login(json!({ "iat": NOW, "auth_time": NOW - 60 }), NOW - 30, true)]
    fn s_b5_a_login_before_the_credentials_is_stale(
        #[case] claims: Value,
        #[case] since: i64,
        #[case] stale: bool,
    ) {
        assert_eq!(login(&claims).is_stale(at(since)), stale);
    }

    #[test]
    fn ex_04_amr_and_acr_are_taken_over() {
        let said = login(&json!({ "amr": ["otp", 1], "acr": "silver" }));
        assert_eq!(
            (said.amr, said.acr),
            (vec!["otp".to_owned()], Some("silver".to_owned()))
        );
        let silent = login(&json!({ "amr": "pwd", "acr": null }));
        assert_eq!((silent.amr, silent.acr), (Vec::new(), None));
    }
}
