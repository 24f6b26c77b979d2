//! One listener an outlet, so that each has a host and port of its own as real outlets have.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    answer::{Answer, Known},
    site::{Ask, Site},
};
use crate::{
    clock::Clock,
    demo::{day::Day, sources::Outlet},
};

/// A site with the socket it is reached through.
pub(super) struct Server {
    pub(super) site: Site,
    listener: TcpListener,
}

/// What a visitor is answered from.
struct Desk {
    site: Site,
    clock: Arc<dyn Clock>,
}

impl Server {
    /// Takes a free port of the loopback; visitors wait until [`Server::run`].
    pub(super) fn open(outlet: Outlet, day: Arc<Day>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let home = Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
        Ok(Self { site: Site { outlet, home, day }, listener })
    }

    /// Answers with what is out by `clock` until `stop`.
    pub(super) async fn run(self: Arc<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener.try_clone()?)?;
        let desk = Desk { site: self.site.clone(), clock };
        let router = Router::new().fallback(answer).with_state(Arc::new(desk));
        axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies = text(header::COOKIE).unwrap_or_default();
    let ask = Ask {
        target: request.uri().path_and_query().map_or("/", |target| target.as_str()),
        adult: cookies.split(';').any(|cookie| cookie.trim() == "over18=1"),
        known: Known { etag: text(header::IF_NONE_MATCH), since: text(header::IF_MODIFIED_SINCE) },
    };
    response(desk.site.answer(ask, desk.clock.now()))
}

fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer
        .headers
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?)));
    (status, headers.collect::<HeaderMap>(), answer.body).into_response()
}
