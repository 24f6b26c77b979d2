//! Which questions people keep asking, and what was already said about them.
//!
//! A cluster is a set of texts of one service that share most of what they turn on: the words of the headline, and half as
//! much those of the beginning, weighed by how rare they are in reports. Names of places and figures are left out, because
//! the same question is asked of many places. A text joins the cluster whose middle it is nearest to, if it is near enough,
//! and begins one of its own otherwise; copies of one text (`story`) count once. `story` itself asks for more than one subject in
//! common and keeps texts about different places apart, which is right for events and wrong here.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    domain::{City, DigestReport, FaqCandidate, KnownAnswer, NearestAnswer, masked},
    text::{Normaliser, Segmenter, sentences},
};

/// How alike a text and the middle of a cluster must be, as the cosine of their words. Of 872 matters that citizens typed
/// themselves into the form of the city's 1999 line (open data of 2016 and 2017), 388 come together in 65 clusters, and 94 %
/// of them are of the category that most of their cluster are of.
const ALIKE: f64 = 0.4;

/// How often a question must be asked to be one that people keep asking.
const LEAST_ASKED: usize = 2;

/// Words of the beginning of a text count this much of what those of its headline do.
const LEAD: f64 = 0.5;

/// Characters of the beginning that are read; a question is put at once.
const READ: usize = 120;

/// Words that a question turns on, the most telling first.
const TURNS_ON: usize = 10;

/// The nearness from which something is an answer at all: about every second of the words.
const NEAR: f64 = 0.45;

/// Words that an answer must have in common with a question; one alone is a topic.
const LEAST_SHARED: usize = 2;

/// The share of texts that a word has which is in no list, as in `claims`.
const UNSEEN_SHARE: f64 = 0.0008;

/// Other wordings that are shown.
const VARIANTS: usize = 3;

/// What `City::common` counts shares in.
const COMMON_PER: f64 = 1e4;

/// Words with what they weigh.
type Vector = BTreeMap<String, f64>;

/// Finds questions by a city's words.
#[derive(Debug)]
pub struct Questions {
    segmenter: Arc<Segmenter>,
    normaliser: Normaliser,
    shares: HashMap<String, f64>,
    left_out: HashSet<String>,
}

/// Texts that ask the same.
struct Cluster<'a> {
    service: Option<&'a str>,
    members: Vec<(&'a DigestReport, Vector)>,
    middle: Vector,
}

impl Questions {
    /// By the words and places of a city.
    #[must_use]
    pub fn new(city: &City, segmenter: Arc<Segmenter>) -> Self {
        let normaliser = Normaliser::new(&city.variants);
        let canonical = |word: &str| normaliser.normalise(word).text().to_owned();
        let places = city.districts.iter().flat_map(|it| std::iter::once(&it.name).chain(&it.aliases));
        let places = places.chain(city.villages.iter().map(|it| &it.name)).chain(city.roads.iter().map(|it| &it.name));
        let silent = city.stopwords.iter().chain(&city.cues.here);
        Self {
            shares: city.common.iter().map(|(word, share)| (canonical(word), f64::from(*share) / COMMON_PER)).collect(),
            left_out: places.chain(silent).map(|word| canonical(word)).collect(),
            segmenter,
            normaliser,
        }
    }

    /// The questions that were asked more than once, the most frequent first, each with what comes nearest to an answer.
    #[must_use]
    pub fn candidates(&self, asked: &[DigestReport], answers: &[KnownAnswer]) -> Vec<FaqCandidate> {
        let answers: Vec<(&KnownAnswer, String, Vec<String>)> =
            answers.iter().map(|it| (it, self.canonical(&it.title), self.sentences(&it.text))).collect();
        let clusters = self.clusters(asked);
        let mut found: Vec<FaqCandidate> = clusters
            .iter()
            .filter_map(|cluster| {
                let candidate = cluster.candidate()?;
                Some(FaqCandidate { answer: cluster.nearest(&answers), ..candidate })
            })
            .collect();
        found.sort_by_key(|it| (Reverse(it.asked), Reverse(it.reports.len()), it.first));
        found
    }

