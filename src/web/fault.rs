//! What a page says when it cannot be shown: fixed words to the browser, the detail to the log under a number that
//! stands on both.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use askama::Template;
use axum::{
    extract::State,
    http::{
        StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{Html, IntoResponse, Response},
};

use crate::{
    auth::AuthError,
    convert::ConvertFault,
    document::DocumentFault,
    store::StoreError,
    web::{
        Desk, access,
        frame::{Frame, Section},
        visitor::Visitor,
    },
};

/// What handlers share.
pub(super) type Shared = Arc<Desk>;

/// Pages show what is in the database now, and some of it is not for the next user of the same machine.
const NOT_KEPT: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// What a refusal in JSON is called.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// When to try a busy database again, in seconds.
const SOON: &str = "5";

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// There is no such page or report.
    #[error("there is no such page")]
    Missing,
    /// The route has no answer to the method.
    #[error("{0} does not answer this method")]
    Method(String),
    /// The account holds none of the roles that may.
    #[error("the account may not do this")]
    NotAllowed,
    /// The request was sent by a page of another site.
    #[error("the request came from another site")]
    Foreign,
    /// What was looked at is no longer what there is.
    #[error("the report or a choice has changed meanwhile")]
    Changed,
    /// A program showed no key, or one that is not good.
    #[error("the request has no key of the API, or one that has ended")]
    BadKey,
    /// A set-up link was used, replaced, or is too old.
    #[error("the set-up link is no longer good")]
    LinkGone,
    /// The answer took too long.
    #[error("the page took longer than {0} s; see whether the database is busy")]
    Slow(u64),
    /// A handler panicked.
    #[error("a page panicked: {0}; this is a fault of the program, report it")]
    Panic(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody could be let in or refused.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A file could not be made.
    #[error(transparent)]
    Document(#[from] DocumentFault),
    /// A PDF could not be made.
    #[error(transparent)]
    Convert(#[from] ConvertFault),
    /// A template failed.
    #[error("a page could not be written: {0}; this is a fault of the program, report it")]
    Template(#[from] askama::Error),
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadKey => StatusCode::UNAUTHORIZED,
            Self::NotAllowed | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Changed => StatusCode::CONFLICT,
            Self::LinkGone => StatusCode::GONE,
            Self::Slow(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(error) if error.retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Auth(error) if error.retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Convert(ConvertFault::Absent) => StatusCode::NOT_IMPLEMENTED,
            Self::Convert(error) if error.retryable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panic(_)
            | Self::Store(_)
            | Self::Auth(_)
            | Self::Document(_)
            | Self::Convert(_)
            | Self::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The page that says so.
#[derive(Debug, Template)]
#[template(path = "fault.html")]
pub(super) struct FaultPage {
    pub(super) frame: Frame,
    pub(super) status: StatusCode,
    /// What stands on the page and in the log, for faults that are ours.
    pub(super) number: Option<String>,
}

impl FaultPage {
    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "找不到這個頁面",
            StatusCode::METHOD_NOT_ALLOWED => "不支援這個操作",
            StatusCode::UNAUTHORIZED => "須以金鑰或帳號登入",
            StatusCode::FORBIDDEN => "無法執行這個操作",
            StatusCode::CONFLICT => "內容已有變動",
            StatusCode::GONE => "連結已失效",
            StatusCode::NOT_IMPLEMENTED => "本系統尚未安裝 PDF 轉檔程式",
            StatusCode::SERVICE_UNAVAILABLE => "系統忙碌中",
            _ => "系統發生錯誤",
        }
    }

    fn advice(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "網址可能有誤，或該則報導不在資料庫內。請由輿情清單重新查詢。",
            StatusCode::METHOD_NOT_ALLOWED => "這個網址不接受此種操作。請由系統頁面上的按鈕或連結操作。",
            StatusCode::UNAUTHORIZED => {
                "請於 Authorization 標頭附上有效的 API 金鑰；金鑰由帳號持有人於「API 金鑰」頁面建立。"
            }
            StatusCode::FORBIDDEN => {
                "您的帳號沒有這項權限，或這個要求不是由本系統的頁面送出。請由本系統頁面操作；如需權限，請洽系統管理者。"
            }
            StatusCode::CONFLICT => "這筆資料已有新版本，或已由他人變更，您的更正未儲存。請重新開啟後再操作。",
            StatusCode::GONE => "一次性連結僅能使用一次，且於 24 小時後失效。請洽系統管理者重新產生連結。",
            StatusCode::SERVICE_UNAVAILABLE => "系統暫時無法回應，已蒐集的資料不受影響。請稍候數秒後重試。",
            StatusCode::NOT_IMPLEMENTED => {
                "請改以列印版列印，並於瀏覽器的印表機選單選擇「另存為 PDF」。如需直接下載 PDF，請系統管理人員於主機安裝 \
                 LibreOffice（Debian 套件 libreoffice-writer-nogui、fonts-arphic-ukai、fonts-liberation），安裝後即可使用。"
            }
            _ => "已蒐集的資料不受影響。請重新整理；若持續發生，請將下列錯誤編號告知系統管理人員。",
        }
    }
}

impl Desk {
    /// A page, or the page that says why not.
    pub(super) fn answer<T: Template>(&self, visitor: &Visitor, page: Result<T, Fault>) -> Response {
        match page.and_then(|page| Ok(page.render()?)) {
            Ok(html) => ([NOT_KEPT], Html(html)).into_response(),
            Err(fault) => self.apology(visitor, &fault),
        }
    }

    /// The page that says why not.
    pub(super) fn apology(&self, visitor: &Visitor, fault: &Fault) -> Response {
        let now = self.console.clock.now();
        let status = fault.status();
        let number = (status.is_server_error()).then(|| {
            let number = fault_number(now.timestamp());
            tracing::error!(number, error = %fault, "a page could not be shown");
            number
        });
        let page = FaultPage { frame: Frame::new(Section::Nowhere, now, visitor.clone()), status, number };
        let mut response = if visitor.wants_json() {
            problem(&page)
        } else {
            let Ok(html) = page.render() else { return status.into_response() };
            (status, [NOT_KEPT], Html(html)).into_response()
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static(SOON));
        }
        if let Fault::Method(path) = fault
            && let Ok(methods) = access::methods(path).try_into()
        {
            response.headers_mut().insert(ALLOW, methods);
        }
        response
    }
}

/// The same for programs (RFC 9457).
fn problem(page: &FaultPage) -> Response {
    let body = serde_json::json!({
        "title": page.title(), "detail": page.advice(), "status": page.status.as_u16(), "number": page.number,
    });
    (page.status, [NOT_KEPT, (CONTENT_TYPE, PROBLEM_JSON)], body.to_string()).into_response()
}

/// Anything that has no route.
pub(super) async fn missing(State(desk): State<Shared>, visitor: Visitor) -> Response {
    desk.apology(&visitor, &Fault::Missing)
}

/// Short enough to be read out on the telephone, and never the same twice.
fn fault_number(seconds: i64) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("{seconds:X}-{:X}", COUNT.fetch_add(1, Ordering::Relaxed))
}
