//! A console with accounts and a clock that is set by hand, asked as a browser asks.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    auth::{Accounts, SetUp},
    clock::{Clock, Sleep},
    convert::{Converter, Settings},
    domain::{
        Actor, Agency, AgencyKind, City, Duties, Office, PersonName, Role, Service, SessionLimits, Token, UserName,
    },
    notify::Model,
    store::Store,
    text::Segmenter,
    web::{self, Console, Disagreeing, Entrance},
    workflow::{corrections::Judge, gate::GateRules},
};
use tokio::sync::watch;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use super::{Database, morning, sqlite};

/// The password of everybody in a room.
pub const PASSWORD: &str = "騎樓下的貓最愛看夜市燈火";
/// A clock that is set by hand.
#[derive(Debug)]
pub struct Hand(Mutex<DateTime<Utc>>);

impl Hand {
    pub fn pass(&self, span: TimeDelta) {
        *self.0.lock().unwrap() += span;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep_until(&self, _: Duration) -> Sleep<'_> {
        Box::pin(async {})
    }
}

/// How a console is set up.
pub struct Setting {
    pub anyone_may_read: bool,
    pub public_url: Option<&'static str>,
    pub trusted: Vec<&'static str>,
}

pub const CLOSED: Setting = Setting { anyone_may_read: false, public_url: None, trusted: Vec::new() };

/// An office without contacts and channels.
pub const NOBODY: Office = Office { name: String::new(), contacts: Vec::new(), channels: Vec::new() };

/// A console with its accounts.
pub struct Room {
    pub store: Store,
    pub accounts: Accounts,
    router: Router,
    pub clock: Arc<Hand>,
    pub database: Database,
}

/// What an answer was.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The cookie it sets, as a browser sends it back.
    pub fn cookie(&self) -> String {
        let set = self.headers["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    pub fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }

    /// The set-up path on the page.
    pub fn link(&self) -> String {
        let (_, rest) = self.text.split_once("/setup/").expect("the page shows a link");
        format!("/setup/{}", rest.chars().take(64).collect::<String>())
    }
}

/// A request under way.
pub struct Ask<'r> {
    room: &'r Room,
    method: Method,
    path: String,
    cookie: String,
    headers: Vec<(&'static str, String)>,
    peer: &'static str,
    body: String,
}

impl Ask<'_> {
    pub fn with(mut self, cookie: &str) -> Self {
        self.cookie = cookie.into();
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn from(mut self, peer: &'static str) -> Self {
        self.peer = peer;
        self
    }

    /// Sends this as it is.
    pub fn body(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self
    }

    pub async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(self.path);
        if !self.cookie.is_empty() {
            request = request.header("cookie", self.cookie);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let peer: SocketAddr = format!("{}:40000", self.peer).parse().unwrap();
        let request = request.extension(ConnectInfo(peer)).body(Body::from(self.body)).unwrap();
        let response = self.room.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 22).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text, bytes }
    }
}

/// What a room's desk works with beside the database.
pub struct Tools {
    /// The program that makes PDF; empty for none.
    pub program: String,
    /// The language model.
    pub model: Option<Arc<Model>>,
    /// How drafts are held against earlier statements.
    pub disagreeing: Disagreeing,
}

impl Default for Tools {
    fn default() -> Self {
        Self { program: String::new(), model: None, disagreeing: Arc::new(|_, _, _| Vec::new()) }
    }
}

impl Room {
    pub fn open(database: Database, setting: &Setting) -> Self {
        let mut city = City {
            services: [("streetlight", "路燈"), ("mrt", "捷運輕軌")].map(service).into(),
            ..City::default()
        };
        city.cues.here = vec!["高雄".into()];
        city.agencies = vec![agency("水利局"), agency("交通局")];
        let built_in = super::built_in();
        city.steps.clone_from(&built_in.steps);
        city.deadlines.clone_from(&built_in.deadlines);
        city.calendar.clone_from(&built_in.calendar);
        city.drafting.clone_from(&built_in.drafting);
        Self::of(database, setting, city, Office { name: "高雄市政府新聞局".into(), ..Office::default() })
    }

    /// A room of this city and office.
    pub fn of(database: Database, setting: &Setting, city: City, office: Office) -> Self {
        Self::with_tools(database, setting, (city, office), Tools::default())
    }

