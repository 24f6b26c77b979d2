//! Which addresses may be reached: public ones, and the networks a source was expressly given.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::domain::{is_public, unmasked};

/// Why a request was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Blocked {
    /// The address is not a public one and not in the source's networks.
    #[error("the address is not public; list its network in the source's allow_networks if it is meant")]
    PrivateAddress,
    /// Neither http nor https.
    #[error("only http and https are fetched; correct the address")]
    Scheme,
    /// A port nobody listed.
    #[error("only ports 80 and 443 are fetched; list the port, or the source's network, if it is meant")]
    Port,
    /// A redirect that may not be followed: too many, in a circle, unreadable, or from https to http.
    #[error("the redirect may not be followed; enter the address it should lead to")]
    Redirect,
    /// The site's robots.txt asks not to be read there.
    #[error("the site's robots.txt asks not to read this; choose another address of the site or ask the site")]
    Robots,
}

impl Blocked {
    /// Every reason, for metrics that start at zero.
    pub const ALL: [Self; 5] = [Self::PrivateAddress, Self::Scheme, Self::Port, Self::Redirect, Self::Robots];

    /// The reason as a metric label.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::PrivateAddress => "private_address",
            Self::Scheme => "scheme",
            Self::Port => "port",
            Self::Redirect => "redirect",
            Self::Robots => "robots",
        }
    }
}

/// A network that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("allow_networks: {0:?} is no network; write it as 10.1.2.0/24, fd00:1::/32 or one address")]
pub struct GuardError(pub String);

/// Which addresses a name may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses and the listed networks.
    Anywhere,
    /// The listed networks alone, since the port is not one for public sites.
    ListedNetworks,
}

/// The address rules of one source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Guard {
    networks: Vec<IpNet>,
    ports: Vec<u16>,
}

