//! Whether a text concerns this city and what its government answers for.

use std::collections::HashMap;

use super::{
    name::{Meaning, Owner},
    reading::Reading,
    services::ServiceScore,
};
use crate::domain::{AgencyKind, City, Field, Scope, TextKind};

/// A headline says what a text is about; a body also says what else there is.
const TITLE_WEIGHT: f64 = 2.0;

/// At or above it a text is in scope.
const THRESHOLD: f64 = 0.5;

/// How sure we are of the place when a text names none: what our sources carry is mostly about the city.
const UNPLACED: f64 = 0.75;

/// How much more a name of this city counts than one of another: reports compare with other cities in passing.
const HOME_BIAS: f64 = 1.5;

/// Words of pages that are not about what a government does: the stock market, sport, entertainment. They are
/// everyday news vocabulary, the same in any city.
const BESIDE_THE_POINT: [&str; 81] = [
    "三分球",
    "三壘",
    "三振",
    "主場迎戰",
    "例行賽",
    "個股",
    "先發",
    "全壘打",
    "冠軍戰",
    "出道",
    "力克",
    "勝差",
    "勝投",
    "台股",
    "外資",
    "外資買超",
    "大盤",
    "女團",
    "季後賽",
    "安打",
    "完封",
    "封王",
    "專輯",
    "局上",
    "局下",
    "局失",
    "打擊率",
    "打線",
    "打者",
    "投信",
    "投手",
    "收盤",
    "教練團",
    "新歌",
    "星座",
    "春訓",
    "棒球",
    "殖利率",
    "每股",
    "法人買超",
    "法說會",
    "淨利",
    "漲停",
    "熱身賽",
    "營收",
    "球員",
    "球團",
    "球隊",
    "男團",
    "盤中",
    "目標價",
    "票房",
    "籃板",
    "籃球",
    "粉絲見面會",
    "緋聞",
    "總教練",
    "續強",
    "聯盟",
    "職棒",
    "職籃",
    "股價",
    "股利",
    "股市",
    "股息",
    "股東會",
    "股票",
    "藝人",
    "財報",
    "賽季",
    "跌停",
    "轟出",
    "連勝",
    "連敗",
    "運勢",
    "配息",
    "開盤",
    "防禦率",
    "除息",
    "電影上映",
    "首映",
];

/// Evidence of place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Location {
    here: f64,
    elsewhere: f64,
}

impl Location {
    /// 0 to 1: how sure the text is about this city.
    pub(super) fn probability(self) -> f64 {
        if self.here + self.elsewhere < 0.25 {
            return UNPLACED;
        }
        let here = self.here * HOME_BIAS;
        (here + 0.1) / (here + self.elsewhere + 0.2)
    }

    /// Whether names shared with other cities may be read as ours.
    pub(super) fn is_here(self) -> bool {
        self.probability() >= THRESHOLD
    }
}

/// Weighs the names of a text. A name repeated adds less each time.
pub(super) fn locate(city: &City, reading: &Reading<'_>) -> Location {
    let mut counts: HashMap<&str, (f64, f64, Meaning)> = HashMap::new();
    for found in &reading.names {
        let weight = if found.field == Field::Title { TITLE_WEIGHT } else { 1.0 };
        let entry = counts.entry(reading.written(found.field, found.span)).or_insert((0.0, 0.0, found.what));
        entry.0 += 1.0;
        entry.1 = entry.1.max(weight);
    }
    let mut location = Location { here: 0.0, elsewhere: 0.0 };
    for (count, weight, meaning) in counts.into_values() {
        let evidence = weight * (1.0 + 0.5 * count.ln());
        match home_weight(city, meaning) {
            home if home > 0.0 => location.here += evidence * home,
            away => location.elsewhere -= evidence * away,
        }
    }
    location
}

/// How much a name says for this city; below zero for another.
fn home_weight(city: &City, meaning: Meaning) -> f64 {
    match meaning.owner {
        Owner::Government | Owner::Agency { .. } if meaning.local => 2.0,
        Owner::Here | Owner::District { short: false, .. } => 2.0,
        // A motorway or a river runs through other cities too.
        Owner::Facility(index) if city.facilities.get(index).is_some_and(|place| place.district.is_empty()) => 0.4,
        Owner::Facility(_) => 1.5,
        Owner::District { short: true, .. } => 1.2,
        Owner::Station(_) => 0.8,
        Owner::Village(_) => 0.3,
        // Roads are shared with every other city, and so are the names of bureaus.
        Owner::Road(_) | Owner::RoadStem(_) => 0.15,
        Owner::Government => 0.1,
        Owner::Agency { .. } => 0.05,
        Owner::OtherCity | Owner::OtherAgency => -2.0,
        Owner::OtherDistrict => -1.0,
        Owner::Abroad => -0.8,
    }
}

/// In scope is about this city and about something a public service answers for.
pub(super) fn decide(
    city: &City,
    location: &Location,
    reading: &Reading<'_>,
    services: &[ServiceScore],
    kind: TextKind,
) -> Scope {
    // 環保局 alone is ours as long as nothing points elsewhere; a court or a bank is no government for its 高雄.
    let ours = |agency: usize| {
        city.agencies.get(agency).is_some_and(|agency| agency.city || agency.kind == AgencyKind::Council)
    };

    let government = reading.names.iter().any(|found| match found.what.owner {
        Owner::Government => true,
        Owner::Agency { agency, .. } => ours(agency) && (found.what.local || location.elsewhere == 0.0),
        _ => false,
    });
    let service = services.first().map_or(0.0, |best| best.score);
    let mut topic = service.max(if government { 0.6 } else { 0.0 });
    // A complaint of nothing public (網購, 房東) names neither a service nor a place of ours.
    if topic == 0.0 && kind == TextKind::Complaint && location.here > 0.0 {
        topic = 0.4;
    }
    if !government && is_beside_the_point(reading, service) {
        topic = 0.0;
    }
    let place = location.probability();
    let score = if topic >= 0.3 { place * (0.55 + 0.45 * topic) } else { place * 0.4 };
    let bare = reading.names.is_empty() && topic < 0.3;
    Scope { inside: score >= THRESHOLD, score: if bare { score.min(0.2) } else { score.clamp(0.0, 1.0) } }
}

fn is_beside_the_point(reading: &Reading<'_>, service: f64) -> bool {
    let count = |field| {
        let text = reading.copy(field).text();
        BESIDE_THE_POINT.iter().filter(|word| text.contains(**word)).count()
    };
    let found = 2 * count(Field::Title) + count(Field::Text);
    found >= 3 || (found >= 2 && service < 0.75)
}
