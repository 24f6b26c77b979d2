//! Which addresses belong to the public internet. Both sides that reach outside ask here, so that neither can be led
//! into the intranet by a name or a notation which the other would have refused.

// The types alone: `core` has no sockets, and `domain` touches no network.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// IPv4 that is not globally reachable (IANA IPv4 Special-Purpose Address Registry), multicast and class E.
const CLOSED_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    v4(255, 255, 255, 255, 32),
];

/// The one block of IPv6 from which global unicast addresses are given out.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// Parts of [`GLOBAL_V6`] that are not globally reachable or that carry an IPv4 address (IANA IPv6
/// Special-Purpose Address Registry): Teredo lies in `2001::/23`, 6to4 is `2002::/16`.
const CLOSED_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0], 23), v6([0x2001, 0x0db8], 32), v6([0x2002, 0], 16), v6([0x3fff, 0], 20)];

/// NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached in truth.
const NAT64: Ipv6Net = v6([0x0064, 0xff9b], 96);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(head: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], 0, 0, 0, 0, 0, 0), prefix)
}

/// The address that is reached in truth: IPv4 hidden in a mapped (RFC 4291) or NAT64 (RFC 6052) address is taken out.
#[must_use]
pub fn unmasked(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if NAT64.contains(&v6) => {
            let [.., a, b, c, d] = v6.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        other => other.to_canonical(),
    }
}

/// Whether an address is one of the public internet. One that hides another is judged by the other.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match unmasked(address) {
        IpAddr::V4(v4) => !CLOSED_V4.iter().any(|closed| closed.contains(&v4)),
        IpAddr::V6(v6) => GLOBAL_V6.contains(&v6) && !CLOSED_V6.iter().any(|closed| closed.contains(&v6)),
    }
}
