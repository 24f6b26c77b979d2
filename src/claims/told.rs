//! The checkable statements of a sheet, as they are told to others.

use super::{Item, Mark, Sheet, Value};
use crate::{
    domain::{Claim, ClaimKind, Field, Span},
    text::{Measure, Moment, Stamp},
};

/// Statements of one text that are told; a longer list is a table.
const MOST: usize = 100;

impl Sheet {
    /// What the text states that can be checked, in its order: figures, times, bodies, places and states with the rest of
    /// their clause as the subject, and quotations with their speaker. Spans are bytes of the field as given.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let items = self.items.iter().filter(|item| !item.is(Mark::Speaker)).filter_map(|item| self.claim(item));
        let mut told: Vec<Claim> = items.chain(self.quotes()).collect();
        told.sort_by_key(|claim| (claim.field == Field::Text, claim.span));
        told.truncate(MOST);
        told
    }

    fn claim(&self, item: &Item) -> Option<Claim> {
        let clause = self.clauses.get(item.clause)?;
        let written = self.written(item.field, item.span);
        let (value, unit) = match item.value {
            Value::Figure(figure, _) => {
                let [low, high] = [figure.low, figure.high].map(|amount| number(amount, figure.measure));
                let value = if low == high { low } else { format!("{low}–{high}") };
                (value, figure.measure.base_unit().map(str::to_owned))
            }
            Value::Time(moment) => (time(moment), None),
            _ => (written.to_owned(), None),
        };
        let turned = matches!(item.value, Value::State(_, _, true));
        let quote = self.quotations.iter().find(|it| it.field == item.field && it.span.overlaps(item.span));
        let speaker = quote.and_then(|it| it.speaker.map(|by| self.written(it.field, by).to_owned()));
        let passed_on = clause.stance.is_hearsay().then(|| HEARSAY.to_owned());
        Some(Claim {
            kind: item.kind(),
            field: item.field,
            span: self.original(item.field, item.span)?,
            subject: self.subject(item.field, clause.span, item.span),
            value,
            unit,
            negated: turned || item.is(Mark::Negated) || clause.stance.is_denial(),
            attributed_to: speaker.or(passed_on),
        })
    }

    fn quotes(&self) -> impl Iterator<Item = Claim> {
        self.quotations.iter().filter(|quote| quote.speaker.is_some()).filter_map(|quote| {
            let speaker = quote.speaker.map(|by| self.written(quote.field, by).to_owned());
            Some(Claim {
                kind: ClaimKind::Quote,
                field: quote.field,
                span: self.original(quote.field, quote.span)?,
                subject: speaker.clone().unwrap_or_default(),
                value: self.written(quote.field, quote.span).to_owned(),
                unit: None,
                negated: false,
                attributed_to: speaker,
            })
        })
    }

    /// The rest of a clause without its marks.
    fn subject(&self, field: Field, clause: Span, part: Span) -> String {
        let (start, end) = (part.start.max(clause.start), part.end.min(clause.end).max(clause.start));
        let head = self.written(field, Span::new(clause.start, start));
        let tail = self.written(field, Span::new(end, clause.end));
        let whole = format!("{head}{tail}");
        whole.trim_matches(|c: char| c.is_whitespace() || "，。；：、！？,;:!?「」『』（）()".contains(c)).to_owned()
    }
}

/// Who is said to say what is passed on without a name.
const HEARSAY: &str = "未具名";

/// An amount in its base unit; shares in hundredths, as the unit says.
fn number(amount: f64, measure: Measure) -> String {
    const PLACES: f64 = 1e6;
    let amount = if measure == Measure::Share { amount * 100.0 } else { amount };
    ((amount * PLACES).round() / PLACES).to_string()
}

/// ISO 8601 as far as it was said: a day, a day with a time, a time, or two of them with a stroke between.
fn time(moment: Moment) -> String {
    let end = moment.end.map(|end| format!("/{}", stamp(end))).unwrap_or_default();
    format!("{}{end}", stamp(moment.start))
}

fn stamp(stamp: Stamp) -> String {
    let day = stamp.days.map(|days| {
        if days.first == days.last { days.first.to_string() } else { format!("{}/{}", days.first, days.last) }
    });
    let minutes = stamp.minutes.map(|(from, _)| format!("{:02}:{:02}", from / 60, from % 60));
    match (day, minutes) {
        (Some(day), Some(minutes)) => format!("{day}T{minutes}"),
        (day, minutes) => day.or(minutes).unwrap_or_default(),
    }
}
