//! One token of look-ahead over the lexer, and the errors that every parser words alike.

use super::diagnostic;
use super::lex::{Lexer, Span, Token, TokenKind};
use crate::error::{AerError, ErrorCode, nearest};

/// Reads tokens one by one.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    token: Token,
    last_end: u32,
}

impl<'a> Cursor<'a> {
    /// A cursor on the first token.
    pub fn new(source: &'a str) -> Self {
        let mut lexer = Lexer::new(source);
        let token = lexer.next_token();
        Self { source, lexer, token, last_end: token.span.start }
    }

    /// The source.
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// The token ahead.
    pub fn token(&self) -> Token {
        self.token
    }

    /// The kind of the token ahead.
    pub fn kind(&self) -> TokenKind {
        self.token.kind
    }

    /// The text of the token ahead.
    pub fn text(&self) -> &'a str {
        self.token.span.text(self.source)
    }

    /// Takes the token ahead.
    pub fn advance(&mut self) -> Token {
        let taken = self.token;
        self.last_end = taken.span.end;
        self.token = self.lexer.next_token();
        taken
    }

    /// The end of the last token that was taken.
    pub fn last_end(&self) -> u32 {
        self.last_end
    }

    /// The byte directly behind the token ahead.
    pub fn byte_behind(&self) -> Option<u8> {
        self.source.as_bytes().get(self.token.span.end as usize).copied()
    }

    /// The text between the last token that was taken and the token ahead: blanks and comments.
    pub fn gap(&self) -> &'a str {
        Span { start: self.last_end, end: self.token.span.start }.text(self.source)
    }

    /// Takes the first `length` bytes of the token ahead; what is left of it is read anew.
    pub fn take_part(&mut self, length: u32) {
        self.token.span.end = self.token.span.end.min(self.token.span.start + length);
        self.lexer.seek(self.token.span.end as usize);
        self.advance();
    }

    /// Takes the token ahead and the rest of its line, and gives that rest without the blanks around it. Nothing
    /// in it is a token.
    pub fn take_line(&mut self) -> &'a str {
        let start = self.token.span.end as usize;
        let line = self.source.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
        self.skip_to(start + line.len());
        line.trim()
    }

    /// Takes `{` and all up to the matching `}`, whatever stands between; `false` if there is none.
    pub fn take_braces(&mut self) -> bool {
        let start = self.token.span.start as usize;
        let mut depth = 0_usize;
        for (offset, byte) in self.source.as_bytes().get(start..).unwrap_or(&[]).iter().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                self.skip_to(start + offset + 1);
                return true;
            }
        }
        self.skip_to(self.source.len());
        false
    }

    fn skip_to(&mut self, position: usize) {
        self.last_end = position as u32;
        self.lexer.seek(position);
        self.token = self.lexer.next_token();
    }

    /// Takes the token ahead if it is of this kind.
    pub fn accept(&mut self, kind: TokenKind) -> bool {
        let accepted = self.token.kind == kind;
        if accepted {
            self.advance();
        }
        accepted
    }

    /// Takes a token of this kind, or fails saying that `what` was expected.
    pub fn expect(&mut self, kind: TokenKind, what: &str) -> Result<Token, AerError> {
        if self.token.kind == kind { Ok(self.advance()) } else { Err(self.unexpected(what)) }
    }

    /// Takes a `;`. One that is missing at the end of a line is reported there, not on the next line.
    pub fn end_statement(&mut self) -> Result<(), AerError> {
        if self.accept(TokenKind::Semicolon) {
            return Ok(());
        }
        let error = self.unexpected("`;`");
        let between = Span { start: self.last_end, end: self.token.span.start };
        Err(if self.gap().contains('\n') { self.locate(error, between) } else { error })
    }

    /// The error of a token ahead that is not `what` the grammar wants.
    pub fn unexpected(&self, what: &str) -> AerError {
        let message = match self.token.kind {
            TokenKind::BadNumber => "This is not a number.",
            TokenKind::UnclosedText => "The text has no closing quote.",
            TokenKind::UnclosedComment => "The comment has no closing `*/`.",
            TokenKind::Unknown => "Unexpected character.",
            TokenKind::End => "Unexpected end of the program.",
            _ => "Unexpected token.",
        };
        let mut error = AerError::new(ErrorCode::SyntaxError, message).expected(what);
        error = match self.token.kind {
            TokenKind::End => error,
            TokenKind::UnclosedText => error.found("the end of the line"),
            TokenKind::UnclosedComment => error.found("the end of the program"),
            _ => error.found(quoted(self.text())),
        };
        self.locate(error, self.token.span)
    }

    /// An error at a span.
    pub fn error(&self, code: ErrorCode, span: Span, message: impl Into<String>) -> AerError {
        self.locate(AerError::new(code, message), span)
    }

    /// Gives an error the place of a span.
    #[must_use]
    pub fn locate(&self, error: AerError, span: Span) -> AerError {
        diagnostic::at(error, self.source, span)
    }
}

/// Program text within a message: in backquotes, and cut where it is long.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// Adds the known name that is nearest to a misspelt one, if any is near.
#[must_use]
pub fn near_hint<'a>(error: AerError, name: &str, known: impl IntoIterator<Item = &'a str>) -> AerError {
    // Comparing costs the product of the lengths.
    const LONGEST: usize = 64;
    let known = known.into_iter().filter(|known| known.len().max(name.len()) <= LONGEST);
    match nearest(name, known) {
        Some(near) => error.hint(format!("Did you mean `{near}`?")),
        None => error,
    }
}