impl Guard {
    /// A guard that lets public addresses through, and `allow`: networks in CIDR notation or single addresses.
    ///
    /// # Errors
    /// [`GuardError`] names the first entry that is neither.
    pub fn new<S: AsRef<str>>(allow: &[S]) -> Result<Self, GuardError> {
        let networks = allow.iter().map(|text| network(text.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { networks, ports: Vec::new() })
    }

    /// The same guard, with further ports for public sites beside 80 and 443.
    #[must_use]
    pub fn with_ports(mut self, ports: &[u16]) -> Self {
        self.ports = ports.to_vec();
        self
    }

    /// Checks scheme, port and, where the host is an address in any notation, the address. A name passes: it is
    /// checked when it is resolved, within the [`Reach`] returned here.
    ///
    /// # Errors
    /// [`Blocked::Scheme`], [`Blocked::Port`] or [`Blocked::PrivateAddress`].
    pub fn check_url(&self, url: &Url) -> Result<Reach, Blocked> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Blocked::Scheme);
        }
        // `url` has already turned decimal, hexadecimal, octal, short and full-width notations into an address.
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            Some(Host::Domain(_)) => None,
            None => return Err(Blocked::Scheme),
        };
        if let Some(address) = address {
            self.allowed_ip(address)?;
        }
        let port = url.port_or_known_default().ok_or(Blocked::Port)?;
        if matches!(port, 80 | 443) || self.ports.contains(&port) {
            return Ok(Reach::Anywhere);
        }
        match address {
            Some(address) if !self.listed(address) => Err(Blocked::Port),
            None if self.networks.is_empty() => Err(Blocked::Port),
            _ => Ok(Reach::ListedNetworks),
        }
    }

    /// Checks one address.
    ///
    /// # Errors
    /// [`Blocked::PrivateAddress`] when it is neither public nor in a listed network.
    pub fn allowed_ip(&self, address: IpAddr) -> Result<(), Blocked> {
        if self.listed(address) || is_public(address) { Ok(()) } else { Err(Blocked::PrivateAddress) }
    }

    /// Checks one address that a name led to.
    pub(super) fn reaches(&self, reach: Reach, address: IpAddr) -> bool {
        match reach {
            Reach::Anywhere => self.allowed_ip(address).is_ok(),
            Reach::ListedNetworks => self.listed(address),
        }
    }

    fn listed(&self, address: IpAddr) -> bool {
        let address = unmasked(address);
        self.networks.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet, GuardError> {
    let text = text.trim();
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| GuardError(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expect: Result<Reach, Blocked>) {
        let guard = Guard::new::<&str>(&[]).unwrap();
        assert_eq!(guard.check_url(&Url::parse(url).unwrap()), expect, "{url}");
    }

    #[test]
    fn public_sites_pass() {
        for url in [
            "http://www.cna.com.tw/",
            "https://news.ltn.com.tw:443/x",
            "http://8.8.8.8/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2404:6800:4012::200e]/",
            "http://[64:ff9b::808:808]/",
        ] {
            check(url, Ok(Reach::Anywhere));
        }
    }

    #[test]
    fn loopback_is_refused_in_every_notation() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.01",
            "017700000001",
            "１２７.０.０.１",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "0.0.0.0",
            "0",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:7f00:1::]",
        ] {
            check(&format!("http://{host}/"), Err(Blocked::PrivateAddress));
        }
    }

    #[test]
    fn every_range_that_is_not_public_is_refused_at_both_ends() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "239.255.255.255"),
            ("240.0.0.0", "255.255.255.255"),
            ("::", "1fff:ffff::"),
            ("2001::", "2001:1ff:ffff::"),
            ("2001:db8::", "2001:db8:ffff::"),
            ("2002::", "2002:ffff::"),
            ("3fff::", "3fff:fff::"),
            ("4000::", "ffff::"),
            ("fc00::1", "fdff::1"),
            ("fe80::1", "febf::1"),
            ("fec0::1", "feff::1"),
            ("ff02::1", "ff0e::1"),
        ] {
            for address in [first, last] {
                let guard = Guard::default();
                assert_eq!(guard.allowed_ip(address.parse().unwrap()), Err(Blocked::PrivateAddress), "{address}");
            }
        }
    }

    #[test]
    fn an_address_with_a_zone_is_no_url() {
        assert!(Url::parse("http://[fe80::1%25eth0]/").is_err());
        assert!(Url::parse("http://[fe80::1%eth0]/").is_err());
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in ["file:///etc/passwd", "ftp://a.tw/", "gopher://a.tw/", "data:text/plain,x", "javascript:1"] {
            check(url, Err(Blocked::Scheme));
        }
    }

    #[test]
    fn other_ports_are_refused_until_listed() {
        for port in [1, 22, 25, 6379, 8080, 9093, 65535] {
            check(&format!("http://www.kcg.gov.tw:{port}/"), Err(Blocked::Port));
        }
        let guard = Guard::default().with_ports(&[8080]);
        let open = Url::parse("http://www.kcg.gov.tw:8080/").unwrap();
        assert_eq!(guard.check_url(&open), Ok(Reach::Anywhere));
    }

    #[test]
    fn a_listed_network_is_open_on_every_port_and_nothing_beside_it() {
        let guard = Guard::new(&["10.1.2.0/24", "fd00:1::/32"]).unwrap();
        let reach = |url: &str| guard.check_url(&Url::parse(url).unwrap());
        assert_eq!(reach("http://10.1.2.3/"), Ok(Reach::Anywhere));
        assert_eq!(reach("http://10.1.2.3:8080/"), Ok(Reach::ListedNetworks));
        assert_eq!(reach("http://[::ffff:10.1.2.3]:8080/"), Ok(Reach::ListedNetworks));
        assert_eq!(reach("http://[fd00:1::5]/"), Ok(Reach::Anywhere));
        assert_eq!(reach("http://10.1.3.3/"), Err(Blocked::PrivateAddress));
        assert_eq!(reach("http://8.8.8.8:8080/"), Err(Blocked::Port));
        assert_eq!(reach("http://intranet.kcg.gov.tw:8080/"), Ok(Reach::ListedNetworks));
        assert!(!guard.reaches(Reach::ListedNetworks, "8.8.8.8".parse().unwrap()));
        assert!(guard.reaches(Reach::Anywhere, "8.8.8.8".parse().unwrap()));
    }

    #[test]
    fn a_network_that_cannot_be_read_is_named() {
        assert_eq!(Guard::new(&["10.0.0.1"]).unwrap().allowed_ip("10.0.0.1".parse().unwrap()), Ok(()));
        assert_eq!(Guard::new(&["10.0.0.0/8", "10.0.0.0/33"]), Err(GuardError("10.0.0.0/33".into())));
    }

    #[test]
    fn reasons_are_the_metric_labels() {
        let labels = Blocked::ALL.map(Blocked::reason);
        assert_eq!(labels, ["private_address", "scheme", "port", "redirect", "robots"]);
    }
}
