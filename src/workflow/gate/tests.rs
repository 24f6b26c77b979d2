use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::{
    dictionary::Dictionaries,
    domain::{City, ClaimKind, SourceTextKind, UserName, Verdict},
    workflow::draft::{About, Disputed, Outlet, Stated, draft},
};

static CITY: LazyLock<City> = LazyLock::new(|| Dictionaries::embedded().unwrap());
static RULES: LazyLock<GateRules> = LazyLock::new(|| GateRules::new(&CITY).unwrap());

const CLAIM: &str = "滯洪池總經費高達25億元";

fn now() -> DateTime<Utc> {
    "2026-11-30T06:30:00Z".parse().unwrap()
}

fn statement(text: &str) -> SourceText {
    SourceText {
        kind: SourceTextKind::Statement,
        id: "f1".into(),
        revision: 2,
        hash: String::new(),
        publisher: "高雄市政府水利局".into(),
        published: Some("2026-11-20T02:00:00Z".parse().unwrap()),
        document_no: Some("高市水工字第11512345600號".into()),
        url: Some("https://news.example.org/f1".into()),
        title: "滯洪池工程說明".into(),
        text: text.into(),
    }
}

const OFFICIAL: &str = "滯洪池總經費為2億5,000萬元，工期18個月，用地3公頃。工程預計116年12月31日完工，115年3月5日上午9時開工。\
    每戶最高補助3萬元，逾三成住戶已申請，計45戶，第2期補助至少5,000元。局長林大同表示，台灣電力公司將於116年1月送電。\
    「安居計畫」洽詢電話07-3368333。用水可供10萬人。";

fn report(text: &str) -> SourceText {
    SourceText {
        kind: SourceTextKind::Report,
        id: "r1".into(),
        revision: 1,
        publisher: "南方日報".into(),
        published: Some("2026-11-29T02:00:00Z".parse().unwrap()),
        document_no: None,
        url: Some("https://south.example.com/1".into()),
        title: "經費暴增".into(),
        text: text.into(),
        ..statement("")
    }
}

const REPORTED: &str =
    "議員指出，滯洪池總經費高達25億元，里長王阿明痛批「太荒謬」，工期長達77個月，要等到120年8月1日，由中油負責。";

fn good() -> Clarification {
    Clarification {
        title: format!("有關南方日報115年11月29日報導「{CLAIM}」，高雄市政府水利局澄清說明"),
        lead: format!("針對南方日報報導指「{CLAIM}」一事，經查與公布內容不符，水利局今(30)日說明如下："),
        facts: vec!["滯洪池總經費為2.5億元（依據：水利局115年11月20日公布，文號：高市水工字第11512345600號）。".into()],
        measures: "水利局將持續說明。".into(),
        appeal: "民眾如有疑問，可撥打1999市民服務專線。".into(),
        contacts: "新聞聯絡人：許股長世盛 07-7995678#2513\n發布日期：115年11月30日".into(),
        card: format!("針對媒體報導「{CLAIM}」，滯洪池總經費為2億5,000萬元。"),
        ..Clarification::default()
    }
}

struct Scene {
    answer: Answer,
    text: Clarification,
    sources: Vec<SourceText>,
    bases: Vec<Basis>,
    standing: Vec<Standing>,
    disagreements: Vec<Disagreement>,
}

impl Scene {
    fn new(text: Clarification) -> Self {
        let standing = vec![Standing { report: "r1".into(), quote: REPORTED.into(), stands: true, deleted: false }];
        let sources = vec![statement(OFFICIAL), report(REPORTED)];
        Self { answer: Answer::Clarification, text, sources, bases: Vec::new(), standing, disagreements: Vec::new() }
    }

    /// The good draft with a further fact.
    fn with(fact: &str) -> Self {
        let mut text = good();
        text.facts.push(fact.into());
        Self::new(text)
    }

    fn examined(&self) -> Examined {
        let issuer = Assignment { agency: "高雄市政府水利局".into(), unit: None };
        let contacts =
            [Contact { name: "許世盛".into(), post: "股長".into(), telephone: "07-7995678#2513".into() }];
        let laid = Laid {
            answer: self.answer,
            text: &self.text,
            issuer: &issuer,
            contacts: &contacts,
            sources: &self.sources,
            bases: &self.bases,
            standing: &self.standing,
            disagreements: &self.disagreements,
        };
        let examined = examine(&laid, &RULES, now());
        assert_eq!(clear(&laid, &RULES, now()).is_ok(), examined.faults.is_empty());
        for fault in &examined.faults {
            assert!(fault.kind.to_string().ends_with('。'), "{fault}");
        }
        examined
    }

