//! How long a response may be used (RFC 9111 §4.2), within the bounds of CI-05.

use crate::protocol::time::{Seconds, UnixTime};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};

/// Shortest, longest and usual time.
const SHORTEST: Seconds = Seconds::new(60);
const LONGEST: Seconds = Seconds::hours(24);
const USUAL: Seconds = Seconds::hours(1);

/// Returns how long from now a response with these headers is fresh.
pub(super) fn fresh_for(headers: &HeaderMap, now: UnixTime) -> Seconds {
    let age = text(headers, &AGE)
        .and_then(|age| age.trim().parse().ok())
        .map(Seconds::new);
    let lifetime = match cache_control(headers) {
        Some(lifetime) => Some(lifetime - age.unwrap_or_default()),
        None => text(headers, &EXPIRES).map(|expires| {
            let from = text(headers, &DATE).and_then(date).unwrap_or(now);
            // An invalid `Expires` means "already" (RFC 9111 §5.3).
            date(expires).map_or(Seconds::ZERO, |expires| expires - from)
        }),
    };
    lifetime.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

/// Returns the time that `Cache-Control` gives; a response that may not be stored has none.
fn cache_control(headers: &HeaderMap) -> Option<Seconds> {
    let values = headers.get_all(CACHE_CONTROL).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut lifetime = None;
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Seconds::ZERO),
            "max-age" => {
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                lifetime = Some(Seconds::new(seconds));
            }
            _ => {}
        }
    }
    lifetime
}

fn date(value: &str) -> Option<UnixTime> {
    let date = chrono::DateTime::parse_from_rfc2822(value.trim());
    date.ok().map(Into::into)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT

    #[rstest]
    #[case::nothing(&[], 3600)]
    #[case::max_age(&[("cache-control", "public, max-age=7200")], 7200)]
    #[case::quoted(&[("cache-control", "Max-Age=\"7200\"")], 7200)]
    #[case::age_counts(&[("cache-control", "max-age=7200"), ("age", "200")], 7000)]
    #[case::at_least_a_minute(&[("cache-control", "max-age=1")], 60)]
    #[case::at_most_a_day(&[("cache-control", "max-age=31536000")], 86400)]
    #[case::no_store(&[("cache-control", "max-age=7200, no-store")], 60)]
    #[case::no_cache(&[("cache-control", "no-cache")], 60)]
    #[case::negative(&[("cache-control", "max-age=-5")], 60)]
    #[case::too_large_a_number(&[("cache-control", "max-age=99999999999999999999")], 60)]
    #[case::expires(&[("expires", "Sun, 06 Nov 1994 09:49:38 GMT")], 3601)]
    #[case::expires_by_their_date(
        &[("date", "Sun, 06 Nov 1994 09:00:00 GMT"), ("expires", "Sun, 06 Nov 1994 09:10:00 GMT")],
        600
    )]
    #[case::expires_already(&[("expires", "0")], 60)]
    #[case::cache_control_wins(
        &[("cache-control", "max-age=120"), ("expires", "Sun, 06 Nov 1994 09:49:38 GMT")],
        120
    )]
    fn ci_05_within_bounds(#[case] headers: &[(&'static str, &str)], #[case] expected: i64) {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        assert_eq!(fresh_for(&headers.collect(), NOW).get(), expected);
    }
}
