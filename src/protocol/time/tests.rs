use rstest::rstest;
use serde_json::json;

use super::*;

const MIN: i64 = i64::MIN;
const MAX: i64 = i64::MAX;

const fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

const fn lasting(seconds: i64) -> Seconds {
    Seconds::new(seconds)
}

#[rstest]
#[case(100, 20, 120, 80)]
#[case(100, -20, 80, 120)]
#[case(-5, 5, 0, -10)]
#[case(MAX, 0, MAX, MAX)]
#[case(MAX, 1, MAX, MAX - 1)]
#[case(MIN, 1, MIN + 1, MIN)]
#[case(MIN, -1, MIN, MIN + 1)]
#[case(MAX, MAX, MAX, 0)]
#[case(MAX, MIN, -1, MAX)]
#[case(MIN, MIN, MIN, 0)]
#[case(0, MIN, MIN, MAX)]
fn sums_and_differences_stop_at_the_ends(
    #[case] first: i64,
    #[case] second: i64,
    #[case] sum: i64,
    #[case] difference: i64,
) {
    assert_eq!(at(first) + lasting(second), at(sum));
    assert_eq!(at(first) - lasting(second), at(difference));
    assert_eq!(at(first) - at(second), lasting(difference));
    assert_eq!(lasting(first) + lasting(second), lasting(sum));
    assert_eq!(lasting(first) - lasting(second), lasting(difference));
}

#[rstest]
#[case(60, 4, 240)]
#[case(-60, 4, -240)]
#[case(60, 0, 0)]
#[case(MAX, 2, MAX)]
#[case(MAX, -2, MIN)]
#[case(MIN, -1, MAX)]
fn products_stop_at_the_ends(#[case] length: i64, #[case] times: i64, #[case] product: i64) {
    assert_eq!(lasting(length) * times, lasting(product));
}

#[rstest]
#[case(Seconds::ZERO, 0)]
#[case(Seconds::minutes(5), 300)]
#[case(Seconds::hours(2), 7200)]
#[case(Seconds::days(30), 2_592_000)]
#[case(Seconds::days(MAX), MAX)]
#[case(Seconds::hours(MIN), MIN)]
#[case(lasting(-5).abs(), 5)]
#[case(lasting(5).abs(), 5)]
#[case(lasting(MIN).abs(), MAX)]
fn lengths_are_seconds(#[case] length: Seconds, #[case] seconds: i64) {
    assert_eq!(length.get(), seconds);
}

#[rstest]
#[case(0, 0)]
#[case(90, 90)]
#[case(-1, 0)]
#[case(MIN, 0)]
#[case(MAX, 9_223_372_036_854_775_807)]
fn a_negative_length_lasts_no_time(#[case] length: i64, #[case] expected: u64) {
    assert_eq!(
        Duration::from(lasting(length)),
        Duration::from_secs(expected)
    );
}

#[rstest]
#[case(0)]
#[case(1_800_000_000)]
#[case(-1)]
#[case(MIN)]
#[case(MAX)]
fn the_wire_has_bare_numbers(#[case] seconds: i64) {
    for (written, read) in [
        (
            json!(at(seconds)),
            serde_json::from_value(json!(seconds)).map(UnixTime::as_seconds),
        ),
        (
            json!(lasting(seconds)),
            serde_json::from_value(json!(seconds)).map(Seconds::get),
        ),
    ] {
        assert_eq!(written, json!(seconds));
        assert_eq!(read.unwrap(), seconds);
    }
    assert_eq!(at(seconds).to_string(), seconds.to_string());
    assert_eq!(lasting(seconds).to_string(), seconds.to_string());
}

#[rstest]
#[case(json!("5"))]
#[case(json!(1.5))]
#[case(json!(null))]
#[case(json!([5]))]
#[case(json!(9_223_372_036_854_775_808_u64))]
fn nothing_else_is_read(#[case] value: serde_json::Value) {
    assert!(serde_json::from_value::<UnixTime>(value.clone()).is_err());
    assert!(serde_json::from_value::<Seconds>(value).is_err());
}

#[test]
fn later_is_greater() {
    let mut times = [at(5), UnixTime::MAX, at(-5), UnixTime::EPOCH, at(MIN)];
    times.sort();
    assert_eq!(times.map(UnixTime::as_seconds), [MIN, -5, 0, 5, MAX]);
    assert!(Seconds::ZERO < lasting(1) && lasting(-1) < Seconds::ZERO);
    assert_eq!(at(5).max(at(9)).min(at(7)), at(7));
}
