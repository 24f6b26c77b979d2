//! Which addresses a notice may go to. Channels come from the operator's own file, so this keeps a slip or a name that
//! was made to lead inside from reaching the intranet; `allow_private` opens it for one channel.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::domain::is_public;

/// An address that may not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public; set allow_private for the channel if it is meant")]
pub(super) struct NotPublic;

/// Checks an address that is written as a number. A name is checked when it is resolved, since the client asks no
/// resolver for a number.
pub(super) fn check(url: &Url) -> Result<(), NotPublic> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(NotPublic),
    };
    if is_public(address) { Ok(()) } else { Err(NotPublic) }
}

/// Resolves names and drops what is not public: the connection goes to the very addresses that were checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let open: Vec<SocketAddr> = found.into_iter().filter(|found| is_public(found.ip())).collect();
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