    fn faults(&self) -> Vec<&'static str> {
        self.examined().faults.iter().map(|fault| fault.kind.name()).collect()
    }
}

#[track_caller]
fn check(scene: &Scene, expect: &[&str]) {
    let found: Vec<String> = scene.examined().faults.iter().map(ToString::to_string).collect();
    assert_eq!(scene.faults(), expect, "{}\n{found:#?}", scene.text.facts.join("\n"));
}

#[test]
fn a_text_that_says_otherwise_than_before_is_held_until_somebody_answers_for_it() {
    let mut scene = Scene::new(good());
    let words = scene.text.facts[0].clone();
    scene.disagreements.push(Disagreement {
        part: Part::Fact(0),
        span: Span::new(0, words.len()),
        differs: Span::new(0, words.len()),
        words,
        source: "release:1-1@1".into(),
        earlier: "滯洪池總經費為2億元".into(),
        earlier_differs: Span::new(0, 3),
        why: String::new(),
    });
    let faults = scene.examined().faults;
    assert_eq!(faults.iter().map(|fault| fault.kind.name()).collect::<Vec<_>>(), ["disagrees"]);
    assert!(faults[0].kind.to_string().contains("滯洪池總經費為2億元"));
    // What somebody answers for is not laid before the gate.
    scene.disagreements.clear();
    assert!(scene.examined().faults.is_empty());
}

#[test]
fn a_good_draft_passes_and_is_bound_to_its_hash() {
    let scene = Scene::new(good());
    check(&scene, &[]);
    let anchors = scene.examined().anchors;
    let fact = anchors.iter().find(|it| it.part == Part::Fact(0)).unwrap();
    assert_eq!(fact.span.of(&good().facts[0]), Some("2.5億元"));
    let Rest::Source { span, id, revision: 2, in_title: false } = &fact.rest else { panic!("{fact:?}") };
    assert_eq!((id.as_str(), span.of(OFFICIAL)), ("f1", Some("2億5,000萬元")));
}

#[test]
fn figures_resolve_to_official_statements_in_any_notation() {
    for (fact, expect) in [
        ("總經費2億5,000萬元。", &[][..]),
        ("總經費２.５億元。", &[]),
        ("總經費二億五千萬元。", &[]),
        ("總經費250,000,000元。", &[]),
        ("總經費約2.5億元。", &[]),
        ("總經費2.6億元。", &["figure"]),
        ("總經費25億元。", &["figure"]),
        ("總經費5億元。", &["figure"]),
        ("總經費2.5億美元。", &["figure"]),
        ("總經費逾2.4億元。", &[]),
        ("總經費逾3億元。", &["figure"]),
        ("用地3公頃，即30,000平方公尺。", &[]),
        ("用地3平方公尺。", &["figure"]),
        ("可供100,000人用水。", &[]),
        ("可供100,000戶用水。", &["figure"]),
        ("逾30%住戶已申請。", &[]),
        ("逾百分之三十住戶已申請。", &[]),
        ("三成住戶已申請。", &["bound"]),
        ("每戶補助最高3萬元。", &[]),
        ("每戶補助上限3萬元。", &[]),
        ("每戶補助3萬元。", &["bound"]),
        ("每戶至少補助3萬元。", &["bound"]),
        ("計45戶。", &[]),
        ("計45人。", &["figure"]),
        ("工期18個月。", &[]),
        ("工期77個月。", &["figure"]),
        ("第2期補助。", &[]),
        ("第3期補助。", &["figure"]),
        ("一、工期18個月。", &[]),
        ("1、工期18個月。", &[]),
        ("(一)工期18個月。", &[]),
        ("百貨業者與一般民眾將一起參與，提出一個方案，三民區亦同。", &[]),
        ("可撥打1999或119。", &[]),
        ("可撥打1998。", &["figure"]),
        ("依高市水工字第11512345600號函辦理。", &[]),
        ("依高市水工字第11512345601號函辦理。", &["figure"]),
    ] {
        check(&Scene::with(fact), expect);
    }
}

#[test]
fn a_figure_of_a_report_may_only_stand_in_the_quotation_of_the_claim() {
    check(&Scene::with("報導所稱「滯洪池總經費高達25億元」並非公布金額。"), &[]);
    check(&Scene::with("總經費確為「25億元」。"), &["quotation", "figure"]);
    let found = Scene::with("總經費25億元。").examined().faults;
    assert!(found[0].kind.to_string().contains("僅見於報導"), "{}", found[0]);
    let found = Scene::with("總經費26億元。").examined().faults;
    assert!(found[0].kind.to_string().contains("查無官方資料"), "{}", found[0]);
}

