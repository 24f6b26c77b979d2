//! The loops against the register: official statements come in, reports are held against them, and again when they change.

use chrono::TimeDelta;
use clarion::{
    domain::{Action, Actor, Doubt, FactKind, Level, Outcome, Role, Source, SourceKind, Statement, UserName, Verdict},
    lifecycle::Pulse,
    store::{FactFilter, Filter, Judging, ReportRow, Stating},
    workers::Recheck,
};

use crate::{
    support::{Site, analyzer, morning},
    workers::{World, item, page, rss, source},
};

pub const RELEASE: &str = "高雄市政府水利局辦理「鳳山區五甲地區雨水下水道改善工程」，截至115年3月15日整體進度42%，優於預定進度。\
                       總經費新臺幣2億5,000萬元，其中中央補助1億9,500萬元，市府自籌5,500萬元，預定115年8月31日完工。";
pub const WRONG: &str = "高雄鳳山的五甲地區雨水下水道改善工程總經費高達25億元，水利局說目前整體進度42%，預定8月31日完工，\
                     沿線居民盼望早日完成，汛期來臨前不必再搬家具。";

/// A city that publishes `release` and a paper that prints `report`.
pub async fn world(site: &Site, release: &str, report: &str) -> (World, Recheck) {
    let feed = rss(&item(site, "/r/1", "五甲地區雨水下水道改善工程進度達42%", "水利局"));
    site.serve("/city", "application/rss+xml", feed);
    site.serve("/r/1", "text/html", page("五甲地區雨水下水道改善工程進度達42%", release));
    let feed = rss(&item(site, "/1", "砸25億做箱涵！五甲雨水下水道做了42%", "里長"));
    site.serve("/rss", "application/rss+xml", feed);
    site.serve("/1", "text/html", page("砸25億做箱涵！五甲雨水下水道做了42%", report));
    let kind = |path: &str| SourceKind::Feed(site.url(path));
    let city = Source { official: Some("高雄市政府水利局".into()), ..source("cityhall", kind("/city")) };
    let world = World::new(vec![city, source("mumian", kind("/rss"))]).await;
    let recheck = Recheck::new(world.shared.clone(), Pulse::default());
    (world, recheck)
}

pub async fn paper(world: &World) -> ReportRow {
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    rows.into_iter().find(|row| row.official.is_none()).unwrap()
}

