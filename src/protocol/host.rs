//! Names of hosts: `client.example.` is the host `client.example`, written as a name from the root
//! (RFC 1034 §3.1). Every comparison of hosts, and every page that shows one, goes through here.

/// A host without the dot of the root.
#[must_use]
pub fn without_dot(host: &str) -> &str {
    host.trim_end_matches('.')
}

/// Whether two texts, each `host` or `host:port`, name the same host and port.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let ((host, port), (other_host, other_port)) = (split_port(one), split_port(other));
    without_dot(host).eq_ignore_ascii_case(without_dot(other_host)) && port == other_port
}

/// Whether two web origins (RFC 6454 §6.2) are the same scheme, host and port.
#[must_use]
pub fn is_same_origin(one: &str, other: &str) -> bool {
    match (one.split_once("://"), other.split_once("://")) {
        (Some((scheme, one)), Some((other_scheme, other))) => {
            scheme == other_scheme && is_same(one, other)
        }
        _ => one == other,
    }
}

/// The colons inside of brackets belong to an IPv6 address.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{is_same, is_same_origin};

    #[rstest]
    #[case("client.example", "client.example", true)]
    #[case("client.example.", "client.example", true)]
    #[case("client.example", "client.example.", true)]
    #[case("client.example..", "client.example", true)]
    #[case("Client.Example.", "client.example", true)]
    #[case("client.example.:8443", "client.example:8443", true)]
    #[case("client.example:8443", "client.example", false)]
    #[case("client.example:8443", "client.example:8444", false)]
    #[case(".client.example", "client.example", false)]
    #[case("a.client.example", "client.example", false)]
    #[case("[::1]:8443", "[::1]:8443", true)]
    #[case("[::1]", "[::1]", true)]
    #[case("[::1]:8443", "[::1]", false)]
    fn b12_a_dot_at_the_end_is_no_other_host(
        #[case] one: &str,
        #[case] other: &str,
        #[case] same: bool,
    ) {
        assert_eq!(is_same(one, other), same);
    }

    #[rstest]
    #[case("https://app.example.", "https://app.example", true)]
    #[case("https://app.example.:8443", "https://app.example:8443", true)]
    #[case("http://app.example.", "https://app.example", false)]
    #[case("https://app.example.evil", "https://app.example", false)]
    #[case("null", "null", true)]
    #[case("null", "https://app.example", false)]
    fn b12_origins(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        assert_eq!(is_same_origin(one, other), same);
    }
}
