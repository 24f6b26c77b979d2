//! Words of others as a draft quotes them: on one line, with inner quotation marks, and short enough.

use crate::text::{Normaliser, moments, quantities};

/// Words on one line, without what has no picture.
pub(super) fn tidy(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.trim().to_owned()
}

/// Words to stand within 「」: their own marks become 『』, and the last stop is left out. Marks around all of it go.
pub(super) fn quotable(text: &str) -> String {
    let tidy = tidy(text);
    let stripped = tidy.trim_end_matches(['。', '；', ';', '，', ',', '、', '：']);
    let whole = stripped.strip_prefix('「').and_then(|rest| rest.strip_suffix('」'));
    let inner = whole.filter(|inner| !inner.contains(['「', '」'])).unwrap_or(stripped);
    inner
        .chars()
        .map(|c| match c {
            '「' => '『',
            '」' => '』',
            other => other,
        })
        .collect()
}

/// The first characters of a claim, at most `longest` with the … that shows the cut: up to the end of a clause where there
/// is one, never through a figure or a day, never with a quotation left open.
pub(super) fn shortened(claim: &str, longest: usize) -> String {
    let claim = quotable(claim);
    if claim.chars().count() <= longest {
        return claim;
    }
    let room = longest.saturating_sub(1);
    let ends = |least: usize, is_end: &dyn Fn(char) -> bool| {
        let chars = claim.char_indices().enumerate().take(room).skip(least);
        chars.filter(|(_, (_, c))| is_end(*c)).map(|(_, (at, _))| at).last()
    };
    let clause = ends(longest / 3, &|c| matches!(c, '，' | '。' | '；' | '：' | '、' | '！' | '？'));
    let hard = claim.char_indices().nth(room).map_or(claim.len(), |(at, _)| at);
    let mut cut = clause.unwrap_or_else(|| before_value(&claim, hard));
    let head = claim.get(..cut).unwrap_or_default();
    if head.matches('『').count() > head.matches('』').count() {
        cut = head.rfind('『').unwrap_or(cut);
    }
    format!("{}…", claim.get(..cut).unwrap_or_default().trim_end_matches(['，', '、', '：', '；', ' ']))
}

/// `cut`, or the beginning of the figure or day that it goes through.
fn before_value(claim: &str, cut: usize) -> usize {
    let copy = Normaliser::default().normalise(claim);
    let times = moments(copy.text(), None).into_iter().map(|moment| moment.span);
    let figures = quantities(copy.text(), &[]).into_iter().map(|quantity| quantity.span);
    times
        .chain(figures)
        .filter_map(|span| copy.to_original(span))
        .find(|span| span.start < cut && cut < span.end && span.start > 0)
        .map_or(cut, |span| span.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_claim_is_cut_at_a_clause_and_shows_it() {
        let claim = "滯洪池工程經費暴增到25億元，施工品質卻頻頻出包，當地居民抱怨連連";
        assert_eq!(shortened(claim, 20), "滯洪池工程經費暴增到25億元…");
        assert_eq!(shortened("經費25億元。", 20), "經費25億元");
    }

    #[test]
    fn no_figure_is_cut_in_two() {
        // Eleven characters end within 25億元, which would leave a 2 that nobody wrote.
        assert_eq!(shortened("滯洪池的總工程經費是25億元還不止這個數", 12), "滯洪池的總工程經費是…");
    }

    #[test]
    fn marks_within_a_quotation_are_inner_ones_and_never_left_open() {
        assert_eq!(quotable("「全市停水」"), "全市停水");
        assert_eq!(quotable("市長說「停水」，民眾說「太扯」。"), "市長說『停水』，民眾說『太扯』");
        assert_eq!(shortened("里長大聲質疑「為什麼到現在還沒有完工呢」", 12), "里長大聲質疑…");
    }
}
