//! Target `resource`: two lines, a configured identifier and a received one.

use url::Url;

use crate::protocol::resource::{find, is_identifier, matches};

/// Resource identifiers (AZ-23; RFC 8707 §2).
pub fn resource(data: &[u8]) {
    let Some([configured, received]) = super::lines(data) else {
        return;
    };
    for text in [configured, received] {
        assert_eq!(matches(text, text), is_identifier(text), "{text:?}");
        if is_identifier(text) {
            check_identifier(text);
        }
    }
    let same = matches(configured, received);
    assert_eq!(same, matches(received, configured));
    assert_eq!(find([configured], received), same.then_some(configured));
    if same {
        assert!(is_identifier(configured) && is_identifier(received));
        assert_eq!(
            parts(configured),
            parts(received),
            "{configured:?} {received:?}"
        );
    }
}

/// Absolute, http(s), no fragment, nobody's name in front of the host.
fn check_identifier(text: &str) {
    let url = Url::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert!(matches!(url.scheme(), "http" | "https"), "{text:?}");
    assert!(url.has_host() && url.fragment().is_none() && !text.contains('#'));
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{text:?}"
    );
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
}

/// What a browser would go to, one trailing slash aside.
fn parts(text: &str) -> Option<[String; 5]> {
    let url = Url::parse(text).ok()?;
    let path = url.path().strip_suffix('/').unwrap_or_else(|| url.path());
    let query = url.query().map(|query| format!("?{query}"));
    Some([
        url.scheme().to_owned(),
        url.host_str()?.to_owned(),
        url.port_or_known_default()?.to_string(),
        path.to_owned(),
        query.unwrap_or_default(),
    ])
}
