//! The well-known names that belong to the server: metadata of the authorization server (RFC 8414
//! §3, OpenID Connect Discovery §4) and of protected resources (RFC 9728 §3).
//!
//! Clients look for the documents at many addresses before they give up: the official MCP SDKs, VS
//! Code, Cursor, Claude and `ChatGPT` put the path of the resource or of the issuer behind the name
//! and in front of it, and `ChatGPT` even that of the token endpoint. They go on to the next address
//! when the answer is 404, and stop at a page.

use percent_encoding::percent_decode_str;

const WELL_KNOWN: &str = ".well-known";

const NAMES: [&str; 3] = [
    "oauth-authorization-server",
    "openid-configuration",
    "oauth-protected-resource",
];

/// Whether a path has one of the names, with whatever in front of it and behind it.
///
/// It may be written in other ways: percent-encoded, with a slash too many, with parameters behind
/// the name (RFC 3986 §2.3, §3.3).
#[must_use]
pub fn is_named(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut names = segments.map(|segment| segment.split(';').next().unwrap_or_default());
    while names.any(|name| name == WELL_KNOWN) {
        if names
            .clone()
            .next()
            .is_some_and(|name| NAMES.contains(&name))
        {
            return true;
        }
    }
    false
}

/// Whether the pattern of a route is one for well-known addresses: the app means what it serves
/// there. A pattern that only happens to catch them, such as `/{*path}`, is not.
#[must_use]
pub fn is_meant(pattern: &str) -> bool {
    pattern.split('/').any(|segment| segment == WELL_KNOWN)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/.well-known/oauth-authorization-server")]
    #[case("/.well-known/oauth-authorization-server/")]
    #[case("/.well-known/oauth-authorization-server/mcp")]
    #[case("/.well-known/oauth-authorization-server/mcp/")]
    #[case("/.well-known/oauth-authorization-server/tenants/1/mcp")]
    #[case("/mcp/.well-known/oauth-authorization-server")]
    #[case("/mcp//.well-known/oauth-authorization-server")]
    #[case("/.well-known/openid-configuration/mcp")]
    #[case("/mcp/.well-known/openid-configuration")]
    #[case("/oauth/token/.well-known/openid-configuration")]
    #[case("/.well-known/oauth-protected-resource/sse")]
    #[case("/a/b/.well-known/oauth-protected-resource/c")]
    #[case("/.well-known/x/.well-known/openid-configuration")]
    #[case("/.well-known/.well-known/openid-configuration")]
    #[case("/.well-known//openid-configuration")]
    #[case("/mcp//.well-known//oauth-authorization-server")]
    #[case("/.well-known/oauth-protected-resource%2fmcp")]
    #[case("/.well-known/oauth-authorization-server%2Fmcp")]
    #[case("/.well-known/openid%2Dconfiguration")]
    #[case("/%2Ewell-known/openid-configuration")]
    #[case("/.well-known/openid-configuration;x=y")]
    fn s_c10_addresses_that_clients_try(#[case] path: &str) {
        assert!(is_named(path));
    }

    #[rstest]
    #[case("/")]
    #[case("/.well-known")]
    #[case("/.well-known/")]
    #[case("/.well-known/acme-challenge/x")]
    #[case("/.well-known/openid-configuration.json")]
    #[case("/.well-known/openid-federation")]
    #[case("/x.well-known/openid-configuration")]
    #[case("/openid-configuration")]
    #[case("/mcp")]
    fn s_c10_addresses_of_the_app(#[case] path: &str) {
        assert!(!is_named(path));
    }

    #[test]
    fn s_c10_routes_that_are_meant() {
        assert!(is_meant("/.well-known/{*rest}"));
        assert!(is_meant("/{tenant}/.well-known/openid-configuration"));
        assert!(!is_meant("/{*path}") && !is_meant("/mcp/{*rest}"));
    }
}
