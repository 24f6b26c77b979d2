//! The staged newsroom: a dozen outlets on the loopback, each answering real HTTP with the reports that are out by the clock.
//! It must not know how Clarion reads them, nor which of its reports are staged misreports.

mod answer;
mod big5;
mod board;
mod feed;
mod list;
mod page;
mod server;
mod site;
mod sitemap;
mod stamp;
mod template;
mod timeline;
mod trouble;

use std::{future::Future, io, sync::Arc};

use futures_util::future::try_join_all;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{day::Day, sources::Outlet};
use crate::{clock::Clock, domain::Source};
use server::Server;

/// All outlets of the staged day, each on a port of its own.
pub struct Newsroom {
    day: Arc<Day>,
    clock: Arc<dyn Clock>,
    servers: Vec<Arc<Server>>,
    sources: Vec<Source>,
}

impl Newsroom {
    /// Takes a free port for every outlet. Nobody is answered before [`Newsroom::run`]. What is out is what `clock` says.
    ///
    /// # Errors
    /// When the loopback has no port left.
    pub fn open(day: Arc<Day>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let mut newsroom = Self { day, clock, servers: Vec::new(), sources: Vec::new() };
        for outlet in Outlet::ALL {
            let server = Server::open(outlet, newsroom.day.clone())?;
            let listing = server.site.home.join(outlet.listing()).map_err(io::Error::other)?;
            newsroom.sources.push(outlet.source(listing).map_err(io::Error::other)?);
            newsroom.servers.push(Arc::new(server));
        }
        Ok(newsroom)
    }

    /// The outlets as sources to poll.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.sources.clone()
    }

    /// Where the report of that key stands, published or not.
    #[must_use]
    pub fn address(&self, key: &str) -> Option<Url> {
        let report = self.day.report(key)?;
        let site = self.servers.iter().map(|server| &server.site).find(|site| site.outlet == report.outlet)?;
        site.home.join(&site.path(report)).ok()
    }

    /// Answers visitors of every outlet until `stop`; ends before it, having logged why, when a socket cannot be served.
    pub fn run(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        let (servers, clock) = (self.servers.clone(), self.clock.clone());
        async move {
            let serving = servers.into_iter().map(|server| server.run(clock.clone(), stop.clone()));
            if let Err(error) = try_join_all(serving).await {
                tracing::error!(%error, "the staged newsroom cannot be served");
            }
        }
    }
}

#[cfg(test)]
mod tests;
