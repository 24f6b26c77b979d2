//! Invented official statements and reports of them, as many as are asked for and always the same ones, for measuring what
//! a register of that many takes. Names and words come from the dictionaries, so that they are spread as in real releases:
//! districts come often, roads and villages seldom, and other words by the share of texts that have them.

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::domain::City;

/// Works that a city announces.
const WORKS: [&str; 16] = [
    "雨水下水道改善工程",
    "路面刨除重鋪",
    "人行道整平",
    "公園遊具更新",
    "路燈汰換",
    "停車場新建工程",
    "污水管線埋設",
    "校舍耐震補強",
    "活動中心整修",
    "滯洪池清淤",
    "路口號誌改善",
    "排水溝加蓋",
    "自行車道延伸",
    "公有市場修繕",
    "圖書分館開館",
    "老舊管線汰換",
];

/// How traffic is led past them.
const MEASURES: [&str; 6] =
    ["封閉一線車道", "改單線雙向通行", "全線禁止停車", "夜間全線封閉", "公車改道行駛", "管制大型車進入"];

/// What a text of this many other words has of them: some common, some of the city's list.
const COMMON_WORDS: usize = 14;
const CITY_WORDS: usize = 10;

/// Statements are spread over this many days.
const SPAN_DAYS: u64 = 3650;

/// Makes them.
#[derive(Debug)]
pub struct Press<'c> {
    city: &'c City,
    /// Common words with the sums of their shares up to each.
    common: Vec<(&'c str, u64)>,
}

/// A text with what a source says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Invented {
    /// The headline.
    pub title: String,
    /// The text.
    pub text: String,
    /// Who says it; empty for a report.
    pub agency: String,
    /// When it appeared.
    pub published: DateTime<Utc>,
}

/// What one statement is about.
struct Matter<'c> {
    agency: &'c str,
    other: &'c str,
    district: &'c str,
    village: &'c str,
    road: &'c str,
    work: &'c str,
    measure: &'c str,
    money: u64,
    metres: u64,
    sites: u64,
    done: u64,
    published: DateTime<Utc>,
    month: u64,
    day: u64,
    hour: u64,
}

impl<'c> Press<'c> {
    /// A press of a city's words.
    #[must_use]
    pub fn new(city: &'c City) -> Self {
        let mut sum = 0;
        let common = city.common.iter().filter(|(word, _)| word.chars().nth(1).is_some()).map(|(word, share)| {
            sum += u64::from(*share);
            (word.as_str(), sum)
        });
        Self { city, common: common.collect() }
    }

    /// The statement of a number.
    #[must_use]
    pub fn statement(&self, number: u64) -> Invented {
        let mut dice = Dice::new(number);
        let it = self.matter(&mut dice);
        let Matter { agency, other, district, village, road, work, measure, metres, sites, done, .. } = it;
        let (money, month, day, hour) = (money(it.money), it.month, it.day, it.hour);
        let mut words = self.words(&mut dice);
        let mut three = || [words.next(), words.next(), words.next()].map(Option::unwrap_or_default).join("、");
        let title = match dice.up_to(3) {
            0 => format!("{district}{road}{work} {month}月底完工"),
            1 => format!("{agency}推動{village}{work} 經費{money}"),
            _ => format!("{work}動工 {road}{measure}"),
        };
        let text = format!(
            "{agency}表示，{district}{road}{work}總經費{money}，長{metres}公尺，預計{month}月{day}日完工。\
             {village}一帶已完成{sites}處，{done}%的{}均已到位。\n施工期間每日{hour}時至{}時{road}{measure}，{}請提前因應，\
             並由{other}協助{}。\n{agency}說明，本案涉及{}及{}，後續將依{}辦理。",
            three(),
            hour + 3,
            three(),
            three(),
            three(),
            three(),
            three(),
        );
        Invented { title, text, agency: agency.to_owned(), published: it.published }
    }