    /// A room with these tools.
    pub fn with_tools(
        database: Database,
        setting: &Setting,
        (city, office): (City, Office),
        Tools { program, model, disagreeing }: Tools,
    ) -> Self {
        let store = database.store.clone();
        let clock = Arc::new(Hand(Mutex::new(morning())));
        let limits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };
        let accounts = Accounts::new(store.clone(), clock.clone(), limits, &city).unwrap();
        let (_, sources) = watch::channel(Arc::new(Vec::new()));
        let router = web::console(Console {
            store: store.clone(),
            metrics: Arc::clone(&database.metrics),
            segmenter: Arc::new(Segmenter::new(&city)),
            gate: Arc::new(GateRules::new(&city).unwrap()),
            disagreeing,
            judge: Arc::new(Judge::new(&city).unwrap()),
            base: "https://clarion.example/".parse().unwrap(),
            office,
            converter: Arc::new(converter(&program)),
            city: Arc::new(city),
            model,
            quota_warning: 0.2,
            sources,
            clock: clock.clone(),
            entrance: Entrance {
                accounts: accounts.clone(),
                anyone_may_read: setting.anyone_may_read,
                offers_log_in: true,
                public_url: setting.public_url.map(|url| url.parse().unwrap()),
                trusted_proxies: setting.trusted.iter().map(|network| network.parse().unwrap()).collect(),
            },
            ready: Arc::new(|| true),
        })
        .unwrap();
        Self { store, accounts, router, clock, database }
    }

    pub async fn closed() -> Self {
        Self::open(sqlite().await, &CLOSED)
    }

    pub fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        Ask {
            room: self,
            method,
            path: path.into(),
            cookie: String::new(),
            headers: Vec::new(),
            peer: "192.0.2.1",
            body: String::new(),
        }
    }

    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Ask<'_> {
        self.ask(Method::POST, path).form(fields)
    }

    /// Adds an account that has its password.
    pub async fn person(&self, name: &str, roles: &[Role]) {
        let token = self.invite(name, roles).await;
        let done = self.accounts.set_up(&token, PASSWORD, [192, 0, 2, 9].into()).await.unwrap();
        assert_eq!(done, SetUp::Done);
    }

    /// Adds the contact of an agency.
    pub async fn contact(&self, name: &str, agency: &str) {
        let duties = Duties::given([Role::AgencyContact].into(), Some(agency.into()), None);
        let token = self.admit(name, duties).await;
        assert_eq!(self.accounts.set_up(&token, PASSWORD, [192, 0, 2, 9].into()).await.unwrap(), SetUp::Done);
    }

    pub async fn invite(&self, name: &str, roles: &[Role]) -> Token {
        self.admit(name, Duties::given(roles.iter().copied().collect(), None, None)).await
    }

    async fn admit(&self, name: &str, duties: Duties) -> Token {
        let (user, person) = (UserName::parse(name).unwrap(), PersonName::parse("王小明").unwrap());
        self.accounts.add(Actor::command_line(), &user, person, duties).await.unwrap().unwrap()
    }

    pub fn log_in(&self, name: &str, password: &str) -> Ask<'_> {
        self.post("/login", &[("name", name), ("password", password), ("next", "/sources")])
    }

    /// Logs in and returns the cookie.
    pub async fn cookie(&self, name: &str) -> String {
        let answer = self.log_in(name, PASSWORD).send().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.cookie()
    }

    pub async fn is_in(&self, cookie: &str) -> bool {
        self.get("/password").with(cookie).send().await.status == StatusCode::OK
    }
}

/// What makes PDF by a program.
pub fn converter(program: &str) -> Converter {
    Converter::new(Settings { program: program.into(), patience: Duration::from_mins(1), at_once: 1 })
}

fn service((id, name): (&str, &str)) -> Service {
    Service {
        id: id.into(),
        name: name.into(),
        city: true,
        agencies: Vec::new(),
        unit: None,
        leads: Vec::new(),
        words: Vec::new(),
        weak: Vec::new(),
        golden: String::new(),
    }
}

/// A bureau of the city, known by its short name.
fn agency(short: &str) -> Agency {
    Agency {
        name: format!("高雄市政府{short}"),
        short: short.into(),
        kind: AgencyKind::Bureau,
        city: true,
        aliases: Vec::new(),
        units: Vec::new(),
    }
}