#[test]
fn days_resolve_to_official_statements_or_the_day_of_issue() {
    for (fact, expect) in [
        ("預計116年12月31日完工。", &[][..]),
        ("預計民國116年12月31日完工。", &[]),
        ("預計2027年12月31日完工。", &[]),
        ("預計116年12月完工。", &[]),
        ("預計116年11月完工。", &["day"]),
        ("預計116年12月30日完工。", &["day"]),
        ("預計117年12月31日完工。", &["day"]),
        ("要等到120年8月1日。", &["day"]),
        ("已於115年3月5日上午9時開工。", &[]),
        ("已於115年3月5日上午開工。", &[]),
        ("已於115年3月5日上午10時開工。", &["day"]),
        ("已於115年3月5日下午9時開工。", &["day"]),
        ("已於116年12月31日完工。", &["future"]),
        ("已排定於116年12月31日完工。", &[]),
        ("水利局今(30)日表示將持續辦理。", &[]),
        ("水利局今(29)日表示將持續辦理。", &["day"]),
        ("工程今(30)日完工。", &["day"]),
        ("南方日報11月29日報導之內容。", &[]),
        ("工程於11月29日停工。", &["day"]),
        ("水利局業於11月20日發布新聞稿。", &[]),
    ] {
        check(&Scene::with(fact), expect);
    }
}

#[test]
fn agencies_and_persons_resolve_to_official_statements() {
    for (fact, expect) in [
        ("由台電送電。", &[][..]),
        ("由臺灣電力公司送電。", &[]),
        ("由中油負責。", &["agency"]),
        ("由環保局負責。", &["agency"]),
        ("市府與高雄市政府水利局共同辦理。", &[]),
        ("由高雄市政府太空局負責。", &["unknown_agency"]),
        ("高雄市政府將於各處辦理。", &[]),
        ("局長林大同表示，將持續辦理。", &[]),
        ("林大同局長說明。", &[]),
        ("局長林小同表示，將持續辦理。", &["person"]),
        ("里長王阿明說明。", &["person"]),
        ("感謝成功里長協助。", &[]),
        ("高雄市長期推動。", &[]),
        ("許世盛股長說明。", &[]),
    ] {
        check(&Scene::with(fact), expect);
    }
}

#[test]
fn quotations_stand_word_for_word_in_a_stored_text() {
    for (fact, expect) in [
        ("納入「安居計畫」辦理。", &[][..]),
        ("納入「安家計畫」辦理。", &["quotation"]),
        ("里長所述「里長王阿明痛批『太荒謬』」部分。", &[]),
        ("所述「議員指出，滯洪池總經費『過高』」部分。", &["quotation"]),
        ("所述「滯洪池總經費…77個月」部分。", &[]),
        ("所述「滯洪池總經費…88個月」部分。", &["figure", "quotation"]),
        ("納入「安居計畫辦理。", &["open_quotation"]),
        ("納入安居計畫」辦理。", &["open_quotation"]),
    ] {
        let scene = Scene::with(fact);
        let mut found = scene.faults();
        found.sort_unstable();
        assert_eq!(found, expect, "{fact}");
    }
    let mut text = good();
    text.lead = "針對近日報導，水利局說明如下：".into();
    check(&Scene::new(text), &["no_claim"]);
}

#[test]
fn a_quoted_claim_must_still_stand() {
    let with = |stands, deleted| {
        let mut scene = Scene::new(good());
        scene.standing[0] = Standing { stands, deleted, ..scene.standing[0].clone() };
        scene
    };
    assert!(with(false, false).faults().contains(&"gone"));
    assert!(with(false, true).faults().contains(&"deleted"));
    let mut scene = Scene::new(good());
    scene.standing.clear();
    assert!(scene.faults().iter().all(|it| *it == "unseen") && !scene.faults().is_empty());
    // Another outlet that the draft does not name put it right: the one that is named still has it.
    let mut scene = Scene::new(good());
    scene.sources.push(SourceText { id: "r2".into(), publisher: "海風電視".into(), ..report(REPORTED) });
    scene.standing.push(Standing { report: "r2".into(), quote: CLAIM.into(), stands: false, deleted: false });
    check(&scene, &[]);
    scene.text.title = scene.text.title.replace("南方日報", "南方日報、海風電視");
    assert!(scene.faults().contains(&"gone"));
}

