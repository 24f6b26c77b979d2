//! Official statements, and those of them that speak of what a report speaks of.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    cache::Cache,
    record::Record,
    segment::{self, Entry, Part, Place},
};
use crate::claims::Sheet;

/// Statements looked at closely for one report.
const CLOSE: usize = 6;

/// Words of a statement by which it is found, the most telling first. More make the index larger and find the same.
const INDEXED: usize = 40;

/// Statements that may share a word before it is too common to look up: one in so many, but never fewer than the floor.
const COMMON_ONE_IN: usize = 8;
const COMMON_FLOOR: usize = 2000;

/// What a word must weigh to find a statement by: about one in a hundred texts.
const TELLING: f32 = 3.0;

/// The share of the best hit's score below which a statement is not about the same thing.
const NEARLY: f32 = 0.3;

/// Scores that are looked at together.
const STRETCH: usize = 32;

/// What a register may take in memory, so that a process that holds a million statements stays below a gibibyte and a half:
/// in the daemon their versions take 200 MiB, dictionaries and models 80, and an allocator loses a tenth to a fifth.
const ROOM: usize = 896 << 20;

/// Of that, what statements that are laid out may take: ten thousand of ordinary length, and at the least as many as all
/// threads are busy with, however much the rest takes.
const LAID_OUT: usize = 320 << 20;
const LEAST_LAID_OUT: usize = 32 << 20;

/// An official statement.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// Who says it.
    pub agency: String,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// From when it holds; from its publication without one.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub valid_to: Option<DateTime<Utc>>,
    /// Where it can be read.
    pub url: Option<String>,
    /// What it says.
    pub sheet: Sheet,
}

/// A statement that speaks of what a report speaks of.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The statement.
    pub fact: Arc<Fact>,
    /// What the words weigh that both have.
    pub shared: f32,
}

/// What lays a text out for comparing. It must lay out one text in one way only, because a register keeps texts and lays
/// them out again whenever they are needed.
pub trait Layout: Debug + Send + Sync {
    /// The sheet of a title and a text that appeared on a day in Taipei.
    fn lay_out(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Sheet;
}

/// All official statements, with an index of their telling words. It keeps what they say in few bytes and holds those laid
/// out that were needed of late. A register made from another one shares with it all that did not change.
#[derive(Debug, Clone)]
pub struct Register {
    layout: Arc<dyn Layout>,
    cache: Arc<Cache>,
    laid_out: usize,
    parts: Vec<Part>,
    bytes: usize,
    next: u32,
}

/// Where a statement stands that has words of a report, with what these weigh.
#[derive(Debug, Clone, Copy)]
struct Near {
    score: f32,
    order: u32,
    part: usize,
    place: Place,
}

impl Register {
    /// A register of statements, in any order; of two with one id the later counts.
    #[must_use]
    pub fn new(layout: Arc<dyn Layout>, facts: Vec<Fact>) -> Self {
        let cache = Arc::default();
        Self { layout, cache, laid_out: LAID_OUT, parts: Vec::new(), bytes: 0, next: 0 }.with(facts)
    }

    /// The same, with that many bytes for statements that are laid out and none of them laid out yet. What is found does
    /// not depend on it.
    #[must_use]
    pub fn with_laid_out(&self, bytes: usize) -> Self {
        Self { cache: Arc::default(), laid_out: bytes, ..self.clone() }
    }

