//! The lexer of OpenQASM 2 and 3.
//!
//! A token is a kind and a span of bytes; its text stays in the source, so nothing is allocated. The tokens
//! are those of both versions: a parser refuses what its version lacks. What is no token comes out as one of
//! the broken kinds, never as an error, so that the parser alone words the errors. Spans are 32 bits wide:
//! a source must be shorter than 4 GiB.

/// A range of bytes of the source, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The text of the span; empty if the source is not the one it came from.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of tokens. Keywords are identifiers: which ones there are depends on the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Identifier,
    /// A decimal integer.
    Integer,
    /// A hexadecimal, octal or binary integer (OpenQASM 3).
    RadixInteger,
    /// A number with a point or an exponent.
    Real,
    /// A number with a unit of time (OpenQASM 3).
    Timing,
    /// An imaginary number (OpenQASM 3).
    Imaginary,
    /// A text in quotes, on one line.
    Text,
    /// `$` and a number (OpenQASM 3).
    HardwareQubit,
    /// `#` to the end of the line (OpenQASM 3).
    Pragma,
    /// `(`
    LeftParenthesis,
    /// `)`
    RightParenthesis,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `;`
    Semicolon,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `.`
    Dot,
    /// `@`
    At,
    /// `->`
    Arrow,
    /// `=`
    Assign,
    /// `+=` and its kin.
    CompoundAssign,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `^`
    Caret,
    /// `++`
    DoublePlus,
    /// `**`
    DoubleStar,
    /// `~`
    Tilde,
    /// `!`
    Bang,
    /// `&`
    Ampersand,
    /// `|`
    Pipe,
    /// `&&`
    DoubleAmpersand,
    /// `||`
    DoublePipe,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// Broken: a number that runs into letters or lacks its exponent.
    BadNumber,
    /// Broken: a text without its closing quote.
    UnclosedText,
    /// Broken: a comment without its `*/`.
    UnclosedComment,
    /// Broken: a character that starts no token.
    Unknown,
    /// The end of the source, again and again.
    End,
}

