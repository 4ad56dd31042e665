//! Match of resource identifiers (AZ-23; RFC 8707 §2, RFC 9728 §1.2).

use url::Url;

/// Returns the identifier of `configured` that `received` names, if any. The configured spelling is
/// stored, shown and put into `aud`.
#[must_use]
pub fn find<'a, I>(configured: I, received: &str) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let wanted = comparable(received)?;
    configured
        .into_iter()
        .find(|candidate| comparable(candidate).as_ref() == Some(&wanted))
}

/// Whether two identifiers name one resource: scheme and host in any case, a default port and
/// one trailing slash of the path make no difference; everything else is compared as text.
#[must_use]
pub fn matches(configured: &str, received: &str) -> bool {
    find([configured], received).is_some()
}

/// Whether `text` is an absolute http(s) URL without fragment and user information.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    comparable(text).is_some()
}

/// The parts of an identifier that are compared. `None` = never matches.
fn comparable(identifier: &str) -> Option<[String; 4]> {
    let printable = identifier.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
    if !printable || identifier.contains(['#', '\\']) || Url::parse(identifier).is_err() {
        return None;
    }
    let (scheme, rest) = identifier.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let (hierarchy, query) = match rest.split_once('?') {
        Some((hierarchy, query)) => (hierarchy, format!("?{query}")),
        None => (rest, String::new()),
    };
    let (authority, path) = hierarchy.split_at(hierarchy.find('/').unwrap_or(hierarchy.len()));
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let host = authority.to_ascii_lowercase();
    let host = host.strip_suffix(default_port).unwrap_or(&host).to_owned();
    let path = path.strip_suffix('/').unwrap_or(path).to_owned();
    Some([scheme, host, path, query])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp", true)]
    #[case("https://mcp.example/mcp", "HTTPS://MCP.example/mcp", true)]
    #[case("https://mcp.example/mcp", "https://mcp.example:443/mcp", true)]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp/", true)]
    #[case("https://mcp.example/mcp/", "https://mcp.example/mcp", true)]
    #[case("https://mcp.example", "https://mcp.example/", true)]
    #[case("http://localhost:5150/mcp", "http://LOCALHOST:5150/mcp", true)]
    #[case("https://mcp.example/mcp?a=1", "https://mcp.example/mcp?a=1", true)]
    #[case("https://mcp.example/mcp", "https://mcp.example/MCP", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp//", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/%6dcp", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/x/../mcp", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example:8443/mcp", false)]
    #[case("https://mcp.example/mcp", "http://mcp.example:443/mcp", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp?", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp#", false)]
    #[case("https://mcp.example/mcp", "https://mcp.example/mcp#a", false)]
    #[case("https://mcp.example/mcp", "https://u@mcp.example/mcp", false)]
    #[case("https://mcp.example/mcp", "//mcp.example/mcp", false)]
    #[case("https://mcp.example/mcp", "/mcp", false)]
    #[case("https://mcp.example/mcp", "", false)]
    #[case("https://mcp.example/mcp?a=1", "https://mcp.example/mcp?a=2", false)]
    fn match_of_19_1(#[case] configured: &str, #[case] received: &str, #[case] same: bool) {
        assert_eq!(matches(configured, received), same);
    }

    #[test]
    fn the_configured_spelling_is_found() {
        let configured = ["https://a.example/", "https://b.example/mcp"];
        assert_eq!(
            find(configured, "HTTPS://B.example/mcp/"),
            Some("https://b.example/mcp")
        );
        assert_eq!(find(configured, "https://c.example/"), None);
    }
}