#[test]
fn a_signed_basis_answers_for_exactly_its_words() {
    let basis = |phrase: &str| Basis {
        phrase: phrase.into(),
        basis: "契約第3條".into(),
        by: UserName::parse("wang").unwrap(),
        at: now(),
    };
    for (fact, phrase, expect) in [
        ("履約保證金為88萬元。", "88萬元", &[][..]),
        ("履約保證金為880萬元。", "88萬元", &["figure"]),
        ("已於114年1月2日簽約。", "114年1月2日", &[]),
        ("已於114年1月3日簽約。", "114年1月2日", &["day"]),
        ("由中油負責。", "中油", &[]),
        ("納入「安家計畫」。", "安家計畫", &[]),
        ("里長王阿明說明。", "王阿明", &[]),
    ] {
        let mut scene = Scene::with(fact);
        scene.bases.push(basis(phrase));
        check(&scene, expect);
    }
}

#[test]
fn telephones_links_and_personal_data() {
    for (fact, expect) in [
        ("可洽07-7995678分機2513。", &[][..]),
        ("可洽(07)336-8333。", &[]),
        ("可洽07-1234567。", &["phone"]),
        ("可洽0912-345-678。", &["personal"]),
        ("可洽０９１２３４５６７８。", &["personal"]),
        ("車號ABC-1234。", &["personal"]),
        ("身分證A123456789。", &["personal"]),
        ("信箱ming@example.com。", &["personal"]),
        ("信箱press@kcg.gov.tw。", &[]),
        ("見https://news.example.org/f1 。", &[]),
        ("見https://www.kcg.gov.tw/a/12345 。", &[]),
        ("見https://gov.tw.example.com/12345 。", &["link"]),
    ] {
        check(&Scene::with(fact), expect);
    }
}

#[test]
fn heated_personal_and_electoral_words_are_refused() {
    for (fact, expect) in [
        ("此為假新聞。", &["wording"][..]),
        ("實在荒謬。", &["wording"]),
        ("報導所述「太荒謬」部分。", &[]),
        ("為選舉操作。", &["wording"]),
        ("將函請高雄市選舉委員會公告選舉人名冊。", &["agency"]),
        ("經挑選後辦理。", &[]),
        ("將依法提告。", &["wording"]),
        ("防制假訊息宣導。", &[]),
        ("與事實不符。", &[]),
        ("網軍帶風向。", &["wording", "wording"]),
    ] {
        let scene = Scene::with(fact);
        // The commission may or may not be in the list of agencies; its name must not be taken for electoral wording.
        let found: Vec<_> = scene.faults().into_iter().filter(|it| expect.contains(it) || *it == "wording").collect();
        let expect: Vec<_> = expect.iter().copied().filter(|it| *it == "wording").collect();
        assert_eq!(found.iter().filter(|it| **it == "wording").count(), expect.len(), "{fact} {found:?}");
    }
}

#[test]
fn a_release_has_its_parts() {
    for (change, expect) in [
        ((|text: &mut Clarification| text.title.clear()) as fn(&mut Clarification), "no_title"),
        (|text| text.lead = " ".into(), "no_lead"),
        (|text| text.facts.clear(), "no_fact"),
        (|text| text.facts = vec!["水利局將持續說明。".into()], "no_fact"),
        (|text| text.contacts = "發布日期：115年11月30日".into(), "no_contact"),
        (|text| text.contacts = "新聞聯絡人：許股長世盛".into(), "no_contact"),
        (|text| text.contacts = "電話07-7995678#2513".into(), "no_contact"),
        (|text| text.contacts = "新聞聯絡人：許股長世盛 07-7995678#2513\n發布日期：115年11月29日".into(), "day"),
        (|text| text.contacts = "新聞聯絡人：許股長世盛 07-7995679".into(), "phone"),
        (|text| text.card = "說明".repeat(101), "long_card"),
        (|text| text.measures = "{機關}將持續說明。".into(), "placeholder"),
        (|text| text.measures = "【請填寫後續作為】".into(), "placeholder"),
    ] {
        let mut text = good();
        change(&mut text);
        check(&Scene::new(text), &[expect]);
    }
    let mut text = good();
    text.card = "說明".repeat(100);
    check(&Scene::new(text), &[]);
}

#[test]
fn an_apology_needs_no_claim_and_accuses_nobody() {
    let mut scene = Scene::new(good());
    scene.answer = Answer::Apology;
    scene.text.title = "水利局先前公布資料有誤，更正並致歉".into();
    scene.text.lead = "有關滯洪池經費一事，係水利局先前資料有誤，謹此更正並致歉：".into();
    scene.text.card = "滯洪池總經費為2.5億元。".into();
    check(&scene, &[]);
    scene.text.lead.push_str("報導斷章取義。");
    check(&scene, &["wording"]);
}

