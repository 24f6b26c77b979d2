//! Comma-separated values as spreadsheets write them (RFC 4180): quoted fields may hold commas, quotes and line breaks.

/// A row with the line it begins on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line.
    pub line: usize,
    /// Its fields; none when a quoted field is never closed.
    pub fields: Option<Vec<String>>,
}

/// The rows of a text; empty lines are none.
#[must_use]
pub fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut signs = text.trim_start_matches('\u{feff}').chars().peekable();
    let (mut line, mut begun) = (1, 1);
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    while let Some(sign) = signs.next() {
        line += usize::from(sign == '\n');
        match sign {
            '"' if quoted && signs.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !quoted && signs.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                end(&mut rows, begun, std::mem::take(&mut fields), std::mem::take(&mut field));
                begun = line;
            }
            sign => field.push(sign),
        }
    }
    if quoted {
        rows.push(Row { line: begun, fields: None });
    } else {
        end(&mut rows, begun, fields, field);
    }
    rows
}

fn end(rows: &mut Vec<Row>, line: usize, mut fields: Vec<String>, field: String) {
    if fields.is_empty() && field.trim().is_empty() {
        return;
    }
    fields.push(field);
    rows.push(Row { line, fields: Some(fields) });
}

/// A table as programs open it by a click: with the mark by which they know UTF-8. A cell that a program would read as a
/// formula is given a mark before it that says it is text; what others wrote must not run on the desk of who opens it.
#[must_use]
pub fn comma_separated(rows: &[Vec<String>]) -> String {
    let mut text = String::from('\u{feff}');
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(&written(cell));
        }
        text.push_str("\r\n");
    }
    text
}

fn written(cell: &str) -> String {
    let is_formula =
        cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && cell.parse::<f64>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r', '\t']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_no_cell_is_a_formula() {
        let cells = ["=HYPERLINK(\"x\")", " +1+1", "-5", "@a", "＝1", "一,\"二\"\n三", "", "平常"].map(str::to_owned);
        let text = comma_separated(&[cells.to_vec()]);
        let read = rows(&text).remove(0).fields.unwrap();
        assert_eq!(read, ["'=HYPERLINK(\"x\")", "' +1+1", "-5", "'@a", "'＝1", "一,\"二\"\n三", "", "平常"]);
    }

    fn check(text: &str, expect: &[(usize, Option<&[&str]>)]) {
        let read = rows(text);
        let read: Vec<(usize, Option<Vec<&str>>)> = read
            .iter()
            .map(|row| (row.line, row.fields.as_ref().map(|fields| fields.iter().map(String::as_str).collect())))
            .collect();
        let expect: Vec<_> = expect.iter().map(|(line, fields)| (*line, fields.map(<[&str]>::to_vec))).collect();
        assert_eq!(read, expect);
    }

    #[test]
    fn fields_are_read_as_a_spreadsheet_wrote_them() {
        check("\u{feff}a,b\r\n1,\r\n\r\n2,3", &[(1, Some(&["a", "b"])), (2, Some(&["1", ""])), (4, Some(&["2", "3"]))]);
        check("\"a,\"\"b\"\"\",c", &[(1, Some(&["a,\"b\"", "c"]))]);
        check("\"一\n二\",x\n三,y", &[(1, Some(&["一\n二", "x"])), (3, Some(&["三", "y"]))]);
        check("5\"管,x", &[(1, Some(&["5\"管", "x"]))]);
        check("", &[]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_with_its_line() {
        check("a\n\"b,c\nd", &[(1, Some(&["a"])), (2, None)]);
    }
}