    /// The same with statements added; one of a known id takes the place of the one before. This copies at most as much as
    /// two segments hold, and seldom that much.
    #[must_use]
    pub fn with(&self, changed: Vec<Fact>) -> Self {
        let mut next = self.clone();
        let mut entries: Vec<Entry> = Vec::with_capacity(changed.len());
        let mut places: HashMap<String, usize> = HashMap::new();
        for fact in changed {
            let words = telling(&fact.sheet).into_iter().map(|it| it.0).collect();
            let (id, record) = (fact.id.clone(), Record::of(&fact));
            self.cache.put_beside(&record, fact, self.room());
            if let Some(before) = places.get(&id).and_then(|at| entries.get_mut(*at)) {
                *before = Entry { record, words, order: before.order };
                continue;
            }
            let order = next.remove(&id).unwrap_or_else(|| {
                next.next += 1;
                next.next - 1
            });
            places.insert(id, entries.len());
            entries.push(Entry { record, order, words });
        }
        next.tidy();
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(segment::MOST));
            next.parts.push(Part::new(std::mem::replace(&mut entries, rest)));
            next.join();
        }
        next.bytes = next.parts.iter().map(Part::bytes).sum();
        next
    }

    /// The same without the statement of that id.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        let mut next = self.clone();
        next.remove(id);
        next.tidy();
        next
    }

    /// Notes that a statement no longer holds; gives back which one of the register it was.
    fn remove(&mut self, id: &str) -> Option<u32> {
        let (part, place) = self.parts.iter_mut().find_map(|part| part.find(id).map(|place| (part, place)))?;
        part.remove(place);
        Some(part.order(place))
    }

    /// Makes parts anew of which most no longer holds.
    fn tidy(&mut self) {
        for part in &mut self.parts {
            if part.gone() > part.len() {
                *part = part.with(&Part::default());
            }
        }
        self.parts.retain(|part| part.len() > 0);
    }

    /// Joins the last parts until each is at least twice as large as the one behind it, so that a statement is copied as
    /// often as the register doubles, up to a full segment.
    fn join(&mut self) {
        while let [.., large, small] = self.parts.as_slice() {
            if large.len() >= 2 * small.len() || large.len() + small.len() > segment::MOST {
                return;
            }
            let joined = large.with(small);
            self.parts.truncate(self.parts.len() - 2);
            self.parts.push(joined);
        }
    }

    /// The statement of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Fact>> {
        let (part, place) = self.parts.iter().find_map(|part| part.find(id).map(|place| (part, place)))?;
        self.laid(part.record(place)?)
    }

    /// How many statements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it takes in memory, in bytes: the statements with their index, and those of them that are laid out.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        (self.bytes, self.cache.bytes())
    }

    /// The statements nearest to a report, nearest first.
    #[must_use]
    pub fn find(&self, report: &Sheet) -> Vec<Hit> {
        let record = |near: &Near| self.parts.get(near.part)?.record(near.place);
        let hits = self.nearest(report).into_iter();
        hits.filter_map(|near| Some(Hit { fact: self.laid(record(&near)?)?, shared: near.score })).collect()
    }

    /// Whether it holds a statement that [`Self::find`] would find.
    #[must_use]
    pub fn speaks_of(&self, report: &Sheet) -> bool {
        !self.nearest(report).is_empty()
    }

    fn nearest(&self, report: &Sheet) -> Vec<Near> {
        let common = (self.len() / COMMON_ONE_IN).max(COMMON_FLOOR);
        let mut words: Vec<(f32, Vec<&[Place]>)> = Vec::with_capacity(INDEXED);
        for (word, weight) in telling(report) {
            let having: Vec<&[Place]> = self.parts.iter().map(|part| part.having(word)).collect();
            let count: usize = self.parts.iter().zip(&having).map(|(part, places)| part.holding(places)).sum();
            if (1..=common).contains(&count) {
                words.push((weight, having));
            }
        }
        let mut found: Vec<Near> = Vec::with_capacity(CLOSE + 1);
        let most = self.parts.iter().map(Part::places).max().unwrap_or_default();
        let mut scores = vec![0.0_f32; if words.is_empty() { 0 } else { most }];
        for (at, part) in self.parts.iter().enumerate() {
            let mut has_any = false;
            for (weight, having) in &words {
                for place in having.get(at).into_iter().copied().flatten() {
                    if let Some(score) = scores.get_mut(usize::from(*place)) {
                        *score += weight;
                    }
                    has_any = true;
                }
            }
            if !has_any {
                continue;
            }
            let scores = scores.get_mut(..part.places()).unwrap_or_default();
            take_nearest(&mut found, (at, part), scores);
            scores.fill(0.0);
        }
        let best = found.first().map_or(0.0, |it| it.score);
        found.retain(|it| it.score >= best * NEARLY);
        found
    }

    /// A statement laid out, as it was kept or anew.
    fn laid(&self, record: &Record) -> Option<Arc<Fact>> {
        let kept = self.cache.get(record);
        kept.or_else(|| Some(self.cache.put(record, record.fact(&*self.layout)?, self.room())))
    }

    /// What the statements leave for those laid out.
    fn room(&self) -> usize {
        ROOM.saturating_sub(self.bytes).max(LEAST_LAID_OUT).min(self.laid_out)
    }
}

