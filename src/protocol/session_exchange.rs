//! What the app's own JWT says about a login (§8.7).

use serde_json::{Map, Value};

use super::numeric_date;

/// The login behind a JWT of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppLogin {
    /// When the person authenticated, Unix seconds.
    pub auth_time: i64,
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
    pub fn of(claims: &Map<String, Value>, life: u64, now: i64) -> Self {
        let seconds = |name: &str| claims.get(name).and_then(numeric_date::rounded_down);
        let beginning = || seconds("exp")?.checked_sub_unsigned(life);
        let auth_time = seconds("auth_time")
            .or_else(|| seconds("iat"))
            .or_else(beginning);
        let amr = claims.get("amr").and_then(Value::as_array);
        let words = amr.into_iter().flatten().filter_map(Value::as_str);
        let acr = claims.get("acr").and_then(Value::as_str);
        Self {
            auth_time: auth_time.unwrap_or_default().clamp(0, now),
            amr: words.map(str::to_owned).collect(),
            acr: acr.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn login(claims: &Value) -> AppLogin {
        AppLogin::of(claims.as_object().unwrap(), 600, NOW)
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
    #[case::negative(json!({ "auth_time": -5, "exp": NOW }), 0)]
    #[case::nothing(json!({}), 0)]
    #[case::huge(json!({ "exp": u64::MAX }), 0)]
    fn ex_04_auth_time(#[case] claims: Value, #[case] expected: i64) {
        assert_eq!(login(&claims).auth_time, expected);
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
