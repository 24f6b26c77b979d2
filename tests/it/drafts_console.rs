//! Drafts in the console: nobody's words are lost, nobody consents to a text they did not see, nothing goes out without a
//! basis, and what went out is there for the public.

use std::{io::Read, sync::Arc};

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use clarion::{
    domain::{
        Actor, Audience, CaseLevel, Channel, ChannelId, ClaimKind, Clarification, Contact, Destination, Level, Moments,
        Office, Role, Verdict,
    },
    notify::Model,
    store::{CaseClaim, Opened, Opening},
    web::Disagreeing,
};
use flate2::read::DeflateDecoder;
use url::form_urlencoded::Serializer;

use crate::{
    documents::pdf_text,
    facts::{RELEASE, WRONG, contradicted, keep, latest, own, put, statement},
    support::{
        city, morning,
        room::{Answer, CLOSED, Room, Tools},
        source, sqlite,
    },
};

pub const CASE: &str = "case-1";
const CLAIM: &str = "五甲地區雨水下水道改善工程總經費高達25億元";
const UNPROVEN: &str = "工期為18個月。";

pub fn text() -> Clarification {
    Clarification {
        title: format!("有關木棉日報報導「{CLAIM}」，水利局澄清說明"),
        lead: format!("針對木棉日報報導指「{CLAIM}」一事，經查與公布內容不符，水利局說明如下："),
        facts: vec!["五甲地區雨水下水道改善工程總經費新臺幣2億5,000萬元。".into()],
        measures: "水利局將持續說明。".into(),
        appeal: "民眾如有疑問，可撥打1999市民服務專線。".into(),
        contacts: "新聞聯絡人：許股長世盛 07-7995678#2513".into(),
        card: "五甲地區雨水下水道改善工程總經費為2億5,000萬元。".into(),
        ..Clarification::default()
    }
}