#[test]
fn a_hostile_draft_is_examined_in_bounded_time() {
    for piece in ["「", "「」", "0", "1,", "(07)", "王小明局長", "http://", "今", "高雄市政府", "{"] {
        let mut text = good();
        text.facts.push(piece.repeat(4_000));
        let _ = Scene::new(text).faults();
    }
}

/// A finding of a sensible shape with the texts it was found in.
fn finding() -> impl Strategy<Value = (Disputed, Vec<SourceText>)> {
    let claims = prop::sample::select(vec![
        "滯洪池總經費高達25億元",
        "里長痛批「根本沒人管」，工程延宕長達77個月，居民怨聲載道，要求市府出面說明清楚",
        "捷運延伸線將於120年8月1日完工",
        "全市明天停水",
        "路燈由中油負責維護",
        "王阿明局長說「不補助」",
        "{機關}花了１２３萬元",
        "補助三成五",
    ]);
    let facts = prop::sample::select(vec![
        "滯洪池總經費為2億5,000萬元，工期18個月。",
        "今(20)日起恢復供水。",
        "本局業於3月5日完成，計45戶。",
        "路燈由台灣電力公司維護。",
        "局長林大同表示，每戶最高補助3萬元。",
        "工程預計116年12月31日上午9時完工；",
        "「安居計畫」逾三成五住戶已申請，第2期至少5,000元。",
        "並無停水情形。",
    ]);
    let verdicts = prop::sample::select(vec![Verdict::Contradicted, Verdict::Outdated, Verdict::Denied]);
    let kinds = prop::sample::select(vec![ClaimKind::Figure, ClaimKind::Agency, ClaimKind::Notice]);
    let year = prop::sample::select(vec!["2026-11-20T02:00:00Z", "2025-04-20T02:00:00Z"]);
    (claims, facts, verdicts, kinds, year, any::<bool>(), any::<bool>()).prop_map(
        |(claim, fact, verdict, kind, published, is_post, has_number)| {
            let published: DateTime<Utc> = published.parse().unwrap();
            let text = format!("前文。{fact}\n後文。");
            let document_no = has_number.then(|| "高市水工字第11512345600號".to_owned());
            let source = SourceText { document_no, published: Some(published), ..statement(&text) };
            let told = report(&format!("本報訊，{claim}，引發討論。"));
            let outlet =
                Outlet { name: told.publisher.clone(), day: told.published.map(|at| taipei(at).date_naive()), is_post };
            let stated = Stated {
                sentence: fact.into(),
                agency: source.publisher.clone(),
                day: Some(taipei(published).date_naive()),
                document_no: source.document_no.clone(),
                url: source.url.clone(),
                in_charge: fact.contains("台灣電力").then(|| "台灣電力公司".to_owned()),
            };
            let sentence = told.text.clone();
            let it =
                Disputed { verdict, kind, outlets: vec![outlet], claim: claim.into(), sentence, fact: Some(stated) };
            (it, vec![source, told])
        },
    )
}

proptest! {
    #[test]
    fn the_first_draft_passes_but_for_the_contacts((first, mut sources) in finding(), (second, more) in finding(), two: bool, apology: bool) {
        let mut disputed = vec![first];
        if two {
            disputed.push(second);
            sources.extend(more.into_iter().zip(["f2", "r2"]).map(|(source, id)| SourceText { id: id.into(), ..source }));
        }
        let answer = if apology { Answer::Apology } else { Answer::Clarification };
        let issuer = Assignment { agency: "高雄市政府水利局".into(), unit: Some("水利工程科".into()) };
        let standing = disputed
            .iter()
            .map(|it| Standing { report: "r1".into(), quote: it.claim.clone(), stands: true, deleted: false })
            .collect::<Vec<_>>();
        let about = About { answer, disputed, issuer: issuer.clone(), contacts: Vec::new(), now: now() };
        let text = draft(&CITY.drafting.templates, &about);
        let laid = Laid { answer, text: &text, issuer: &issuer, contacts: &[], sources: &sources, bases: &[], standing: &standing, disagreements: &[] };
        let faults = examine(&laid, &RULES, now()).faults;
        let expect: &[&str] = if apology { &["placeholder", "no_contact"] } else { &["no_contact"] };
        let names: Vec<_> = faults.iter().map(|fault| fault.kind.name()).collect();
        prop_assert_eq!(&names, expect, "{:#?}\n{:#?}", faults.iter().map(ToString::to_string).collect::<Vec<_>>(), text);
    }
}
