//! Where a request came from. Only a proxy that is trusted may say that it came from elsewhere.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use ipnet::IpNet;

/// The header in which proxies write whom they speak for, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the visitor: the peer, or, where that is a trusted proxy, the nearest hop that is none.
pub(super) fn client_address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| peer.ip());
    let values = request.headers().get_all(FORWARDED_FOR);
    let said: Vec<&str> = values.iter().filter_map(|value| value.to_str().ok()).collect();
    client(peer, &said, trusted)
}

fn client(peer: IpAddr, said: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    for hop in said.iter().rev().flat_map(|value| value.rsplit(',')) {
        if !is_trusted(client) {
            break;
        }
        // What a trusted proxy did not write as an address tells nothing; the proxy itself stands for it then.
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, said: &[&str], expect: &str) {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        assert_eq!(client(peer.parse().unwrap(), said, &trusted).to_string(), expect, "{peer} {said:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("::1", &["2001:db8::7"], "2001:db8::7");
        check("10.0.0.1", &[], "10.0.0.1");
    }

    #[test]
    fn what_the_visitor_wrote_before_the_proxy_counts_for_nothing() {
        check("10.0.0.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1");
    }
}