/// Puts the statements of a part among the nearest of all, in their order.
fn take_nearest(found: &mut Vec<Near>, (part_at, part): (usize, &Part), scores: &[f32]) {
    let order = |a: &Near, b: &Near| b.score.total_cmp(&a.score).then(a.order.cmp(&b.order));
    for (first, stretch) in (0..).step_by(STRETCH).zip(scores.chunks(STRETCH)) {
        let least = found.get(CLOSE - 1).map_or(f32::MIN_POSITIVE, |it| it.score);
        // Most stretches have nothing, which is seen of all of them at once.
        if stretch.iter().copied().fold(0.0, f32::max) < least {
            continue;
        }
        for (place, score) in (first..=Place::MAX).zip(stretch.iter().copied()).filter(|it| it.1 >= least) {
            if part.holds(place) {
                let near = Near { score, order: part.order(place), part: part_at, place };
                let at = found.partition_point(|other| order(other, &near).is_lt());
                found.insert(at, near);
                found.truncate(CLOSE);
            }
        }
    }
}

/// The most telling words of a text with their weights, each once.
fn telling(sheet: &Sheet) -> Vec<(u64, f32)> {
    let mut words: BTreeMap<u64, f32> = BTreeMap::new();
    for token in sheet.tokens.iter().filter(|token| token.weight >= TELLING) {
        words.insert(token.key, token.weight);
    }
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(INDEXED);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        claims::Reader,
        domain::City,
        text::{Normaliser, Segmenter},
    };

    #[derive(Debug)]
    struct Plain(Reader);

    impl Plain {
        fn new() -> Arc<Self> {
            let city = City::default();
            Arc::new(Self(Reader::new(&city, Arc::new(Segmenter::new(&city))).unwrap()))
        }
    }

    impl Layout for Plain {
        fn lay_out(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Sheet {
            let normaliser = Normaliser::new(&[('臺', '台')]);
            self.0.read(normaliser.normalise(title), normaliser.normalise(text), &[], day)
        }
    }

    fn fact(layout: &Plain, id: &str, text: &str) -> Fact {
        let published: Option<DateTime<Utc>> = "2026-03-04T10:00:00.5Z".parse().ok();
        Fact {
            id: id.into(),
            agency: "水利局".into(),
            published,
            valid_from: None,
            valid_to: published,
            url: Some("https://www.example.gov.tw/1".into()),
            sheet: layout.lay_out("臺ＡＢ案", text, published.map(|it| it.date_naive())),
        }
    }

    /// Texts of which many share words: streets, trees and animals that come back after different numbers.
    fn text(number: usize) -> String {
        let of = |words: [&'static str; 7], every: usize| words[number / every % 7];
        let street = of(["中山路", "中正路", "民族路", "建國路", "和平路", "博愛路", "光華路"], 1);
        let tree = of(["榕樹", "樟樹", "鳳凰木", "木棉", "黑板樹", "苦楝", "茄苳"], 2);
        let animal = of(["白鷺鷥", "松鼠", "烏龜", "貓頭鷹", "水牛", "石虎", "黑熊"], 5);
        format!("{street}的{tree}有{animal}")
    }

    fn found(register: &Register, report: &Sheet) -> Vec<(String, f32)> {
        register.find(report).into_iter().map(|hit| (hit.fact.id.clone(), hit.shared)).collect()
    }

    #[test]
    fn a_statement_comes_back_as_it_was_put_in() {
        let layout = Plain::new();
        let given = fact(&layout, "一", "總經費２.５億元\u{200b}，8月31日完工。");
        let register = Register::new(Arc::clone(&layout) as Arc<dyn Layout>, vec![given.clone()]).with_laid_out(0);
        let kept = register.get("一").unwrap();
        assert_eq!(format!("{kept:?}"), format!("{given:?}"));
        assert_eq!(kept.sheet.copy(crate::domain::Field::Title).original(), "臺ＡＢ案");
        assert!(register.get("二").is_none());
    }

    #[test]
    fn a_changed_statement_takes_the_place_of_the_one_before_and_registers_of_before_stay() {
        let layout = Plain::new();
        let of = |id: &str, text: &str| fact(&layout, id, text);
        let report = layout.lay_out("", "鳳凰木", None);
        let first = Register::new(
            Arc::clone(&layout) as Arc<dyn Layout>,
            vec![of("一", "鳳凰木"), of("二", "鳳凰木"), of("二", "木棉"), of("三", "鳳凰木")],
        );
        let ids =
            |register: &Register| -> Vec<String> { found(register, &report).into_iter().map(|it| it.0).collect() };
        assert_eq!((first.len(), ids(&first)), (3, vec!["一".to_owned(), "三".into()]));
        let second = first.with(vec![of("二", "鳳凰木"), of("一", "木棉")]);
        assert_eq!((second.len(), ids(&second)), (3, vec!["二".to_owned(), "三".into()]));
        let third = second.without("二").without("沒有");
        assert_eq!((third.len(), ids(&third)), (2, vec!["三".to_owned()]));
        assert!(third.get("二").is_none() && second.get("二").is_some());
        assert_eq!(ids(&first), ["一", "三"]);
        let last = third.without("一").without("三");
        assert!(last.is_empty() && !last.speaks_of(&report));
        assert!(third.speaks_of(&report));
    }

    #[test]
    fn what_is_found_depends_neither_on_how_statements_came_nor_on_the_room_for_sheets() {
        let layout = Plain::new();
        let given: Vec<Fact> = (0..300).map(|at| fact(&layout, &at.to_string(), &text(at))).collect();
        let whole = Register::new(Arc::clone(&layout) as Arc<dyn Layout>, given.clone());
        let mut piecemeal = Register::new(Arc::clone(&layout) as Arc<dyn Layout>, Vec::new()).with_laid_out(1);
        for (at, fact) in given.iter().enumerate() {
            // Each comes with other words first.
            piecemeal = piecemeal.with(vec![Fact { sheet: given[(at + 1) % 300].sheet.clone(), ..fact.clone() }]);
        }
        for changed in given.chunks(7) {
            piecemeal = piecemeal.with(changed.to_vec());
        }
        assert!(piecemeal.parts.len() <= 10, "{} parts", piecemeal.parts.len());
        for at in 0..300 {
            let report = layout.lay_out("", &text(at * 3), None);
            let nearest = found(&whole, &report);
            assert_eq!(nearest.len(), CLOSE);
            assert_eq!(found(&piecemeal, &report), nearest);
        }
        let one = whole.bytes().1 / 300;
        assert!((1..2 * one).contains(&piecemeal.bytes().1), "{:?}", piecemeal.bytes());
        let few = whole.with_laid_out(10 * one);
        (0..300).for_each(|at| drop(few.get(&at.to_string())));
        assert!((5 * one..=10 * one).contains(&few.bytes().1), "{} of {one}", few.bytes().1);
    }
}
