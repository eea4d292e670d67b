//! Tables for people, and text that is safe to show in a terminal.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Text(&'static str),
    Number(&'static str),
}

impl Column {
    fn heading(self) -> &'static str {
        match self {
            Self::Text(heading) | Self::Number(heading) => heading,
        }
    }
}

/// Rows under headings, each column as wide as its widest cell.
pub(crate) fn table<const N: usize>(columns: [Column; N], rows: &[[String; N]]) -> String {
    let headings = columns.map(|column| column.heading().to_owned());
    let mut lines = vec![headings];
    lines.extend(rows.iter().map(|row| row.each_ref().map(|cell| printable(cell))));
    let widths: Vec<usize> = (0..N)
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |line: &[String; N]| {
        let cells =
            line.iter().zip(columns).zip(&widths).map(|((cell, column), &width)| match column {
                Column::Text(_) => format!("{cell:<width$}"),
                Column::Number(_) => format!("{cell:>width$}"),
            });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

/// The text with its control characters written out: messages come from anywhere, and must not
/// steer the operator's terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, character| {
        if character.is_control() || is_bidirectional_control(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Such characters make text appear in another order than it is in.
fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let rows = [["7", "é"], ["1000", "longer"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table([Column::Number("ROWS"), Column::Text("CAUSE")], &rows),
            "ROWS  CAUSE\n   7  é\n1000  longer\n"
        );
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nb\u{202e}"), "a\\u{1b}[2J\\u{a}b\\u{202e}");
        let rows = [["\u{1b}c".to_owned()]];
        assert_eq!(table([Column::Text("X")], &rows), "X\n\\u{1b}c\n");
    }
}