    fn clusters<'a>(&self, asked: &'a [DigestReport]) -> Vec<Cluster<'a>> {
        let mut clusters: Vec<Cluster<'a>> = Vec::new();
        let mut of_story: HashMap<(&str, Option<&str>), usize> = HashMap::new();
        for report in asked {
            let (vector, service) = (self.vector(report), report.service.as_deref());
            let copy = of_story.get(&(report.story.as_str(), service)).copied();
            let near = || {
                let same = clusters.iter().enumerate().filter(|(_, it)| it.service == service);
                let best = same.map(|(at, it)| (at, cosine(&it.middle, &vector)));
                best.filter(|(_, alike)| *alike >= ALIKE).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
            };
            let place = copy.or_else(near).unwrap_or(clusters.len());
            of_story.insert((report.story.as_str(), service), place);
            match clusters.get_mut(place) {
                Some(cluster) => cluster.join(report, vector, copy.is_some()),
                None => {
                    clusters.push(Cluster { service, middle: vector.clone(), members: vec![(report, vector)] });
                }
            }
        }
        clusters
    }

    /// What a text turns on, of length 1; nothing of one without a telling word.
    fn vector(&self, report: &DigestReport) -> Vector {
        let beginning: String = report.lead.chars().take(READ).collect();
        let mut vector = Vector::new();
        for (text, counts) in [(report.title.as_str(), 1.0), (beginning.as_str(), LEAD)] {
            let copy = self.canonical(text);
            for word in self.segmenter.segment(&copy) {
                let word = word.span.of(&copy).unwrap_or_default();
                if let Some(weight) = self.weight(word) {
                    let own = vector.entry(word.to_owned()).or_default();
                    *own = f64::max(*own, weight * counts);
                }
            }
        }
        scaled(vector)
    }

    /// What a word tells; none of a place, a figure, a single character, and of what every text has.
    fn weight(&self, word: &str) -> Option<f64> {
        let tells = word.chars().nth(1).is_some() && word.chars().all(char::is_alphabetic);
        if !tells || self.left_out.contains(word) {
            return None;
        }
        let share = self.shares.get(word).copied().unwrap_or(UNSEEN_SHARE);
        Some(-share.clamp(1e-5, 0.95).ln())
    }

    fn canonical(&self, text: &str) -> String {
        self.normaliser.normalise(text).text().to_owned()
    }

    fn sentences(&self, text: &str) -> Vec<String> {
        let copy = self.canonical(text);
        sentences(&copy).into_iter().filter_map(|span| span.of(&copy)).map(|it| it.trim().to_owned()).collect()
    }
}

impl<'a> Cluster<'a> {
    /// A copy adds no weight: what many print is asked once.
    fn join(&mut self, report: &'a DigestReport, vector: Vector, is_copy: bool) {
        if !is_copy {
            let mut middle: Vector = std::mem::take(&mut self.middle);
            let so_far = self.stories() as f64;
            for weight in middle.values_mut() {
                *weight *= so_far;
            }
            for (word, weight) in &vector {
                *middle.entry(word.clone()).or_default() += weight;
            }
            self.middle = scaled(middle);
        }
        self.members.push((report, vector));
    }

