//! Which addresses a notice may go to. Channels come from the operator's own file, so this keeps a slip or a name that
//! was made to lead inside from reaching the intranet; `allow_private` opens it for one channel.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// An address that may not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public; set allow_private for the channel if it is meant")]
pub(super) struct NotPublic;

/// IPv4 that is not globally reachable (IANA IPv4 Special-Purpose Address Registry), multicast and class E.
const CLOSED_V4: [Ipv4Net; 15] = [
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
];

/// The one block of IPv6 from which global unicast addresses are given out.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// Parts of [`GLOBAL_V6`] that are not globally reachable or that carry an IPv4 address (IANA IPv6 Special-Purpose
/// Address Registry).
const CLOSED_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0], 23), v6([0x2001, 0x0db8], 32), v6([0x2002, 0], 16), v6([0x3fff, 0], 20)];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(head: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], 0, 0, 0, 0, 0, 0), prefix)
}

/// Checks an address that is written as a number. A name is checked when it is resolved, since the client asks no
/// resolver for a number.
pub(super) fn check(url: &Url) -> Result<(), NotPublic> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(NotPublic),
    };
    if public(address) { Ok(()) } else { Err(NotPublic) }
}

fn public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !CLOSED_V4.iter().any(|closed| closed.contains(&v4)),
        // NAT64 (RFC 6052) lies outside the global block and is refused with the rest.
        IpAddr::V6(v6) => GLOBAL_V6.contains(&v6) && !CLOSED_V6.iter().any(|closed| closed.contains(&v6)),
    }
}

/// Resolves names and drops what is not public: the connection goes to the very addresses that were checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let open: Vec<SocketAddr> = found.into_iter().filter(|found| public(found.ip())).collect();
            if open.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn numbers(hosts: &[&str], expect: Result<(), NotPublic>) {
        for host in hosts {
            assert_eq!(check(&format!("http://{host}/hook").parse().unwrap()), expect, "{host}");
        }
    }

    #[test]
    fn private_addresses_are_refused_in_every_notation() {
        numbers(&["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "10.1.2.3", "172.31.255.255"], Err(NotPublic));
        numbers(&["192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255"], Err(NotPublic));
        numbers(&["[::1]", "[::ffff:127.0.0.1]", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]"], Err(NotPublic));
        numbers(&["8.8.8.8", "172.32.0.1", "[2404:6800:4012::200e]"], Ok(()));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused() {
        let Err(error) = PublicOnly.resolve("localhost".parse().unwrap()).await else { panic!("resolved") };
        assert!(error.is::<NotPublic>(), "{error}");
    }
}
