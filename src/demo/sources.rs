//! The outlets of the staged day: who they are, how each announces its reports, and how Clarion is told of them.

use std::time::Duration;

use url::Url;

use crate::domain::{ArticleSelectors, ListSelectors, Policy, Source, SourceError, SourceId, SourceKind};

/// The only network the staged newsroom is on.
const LOOPBACK: &str = "127.0.0.0/8";

/// An outlet of the staged day. All are invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outlet {
    /// A broad newspaper: RSS with leads.
    Mumian,
    /// An evening paper's city desk: Atom with summaries.
    Fenghuang,
    /// An online newsroom: JSON Feed with whole texts.
    Chaosheng,
    /// Long reads: a Google News sitemap.
    Nanfeng,
    /// A television station's site: a list page.
    Dengta,
    /// A neighbourhood paper: list and pages in Big5.
    Jiugang,
    /// A wire agency: RSS with whole texts.
    Gangbian,
    /// A bulletin board as PTT serves it.
    Hamabbs,
    /// The city's own releases.
    Cityhall,
    /// A video channel as YouTube announces it.
    Videos,
    /// A Mastodon hashtag timeline.
    Tag,
    /// A site in trouble: refuses at first, then answers with the wrong page, then recovers.
    Weidao,
}

impl Outlet {
    /// All outlets.
    pub const ALL: [Self; 12] = [
        Self::Mumian,
        Self::Fenghuang,
        Self::Chaosheng,
        Self::Nanfeng,
        Self::Dengta,
        Self::Jiugang,
        Self::Gangbian,
        Self::Hamabbs,
        Self::Cityhall,
        Self::Videos,
        Self::Tag,
        Self::Weidao,
    ];

