//! Target `redirect_uri`: three lines, `web` or `native`, a registered URI, a sent one.

use url::Url;

use crate::protocol::{
    client::ApplicationType,
    redirect_uri::{check, host, is_loopback, matches, private_scheme},
};

/// Registration and match of redirect URIs (RG-06, RU-01 to RU-03).
pub fn redirect_uri(data: &[u8]) {
    let Some([kind, registered, sent]) = super::lines(data) else {
        return;
    };
    let kind = match kind {
        "native" => ApplicationType::Native,
        _ => ApplicationType::Web,
    };
    let schemes = ["cursor".to_owned()];
    let accepted = check(registered, &schemes).is_ok();
    if accepted {
        check_accepted(registered);
    }
    let list = [registered.to_owned()];
    let matched = matches(&list, sent, kind);
    let native = kind == ApplicationType::Native;
    let equal = registered == sent || (native && same_but_for_port(registered, sent));
    assert_eq!(
        matched,
        equal && Url::parse(sent).is_ok(),
        "{registered:?} {sent:?}"
    );
    assert!(!matches(&[], sent, kind));
    if accepted && matched && sent.len() <= 2000 {
        assert_eq!(
            check(sent, &schemes),
            Ok(()),
            "matches a registered URI: {sent:?}"
        );
        assert_eq!(host(sent), host(registered));
    }
}

/// What may be registered leads where it says, to a scheme that runs no script.
fn check_accepted(uri: &str) {
    let url = Url::parse(uri).unwrap_or_else(|error| panic!("{uri:?}: {error}"));
    assert!(uri.len() <= 2000 && uri.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(url.fragment(), None, "{uri:?}");
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{uri:?}"
    );
    assert!(!uri.contains(['#', '*', '\\']), "{uri:?}");
    match url.scheme() {
        "https" => {}
        "http" => {
            let hosts = [Some("127.0.0.1"), Some("[::1]"), Some("localhost")];
            assert!(
                hosts.contains(&url.host_str()) && is_loopback(uri),
                "{uri:?}"
            );
        }
        own => {
            assert!(own == "cursor" || own.contains('.'), "{uri:?}");
            assert!(private_scheme(uri).is_some_and(|it| it.eq_ignore_ascii_case(own)));
            // Compared as it is written: no browser makes anything of it.
            return;
        }
    }
    // A browser goes to the host that is written, and removes no segment of the path.
    let (_, rest) = uri.split_once(':').unwrap_or_default();
    let rest = rest.split('?').next().unwrap_or_default();
    let path = match rest.strip_prefix("//") {
        Some(hierarchy) => {
            let end = hierarchy.find('/').unwrap_or(hierarchy.len());
            let (authority, path) = hierarchy.split_at(end);
            let written = url.host_str().unwrap_or_default();
            let port = authority.get(written.len()..).unwrap_or("missing");
            assert!(
                authority.to_ascii_lowercase().starts_with(written),
                "{uri:?}"
            );
            assert!(port.is_empty() || port.starts_with(':'), "{uri:?}");
            path
        }
        None => rest,
    };
    let segments = |path: &str| path.split('/').count().max(2);
    assert_eq!(segments(url.path()), segments(path), "{uri:?}");
}

/// RU-02 once more, by taking the port away on both sides.
fn same_but_for_port(registered: &str, sent: &str) -> bool {
    let without = without_port(registered);
    without.is_some() && without == without_port(sent)
}

fn without_port(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = ["127.0.0.1", "[::1]", "localhost"]
        .into_iter()
        .find(|host| authority.starts_with(host))?;
    let port = authority.get(host.len()..)?;
    let is_number = |port: &str| {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        digits
            && port
                .parse()
                .is_ok_and(|port: u32| (1..=65535).contains(&port))
    };
    let good = port.is_empty() || port.strip_prefix(':').is_some_and(is_number);
    good.then(|| format!("{host}{tail}"))
}
