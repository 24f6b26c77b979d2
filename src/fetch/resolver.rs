//! Names to addresses, with every address that may not be reached dropped before a connection is made: the
//! connection goes to the very addresses that were checked.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Blocked, Guard, Reach};

/// Looks up the addresses of a name.
pub trait Lookup: Send + Sync {
    /// The addresses of `host`, in the order they should be tried.
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The machine's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// Why a name led nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ResolveError {
    /// It leads only to addresses that may not be reached.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The name does not exist or the resolver failed.
    #[error("{0}")]
    Failed(String),
}

/// Resolves names for one guard and drops what it does not allow.
#[derive(Clone)]
pub(super) struct Resolver {
    pub lookup: Arc<dyn Lookup>,
    pub guard: Arc<Guard>,
    pub reach: Reach,
    pub timeout: Duration,
    /// The configured proxy's host, which the operator may well keep on a private address.
    pub proxy: Option<String>,
}

impl Resolver {
    /// The addresses of `host` that may be reached: at least one.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        // Waiting for a name server is a matter of the real network, so tokio's timer is used, not the clock.
        let found = tokio::time::timeout(self.timeout, self.lookup.lookup(host.to_owned()))
            .await
            .map_err(|_| ResolveError::Timeout)?
            .map_err(|error| ResolveError::Failed(error.to_string()))?;
        if found.is_empty() {
            return Err(ResolveError::Failed("the name has no address".to_owned()));
        }
        let is_proxy = self.proxy.as_deref() == Some(host);
        let open: Vec<_> =
            found.into_iter().filter(|address| is_proxy || self.guard.reaches(self.reach, *address)).collect();
        if open.is_empty() { Err(Blocked::PrivateAddress.into()) } else { Ok(open) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let open = resolver.addresses(name.as_str()).await?;
            // Port 0 stands for the port of the URL.
            Ok(Box::new(open.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<&'static str>);

    impl Lookup for Fixed {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let found = self.0.iter().map(|text| text.parse().unwrap()).collect();
            Box::pin(async move { Ok(found) })
        }
    }

    struct Silent;

    impl Lookup for Silent {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            Box::pin(std::future::pending())
        }
    }

    fn resolver(lookup: impl Lookup + 'static) -> Resolver {
        Resolver {
            lookup: Arc::new(lookup),
            guard: Arc::new(Guard::default()),
            reach: Reach::Anywhere,
            timeout: Duration::from_millis(20),
            proxy: Some("proxy.internal".to_owned()),
        }
    }

    async fn check(found: &[&'static str], expect: Result<&[&str], Blocked>) {
        let expect = expect
            .map(|addresses| addresses.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>())
            .map_err(ResolveError::Blocked);
        assert_eq!(resolver(Fixed(found.to_vec())).addresses("a.tw").await, expect);
    }

    #[tokio::test]
    async fn private_answers_are_dropped_and_none_left_is_refused() {
        check(&["10.0.0.1", "::1"], Err(Blocked::PrivateAddress)).await;
        check(&["8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1"], Ok(&["8.8.8.8"])).await;
        check(&["64:ff9b::a00:1"], Err(Blocked::PrivateAddress)).await;
    }

    #[tokio::test]
    async fn the_proxy_may_be_on_a_private_address() {
        assert!(resolver(Fixed(vec!["10.0.0.1"])).addresses("proxy.internal").await.is_ok());
    }

    #[tokio::test]
    async fn a_silent_name_server_is_given_up_and_an_empty_answer_is_a_failure() {
        assert_eq!(resolver(Silent).addresses("a.tw").await, Err(ResolveError::Timeout));
        assert!(matches!(resolver(Fixed(vec![])).addresses("a.tw").await, Err(ResolveError::Failed(_))));
    }
}