    fn stories(&self) -> usize {
        self.members.iter().map(|(report, _)| report.story.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// What is told of it; none when it was asked too seldom.
    fn candidate(&self) -> Option<FaqCandidate> {
        let asked = self.stories();
        if asked < LEAST_ASKED {
            return None;
        }
        let mut typical: Vec<(f64, String)> = self
            .members
            .iter()
            .map(|(report, vector)| (cosine(&self.middle, vector), masked(&report.title, &report.title_masks)))
            .filter(|(_, wording)| !wording.trim().is_empty())
            .collect();
        typical.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut wordings: Vec<String> = Vec::new();
        for (_, wording) in typical {
            if !wordings.contains(&wording) {
                wordings.push(wording);
            }
        }
        let each_once = |of: &dyn Fn(&DigestReport) -> Option<String>| {
            self.members.iter().filter_map(|(report, _)| of(report)).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let mut wordings = wordings.into_iter();
        Some(FaqCandidate {
            wording: wordings.next()?,
            variants: wordings.take(VARIANTS).collect(),
            service: self.service.map(str::to_owned),
            asked,
            reports: self.members.iter().map(|(report, _)| report.id.clone()).collect(),
            outlets: each_once(&|report| Some(report.outlet.clone())),
            districts: each_once(&|report| report.district.clone()),
            first: self.members.iter().map(|(report, _)| report.seen).min()?,
            last: self.members.iter().map(|(report, _)| report.seen).max()?,
            answer: None,
        })
    }

    /// The answer that speaks of most of what it turns on, in its headline and one sentence.
    fn nearest(&self, answers: &[(&KnownAnswer, String, Vec<String>)]) -> Option<NearestAnswer> {
        let mut telling: Vec<(&str, f64)> = self.middle.iter().map(|(word, weight)| (word.as_str(), *weight)).collect();
        telling.sort_by(|a, b| b.1.total_cmp(&a.1));
        telling.truncate(TURNS_ON);
        let whole: f64 = telling.iter().map(|(_, weight)| weight).sum();
        if whole <= 0.0 {
            return None;
        }
        let speaks = |title: &str, sentence: &str| {
            let has = |word: &str| title.contains(word) || sentence.contains(word);
            let shared: Vec<f64> = telling.iter().filter(|(word, _)| has(word)).map(|(_, weight)| *weight).collect();
            if shared.len() < LEAST_SHARED { 0.0 } else { shared.iter().sum::<f64>() / whole }
        };
        let mut best: Option<(f64, &KnownAnswer, &str)> = None;
        for (answer, title, sentences) in answers {
            for sentence in std::iter::once("").chain(sentences.iter().map(String::as_str)) {
                let nearness = speaks(title, sentence);
                if nearness >= NEAR && best.is_none_or(|(known, ..)| nearness > known) {
                    best = Some((nearness, answer, sentence));
                }
            }
        }
        best.map(|(nearness, answer, sentence)| NearestAnswer {
            title: answer.title.clone(),
            agency: answer.agency.clone(),
            said: answer.said.clone(),
            quote: sentence.to_owned(),
            nearness,
        })
    }
}

/// The same of length 1.
fn scaled(mut vector: Vector) -> Vector {
    let length = vector.values().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length > 0.0 {
        for weight in vector.values_mut() {
            *weight /= length;
        }
    }
    vector
}

/// How alike two vectors of length 1 are, 0 to 1.
fn cosine(a: &Vector, b: &Vector) -> f64 {
    a.iter().filter_map(|(word, weight)| Some(weight * b.get(word)?)).sum()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::{
        dictionary::Dictionaries,
        domain::{Label, Said, Span},
    };

    fn asked(at: i64, title: &str, lead: &str, service: &str) -> DigestReport {
        DigestReport {
            id: format!("r{at}"),
            story: format!("r{at}"),
            source_id: "board".into(),
            outlet: if at % 2 == 0 { "港都論壇" } else { "南方社群" }.into(),
            author: None,
            title: title.into(),
            title_masks: Vec::new(),
            lead: lead.into(),
            lead_masks: Vec::new(),
            url: String::new(),
            seen: DateTime::UNIX_EPOCH + TimeDelta::hours(at),
            district: Some(if at % 2 == 0 { "鳳山區" } else { "三民區" }.into()),
            service: Some(service.into()),
            agency: None,
            toward_city: Label::Neutral,
            outlets: 1,
            case_number: None,
        }
    }

    fn day() -> Vec<DigestReport> {
        vec![
            asked(0, "請問鳳山垃圾車幾點來？", "最近垃圾車時間好像改了，有人知道垃圾車幾點到嗎", "waste"),
            asked(1, "三民區垃圾車時間改了嗎", "等不到垃圾車，請問垃圾車幾點", "waste"),
            asked(2, "垃圾車幾點會到左營", "想問垃圾車時間", "waste"),
            asked(3, "專用垃圾袋哪裡買", "請問大樣的專用垃圾袋價格", "waste"),
            asked(4, "路燈不亮要打給誰", "巷口路燈壞了好幾天", "streetlight"),
            asked(5, "巷口路燈壞了打給誰報修", "路燈不亮", "streetlight"),
        ]
    }

    fn questions() -> Questions {
        let city = Dictionaries::embedded().unwrap();
        let segmenter = Arc::new(Segmenter::new(&city));
        Questions::new(&city, segmenter)
    }

    fn answer(title: &str, text: &str) -> KnownAnswer {
        KnownAnswer {
            title: title.into(),
            text: text.into(),
            agency: "環境保護局".into(),
            said: Said::Statement("f1".into()),
        }
    }

    #[test]
    fn what_is_asked_of_many_places_is_one_question_and_other_questions_stay_apart() {
        let found = questions().candidates(&day(), &[]);
        let told: Vec<(usize, &str, Vec<&str>)> = found
            .iter()
            .map(|it| (it.asked, it.service.as_deref().unwrap(), it.reports.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(told, [(3, "waste", vec!["r0", "r1", "r2"]), (2, "streetlight", vec!["r4", "r5"])]);
        assert_eq!((&found[0].districts[..], found[0].outlets.len()), (&["三民區".to_owned(), "鳳山區".into()][..], 2));
        assert_eq!((found[0].last - found[0].first).num_hours(), 2);
        assert!(found[0].wording.contains("垃圾車") && found[0].variants.len() == 2, "{:?}", found[0]);
    }

    #[test]
    fn copies_of_one_text_are_asked_once() {
        let mut copies = day();
        copies.truncate(1);
        let copy = DigestReport { id: "copy".into(), outlet: "甲報".into(), ..copies[0].clone() };
        copies.push(copy);
        assert!(questions().candidates(&copies, &[]).is_empty());
    }

    #[test]
    fn the_nearest_answer_is_quoted_with_its_nearness_and_what_is_about_something_else_is_none() {
        let answers = [
            answer("專用垃圾袋販售地點", "專用垃圾袋於超商販售。"),
            answer("清運路線公告", "本局公告如下。垃圾車時間自4月1日起調整，垃圾車幾點到站可於網站查詢。"),
        ];
        let found = questions().candidates(&day(), &answers);
        let near = found[0].answer.as_ref().unwrap();
        assert_eq!(near.title, "清運路線公告");
        assert!(near.quote.starts_with("垃圾車時間自") && near.nearness > 0.45 && near.nearness <= 1.0, "{near:?}");
        assert_eq!(found[1].answer, None, "nothing was said about streetlights");
    }

    #[test]
    fn a_wording_is_shown_without_personal_data() {
        let mut all = day();
        let title = "路燈不亮打0912345678給誰";
        let at = title.find("09").unwrap();
        all[4] = DigestReport { title: title.into(), title_masks: vec![Span::new(at, at + 10)], ..all[4].clone() };
        let found = questions().candidates(&all, &[]);
        let shown = format!("{:?}", found[1]);
        assert!(!shown.contains("0912345678") && shown.contains("●●●"), "{shown}");
    }
}