    /// A report of the statement of a number; every second one has another sum.
    #[must_use]
    pub fn report(&self, number: u64) -> Invented {
        let it = self.matter(&mut Dice::new(number));
        let mut dice = Dice::new(!number);
        let Matter { agency, district, village, road, work, measure, metres, month, day, .. } = it;
        let money = money(if number.is_multiple_of(2) { it.money } else { it.money * 10 });
        let word = self.words(&mut dice).next().unwrap_or_default();
        let text = format!(
            "{district}居民盼望多時的{work}有進展了。{agency}指出，{road}全長{metres}公尺，花費{money}，最快{month}月{day}日完工，\
             {village}里長說，{word}希望如期；工程期間{measure}，請用路人小心。"
        );
        let published = it.published + TimeDelta::hours(5);
        Invented { title: format!("{road}{work} 花{money}"), text, agency: String::new(), published }
    }

    fn matter(&self, dice: &mut Dice) -> Matter<'c> {
        let city = self.city;
        let epoch = DateTime::UNIX_EPOCH + Days::new(16_000);
        Matter {
            agency: dice.of(&city.agencies).map_or("", |it| &it.name),
            other: dice.of(&city.agencies).map_or("", |it| &it.short),
            district: dice.of(&city.districts).map_or("", |it| &it.name),
            village: dice.of(&city.villages).map_or("", |it| &it.name),
            road: dice.of(&city.roads).map_or("", |it| &it.name),
            work: dice.of(&WORKS).copied().unwrap_or_default(),
            measure: dice.of(&MEASURES).copied().unwrap_or_default(),
            money: 100 + dice.up_to(90_000),
            metres: 100 + dice.up_to(4_000),
            sites: 2 + dice.up_to(200),
            done: 1 + dice.up_to(99),
            published: epoch + TimeDelta::minutes(dice.up_to(SPAN_DAYS * 24 * 60).cast_signed()),
            month: 1 + dice.up_to(12),
            day: 1 + dice.up_to(28),
            hour: 6 + dice.up_to(12),
        }
    }

    /// Other words of a text.
    fn words(&self, dice: &mut Dice) -> impl Iterator<Item = &'c str> + use<'c> {
        let all = self.common.last().map_or(1, |it| it.1);
        let mut words: Vec<&'c str> = (0..COMMON_WORDS)
            .filter_map(|_| {
                let at = dice.up_to(all);
                self.common.get(self.common.partition_point(|it| it.1 <= at)).map(|it| it.0)
            })
            .collect();
        for _ in 0..CITY_WORDS {
            let at = usize::try_from(dice.up_to(words.len() as u64)).unwrap_or_default();
            words.insert(at, dice.of(&self.city.words).map_or("", String::as_str));
        }
        words.into_iter()
    }
}

/// An amount of ten thousands of dollars, as a release writes it.
fn money(amount: u64) -> String {
    match (amount / 10_000, amount % 10_000) {
        (0, rest) => format!("{rest}萬元"),
        (whole, 0) => format!("{whole}億元"),
        (whole, rest) => format!("{whole}億{rest}萬元"),
    }
}

/// Numbers that look thrown and are the same in every run: `SplitMix64`, Steele, Lea and Flood (2014).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// A number below `count`.
    fn up_to(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(usize::try_from(self.up_to(list.len() as u64)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::dictionary::Dictionaries;

    #[test]
    fn statements_are_the_same_in_every_run_and_differ_from_each_other() {
        let city = Dictionaries::embedded().unwrap();
        let press = Press::new(&city);
        assert_eq!(press.statement(7), Press::new(&city).statement(7));
        let texts: BTreeSet<String> = (0..1000).map(|number| press.statement(number).text).collect();
        assert_eq!(texts.len(), 1000);
    }

    #[test]
    fn every_second_report_has_the_sum_of_its_statement() {
        let city = Dictionaries::embedded().unwrap();
        let press = Press::new(&city);
        for number in 0..100 {
            let sum = press.report(number).title.split_once('花').unwrap().1.to_owned();
            assert_eq!(press.statement(number).text.contains(&format!("總經費{sum}")), number % 2 == 0, "{number}");
        }
        assert_eq!([money(9_999), money(20_000), money(25_000)], ["9999萬元", "2億元", "2億5000萬元"]);
    }
}
