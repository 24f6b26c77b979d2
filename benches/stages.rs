//! Speed of the stages on one thread, each beside a peer measured in the same run, because the speed of a machine
//! drifts and a ratio does not. Run with `make bench`.

use std::{io::Write, time::Duration};

use clarion::{
    clock::{Clock, SystemClock},
    demo::day::Day,
    dictionary::Dictionaries,
    domain::ArticleSelectors,
    extract::article,
    pipeline::Analyzer,
};

/// Rounds of which the best is taken: noise only ever slows a run down.
const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    let city = Dictionaries::embedded()?;
    let analyzer = Analyzer::new(&city)?;
    let jieba = jieba_rs::Jieba::new();
    let day = Day::staged()?;
    let documents: Vec<(&str, &str)> = day.reports.iter().map(|r| (r.title.as_str(), r.text.as_str())).collect();
    let megabytes = documents.iter().map(|(title, text)| title.len() + text.len()).sum::<usize>() as f64 / 1e6;
    let pages: Vec<String> = documents.iter().map(|(title, text)| page(title, text)).collect();
    let url = "https://news.example/1".parse()?;

    let bare = best(|| documents.iter().map(|(_, text)| jieba.cut(text, true).len()).sum());
    let segment = best(|| documents.iter().map(|(_, text)| analyzer.segmenter().segment(text).len()).sum());
    let analyse = best(|| documents.iter().map(|(title, text)| analyzer.analyse(title, text, None).places.len()).sum());
    let parse = best(|| pages.iter().map(|page| scraper::Html::parse_document(page).tree.nodes().len()).sum());
    let extract = best(|| {
        let read = |page: &String| article::read(page, "utf-8", &url, &ArticleSelectors::default(), day.closes);
        pages.iter().filter_map(|page| read(page).ok()).map(|article| article.text.len()).sum()
    });

    let mut out = std::io::stdout().lock();
    writeln!(out, "{} reports, {megabytes:.2} MB of text, one thread, best of {ROUNDS} rounds", documents.len())?;
    let mut line = |name: &str, took: Duration, peer: &str, peer_took: Duration| {
        let rate = documents.len() as f64 / took.as_secs_f64();
        let ratio = peer_took.as_secs_f64() / took.as_secs_f64();
        writeln!(
            out,
            "{name:<10} {rate:>9.0} reports/s  {:>7.2} MB/s  {ratio:>5.2} x {peer}",
            megabytes / took.as_secs_f64()
        )
    };
    line("jieba-rs", bare, "itself", bare)?;
    line("segment", segment, "jieba-rs", bare)?;
    line("analyse", analyse, "jieba-rs", bare)?;
    line("parse", parse, "itself", parse)?;
    line("extract", extract, "a bare HTML parse", parse)?;
    Ok(())
}

/// The shortest of several runs. The sum keeps the work from being optimised away.
fn best(work: impl Fn() -> usize) -> Duration {
    let mut sums = 0;
    let shortest = (0..ROUNDS)
        .map(|_| {
            let clock = SystemClock::start();
            sums += work();
            clock.monotonic()
        })
        .min();
    assert!(sums > 0, "nothing was measured");
    shortest.unwrap_or_default()
}

/// A page as news sites build them: more around the report than in it.
fn page(title: &str, text: &str) -> String {
    let links: Vec<String> =
        (0..200).map(|n| format!("<li><a href=\"/news/{n}\">其他新聞標題第{n}則</a></li>")).collect();
    let paragraphs: Vec<String> = text.lines().map(|line| format!("<p>{line}</p>")).collect();
    format!(
        "<!doctype html><html lang=\"zh-Hant\"><head><title>{title}</title></head><body><nav><ul>{0}</ul></nav>\
         <article><h1>{title}</h1>{1}</article><aside><ul>{0}</ul></aside></body></html>",
        links.concat(),
        paragraphs.concat()
    )
}