fn fields(base: u32, text: &Clarification) -> Vec<(String, String)> {
    let base = base.to_string();
    let mut fields: Vec<(&str, &str)> = vec![
        ("base", &base),
        ("title", &text.title),
        ("lead", &text.lead),
        ("measures", &text.measures),
        ("appeal", &text.appeal),
        ("contacts", &text.contacts),
        ("card", &text.card),
        ("fact", ""),
    ];
    fields.extend(text.facts.iter().map(|fact| ("fact", fact.as_str())));
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A console with a case, and people to write, to consent and to publish.
pub struct Stage {
    pub room: Room,
}

impl Stage {
    async fn set() -> Self {
        Self::of(Tools::default(), WRONG).await
    }

    /// With this program for PDF; empty for none.
    async fn with_pdf(program: &str) -> Self {
        Self::of(Tools { program: program.into(), ..Tools::default() }, WRONG).await
    }

    /// With a language model, and with a report whose text begins with [`WRONG`].
    pub async fn with(model: Option<Arc<Model>>, article: &str) -> Self {
        Self::of(Tools { model, ..Tools::default() }, article).await
    }

    /// With how drafts are held against earlier statements.
    pub async fn comparing(disagreeing: Disagreeing) -> Self {
        Self::of(Tools { disagreeing, ..Tools::default() }, WRONG).await
    }

    async fn of(tools: Tools, article: &str) -> Self {
        let contact = Contact { name: "許世盛".into(), post: "股長".into(), telephone: "07-7995678#2513".into() };
        let channel = Channel {
            id: ChannelId::parse("press").unwrap(),
            name: "記者群組".into(),
            audience: Audience::Public,
            destination: Destination::Slack,
            min_level: Level::B,
            quiet: None,
            fall_back: None,
            allow_private: false,
        };
        let office = Office {
            name: "高雄市政府新聞局".into(),
            contacts: vec![(String::new(), contact)],
            channels: vec![channel],
        };
        let room = Room::with_tools(sqlite().await, &CLOSED, (city(), office), tools);
        for name in ["wang", "chen"] {
            room.person(name, &[Role::DutyOfficer]).await;
        }
        room.person("li", &[Role::Spokesperson]).await;
        room.person("zhao", &[Role::Approver]).await;
        room.person("reader", &[Role::ReadOnly]).await;
        put(&room.store, "f1", statement(RELEASE)).await;
        let fact = latest(&room.store, "f1").await;
        let checked = own(vec![contradicted(WRONG, &fact)], fact.number);
        let outlet = source("mumian", "木棉日報");
        keep(&room.store, &outlet, ("https://a.example/1", article), None, checked).await;
        let report = room.store.reports(&clarion::store::Filter::default(), None, 1).await.unwrap().rows.remove(0);
        let now = morning();
        let opening = Opening {
            id: CASE.into(),
            level: CaseLevel::B,
            title: "五甲下水道經費".into(),
            story: Some(report.id.clone()),
            district: None,
            service: None,
            moments: Moments {
                published: Some(now),
                fetched: now,
                acknowledged: None,
                known: now,
                planned: None,
                answered: None,
            },
            reports: vec![(report.id, "newspaper".into())],
            claims: vec![CaseClaim {
                verdict: Verdict::Contradicted,
                kind: ClaimKind::Figure,
                claimed: "25億元".into(),
                fact_id: Some("f1".into()),
            }],
            draft: None,
            postings: Vec::new(),
            detail: "{}".into(),
        };
        let opened = room.store.open_case(opening, Actor::daemon(), now).await.unwrap();
        assert_eq!(opened, Opened::New(1));
        let stage = Self { room };
        let wang = stage.room.cookie("wang").await;
        stage.step(&wang, &[("step", "assign"), ("agency", "高雄市政府水利局")]).await;
        stage.step(&wang, &[("step", "accept")]).await;
        stage.step(&wang, &[("step", "draft")]).await;
        let version = stage.room.store.case(CASE).await.unwrap().unwrap().version;
        stage.room.store.lay_draft((CASE, version), text(), now).await.unwrap();
        stage
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.room.get(path).with(cookie).send().await
    }

    pub async fn draft(&self, cookie: &str) -> String {
        let answer = self.get(&format!("/cases/{CASE}/draft"), cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.text
    }

    pub async fn save(&self, cookie: &str, base: u32, text: &Clarification) -> Answer {
        self.send("draft", cookie, base, text).await
    }

    async fn send(&self, to: &str, cookie: &str, base: u32, text: &Clarification) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields(base, text)).finish();
        self.room.ask(Method::POST, &format!("/cases/{CASE}/{to}")).with(cookie).body(&body).send().await
    }

    /// Takes a step on the version that the case has now, unless the form says another one.
    pub async fn try_step(&self, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let current = self.room.store.case(CASE).await.unwrap().unwrap().version.to_string();
        let mut all = fields.to_vec();
        if !fields.iter().any(|(name, _)| *name == "version") {
            all.push(("version", &current));
        }
        let fields = &all;
        self.room.post(&format!("/cases/{CASE}/steps"), fields).with(cookie).send().await
    }

    pub async fn step(&self, cookie: &str, fields: &[(&str, &str)]) {
        let answer = self.try_step(cookie, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{fields:?}: {}", answer.text);
    }

    /// Submits the latest revision; its hash.
    pub async fn submit(&self, cookie: &str) -> String {
        let hash = self.room.store.latest_draft(CASE).await.unwrap().unwrap().hash;
        self.step(cookie, &[("step", "submit"), ("hash", &hash)]).await;
        hash
    }

    pub async fn consent(&self, hash: &str) {
        let (li, zhao) = (self.room.cookie("li").await, self.room.cookie("zhao").await);
        self.step(&li, &[("step", "review"), ("hash", hash)]).await;
        self.step(&zhao, &[("step", "approve"), ("hash", hash)]).await;
    }
}

#[tokio::test]
async fn two_people_on_one_draft_lose_no_word() {
    let stage = Stage::set().await;
    let (wang, chen, reader) =
        (stage.room.cookie("wang").await, stage.room.cookie("chen").await, stage.room.cookie("reader").await);
    let page = stage.draft(&wang).await;
    for words in [
        "發布前檢核：全數通過",
        "name=\"base\" value=\"1\"",
        "2億5,000萬元</bdi>",
        "水利局公布資料 115年3月17日",
        "將第 1 版陳核",
        "說法與事實",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let seen = stage.draft(&reader).await;
    assert!(!seen.contains("id=\"draft-form\"") && seen.contains("經查與公布內容不符"), "{seen}");
    assert_eq!(stage.save(&reader, 1, &text()).await.status, StatusCode::FORBIDDEN);

    let theirs = Clarification { measures: "水利局將於現地說明。".into(), ..text() };
    assert_eq!(stage.save(&chen, 1, &theirs).await.location(), format!("/cases/{CASE}/draft?kept=2"));
    let mine = Clarification { appeal: "請<b>撥打</b>1999市民服務專線。".into(), ..text() };
    let refused = stage.save(&wang, 1, &mine).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for words in [
        "請&#60;b&#62;撥打&#60;/b&#62;1999市民服務專線。</textarea>",
        "第 2 版由 <bdi>chen</bdi>",
        "<ins>水利局將於現地說明。</ins>",
        "<del>水利局將持續說明。</del>",
        "name=\"base\" value=\"2\"",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    // Whoever closes the page now finds the words again.
    let again = stage.draft(&wang).await;
    assert!(
        again.contains("已還原尚未儲存的內容") && again.contains("請&#60;b&#62;撥打") && again.contains("第 2 版由")
    );
    let both = Clarification { measures: theirs.measures.clone(), ..mine.clone() };
    assert_eq!(stage.save(&wang, 2, &both).await.location(), format!("/cases/{CASE}/draft?kept=3"));
    assert_eq!(stage.save(&wang, 3, &both).await.location(), format!("/cases/{CASE}/draft?same=1"));
    assert!(!stage.draft(&wang).await.contains("已還原"));
    let changes = stage.get(&format!("/cases/{CASE}/draft/3"), &reader).await.text;
    assert!(
        changes.contains("與第 2 版的差異") && changes.contains("<ins>") && changes.contains("預擬稿"),
        "{changes}"
    );
    for missing in ["9", "x", "3.exe"] {
        let path = format!("/cases/{CASE}/draft/{missing}");
        assert_eq!(stage.get(&path, &reader).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let long = Clarification { lead: "長".repeat(4_001), ..both };
    let refused = stage.save(&wang, 3, &long).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("單一欄位過長") && refused.text.contains(&long.lead));
}

#[tokio::test]
async fn nobody_consents_to_a_text_that_they_did_not_see() {
    let stage = Stage::set().await;
    let (wang, chen) = (stage.room.cookie("wang").await, stage.room.cookie("chen").await);
    let (li, zhao) = (stage.room.cookie("li").await, stage.room.cookie("zhao").await);
    let first = stage.room.store.latest_draft(CASE).await.unwrap().unwrap().hash;
    let changed = Clarification { measures: "水利局將於現地說明。".into(), ..text() };
    assert_eq!(stage.save(&chen, 1, &changed).await.status, StatusCode::SEE_OTHER);
    let refused = stage.try_step(&wang, &[("step", "submit"), ("hash", &first)]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("稿件內容已變更"), "{}", refused.text);
    let second = stage.submit(&wang).await;
    let late = stage.save(&chen, 2, &text()).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "it is under review");
    assert!(late.text.contains("水利局將持續說明。"), "what was typed stays");

    let page = stage.draft(&li).await;
    for words in
        [second.get(..12).unwrap(), "尚未核稿", "預擬稿", "value=\"review\"", "value=\"return\"", "退回修改理由"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("value=\"approve\"") && !page.contains("value=\"publish\""));
    let version = stage.room.store.case(CASE).await.unwrap().unwrap().version.to_string();
    stage.step(&li, &[("step", "return"), ("reason", "請補充")]).await;
    let other = Clarification { appeal: "請撥打1999市民服務專線。".into(), ..changed };
    assert_eq!(stage.save(&wang, 2, &other).await.status, StatusCode::SEE_OTHER);
    let third = stage.submit(&wang).await;
    let behind = stage.try_step(&li, &[("step", "review"), ("version", &version), ("hash", &second)]).await;
    assert!(behind.status == StatusCode::CONFLICT && behind.text.contains("案件已由他人變更"), "{}", behind.text);
    let old = stage.try_step(&li, &[("step", "review"), ("hash", &second)]).await;
    assert!(old.status == StatusCode::CONFLICT && old.text.contains("稿件內容已變更"), "{}", old.text);
    let early = stage.try_step(&zhao, &[("step", "approve"), ("hash", &third)]).await;
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("須先完成核稿"), "{}", early.text);
    stage.step(&li, &[("step", "review"), ("hash", &third)]).await;
    let old = stage.try_step(&zhao, &[("step", "approve"), ("hash", &second)]).await;
    assert!(old.text.contains("稿件內容已變更"), "{}", old.text);
    let none = stage.try_step(&zhao, &[("step", "approve")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.text);
    let page = stage.draft(&zhao).await;
    assert!(page.contains("<bdi>li</bdi>") && page.contains("value=\"approve\""), "{page}");
}

#[tokio::test]
async fn a_number_without_evidence_is_signed_for_and_then_goes_out_to_everybody() {
    let stage = Stage::set().await;
    let wang = stage.room.cookie("wang").await;
    let mut longer = text();
    longer.facts.push(UNPROVEN.into());
    assert_eq!(stage.save(&wang, 1, &longer).await.status, StatusCode::SEE_OTHER);
    let page = stage.draft(&wang).await;
    assert!(
        page.contains("發布前檢核：1 項待補正") && page.contains("aria-describedby=\"fact-1-hint fact-1-fault-0\"")
    );
    assert!(page.contains("<mark class=\"doubted\" title=\"待補正\">18個月</mark>"), "{page}");
    let hash = stage.submit(&wang).await;
    stage.consent(&hash).await;
    let page = stage.draft(&wang).await;
    assert!(page.contains("name=\"channels\" value=\"press\"") && page.contains("記者群組"), "{page}");
    let publish = [("step", "publish"), ("hash", hash.as_str()), ("channels", "press")];
    let refused = stage.try_step(&wang, &publish).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("未通過發布前檢核") && refused.text.contains("18個月"), "{}", refused.text);
    assert!(stage.get("/clarifications", "").await.text.contains("目前沒有澄清說明"));
    let api = stage.get("/api/v1/releases/1-2", &wang).await;
    assert_eq!(api.status, StatusCode::NOT_FOUND);

    let li = stage.room.cookie("li").await;
    let bases = format!("/cases/{CASE}/bases");
    let sign = async |phrase: &str| {
        let fields = [("phrase", phrase), ("basis", "高市水工字第11500000001號契約")];
        stage.room.post(&bases, &fields).with(&wang).send().await
    };
    assert_eq!(sign("18個月").await.status, StatusCode::CONFLICT, "it is under review");
    stage.step(&li, &[("step", "return"), ("reason", "工期請登錄依據")]).await;
    assert_eq!(sign("").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign("18個月").await.status, StatusCode::SEE_OTHER);
    let page = stage.draft(&wang).await;
    assert!(page.contains("全數通過") && page.contains("高市水工字第11500000001號契約（wang 登錄）"), "{page}");
    let hash = stage.submit(&wang).await;
    stage.consent(&hash).await;
    stage.step(&wang, &[("step", "publish"), ("hash", &hash), ("channels", "press"), ("channels", "none")]).await;
    let sent = stage.room.store.messages(CASE, 9).await.unwrap();
    assert_eq!(sent.iter().map(|it| it.channel.as_str()).collect::<Vec<_>>(), ["press"]);
    the_public_reads_it(&stage).await;

    let listed = stage.get("/api/v1/releases", &wang).await.text;
    assert!(listed.contains("\"slug\":\"1-2\"") && listed.contains("\"anchors\":[{"), "{listed}");
    assert!(stage.get("/api/v1/messages", &wang).await.text.contains("\"channel\":\"press\""));
}

async fn the_public_reads_it(stage: &Stage) {
    let list = stage.get("/clarifications", "").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.contains("href=\"/clarifications/1-2\"") && list.text.contains("115年3月17日"), "{}", list.text);
    let page = stage.get("/clarifications/1-2", "").await;
    for words in [
        "<script type=\"application/ld+json\">[{",
        "\"@type\":\"ClaimReview\"",
        "工期為18個月。",
        "rel=\"alternate\" type=\"application/atom+xml\"",
        "發布日期",
        "href=\"https://a.example/1\"",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    for internal in ["預擬稿", "wang", "href=\"/cases", "href=\"/facts", "href=\"/reports", "高市水工字"] {
        assert!(!page.text.contains(internal), "{internal}: {}", page.text);
    }
    assert_eq!(page.headers["cache-control"], "public, max-age=60");
    let tag = page.headers["etag"].to_str().unwrap();
    let again = stage.room.get("/clarifications/1-2").header("if-none-match", tag).send().await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    let atom = stage.get("/clarifications/feed.atom", "").await;
    assert_eq!(atom.headers["content-type"], "application/atom+xml; charset=utf-8");
    assert!(atom.text.contains("tag:clarion.example,2026-01-01:release:115-0001"), "{}", atom.text);
    let json: serde_json::Value = serde_json::from_str(&stage.get("/clarifications/feed.json", "").await.text).unwrap();
    assert_eq!(json["items"][0]["url"], "https://clarion.example/clarifications/1-2");
    let plain = stage.get("/clarifications/1-2.txt", "").await;
    assert!(plain.text.contains("工期為18個月。") && !plain.text.contains("預擬稿"));
    let odt = stage.get("/clarifications/1-2.odt", "").await;
    let named = odt.headers["content-disposition"].to_str().unwrap();
    assert!(named.starts_with("attachment; filename=\"115-0001.odt\"; filename*=UTF-8''115-0001_"), "{named}");
    assert!(member(&odt.bytes, "content.xml").contains("工期為18個月。"));
    for missing in ["1-1", "1-3", "2-2", "x", "1-2.html.odt"] {
        let path = format!("/clarifications/{missing}");
        assert_eq!(stage.get(&path, "").await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn until_it_goes_out_every_copy_bears_its_mark() {
    let stage = Stage::set().await;
    let reader = stage.room.cookie("reader").await;
    let at = |ending: &str| format!("/cases/{CASE}/draft/1{ending}");
    for ending in [".txt", ".html", ""] {
        assert!(stage.get(&at(ending), &reader).await.text.contains("預擬稿"), "{ending}");
        assert_eq!(stage.get(&at(ending), "").await.status, StatusCode::UNAUTHORIZED, "{ending}");
    }
    let odt = stage.get(&at(".odt"), &reader).await;
    assert!(member(&odt.bytes, "content.xml").contains("預擬稿"));
}

#[tokio::test]
async fn a_draft_and_a_release_are_taken_along_as_pdf() {
    let stage = Stage::with_pdf("soffice").await;
    let reader = stage.room.cookie("reader").await;
    let page = stage.get(&format!("/cases/{CASE}/draft/1"), &reader).await.text;
    assert!(page.contains(&format!("<a href=\"/cases/{CASE}/draft/1.pdf\">PDF</a>")), "{page}");
    let draft = stage.get(&format!("/cases/{CASE}/draft/1.pdf"), &reader).await;
    assert_eq!((draft.status, draft.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/pdf"));
    assert!(draft.headers["content-disposition"].to_str().unwrap().contains("filename=\"115-0001.pdf\""));
    let folder = tempfile::tempdir().unwrap();
    let written = |answer: &Answer| {
        let file = folder.path().join("it.pdf");
        std::fs::write(&file, &answer.bytes).unwrap();
        pdf_text(&file).split_whitespace().collect::<String>()
    };
    let draft = written(&draft);
    assert!(draft.contains("預擬稿") && draft.contains("2億5,000萬元"), "{draft}");
    let by_program = stage.get(&format!("/api/v1/cases/{CASE}/drafts/1.pdf"), &reader).await;
    assert_eq!(written(&by_program), draft);
    let (wang, li) = (stage.room.cookie("wang").await, stage.room.cookie("li").await);
    let hash = stage.submit(&wang).await;
    stage.consent(&hash).await;
    stage.step(&li, &[("step", "publish"), ("hash", &hash)]).await;
    let public = stage.get("/clarifications/1-1.pdf", "").await;
    assert_eq!(public.status, StatusCode::OK, "{}", public.text);
    let public = written(&public);
    assert!(!public.contains("預擬稿") && public.contains("發布日期：115年3月17日08:00"), "{public}");
    let released = stage.get("/api/v1/releases/1-1.pdf", &reader).await;
    assert_eq!(written(&released), public);
    let page = stage.get("/clarifications/1-1", "").await.text;
    assert!(page.contains("href=\"/clarifications/1-1.pdf\""), "{page}");
    let print = stage.get("/clarifications/1-1.html", "").await.text;
    assert!(print.contains("class=\"printed\"") && print.contains("← 回澄清說明"), "{print}");
}

#[tokio::test]
async fn without_libreoffice_the_pages_say_what_to_install_and_offer_the_print_view() {
    let stage = Stage::set().await;
    let reader = stage.room.cookie("reader").await;
    for path in [format!("/cases/{CASE}/draft"), format!("/cases/{CASE}/draft/1")] {
        let page = stage.get(&path, &reader).await.text;
        assert!(page.contains("libreoffice-writer-nogui") && !page.contains("1.pdf\""), "{page}");
        assert!(page.contains(&format!("開啟<a href=\"/cases/{CASE}/draft/1.html\">列印版</a>")), "{page}");
    }
    let asked = stage.get(&format!("/cases/{CASE}/draft/1.pdf"), &reader).await;
    assert_eq!(asked.status, StatusCode::NOT_IMPLEMENTED);
    assert!(asked.text.contains("libreoffice-writer-nogui") && asked.text.contains("列印版"), "{}", asked.text);
    let asked = stage.get(&format!("/api/v1/cases/{CASE}/drafts/1.pdf"), &reader).await;
    assert_eq!(asked.status, StatusCode::NOT_IMPLEMENTED);
    assert!(asked.text.starts_with('{') && asked.text.contains("\"status\":501"), "{}", asked.text);
    let one = stage.get(&format!("/api/v1/cases/{CASE}/drafts/1"), &reader).await.text;
    assert!(one.contains("\"draft\":{") && one.contains("水利局澄清說明"), "{one}");
}

#[tokio::test]
async fn what_was_typed_before_the_log_in_ran_out_comes_back() {
    let stage = Stage::set().await;
    let wang = stage.room.cookie("wang").await;
    let typed = Clarification { measures: "尚未儲存的一句話。".into(), ..text() };
    assert_eq!(stage.send("draft/note", &wang, 1, &typed).await.status, StatusCode::NO_CONTENT);
    let chen = stage.room.cookie("chen").await;
    assert!(!stage.draft(&chen).await.contains("尚未儲存的一句話"), "it is the writer's own");
    stage.room.clock.pass(TimeDelta::hours(1));
    assert_eq!(stage.send("draft/note", &wang, 1, &typed).await.status, StatusCode::UNAUTHORIZED);
    let wang = stage.room.cookie("wang").await;
    let page = stage.draft(&wang).await;
    assert!(page.contains("已還原尚未儲存的內容") && page.contains("尚未儲存的一句話。</textarea>"), "{page}");
    assert!(!page.contains("版陳核"), "what is not kept is not submitted");
    let discarded = stage.room.post(&format!("/cases/{CASE}/draft/note"), &[("discard", "1")]).with(&wang).send().await;
    assert_eq!(discarded.location(), format!("/cases/{CASE}/draft"));
    assert!(!stage.draft(&wang).await.contains("尚未儲存的一句話"));
}

#[tokio::test]
async fn a_form_sent_after_the_log_in_ran_out_is_kept_over_the_log_in() {
    let stage = Stage::set().await;
    let wang = stage.room.cookie("wang").await;
    stage.room.clock.pass(TimeDelta::hours(1));
    let typed = Clarification { measures: "送出時才<b>發現逾時的一句話。".into(), ..text() };
    let asked = stage.save(&wang, 1, &typed).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    let kept = "送出時才&#60;b&#62;發現逾時的一句話。";
    assert!(asked.text.contains(kept) && asked.text.contains("您剛才送出的內容已保留"), "{}", asked.text);
    // The form of the log-in, as a browser without scripts sends it.
    let body = |password: &str| {
        let mut form = Serializer::new(String::new());
        form.append_pair("name", "wang").append_pair("password", password).append_pair("next", "/");
        form.append_pair("held-to", &format!("/cases/{CASE}/draft"));
        for (name, value) in fields(1, &typed) {
            form.append_pair(&format!("held:{name}"), &value);
        }
        form.finish()
    };
    let log_in = async |password: &str| stage.room.ask(Method::POST, "/login").body(&body(password)).send().await;
    let wrong = log_in("wrong").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.text.contains(kept), "a slip at the password costs no word either");
    let page = log_in(crate::support::room::PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(kept) && page.text.contains("送出剛才的內容"), "{}", page.text);
    assert!(page.text.contains(&format!("action=\"/cases/{CASE}/draft\"")));
    let saved = stage.save(&page.cookie(), 1, &typed).await;
    assert_eq!(saved.location(), format!("/cases/{CASE}/draft?kept=2"));
    // What sets a password is not carried along.
    let password = stage.room.post("/password", &[("new", "秘密")]).send().await;
    assert!(password.status == StatusCode::UNAUTHORIZED && !password.text.contains("秘密"));
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_at_once() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let wang = room.cookie("wang").await;
    let refused = room.post("/keys", &[("label", "看板"), ("days", "0")]).with(&wang).send().await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("效期須為") && refused.text.contains("value=\"看板\""));
    let made = room.post("/keys", &[("label", "看<板"), ("days", "30")]).with(&wang).send().await.text;
    let (_, rest) = made.split_once("<p><code>").unwrap();
    let key: String = rest.chars().take_while(|c| *c != '<').collect();
    let list = room.get("/keys").with(&wang).send().await.text;
    assert!(list.contains("看&#60;板") && !list.contains(&key), "{list}");
    let bearer = format!("Bearer {key}");
    let ask = async |path: &str| room.get(path).header("authorization", &bearer).send().await.status;
    assert_eq!(ask("/api/v1/closures").await, StatusCode::OK);
    assert_eq!(ask("/keys").await, StatusCode::UNAUTHORIZED, "a key makes no keys");
    let (_, rest) = list.split_once("/keys/").unwrap();
    let hash: String = rest.chars().take_while(|c| *c != '/').collect();
    let ended = room.post(&format!("/keys/{hash}/end"), &[]).with(&wang).send().await;
    assert_eq!(ended.location(), "/keys");
    assert_eq!(ask("/api/v1/closures").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_day_off_is_entered_by_a_program() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let enter = async |cookie: &str, body: &str| {
        room.ask(Method::POST, "/api/v1/closures").with(cookie).body(body).send().await
    };
    let day = "{\"day\":\"2026-07-25\",\"from\":\"12:00\",\"note\":\"颱風\"}";
    assert_eq!(enter(&reader, day).await.status, StatusCode::FORBIDDEN);
    assert_eq!(enter(&wang, day).await.status, StatusCode::OK);
    let refused = enter(&wang, "{\"day\":\"25/7\"}").await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("日期「25/7」"));
    let nowhere = enter(&wang, "{\"day\":\"2026-07-25\",\"district\":\"無此區\"}").await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = room.get("/api/v1/closures").with(&reader).send().await.text;
    assert!(list.contains("\"from\":\"12:00\"") && list.contains("\"by\":\"wang\""), "{list}");
}

/// A member of a ZIP file that was written without a descriptor behind the data.
fn member(zip: &[u8], wanted: &str) -> String {
    let number = |at: usize, bytes: usize| (0..bytes).fold(0, |sum, n| sum | usize::from(zip[at + n]) << (8 * n));
    let mut at = 0;
    while zip[at..].starts_with(b"PK\x03\x04") {
        let (packed, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let data = at + 30 + name + extra;
        if &zip[at + 30..at + 30 + name] == wanted.as_bytes() {
            let mut text = String::new();
            DeflateDecoder::new(&zip[data..data + packed]).read_to_string(&mut text).unwrap();
            return text;
        }
        at = data + packed;
    }
    panic!("there is no {wanted}");
}
