//! What ids and closed lists are called on screen.

use std::{collections::HashMap, fmt::Write};

use crate::domain::{
    AccountState, Action, Aspect, City, ClaimKind, DateQuality, Evidence, FactKind, Label, Level, Outcome, Role,
    TextKind, TroubleKind, Verdict,
};

/// The names of services and agencies.
#[derive(Debug, Default)]
pub(super) struct Names {
    services: HashMap<String, String>,
    agencies: HashMap<String, String>,
}

impl Names {
    pub(super) fn of(city: &City) -> Self {
        Self {
            services: city.services.iter().map(|service| (service.id.clone(), service.name.clone())).collect(),
            agencies: city.agencies.iter().map(|agency| (agency.name.clone(), agency.short.clone())).collect(),
        }
    }

    /// A service's name; an id that the dictionaries no longer know stands for itself.
    pub(super) fn service<'a>(&'a self, id: &'a str) -> &'a str {
        self.services.get(id).map_or(id, String::as_str)
    }

    /// An agency's short name, or its full one.
    pub(super) fn agency<'a>(&'a self, name: &'a str) -> &'a str {
        self.agencies.get(name).map_or(name, String::as_str)
    }

    /// What a stretch of text spoke for: a service, an agency, or the answer of a model.
    pub(super) fn reason(&self, what: &str) -> String {
        what.strip_prefix(Evidence::MODEL).map_or_else(|| self.of_either(what).to_owned(), model_reason)
    }

    /// What a word spoke for: a service or an agency.
    pub(super) fn of_either<'a>(&'a self, what: &'a str) -> &'a str {
        self.services.get(what).or_else(|| self.agencies.get(what)).map_or(what, String::as_str)
    }
}

/// What a stretch spoke for in a model (`kind:complaint`), in words.
fn model_reason(what: &str) -> String {
    let (target, answer) = what.split_once(':').unwrap_or((what, ""));
    match target {
        "kind" => format!("內容類型：{}（模型）", TextKind::from_name(answer).map_or(answer, |known| kind(known))),
        "toward_city" => {
            format!("對市府傾向：{}（模型）", Label::from_name(answer).map_or(answer, |known| label(known)))
        }
        "category" => format!("1999 類別：{answer}（模型）"),
        _ => format!("{answer}（模型）"),
    }
}

/// What happened to a source, and what can be done about it.
pub(super) fn trouble(kind: TroubleKind) -> (&'static str, &'static str) {
    match kind {
        TroubleKind::HttpError => ("網站回應錯誤", "系統將自動重試；請以瀏覽器確認網址，如已搬遷請更新來源設定"),
        TroubleKind::Timeout => ("網站逾時未回應", "系統將自動重試；如長期緩慢，請洽系統管理人員延長等候時間"),
        TroubleKind::Dns => ("查無此網域", "請確認網址是否正確，或洽機房檢查名稱伺服器"),
        TroubleKind::Tls => ("無法建立安全連線", "該站憑證可能已過期，請通知媒體；系統將自動重試"),
        TroubleKind::TooLarge => ("回應內容過大", "請改用該站較小的訊息來源，或洽系統管理人員調高上限"),
        TroubleKind::Blocked => ("位址不在允許範圍", "內部網路位址須由系統管理人員於來源設定明列允許"),
        TroubleKind::Robots => ("該站禁止自動讀取", "請改用該站提供的訊息來源，或洽媒體同意"),
        TroubleKind::Challenge => ("遇到驗證或維護頁面", "系統將自動重試；如持續發生，請洽媒體開放讀取"),
        TroubleKind::RateLimited => ("該站要求暫緩讀取", "系統已自動放慢，無須處理；如經常發生，請拉長輪詢間隔"),
        TroubleKind::ParseError => ("內容不是預期的格式", "請以瀏覽器確認網址，並檢查來源設定的類型"),
        TroubleKind::Internal => ("本系統無法讀取", "請洽系統管理人員查看技術細節"),
    }
}

/// A polarity in words.
pub(super) fn label(label: Label) -> &'static str {
    match label {
        Label::Negative => "負面",
        Label::Neutral => "中性",
        Label::Positive => "正面",
    }
}

/// A polarity as a shape, so that colour never says it alone.
pub(super) fn shape(label: Label) -> &'static str {
    match label {
        Label::Negative => "▼",
        Label::Neutral => "●",
        Label::Positive => "▲",
    }
}

/// A kind of text in words.
pub(super) fn kind(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Complaint => "陳情",
        TextKind::Question => "詢問",
        TextKind::Report => "報導",
        TextKind::Opinion => "評論",
        TextKind::Notice => "公告",
        TextKind::Praise => "肯定",
        TextKind::Other => "其他",
    }
}

/// A role in words.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::DutyOfficer => "值班人員",
        Role::AgencyContact => "機關聯絡人",
        Role::Spokesperson => "發言人",
        Role::Approver => "核定人",
        Role::Admin => "系統管理者",
        Role::ReadOnly => "唯讀",
    }
}

/// Where an account stands, in words.
pub(super) fn account_state(state: AccountState) -> &'static str {
    match state {
        AccountState::Invited => "待設定密碼",
        AccountState::Active => "啟用",
        AccountState::Disabled => "停用",
    }
}