/// The one statement in the register, with other words or another validity.
async fn restate(world: &World, change: impl FnOnce(Statement) -> Statement) {
    let id = world.store().facts(&FactFilter::default(), None, 1).await.unwrap().facts.remove(0).id;
    let statement = change(world.store().fact_versions(&id).await.unwrap().remove(0).statement);
    let words = analyzer().await.segmenter().words(&statement.text);
    let stating = Stating { id: id.clone(), statement, words };
    let about = (Action::FactEntered, id);
    world.store().put_facts(vec![stating], about, Actor::command_line(), morning()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_held_against_what_the_city_published_and_again_when_that_changes() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    world.round().await;
    // Whichever was read first, the report was held against the register as it was then.
    while recheck.tick().await.unwrap() > 0 {}
    let report = paper(&world).await;
    let (_, findings) = world.store().findings_of(&report.id).await.unwrap().unwrap();
    let alert = findings.iter().find(|it| it.found.level > Level::None).expect("25億 is not 2億5,000萬");
    assert_eq!(alert.found.verdict, Verdict::Contradicted);
    let kept = world.store().report(&report.id).await.unwrap().unwrap();
    let said = alert.found.claim.part.of(if alert.found.claim.field == clarion::domain::Field::Title {
        &kept.row.title
    } else {
        &kept.text
    });
    assert!(said.is_some_and(|said| said.contains("25億")), "{said:?}");
    let fact = alert.found.fact.clone().unwrap();
    let version = world.store().fact_version(&fact.id, fact.revision).await.unwrap().unwrap();
    assert_eq!(version.hash, fact.hash);
    let truth = fact.quote.part.of(&version.statement.text);
    assert!(truth.is_some_and(|truth| truth.contains("2億5,000萬")), "{truth:?}");
    assert!(matches!(report.doubt, Doubt::Open(_)));
    let metrics = &world.database.metrics;
    assert_eq!(metrics.register_facts.get(), 1);
    assert!(metrics.checks_total.with_label_values(&["contradicted"]).get() >= 1);
    let alerts: u64 = ["A", "B"].iter().map(|level| metrics.alerts_total.with_label_values(&[level]).get()).sum();
    assert_eq!(alerts, 1);

    restate(&world, |it| Statement { text: it.text.replace("2億5,000萬", "25億"), ..it }).await;
    recheck.tick().await.unwrap();
    assert_eq!(paper(&world).await.doubt, Doubt::None, "by what was announced since, the report is right");
    restate(&world, |it| Statement { text: it.text.replace("25億", "2億5,000萬"), ..it }).await;
    recheck.tick().await.unwrap();
    assert!(matches!(paper(&world).await.doubt, Doubt::Open(_)));
    restate(&world, |it| Statement { valid_to: Some(morning() - TimeDelta::days(1)), ..it }).await;
    recheck.tick().await.unwrap();
    assert_eq!(paper(&world).await.doubt, Doubt::None, "what does not hold makes nobody wrong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_source_published_before_it_was_called_official_counts_too() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    let official: Vec<Source> = world.shared.sources.borrow().iter().cloned().collect();
    world.configure(official.iter().map(|it| Source { official: None, ..it.clone() }).collect());
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    assert_eq!(world.store().facts(&FactFilter::default(), None, 1).await.unwrap().total, 0);
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    assert!(rows.iter().all(|row| row.official.is_none() && row.doubt == Doubt::None));

    world.configure(official);
    while recheck.tick().await.unwrap() > 0 {}
    let facts = world.store().facts(&FactFilter::default(), None, 10).await.unwrap().facts;
    let [fact] = facts.as_slice() else { panic!("one release: {facts:?}") };
    assert_eq!((fact.statement.text.as_str(), fact.statement.agency.as_str()), (RELEASE, "高雄市政府水利局"));
    assert!(matches!(&fact.entered, clarion::domain::Entered::Source(source) if source == "cityhall"));
    let report = paper(&world).await;
    assert!(matches!(report.doubt, Doubt::Open(_)), "the paper is held against it: {:?}", report.doubt);
    // A second look, as after a restart, finds nothing more to take in.
    let mut again = Recheck::new(world.shared.clone(), Pulse::default());
    while again.tick().await.unwrap() > 0 {}
    assert_eq!(world.store().fact_versions(&fact.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_was_doubted_lowers_the_next_of_its_pattern() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    let report = paper(&world).await;
    let (_, findings) = world.store().findings_of(&report.id).await.unwrap().unwrap();
    let before = findings.into_iter().find(|it| it.found.level > Level::None).unwrap();
    let accounts = clarion::auth::Accounts::new(
        world.store().clone(),
        std::sync::Arc::new(clarion::clock::SystemClock::start()),
        clarion::domain::SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) },
        &crate::support::city(),
    )
    .unwrap();
    let wang = UserName::parse("wang").unwrap();
    let duties = clarion::domain::Duties::given([Role::DutyOfficer].into(), None, None);
    let person = clarion::domain::PersonName::parse("王小明").unwrap();
    accounts.add(Actor::command_line(), &wang, person, duties).await.unwrap();
    let by = (wang, Actor::command_line());
    let judged = world.store().judge_finding((&report.id, &before.id), Outcome::Mismatch, None, by, morning()).await;
    assert!(matches!(judged.unwrap(), Judging::Done(_)));
    // Another outlet prints the same error in other words the next hour.
    let other = WRONG.replace("沿線居民盼望", "附近店家盼望");
    let feed = rss(&item(&site, "/2", "五甲箱涵砸25億　進度42%", "里長"));
    site.serve("/rss", "application/rss+xml", feed);
    site.serve("/2", "text/html", page("五甲箱涵砸25億　進度42%", &other));
    recheck.tick().await.unwrap();
    world.round().await;
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    let next = rows.iter().find(|row| row.url.ends_with("/2")).expect("the second report was read");
    let (_, findings) = world.store().findings_of(&next.id).await.unwrap().unwrap();
    let after = findings.iter().find(|it| {
        it.found.kind == before.found.kind
            && it.found.verdict == before.found.verdict
            && it.found.fact.as_ref().map(|fact| &fact.id) == before.found.fact.as_ref().map(|fact| &fact.id)
    });
    let after = after.expect("it is still found");
    assert!(after.found.score < before.found.score, "{} {}", after.found.score, before.found.score);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agencies_that_disagree_are_told_until_one_of_them_yields() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    world.round().await;
    recheck.tick().await.unwrap();
    let other = Statement {
        kind: FactKind::Hand,
        agency: "高雄市政府工務局".into(),
        title: "五甲地區雨水下水道改善工程".into(),
        text: RELEASE.replace("2億5,000萬", "2億8,000萬"),
        url: None,
        document_no: None,
        published: Some(morning()),
        valid_from: None,
        valid_to: None,
        superseded_by: None,
    };
    let state = async |statement: Statement| {
        let words = analyzer().await.segmenter().words(&statement.text);
        let stating = Stating { id: "f2".into(), statement, words };
        let about = (Action::FactEntered, "f2".to_owned());
        world.store().put_facts(vec![stating], about, Actor::command_line(), morning()).await.unwrap();
    };
    state(other.clone()).await;
    recheck.tick().await.unwrap();
    let told = world.store().disagreements(morning(), 10).await.unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].fact.1.as_str(), told[0].other.0.as_str()), ("高雄市政府水利局", "f2"));
    assert!(told[0].why.contains("2億5,000萬"), "{}", told[0].why);
    // The release is looked at in its turn.
    let release = told[0].fact.0.clone();
    let again = world.store().fact_versions(&release).await.unwrap().remove(0).statement;
    let words = analyzer().await.segmenter().words(&again.text);
    let numbered = Statement { document_no: Some("水利字第1號".into()), ..again };
    let stating = Stating { id: release.clone(), statement: numbered, words };
    let about = (Action::FactEntered, release);
    world.store().put_facts(vec![stating], about, Actor::command_line(), morning()).await.unwrap();
    recheck.tick().await.unwrap();
    let twice = world.store().disagreements(morning(), 10).await.unwrap();
    assert_eq!(twice.len(), 1, "one pair, whichever was looked at: {twice:?}");
    assert_eq!(world.database.metrics.register_disagreements.get(), 1);
    // The same words by the same agency are a further release and no dispute.
    state(Statement { agency: "高雄市政府水利局".into(), ..other.clone() }).await;
    recheck.tick().await.unwrap();
    state(Statement { valid_to: Some(morning()), ..other }).await;
    recheck.tick().await.unwrap();
    let later = morning() + TimeDelta::minutes(1);
    assert_eq!(world.store().disagreements(later, 10).await.unwrap(), [], "one of them holds no longer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispatch_printed_again_word_for_word_shares_the_first_ones_check() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    let title = "砸25億做箱涵！五甲雨水下水道做了42%";
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    let first = paper(&world).await;
    let feed = rss(&(item(&site, "/2", title, "里長") + &item(&site, "/3", title, "里長")));
    site.serve("/rss", "application/rss+xml", feed);
    site.serve("/2", "text/html", page(title, &format!("（港邊社記者王小明高雄17日電）{WRONG}")));
    site.serve("/3", "text/html", page(title, &WRONG.replace("25億元", "35億元")));
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    let whose = async |end: &str| {
        let row = rows.iter().find(|row| row.url.ends_with(end)).expect("the report was read");
        world.store().findings_of(&row.id).await.unwrap().unwrap().0
    };
    assert_eq!(whose("/2").await, first.id);
    assert_ne!(whose("/3").await, first.id, "one character may be the error");
    let doubtful = Filter { doubtful: true, ..Filter::default() };
    assert_eq!(world.store().reports(&doubtful, None, 10).await.unwrap().total, 1, "one story, one row");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_was_put_right_makes_later_reports_outdated_and_leaves_earlier_ones_alone() {
    let site = Site::open().await;
    let first = RELEASE.replace("2億5,000萬", "25億");
    let (world, mut recheck) = world(&site, &first, WRONG).await;
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    assert_eq!(paper(&world).await.doubt, Doubt::None, "it says what the city said");
    let title = "五甲地區雨水下水道改善工程進度達42%（更正）";
    site.serve("/city", "application/rss+xml", rss(&item(&site, "/r/1", title, "水利局更正經費")));
    site.serve("/r/1", "text/html", page(title, RELEASE));
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    assert_eq!(paper(&world).await.doubt, Doubt::None, "it appeared before the city put it right");
    let late = item(&site, "/2", "五甲箱涵砸25億　進度42%", "里長").replace("07:40:00", "08:10:00");
    site.serve("/rss", "application/rss+xml", rss(&late));
    site.serve("/2", "text/html", page("五甲箱涵砸25億　進度42%", &WRONG.replace("沿線居民", "附近店家")));
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    let late = rows.iter().find(|row| row.url.ends_with("/2")).expect("the report was read");
    let (_, findings) = world.store().findings_of(&late.id).await.unwrap().unwrap();
    let alert = findings.iter().find(|it| it.found.level > Level::None).expect("25億 is no longer what the city says");
    assert_eq!(alert.found.verdict, Verdict::Outdated, "{}", alert.found.why);
    assert_eq!(alert.found.fact.as_ref().unwrap().revision, 2);
    assert_eq!(world.database.metrics.register_facts.get(), 1, "two texts of one statement");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_another_one_replaced_makes_later_reports_outdated() {
    let site = Site::open().await;
    let first = RELEASE.replace("2億5,000萬", "25億");
    let (world, mut recheck) = world(&site, &first, WRONG).await;
    world.round().await;
    let from = Some(morning() + TimeDelta::minutes(5));
    let id = world.store().facts(&FactFilter::default(), None, 1).await.unwrap().facts.remove(0).id;
    let old = world.store().fact_versions(&id).await.unwrap().remove(0).statement;
    let new = Statement { text: RELEASE.into(), published: from, ..old.clone() };
    restate(&world, |it| Statement { superseded_by: Some("f2".into()), valid_to: from, ..it }).await;
    let words = analyzer().await.segmenter().words(RELEASE);
    let stating = Stating { id: "f2".into(), statement: new, words };
    let about = (Action::FactEntered, "f2".to_owned());
    world.store().put_facts(vec![stating], about, Actor::command_line(), morning()).await.unwrap();
    while recheck.tick().await.unwrap() > 0 {}
    assert_eq!(paper(&world).await.doubt, Doubt::None, "it appeared before");
    let late = item(&site, "/2", "五甲箱涵砸25億　進度42%", "里長").replace("07:40:00", "08:10:00");
    site.serve("/rss", "application/rss+xml", rss(&late));
    site.serve("/2", "text/html", page("五甲箱涵砸25億　進度42%", &WRONG.replace("沿線居民", "附近店家")));
    world.round().await;
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    let rows = world.store().reports(&Filter { singly: true, ..Filter::default() }, None, 10).await.unwrap().rows;
    let late = rows.iter().find(|row| row.url.ends_with("/2")).expect("the report was read");
    let (_, findings) = world.store().findings_of(&late.id).await.unwrap().unwrap();
    let alert = findings.iter().find(|it| it.found.level > Level::None).expect("25億 was replaced");
    let fact = alert.found.fact.as_ref().unwrap();
    assert_eq!((alert.found.verdict, fact.id.as_str()), (Verdict::Outdated, "f2"), "{}", alert.found.why);
}