/// Cuts a source into tokens.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of a source; a byte order mark there is skipped.
    pub fn new(source: &'a str) -> Self {
        let position = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { source, bytes: source.as_bytes(), position }
    }

    /// The next token.
    pub fn next_token(&mut self) -> Token {
        let comment = self.skip_blanks();
        let start = self.position;
        let kind = match comment {
            Some(broken) => {
                self.position = self.bytes.len();
                broken
            }
            None => self.scan(),
        };
        Token { kind, span: Span { start: start as u32, end: self.position as u32 } }
    }

    /// Goes on at a position, which must be on a character boundary.
    pub fn seek(&mut self, position: usize) {
        self.position = position.min(self.bytes.len());
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn character(&self) -> Option<char> {
        self.source.get(self.position..)?.chars().next()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.bytes.get(self.position).is_some_and(|byte| wanted(*byte)) {
            self.position += 1;
        }
    }

    /// Skips white space and comments; stops at a comment that does not end.
    fn skip_blanks(&mut self) -> Option<TokenKind> {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c));
            match (self.byte(0), self.byte(1)) {
                (b'/', b'/') => self.skip_while(|byte| byte != b'\n'),
                (b'/', b'*') => {
                    let body = self.source.get(self.position + 2..).unwrap_or("");
                    match body.find("*/") {
                        Some(length) => self.position += length + 4,
                        None => return Some(TokenKind::UnclosedComment),
                    }
                }
                _ => return None,
            }
        }
    }

    fn scan(&mut self) -> TokenKind {
        use TokenKind as K;
        if self.position >= self.bytes.len() {
            return K::End;
        }
        let (kind, length) = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _, _) => return self.identifier(),
            (b'0'..=b'9', _, _) | (b'.', b'0'..=b'9', _) => return self.number(),
            (quote @ (b'"' | b'\''), _, _) => return self.quoted(quote),
            (b'$', b'0'..=b'9', _) => {
                self.position += 1;
                self.skip_while(|byte| byte.is_ascii_digit());
                return K::HardwareQubit;
            }
            (b'#', _, _) => {
                self.skip_while(|byte| byte != b'\n');
                return K::Pragma;
            }
            (b'*', b'*', b'=') | (b'<', b'<', b'=') | (b'>', b'>', b'=') => (K::CompoundAssign, 3),
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'&' | b'|' | b'~', b'=', _) => (K::CompoundAssign, 2),
            (b'-', b'>', _) => (K::Arrow, 2),
            (b'+', b'+', _) => (K::DoublePlus, 2),
            (b'*', b'*', _) => (K::DoubleStar, 2),
            (b'&', b'&', _) => (K::DoubleAmpersand, 2),
            (b'|', b'|', _) => (K::DoublePipe, 2),
            (b'<', b'<', _) => (K::ShiftLeft, 2),
            (b'>', b'>', _) => (K::ShiftRight, 2),
            (b'=', b'=', _) => (K::Equal, 2),
            (b'!', b'=', _) => (K::NotEqual, 2),
            (b'<', b'=', _) => (K::LessEqual, 2),
            (b'>', b'=', _) => (K::GreaterEqual, 2),
            (b'(', _, _) => (K::LeftParenthesis, 1),
            (b')', _, _) => (K::RightParenthesis, 1),
            (b'[', _, _) => (K::LeftBracket, 1),
            (b']', _, _) => (K::RightBracket, 1),
            (b'{', _, _) => (K::LeftBrace, 1),
            (b'}', _, _) => (K::RightBrace, 1),
            (b';', _, _) => (K::Semicolon, 1),
            (b',', _, _) => (K::Comma, 1),
            (b':', _, _) => (K::Colon, 1),
            (b'.', _, _) => (K::Dot, 1),
            (b'@', _, _) => (K::At, 1),
            (b'=', _, _) => (K::Assign, 1),
            (b'+', _, _) => (K::Plus, 1),
            (b'-', _, _) => (K::Minus, 1),
            (b'*', _, _) => (K::Star, 1),
            (b'/', _, _) => (K::Slash, 1),
            (b'%', _, _) => (K::Percent, 1),
            (b'^', _, _) => (K::Caret, 1),
            (b'~', _, _) => (K::Tilde, 1),
            (b'!', _, _) => (K::Bang, 1),
            (b'&', _, _) => (K::Ampersand, 1),
            (b'|', _, _) => (K::Pipe, 1),
            (b'<', _, _) => (K::Less, 1),
            (b'>', _, _) => (K::Greater, 1),
            _ => match self.character() {
                Some(c) if c.is_alphabetic() => return self.identifier(),
                c => (K::Unknown, c.map_or(1, char::len_utf8)),
            },
        };
        self.position += length;
        kind
    }

    /// Letters (of any script, for OpenQASM 3), digits and underscores.
    fn identifier(&mut self) -> TokenKind {
        loop {
            self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            match self.character() {
                Some(c) if !c.is_ascii() && c.is_alphanumeric() => self.position += c.len_utf8(),
                _ => return TokenKind::Identifier,
            }
        }
    }

    fn number(&mut self) -> TokenKind {
        let digits = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        let mut kind = TokenKind::Integer;
        if self.byte(0) == b'0' && matches!(self.byte(1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
            self.position += 2;
            let first = self.position;
            self.skip_while(|byte| byte.is_ascii_hexdigit() || byte == b'_');
            kind = if self.position > first { TokenKind::RadixInteger } else { TokenKind::BadNumber };
        } else {
            self.skip_while(digits);
            if self.byte(0) == b'.' {
                kind = TokenKind::Real;
                self.position += 1;
                self.skip_while(digits);
            }
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
                kind = TokenKind::Real;
                self.position += 1 + sign;
                self.skip_while(digits);
            }
        }
        let unit = self.position;
        self.identifier();
        match self.source.get(unit..self.position).unwrap_or("") {
            "" => kind,
            "dt" | "ns" | "us" | "µs" | "μs" | "ms" | "s" => TokenKind::Timing,
            "im" => TokenKind::Imaginary,
            _ => TokenKind::BadNumber,
        }
    }

    fn quoted(&mut self, quote: u8) -> TokenKind {
        self.position += 1;
        self.skip_while(|byte| byte != quote && byte != b'\n');
        if self.byte(0) != quote {
            return TokenKind::UnclosedText;
        }
        self.position += 1;
        TokenKind::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(source);
        let mut found = Vec::new();
        loop {
            let token = lexer.next_token();
            if token.kind == TokenKind::End {
                return found;
            }
            found.push((token.kind, token.span.text(source)));
        }
    }

    #[test]
    fn numbers_of_every_form() {
        use TokenKind::*;
        for (text, kind) in [
            ("0", Integer),
            ("12_345", Integer),
            ("0x1F", RadixInteger),
            ("0b01", RadixInteger),
            ("1.", Real),
            (".5", Real),
            ("1.5e-3", Real),
            ("2E8", Real),
            ("1.e3", Real),
            ("100ns", Timing),
            ("2.5µs", Timing),
            ("1.5im", Imaginary),
            ("1e", BadNumber),
            ("1abc", BadNumber),
            ("0x", BadNumber),
        ] {
            assert_eq!(tokens(text), [(kind, text)]);
        }
        assert_eq!(tokens("1+2"), [(Integer, "1"), (Plus, "+"), (Integer, "2")]);
        assert_eq!(tokens("1e+x"), [(BadNumber, "1e"), (Plus, "+"), (Identifier, "x")]);
    }

    #[test]
    fn the_longest_operator_wins() {
        use TokenKind::*;
        let kinds = |text| tokens(text).into_iter().map(|token| token.0).collect::<Vec<_>>();
        assert_eq!(kinds("->-=->="), [Arrow, CompoundAssign, Arrow, Assign]);
        assert_eq!(
            kinds("== = <= << <<= ** **= && &"),
            [
                Equal,
                Assign,
                LessEqual,
                ShiftLeft,
                CompoundAssign,
                DoubleStar,
                CompoundAssign,
                DoubleAmpersand,
                Ampersand
            ]
        );
    }

    #[test]
    fn comments_texts_and_names() {
        use TokenKind::*;
        assert_eq!(
            tokens("\u{feff}a // b\n/* c\n */ π_1 $3 @"),
            [(Identifier, "a"), (Identifier, "π_1"), (HardwareQubit, "$3"), (At, "@")]
        );
        assert_eq!(tokens("'a\"' \"b"), [(Text, "'a\"'"), (UnclosedText, "\"b")]);
        assert_eq!(tokens("a /* b"), [(Identifier, "a"), (UnclosedComment, "/* b")]);
        assert_eq!(tokens("\u{0}§"), [(Unknown, "\u{0}"), (Unknown, "§")]);
    }
}
