//! From a position in the source to line, column and snippet.

use super::lex::Span;
use crate::error::AerError;

/// Longest part of a line that a snippet shows, in characters.
const SNIPPET_WIDTH: usize = 120;

/// Gives an error the place of a span: line and column from 1, the column in characters, and the line's text
/// with a caret; of a very long line the part around the caret. Costs one pass over the source up to there.
#[must_use]
pub fn at(error: AerError, source: &str, span: Span) -> AerError {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mark = source.len() - text.len();
    let mut offset = (span.start as usize).saturating_sub(mark).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let (before, after) = text.split_at(offset);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let left = &before[line_start..];
    let right = after.split('\n').next().unwrap_or("").trim_end_matches('\r');
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = left.chars().count() + 1;

    let half = SNIPPET_WIDTH / 2;
    let shown_left: String = left.chars().skip((column - 1).saturating_sub(half)).collect();
    let shown_right: String = right.chars().take(half).collect();
    let (cut_left, cut_right) = (shown_left.len() < left.len(), shown_right.len() < right.len());
    let shown =
        [if cut_left { "…" } else { "" }, &shown_left, &shown_right, if cut_right { "…" } else { "" }];
    let shown_column = shown_left.chars().count() + usize::from(cut_left) + 1;
    let mut error = error.at_line(line as u32, shown_column as u32, &shown.concat());
    error.place.column = Some(column as u32);
    error
}

/// The line of a position, from 1.
pub fn line(source: &str, position: u32) -> usize {
    source.bytes().take(position as usize).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn located(source: &str, start: usize) -> AerError {
        let span = Span { start: start as u32, end: start as u32 };
        at(AerError::new(ErrorCode::SyntaxError, ""), source, span)
    }

    #[test]
    fn columns_count_characters_and_carriage_returns_are_not_shown() {
        let source = "\u{feff}a;\r\nπé x\r\n";
        let error = located(source, source.find('x').unwrap());
        assert_eq!((error.place.line, error.place.column), (Some(2), Some(4)));
        assert_eq!(error.snippet.clone().unwrap(), "2 | πé x\n  |    ^");
        let error = located("a\n", 2);
        assert_eq!((error.place.line, error.place.column), (Some(2), Some(1)));
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let source = format!("{}x{}", "é".repeat(1000), "b".repeat(1000));
        let error = located(&source, 2000);
        assert_eq!(error.place.column, Some(1001));
        let snippet = error.snippet.clone().unwrap();
        let (text, caret) = snippet.split_once('\n').unwrap();
        assert!(text.chars().count() < 140);
        assert_eq!(text.chars().position(|c| c == 'x'), caret.chars().position(|c| c == '^'));
    }
}