    /// Its short name, in the day's files and as the id of its source.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Mumian => "mumian",
            Self::Fenghuang => "fenghuang",
            Self::Chaosheng => "chaosheng",
            Self::Nanfeng => "nanfeng",
            Self::Dengta => "dengta",
            Self::Jiugang => "jiugang",
            Self::Gangbian => "gangbian",
            Self::Hamabbs => "hamabbs",
            Self::Cityhall => "cityhall",
            Self::Videos => "videos",
            Self::Tag => "tag",
            Self::Weidao => "weidao",
        }
    }

    /// The outlet of that short name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outlet| outlet.id() == id)
    }

    /// Its name on screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mumian => "木棉日報",
            Self::Fenghuang => "鳳凰木晚報",
            Self::Chaosheng => "潮聲新聞網",
            Self::Nanfeng => "南風線上",
            Self::Dengta => "燈塔電視",
            Self::Jiugang => "舊港時報",
            Self::Gangbian => "港邊通訊社",
            Self::Hamabbs => "哈瑪站 Takao 板",
            Self::Cityhall => "高雄市政府（示範站）",
            Self::Videos => "今日高雄影音",
            Self::Tag => "高雄標籤動態",
            Self::Weidao => "圍島快訊",
        }
    }

    /// Path and query of what Clarion polls.
    #[must_use]
    pub fn listing(self) -> &'static str {
        match self {
            Self::Mumian => "/rss/local.xml",
            Self::Fenghuang => "/feed/atom",
            Self::Chaosheng => "/feed.json",
            Self::Nanfeng => "/sitemap-news.xml",
            Self::Dengta => "/news/local",
            Self::Jiugang => "/newslist.asp?cat=2",
            Self::Gangbian => "/rss/kaohsiung.xml",
            Self::Hamabbs => "/bbs/Takao/index.html",
            Self::Cityhall => "/OpenData.aspx?SN=5B1E0C27A94D86F3",
            Self::Videos => "/feeds/videos.xml?channel_id=UCtakao00today00kaohsiung",
            Self::Tag => "/api/v1/timelines/tag/%E9%AB%98%E9%9B%84?limit=40",
            Self::Weidao => "/rss.xml",
        }
    }

    /// How the source is configured, with the listing at `url`.
    ///
    /// # Errors
    /// [`SourceError::Id`] if a short name here were no source id; a test holds that none is.
    pub fn source(self, url: Url) -> Result<Source, SourceError> {
        Ok(Source {
            id: SourceId::parse(self.id())?,
            name: self.name().to_owned(),
            outlet: self.name().to_owned(),
            kind: self.kind(url),
            interval: self.interval(),
            policy: Policy::FullText,
            weight: self.weight(),
            official: (self == Self::Cityhall).then(|| "高雄市政府".to_owned()),
            article: self.article(),
            allow_networks: vec![LOOPBACK.to_owned()],
            enabled: true,
        })
    }

    fn kind(self, url: Url) -> SourceKind {
        match self {
            Self::Mumian | Self::Fenghuang | Self::Chaosheng | Self::Gangbian | Self::Cityhall | Self::Weidao => {
                SourceKind::Feed(url)
            }
            Self::Nanfeng => SourceKind::Sitemap(url),
            Self::Dengta => SourceKind::List {
                url,
                selectors: ListSelectors {
                    item: "ul.news-list > li".to_owned(),
                    link: Some("h3 a".to_owned()),
                    title: Some("h3 a".to_owned()),
                    date: Some(".time".to_owned()),
                    summary: Some("p.brief".to_owned()),
                },
            },
            Self::Jiugang => SourceKind::List {
                url,
                selectors: ListSelectors {
                    item: "table.list tr.row".to_owned(),
                    link: Some("td.subject a".to_owned()),
                    title: None,
                    date: Some("td.day".to_owned()),
                    summary: None,
                },
            },
            Self::Hamabbs => SourceKind::Board(url),
            Self::Videos => SourceKind::Youtube(url),
            Self::Tag => SourceKind::Mastodon(url),
        }
    }

    /// Five minutes suit news sites; the city's own words and a board move faster when a rumour runs.
    fn interval(self) -> Duration {
        Duration::from_mins(match self {
            Self::Cityhall => 3,
            Self::Hamabbs => 4,
            _ => 5,
        })
    }

    fn weight(self) -> f64 {
        match self {
            Self::Gangbian => 1.6,
            Self::Mumian => 1.5,
            Self::Dengta => 1.4,
            Self::Fenghuang => 1.2,
            Self::Chaosheng | Self::Cityhall => 1.0,
            Self::Hamabbs => 0.9,
            Self::Nanfeng => 0.8,
            Self::Videos => 0.6,
            Self::Jiugang | Self::Weidao => 0.5,
            Self::Tag => 0.4,
        }
    }

    /// Two sites print their text without any mark a machine could go by.
    fn article(self) -> ArticleSelectors {
        match self {
            Self::Dengta => ArticleSelectors {
                title: Some("h1.title".to_owned()),
                byline: Some(".reporter".to_owned()),
                body: Some("div.story > p".to_owned()),
                published: Some(".publish-time".to_owned()),
                remove: Some(".ad, .share".to_owned()),
            },
            Self::Jiugang => ArticleSelectors {
                title: Some("td.headline".to_owned()),
                byline: Some("td.from".to_owned()),
                body: Some("td.content p".to_owned()),
                published: Some("td.date".to_owned()),
                remove: None,
            },
            _ => ArticleSelectors::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outlet_is_a_source_on_loopback_alone() {
        for outlet in Outlet::ALL {
            let url = Url::parse("http://127.0.0.1:9").unwrap().join(outlet.listing()).unwrap();
            let source = outlet.source(url.clone()).unwrap();
            assert_eq!(Outlet::from_id(source.id.as_str()), Some(outlet));
            assert_eq!(source.kind.url(), Some(&url));
            assert_eq!(source.allow_networks, ["127.0.0.0/8"]);
        }
    }

    #[test]
    fn only_the_city_speaks_officially() {
        let url = Url::parse("http://127.0.0.1:9/").unwrap();
        let official: Vec<_> =
            Outlet::ALL.into_iter().filter(|o| o.source(url.clone()).unwrap().official.is_some()).collect();
        assert_eq!(official, [Outlet::Cityhall]);
    }
}
