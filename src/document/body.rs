//! The order in which a release is read, the same in every form: what ODT, HTML and plain text are written from.

use url::Url;

use super::words::{clean, issue_day, linkable, one_line, ordinal, quoted, roc_moment};
use crate::domain::{AnsweredReport, CitedStatement, Release, roc_date};

/// What stands before a question.
pub(super) const QUESTION: &str = "問：";

/// A piece of a release below its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The name of a section.
    Heading(&'static str),
    /// A paragraph.
    Paragraph(String),
    /// A paragraph with 一、 or 問： before it.
    Labelled {
        /// The label with its punctuation.
        label: String,
        /// What follows it.
        text: String,
        /// Where more of it can be read.
        url: Option<Url>,
    },
    /// A short line: a name with a telephone number.
    Line(String),
}

/// Who published what and when: names with values.
#[must_use]
pub fn fields(release: &Release) -> Vec<(&'static str, String)> {
    let day = release.issued.map_or_else(|| issue_day(release), |issued| roc_moment(issued.at));
    let mut fields = vec![("發布機關", one_line(&release.agency))];
    if !release.unit.trim().is_empty() {
        fields.push(("發布單位", one_line(&release.unit)));
    }
    fields.push(("發布日期", day));
    let revision = if release.revision > 1 { format!("（第{}版）", release.revision) } else { String::new() };
    fields.push(("文稿編號", format!("{}{revision}", one_line(&release.number))));
    fields.push(("文稿類別", release.answer.words().into()));
    fields
}

/// All pieces, in order. Empty parts are left out. The text for cards is another form of the same, so that it stands
/// only in what is laid before those who approve it.
#[must_use]
pub fn blocks(release: &Release) -> Vec<Block> {
    let text = &release.text;
    let mut blocks = Vec::new();
    paragraphs(&mut blocks, &text.lead);
    let facts = text.facts.iter().map(|fact| clean(fact).trim().to_owned()).filter(|fact| !fact.is_empty());
    blocks.extend(numbered(facts.map(|fact| (fact, None))));
    for (name, part) in [("權責釐清", &text.jurisdiction), ("後續作為", &text.measures), ("呼籲", &text.appeal)]
    {
        section(&mut blocks, name, |blocks| paragraphs(blocks, part));
    }
    section(&mut blocks, "問答", |blocks| {
        for (question, reply) in &text.questions {
            for (label, text) in [(QUESTION, question), ("答：", reply)] {
                if !text.trim().is_empty() {
                    blocks.push(Block::Labelled { label: label.into(), text: clean(text).trim().into(), url: None });
                }
            }
        }
    });
    section(&mut blocks, "相關報導", |blocks| blocks.extend(numbered(release.reports.iter().map(report))));
    section(&mut blocks, "依據資料", |blocks| blocks.extend(numbered(release.statements.iter().map(statement))));
    if release.issued.is_none() {
        section(&mut blocks, "圖卡短文（陳核用）", |blocks| paragraphs(blocks, &text.card));
    }
    section(&mut blocks, "新聞聯絡人", |blocks| blocks.extend(lines(&text.contacts).map(Block::Line)));
    blocks
}

/// What stands under `name`; the name is left out with it when there is nothing.
fn section(blocks: &mut Vec<Block>, name: &'static str, fill: impl FnOnce(&mut Vec<Block>)) {
    let mut inside = Vec::new();
    fill(&mut inside);
    if !inside.is_empty() {
        blocks.push(Block::Heading(name));
        blocks.append(&mut inside);
    }
}

fn paragraphs(blocks: &mut Vec<Block>, text: &str) {
    blocks.extend(lines(text).map(Block::Paragraph));
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> = clean(text).lines().map(|line| line.trim().to_owned()).collect();
    lines.into_iter().filter(|line| !line.is_empty())
}

fn numbered(texts: impl Iterator<Item = (String, Option<Url>)>) -> impl Iterator<Item = Block> {
    (1..).zip(texts).map(|(at, (text, url))| Block::Labelled { label: format!("{}、", ordinal(at)), text, url })
}

fn report(report: &AnsweredReport) -> (String, Option<Url>) {
    let mut said = one_line(&report.outlet);
    if let Some(day) = report.day {
        said.push('，');
        said.push_str(&roc_date(day));
    }
    if !report.title.trim().is_empty() {
        said.push('，');
        said.push_str(&quoted(&report.title));
    }
    if !report.claim.trim().is_empty() {
        said.push_str("，內容提及");
        said.push_str(&quoted(&report.claim));
    }
    said.push('。');
    (said, linkable(report.url.as_ref()).cloned())
}

fn statement(statement: &CitedStatement) -> (String, Option<Url>) {
    let mut said = format!("{}，{}", one_line(&statement.agency), quoted(&statement.title));
    if let Some(number) = statement.document_no.as_deref().filter(|number| !number.trim().is_empty()) {
        said.push('，');
        said.push_str(&one_line(number));
    }
    said.push('。');
    (said, linkable(statement.url.as_ref()).cloned())
}
