//! Addresses that no fetch may reach (RFC 6890 and the IANA special-purpose registries).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that begin with the same bits as `address`.
struct Network<A> {
    address: A,
    /// How many bits are the same.
    prefix_length: u32,
}

impl<A> Network<A> {
    const fn new(address: A, prefix_length: u32) -> Self {
        Self {
            address,
            prefix_length,
        }
    }
}

/// Special ranges of IPv4.
const SPECIAL_V4: [Network<Ipv4Addr>; 18] = [
    // "This network".
    Network::new(Ipv4Addr::UNSPECIFIED, 8),
    // Private use (RFC 1918).
    Network::new(Ipv4Addr::new(10, 0, 0, 0), 8),
    Network::new(Ipv4Addr::new(172, 16, 0, 0), 12),
    Network::new(Ipv4Addr::new(192, 168, 0, 0), 16),
    // Carrier-grade NAT (RFC 6598); some clouds keep their metadata service here.
    Network::new(Ipv4Addr::new(100, 64, 0, 0), 10),
    Network::new(Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, with the metadata service of most clouds.
    Network::new(Ipv4Addr::new(169, 254, 0, 0), 16),
    // Azure's platform address: public by number, inside by routing.
    Network::new(Ipv4Addr::new(168, 63, 129, 16), 32),
    // IETF protocol assignments.
    Network::new(Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation (RFC 5737).
    Network::new(Ipv4Addr::new(192, 0, 2, 0), 24),
    Network::new(Ipv4Addr::new(198, 51, 100, 0), 24),
    Network::new(Ipv4Addr::new(203, 0, 113, 0), 24),
    // Direct delegation AS112, AMT, and the relays of 6to4 (RFC 7526).
    Network::new(Ipv4Addr::new(192, 31, 196, 0), 24),
    Network::new(Ipv4Addr::new(192, 52, 193, 0), 24),
    Network::new(Ipv4Addr::new(192, 88, 99, 0), 24),
    // Benchmarking (RFC 2544).
    Network::new(Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast, reserved, broadcast.
    Network::new(Ipv4Addr::new(224, 0, 0, 0), 4),
    Network::new(Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The range of global unicast. Every address of IPv6 outside of it is special.
///
/// Outside are unspecified, loopback, IPv4-mapped, IPv4-compatible, NAT64, discard-only, unique
/// local, link-local, site-local and multicast addresses.
const GLOBAL_V6: Network<Ipv6Addr> = Network::new(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Special ranges within [`GLOBAL_V6`].
const SPECIAL_V6: [Network<Ipv6Addr>; 5] = [
    // IETF protocol assignments: Teredo, benchmarking, ORCHID.
    Network::new(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    Network::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Network::new(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4: an IPv4 address in disguise.
    Network::new(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // Direct delegation AS112.
    Network::new(Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
];

/// Whether the address belongs to the machine itself.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
}

/// Whether the address is not one of the public internet.
#[must_use]
pub fn is_special_use(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let within = |network: &Network<Ipv4Addr>| {
                leading(address.to_bits().into(), 32, network.prefix_length)
                    == leading(network.address.to_bits().into(), 32, network.prefix_length)
            };
            SPECIAL_V4.iter().any(within)
        }
        IpAddr::V6(address) => {
            let within = |network: &Network<Ipv6Addr>| {
                leading(address.to_bits(), 128, network.prefix_length)
                    == leading(network.address.to_bits(), 128, network.prefix_length)
            };
            !within(&GLOBAL_V6) || SPECIAL_V6.iter().any(within)
        }
    }
}

/// Returns the first `length` of `bits` bits.
const fn leading(value: u128, bits: u32, length: u32) -> u128 {
    value >> (bits - length)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Every special range, with its first and its last address.
    #[rstest]
    #[case::this_network("0.0.0.0", "0.255.255.255")]
    #[case::private_10("10.0.0.0", "10.255.255.255")]
    #[case::private_172("172.16.0.0", "172.31.255.255")]
    #[case::private_192("192.168.0.0", "192.168.255.255")]
    #[case::cgnat("100.64.0.0", "100.127.255.255")]
    #[case::loopback("127.0.0.0", "127.255.255.255")]
    #[case::link_local("169.254.0.0", "169.254.255.255")]
    #[case::cloud_metadata("169.254.169.254", "100.100.100.200")]
    #[case::azure("168.63.129.16", "168.63.129.16")]
    #[case::protocol_assignments("192.0.0.0", "192.0.0.255")]
    #[case::documentation_1("192.0.2.0", "192.0.2.255")]
    #[case::documentation_2("198.51.100.0", "198.51.100.255")]
    #[case::documentation_3("203.0.113.0", "203.0.113.255")]
    #[case::relay_of_6to4("192.88.99.0", "192.88.99.255")]
    #[case::benchmarking("198.18.0.0", "198.19.255.255")]
    #[case::multicast("224.0.0.0", "239.255.255.255")]
    #[case::reserved("240.0.0.0", "255.255.255.255")]
    #[case::unspecified_6("::", "::")]
    #[case::loopback_6("::1", "::1")]
    #[case::mapped("::ffff:0.0.0.0", "::ffff:255.255.255.255")]
    #[case::mapped_public("::ffff:8.8.8.8", "::ffff:127.0.0.1")]
    #[case::compatible("::8.8.8.8", "::127.0.0.1")]
    #[case::nat64("64:ff9b::", "64:ff9b::ffff:ffff")]
    #[case::nat64_private("64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1")]
    #[case::nat64_local("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff")]
    #[case::discard("100::", "100::ffff:ffff:ffff:ffff")]
    #[case::teredo("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::orchid("2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::documentation_6("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::documentation_6_new("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::six_to_four("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::six_to_four_loopback("2002:7f00:1::", "2002:a00:1::")]
    #[case::segment_routing("5f00::", "5f00:ffff::")]
    #[case::unique_local("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::link_local_6("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::site_local("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    #[case::multicast_6("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    fn special_use(#[case] first: IpAddr, #[case] last: IpAddr) {
        assert!(is_special_use(first), "{first}");
        assert!(is_special_use(last), "{last}");
    }

    /// The neighbours of the special ranges, and well-known public servers.
    #[rstest]
    #[case("1.0.0.0")]
    #[case("8.8.8.8")]
    #[case("9.255.255.255")]
    #[case("11.0.0.0")]
    #[case("100.63.255.255")]
    #[case("100.128.0.0")]
    #[case("126.255.255.255")]
    #[case("128.0.0.0")]
    #[case("169.253.255.255")]
    #[case("172.15.255.255")]
    #[case("172.32.0.0")]
    #[case("192.0.1.0")]
    #[case("192.167.255.255")]
    #[case("198.17.255.255")]
    #[case("198.20.0.0")]
    #[case("223.255.255.255")]
    #[case("2001:200::")]
    #[case("2001:4860:4860::8888")]
    #[case("2606:4700:4700::1111")]
    #[case("2003::1")]
    #[case("2a00:1450:4001:80b::200e")]
    fn public(#[case] address: IpAddr) {
        assert!(!is_special_use(address), "{address}");
    }
}
