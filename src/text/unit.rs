//! What numbers in Taiwanese texts count: money, measures, shares, time, and the classifiers of people and things.

/// What a number counts. Values of one measure are brought to its base unit and can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// New Taiwan dollars.
    Money,
    /// Money of another country, by its name; amounts of two currencies are never compared.
    Currency(&'static str),
    /// Metres.
    Length,
    /// Square metres.
    Area,
    /// Cubic metres.
    Volume,
    /// Kilograms.
    Mass,
    /// A share of a whole: 1 is all of it. Written 35%, 三成五, 百分之三十五, 一半.
    Share,
    /// Differences between shares: 個百分點, in points.
    Points,
    /// So many times as much: 倍.
    Times,
    /// Minutes.
    Duration,
    /// Watts.
    Power,
    /// Kilowatt-hours: 度電.
    Energy,
    /// Tonnes a day: CMD, 噸/日.
    Flow,
    /// People, things and events, by the classifier that stands for all of its kind: 人 for 名 and 位.
    Count(&'static str),
    /// A number with no unit behind it.
    Bare,
}

/// A unit as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) written: &'static str,
    pub(super) measure: Measure,
    /// How much of the base unit one is.
    pub(super) factor: f64,
    /// Also an ordinary character of other words (分, 度, 期), so that it needs a number in digits or a longer one.
    pub(super) weak: bool,
}

const fn unit(written: &'static str, measure: Measure, factor: f64) -> Unit {
    Unit { written, measure, factor, weak: false }
}

const fn weak(written: &'static str, measure: Measure, factor: f64) -> Unit {
    Unit { written, measure, factor, weak: true }
}

const fn count(written: &'static str, kind: &'static str) -> Unit {
    unit(written, Measure::Count(kind), 1.0)
}

/// Days of a month and of a year in the middle of what calendars have, in minutes: a month is never compared with
/// days more finely.
const MONTH: f64 = 30.4 * 1440.0;
const YEAR: f64 = 365.25 * 1440.0;

/// Square metres of a 坪 (3.305785) and of a 甲 (9,699.17), by the table of 度量衡 that land offices use.
const PING: f64 = 3.305_785;
const JIA: f64 = 9_699.17;