/// What was done, in words.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::LogIn => "登入",
        Action::LogInFailed => "登入失敗",
        Action::Lock => "鎖定",
        Action::LogOut => "登出",
        Action::AccountAdded => "新增帳號",
        Action::AccountDisabled => "停用帳號",
        Action::AccountReset => "重設密碼",
        Action::RolesChanged => "變更角色",
        Action::SetUp => "設定密碼",
        Action::PasswordChanged => "變更密碼",
        Action::Corrected => "更正研判",
        Action::CorrectionWithdrawn => "撤回更正",
        Action::FactEntered => "登錄事實",
        Action::FactsImported => "匯入事實",
        Action::SurveysImported => "匯入滿意度",
        Action::FindingJudged => "登記查證結果",
        Action::CaseOpened => "開立案件",
        Action::CaseJoined => "案件併入報導",
        Action::CaseStepped => "案件流程",
        Action::CaseChanged => "案件調整",
        Action::DraftKept => "儲存稿件",
        Action::ModelAsked => "請模型試改",
        Action::ProposalDropped => "不採用模型建議",
        Action::BasisSigned => "簽署依據",
        Action::BasisWithdrawn => "撤回依據",
        Action::SourceLaid => "加入佐證",
        Action::PublicationRefused => "拒絕發布",
        Action::ClosureEntered => "登錄停班",
        Action::ClosureWithdrawn => "撤回停班",
        Action::ApiKeyMade => "建立 API 金鑰",
        Action::ApiKeyEnded => "停用 API 金鑰",
        Action::UnitKept => "科室設定",
        Action::UnitStaffed => "科室成員異動",
        Action::AddressChanged => "變更通知位址",
        Action::SubstituteEntered => "登錄職務代理",
        Action::SubstituteWithdrawn => "撤回職務代理",
        Action::MessageResent => "重送訊息",
        Action::OverdueExplained => "填報逾期說明",
        Action::ContradictionExplained => "已知並說明",
        Action::ExplanationWithdrawn => "撤回說明",
    }
}

/// What of a reading may be put right, in words.
pub(super) fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Scope => "範圍",
        Aspect::Service => "服務類別",
        Aspect::Agency => "權責機關",
        Aspect::Kind => "內容類型",
        Aspect::TowardCity => "對市府傾向",
    }
}

/// What came out for a claim, in words.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Contradicted => "與公布內容不符",
        Verdict::Outdated => "所引為舊資料",
        Verdict::Denied => "市府已說明並無此事",
        Verdict::Supported => "與公布內容相符",
        Verdict::NotFound => "查無可比對之公布內容",
        Verdict::Opinion => "意見或評論",
    }
}

/// The level of an alert in words.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::A => "重大",
        Level::B => "一般",
        Level::None => "無",
    }
}

/// A sort of claim in words.
pub(super) fn claim(kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Figure => "數字",
        ClaimKind::Date => "日期時間",
        ClaimKind::Agency => "權責機關",
        ClaimKind::Status => "辦理狀態",
        ClaimKind::Notice => "公告事項",
        ClaimKind::Place => "地點",
        ClaimKind::Quote => "引述",
    }
}

/// How sure a finding is, in words. What is less sure than this raises no alert.
pub(super) fn sureness(score: f64) -> &'static str {
    if score >= 0.9 {
        "高"
    } else if score >= 0.8 {
        "中高"
    } else {
        "中"
    }
}

/// What a person found out about an alert, in words.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Misreport => "確為誤報",
        Outcome::CityWrong => "市府資料有誤",
        Outcome::Mismatch => "比對有誤",
        Outcome::Unclear => "無法判斷",
    }
}

/// The page of an official statement. Keys that were imported may hold any sign.
pub(super) fn fact_address(id: &str) -> String {
    let mut address = String::from("/facts/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            address.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// A sort of official statement in words.
pub(super) fn fact_kind(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Release => "新聞稿",
        FactKind::Decision => "核定及公告事項",
        FactKind::Jurisdiction => "權責分工",
        FactKind::Denial => "澄清說明",
        FactKind::Hand => "人工登錄",
    }
}

/// Whether a report concerns the city, in words.
pub(super) fn scope(inside: bool) -> &'static str {
    if inside { "市政相關" } else { "非市政" }
}

/// A kind of place in words, from its stored name.
pub(super) fn place(kind: &str) -> &'static str {
    match kind {
        "district" => "行政區",
        "village" => "里",
        "road" => "道路",
        "station" => "車站",
        "facility" => "設施",
        _ => "地點",
    }
}

/// A kind of personal data in words, from its stored name.
pub(super) fn personal(kind: &str) -> &'static str {
    match kind {
        "phone" => "電話",
        "plate" => "車牌",
        "id" => "身分證字號",
        "address" => "地址",
        "name" => "姓名",
        _ => "個人資料",
    }
}

/// What is to be known of how a time was read; nothing when it was written in full.
pub(super) fn quality(quality: DateQuality) -> Option<&'static str> {
    match quality {
        DateQuality::Exact => None,
        DateQuality::DayOnly => Some("原文僅載日期"),
        DateQuality::Inferred => Some("年份或日期係推定"),
        DateQuality::Clamped => Some("原文時間在未來，改以擷取時間計"),
    }
}

/// How a source is read, in words, from its kind's name.
pub(super) fn source_kind(kind: &str) -> &'static str {
    match kind {
        "feed" => "訂閱摘要",
        "sitemap" => "網站地圖",
        "list" => "列表網頁",
        "board" => "看板",
        "mastodon" => "Mastodon",
        "youtube" => "YouTube",
        "json" => "JSON 資料",
        "folder" => "檔案匯入",
        _ => "其他",
    }
}
