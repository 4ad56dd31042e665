//! Times in JWTs (RFC 7519 §2 `NumericDate`): a JSON number of seconds since 1970, which may have a
//! fraction. This server reckons in whole seconds (GE-01).

use crate::protocol::time::UnixTime;
use serde_json::Value;

/// 2^53: from here on a JSON number with a fraction no longer names a single second.
const BEYOND: f64 = 9_007_199_254_740_992.0;

/// The time in whole seconds, a fraction counted as a whole one.
///
/// For limits (`exp`, `nbf`, `iat`)
/// that are compared with whole seconds, this decides as the exact value would. `None` = not a
/// number, or one that no clock shows.
#[must_use]
pub fn rounded_up(value: &Value) -> Option<UnixTime> {
    let seconds = value.as_i64();
    let seconds = seconds.or_else(|| whole(value.as_f64()?.ceil()));
    seconds.map(UnixTime::from_seconds)
}

/// The time in whole seconds without its fraction: for what must not seem newer than it is, such as
/// `auth_time`. `None` = not a number, or one that no clock shows.
#[must_use]
pub fn rounded_down(value: &Value) -> Option<UnixTime> {
    let seconds = value.as_i64();
    let seconds = seconds.or_else(|| whole(value.as_f64()?.floor()));
    seconds.map(UnixTime::from_seconds)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number that is smaller than 2^53"
)]
fn whole(seconds: f64) -> Option<i64> {
    (seconds.abs() < BEYOND).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1800000000", Some((1_800_000_000, 1_800_000_000)))]
    #[case("1800000000.0", Some((1_800_000_000, 1_800_000_000)))]
    #[case("1800000000.5", Some((1_800_000_000, 1_800_000_001)))]
    #[case("1800000000.000001", Some((1_800_000_000, 1_800_000_001)))]
    #[case("1.8e9", Some((1_800_000_000, 1_800_000_000)))]
    #[case("-0.5", Some((-1, 0)))]
    #[case("-5", Some((-5, -5)))]
    #[case("9223372036854775807", Some((i64::MAX, i64::MAX)))]
    #[case("18446744073709551615", None)]
    #[case("1e300", None)]
    #[case("-1e300", None)]
    #[case("\"1800000000\"", None)]
    #[case("true", None)]
    #[case("null", None)]
    #[case("[1800000000]", None)]
    #[case("{}", None)]
    fn s_c6_numeric_dates(#[case] written: &str, #[case] expected: Option<(i64, i64)>) {
        let value: Value = serde_json::from_str(written).expect("JSON");
        let read = rounded_down(&value).zip(rounded_up(&value));
        let read = read.map(|(down, up)| (down.as_seconds(), up.as_seconds()));
        assert_eq!(read, expected);
    }
}