/// Units, the longest of one beginning first. A unit that stands for several classifiers is given the one that is usual.
pub(super) static UNITS: &[Unit] = &[
    unit("元新台幣", Measure::Money, 1.0),
    unit("元", Measure::Money, 1.0),
    unit("塊錢", Measure::Money, 1.0),
    weak("塊", Measure::Money, 1.0),
    unit("圓", Measure::Money, 1.0),
    unit("美元", Measure::Currency("美元"), 1.0),
    unit("美金", Measure::Currency("美元"), 1.0),
    unit("日圓", Measure::Currency("日圓"), 1.0),
    unit("日元", Measure::Currency("日圓"), 1.0),
    unit("歐元", Measure::Currency("歐元"), 1.0),
    unit("人民幣", Measure::Currency("人民幣"), 1.0),
    unit("平方公里", Measure::Area, 1e6),
    unit("平方公尺", Measure::Area, 1.0),
    unit("平方米", Measure::Area, 1.0),
    unit("公頃", Measure::Area, 1e4),
    unit("坪", Measure::Area, PING),
    weak("甲", Measure::Area, JIA),
    unit("立方公尺", Measure::Volume, 1.0),
    unit("立方米", Measure::Volume, 1.0),
    unit("公升", Measure::Volume, 1e-3),
    unit("毫升", Measure::Volume, 1e-6),
    unit("公里", Measure::Length, 1e3),
    unit("公尺", Measure::Length, 1.0),
    unit("公分", Measure::Length, 1e-2),
    unit("公厘", Measure::Length, 1e-3),
    unit("毫米", Measure::Length, 1e-3),
    unit("km", Measure::Length, 1e3),
    unit("cm", Measure::Length, 1e-2),
    unit("mm", Measure::Length, 1e-3),
    weak("米", Measure::Length, 1.0),
    unit("公噸", Measure::Mass, 1e3),
    unit("噸", Measure::Mass, 1e3),
    unit("公斤", Measure::Mass, 1.0),
    unit("台斤", Measure::Mass, 0.6),
    unit("公克", Measure::Mass, 1e-3),
    unit("毫克", Measure::Mass, 1e-6),
    unit("微克", Measure::Mass, 1e-9),
    unit("kg", Measure::Mass, 1.0),
    unit("個百分點", Measure::Points, 1.0),
    unit("百分點", Measure::Points, 1.0),
    unit("%", Measure::Share, 0.01),
    unit("成", Measure::Share, 0.1),
    unit("‰", Measure::Share, 0.001),
    weak("折", Measure::Count("折"), 1.0),
    unit("倍", Measure::Times, 1.0),
    unit("個工作天", Measure::Count("工作天"), 1.0),
    unit("個工作日", Measure::Count("工作天"), 1.0),
    unit("工作天", Measure::Count("工作天"), 1.0),
    unit("個多小時", Measure::Duration, 60.0),
    unit("個小時", Measure::Duration, 60.0),
    unit("小時", Measure::Duration, 60.0),
    unit("鐘頭", Measure::Duration, 60.0),
    unit("個鐘頭", Measure::Duration, 60.0),
    unit("分鐘", Measure::Duration, 1.0),
    unit("秒鐘", Measure::Duration, 1.0 / 60.0),
    unit("秒", Measure::Duration, 1.0 / 60.0),
    unit("個半月", Measure::Duration, 1.5 * MONTH),
    unit("個多月", Measure::Duration, MONTH),
    unit("個月", Measure::Duration, MONTH),
    unit("個星期", Measure::Duration, 7.0 * 1440.0),
    unit("個禮拜", Measure::Duration, 7.0 * 1440.0),
    unit("星期", Measure::Duration, 7.0 * 1440.0),
    unit("週", Measure::Duration, 7.0 * 1440.0),
    unit("周", Measure::Duration, 7.0 * 1440.0),
    unit("天", Measure::Duration, 1440.0),
    unit("日", Measure::Duration, 1440.0),
    unit("年", Measure::Duration, YEAR),
    unit("萬瓩", Measure::Power, 1e7),
    unit("瓩", Measure::Power, 1e3),
    unit("kw", Measure::Power, 1e3),
    unit("mw", Measure::Power, 1e6),
    unit("gw", Measure::Power, 1e9),
    unit("度電", Measure::Energy, 1.0),
    unit("cmd", Measure::Flow, 1.0),
    unit("噸/日", Measure::Flow, 1.0),
    unit("公噸/日", Measure::Flow, 1.0),
    unit("人次", Measure::Count("人次"), 1.0),
    unit("車次", Measure::Count("車次"), 1.0),
    unit("班次", Measure::Count("班次"), 1.0),
    unit("場次", Measure::Count("場"), 1.0),
    unit("架次", Measure::Count("架次"), 1.0),
    unit("件次", Measure::Count("件"), 1.0),
    unit("個名額", Measure::Count("名額"), 1.0),
    unit("名額", Measure::Count("名額"), 1.0),
    unit("個車位", Measure::Count("車位"), 1.0),
    unit("個停車位", Measure::Count("車位"), 1.0),
    unit("格", Measure::Count("車位"), 1.0),
    unit("席車位", Measure::Count("車位"), 1.0),
    unit("分貝", Measure::Count("分貝"), 1.0),
    unit("ppm", Measure::Count("ppm"), 1.0),
    unit("℃", Measure::Count("度"), 1.0),
    count("萬人", "人"),
    count("個人", "人"),
    count("人", "人"),
    count("名", "人"),
    count("位", "人"),
    count("戶", "戶"),
    count("家", "家"),
    count("間", "家"),
    count("所", "家"),
    count("件", "件"),
    count("起", "件"),
    count("例", "例"),
    count("案", "件"),
    count("宗", "件"),
    count("處", "處"),
    count("座", "座"),
    count("棟", "棟"),
    count("幢", "棟"),
    count("輛", "輛"),
    count("台", "台"),
    count("部", "台"),
    count("艘", "艘"),
    count("架", "架"),
    count("班", "班"),
    count("站", "站"),
    count("校", "校"),
    count("條", "條"),
    count("項", "項"),
    count("次", "次"),
    count("場", "場"),
    count("隻", "隻"),
    count("頭", "隻"),
    count("株", "棵"),
    count("棵", "棵"),
    count("盞", "盞"),
    count("支", "支"),
    count("張", "張"),
    count("份", "份"),
    count("劑", "劑"),
    count("床", "床"),
    count("席", "席"),
    count("包", "包"),
    count("箱", "箱"),
    count("組", "組"),
    count("套", "套"),
    count("本", "本"),
    count("冊", "本"),
    count("片", "片"),
    count("層", "層"),
    count("樓", "樓"),
    count("歲", "歲"),
    count("屆", "屆"),
    count("梯次", "梯次"),
    count("里", "里"),
    count("區", "區"),
    count("國", "國"),
    count("隊", "隊"),
    count("攤", "攤"),
    count("筆", "筆"),
    count("檔", "檔"),
    count("個", "個"),
    count("輪", "輪"),
    count("級", "級"),
    count("線", "線"),
    count("門", "門"),
    count("口", "口"),
    count("碗", "碗"),
    count("顆", "顆"),
    count("道", "道"),
    count("段", "段"),
    weak("度", Measure::Count("度"), 1.0),
    weak("分", Measure::Count("分"), 1.0),
    weak("期", Measure::Count("期"), 1.0),
    weak("號", Measure::Count("號"), 1.0),
    weak("點", Measure::Count("點"), 1.0),
];

/// The unit that `rest` begins with, the longest one.
pub(super) fn unit_at(rest: &str) -> Option<&'static Unit> {
    let first = rest.chars().next()?;
    UNITS
        .iter()
        .filter(|unit| unit.written.starts_with(first) && rest.starts_with(unit.written))
        .max_by_key(|unit| unit.written.len())
}

impl Measure {
    /// The name of the base unit, as a claim carries it; nothing for a bare number.
    #[must_use]
    pub fn base_unit(self) -> Option<&'static str> {
        Some(match self {
            Self::Money => "元",
            Self::Currency(name) | Self::Count(name) => name,
            Self::Length => "公尺",
            Self::Area => "平方公尺",
            Self::Volume => "立方公尺",
            Self::Mass => "公斤",
            Self::Share => "%",
            Self::Points => "個百分點",
            Self::Times => "倍",
            Self::Duration => "分鐘",
            Self::Power => "瓦",
            Self::Energy => "度電",
            Self::Flow => "噸/日",
            Self::Bare => return None,
        })
    }
}
