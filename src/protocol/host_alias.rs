//! The header `Host` of a page request against `base_url`: whether the person opened this server
//! under another of its names.
//!
//! Cookies belong to one host name. Somebody who begins at `localhost` and is sent on to the
//! `127.0.0.1` of `base_url` arrives without them, and the request seems to have begun in another
//! browser.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Last labels of names that are known inside of a network only.
const INSIDE: [&str; 9] = [
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "arpa",
];

/// Where a name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// On this machine.
    Loopback,
    /// In the domain name system.
    Public,
    /// In a network: names without a dot, numeric addresses, `app.internal`.
    Inside,
}

/// Whether a page that is opened under this `Host` should be opened at `base_url` instead: the port
/// matches, and the name is another one under which a browser reaches this server.
///
/// What proxies put there instead of the name that the person sees, such as `app:5150` or
/// `10.0.0.7`, is not: the browser is at `base_url` already, and would come back.
#[must_use]
pub fn is_host_alias(host: &str, base_url: &str) -> bool {
    let Some(base) = Url::parse(base_url).ok() else {
        return false;
    };
    let Some(asked) = Url::parse(&format!("{}://{host}", base.scheme())).ok() else {
        return false;
    };
    // Everything that is not a host and a port would stand elsewhere in that URL.
    let is_host = asked.path() == "/"
        && asked.query().is_none()
        && asked.fragment().is_none()
        && asked.username().is_empty()
        && asked.password().is_none();
    let (Some(own), Some(named)) = (base.host(), asked.host()) else {
        return false;
    };
    is_host
        && name(&own) != name(&named)
        && base.port_or_known_default() == asked.port_or_known_default()
        && match reach(&named) {
            Reach::Loopback => reach(&own) == Reach::Loopback,
            Reach::Public => true,
            Reach::Inside => false,
        }
}

fn name(host: &Host<&str>) -> String {
    host.to_string().trim_end_matches('.').to_owned()
}

fn reach(host: &Host<&str>) -> Reach {
    match host {
        Host::Ipv4(address) => of_v4(*address),
        Host::Ipv6(address) => of_v6(*address),
        Host::Domain(domain) => {
            let domain = domain.trim_end_matches('.');
            match domain.rsplit_once('.') {
                _ if domain == "localhost" || domain.ends_with(".localhost") => Reach::Loopback,
                Some((_, last)) if !INSIDE.contains(&last) => Reach::Public,
                _ => Reach::Inside,
            }
        }
    }
}

const fn of_v4(address: Ipv4Addr) -> Reach {
    // A browser that opens 0.0.0.0 reaches this machine.
    if address.is_loopback() || address.is_unspecified() {
        Reach::Loopback
    } else {
        Reach::Inside
    }
}

const fn of_v6(address: Ipv6Addr) -> Reach {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return of_v4(mapped);
    }
    if address.is_loopback() || address.is_unspecified() {
        Reach::Loopback
    } else {
        Reach::Inside
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("localhost:5150", "http://127.0.0.1:5150")]
    #[case("LocalHost:5150", "http://127.0.0.1:5150")]
    #[case("127.0.0.1:5150", "http://localhost:5150")]
    #[case("[::1]:5150", "http://localhost:5150")]
    #[case("[::ffff:127.0.0.1]:5150", "http://localhost:5150")]
    #[case("0.0.0.0:5150", "http://localhost:5150")]
    #[case("127.0.0.2:5150", "http://127.0.0.1:5150")]
    #[case("id.localhost:5150", "http://localhost:5150")]
    #[case("localhost:5150", "http://id.localhost:5150/auth")]
    #[case("localhost", "http://127.0.0.1")]
    #[case("dev.example.com:5150", "http://localhost:5150")]
    #[case("www.example.com", "https://example.com")]
    #[case("example.com:443", "https://id.example.com")]
    #[case("id.example.com", "https://id.example.org/t1")]
    fn s_d3_another_name_of_the_server(#[case] host: &str, #[case] base_url: &str) {
        assert!(is_host_alias(host, base_url));
    }

    #[rstest]
    #[case::same("localhost:5150", "http://localhost:5150")]
    #[case::case("ID.Example.com", "https://id.example.com")]
    #[case::default_port("id.example.com:443", "https://id.example.com")]
    #[case::root_label("id.example.com.", "https://id.example.com")]
    #[case::mapped_port("localhost:8080", "http://localhost:5150")]
    #[case::behind_a_proxy("app:5150", "https://id.example.com")]
    #[case::upstream_without_port("backend", "https://id.example.com")]
    #[case::address("10.0.0.7", "https://id.example.com")]
    #[case::address_and_port("10.0.0.7:5150", "http://localhost:5150")]
    #[case::v6("[fd00::7]", "https://id.example.com")]
    #[case::cluster("id.default.svc.cluster.local", "https://id.example.com")]
    #[case::internal("id.internal", "https://id.example.com")]
    #[case::loopback_upstream("localhost", "https://id.example.com")]
    #[case::loopback_upstream_and_port("127.0.0.1:5150", "https://id.example.com")]
    #[case::development_proxy("127.0.0.1:5150", "http://localhost:5173")]
    #[case::tunnel("abc.tunnel.example", "http://localhost:5150")]
    #[case::no_host("", "http://localhost:5150")]
    #[case::path("localhost:5150/x", "http://127.0.0.1:5150")]
    #[case::user("a@localhost:5150", "http://127.0.0.1:5150")]
    #[case::query("localhost:5150?x", "http://127.0.0.1:5150")]
    #[case::nonsense("::::", "http://127.0.0.1:5150")]
    fn s_d3_the_same_or_what_a_proxy_wrote(#[case] host: &str, #[case] base_url: &str) {
        assert!(!is_host_alias(host, base_url));
    }
}
