//! Expressions: precedence climbing, with the height of the tree that comes out.

use super::{Parsed, Parser, is_keyword};
use crate::circuit::expression::{BinaryOp, MAX_DEPTH, UnaryOp};
use crate::error::AerError;
use crate::frontend::qasm::lex::{Span, TokenKind};
use crate::frontend::qasm::v3::syntax::{Expression, ExpressionKind, Name, TypeSyntax};

/// How strongly a sign binds: less than `**`, so that is the weakest operator in its operand.
const WITHIN_SIGN: u8 = BinaryOp::Power.precedence();

const OPERAND: &str = "an expression";

/// The operator of a token.
fn binary_op(kind: TokenKind) -> Option<BinaryOp> {
    Some(match kind {
        TokenKind::DoublePipe => BinaryOp::Or,
        TokenKind::DoubleAmpersand => BinaryOp::And,
        TokenKind::Pipe => BinaryOp::BitOr,
        TokenKind::Caret => BinaryOp::BitXor,
        TokenKind::Ampersand => BinaryOp::BitAnd,
        TokenKind::Equal => BinaryOp::Equal,
        TokenKind::NotEqual => BinaryOp::NotEqual,
        TokenKind::Less => BinaryOp::Less,
        TokenKind::LessEqual => BinaryOp::LessEqual,
        TokenKind::Greater => BinaryOp::Greater,
        TokenKind::GreaterEqual => BinaryOp::GreaterEqual,
        TokenKind::ShiftLeft => BinaryOp::ShiftLeft,
        TokenKind::ShiftRight => BinaryOp::ShiftRight,
        TokenKind::Plus => BinaryOp::Add,
        TokenKind::Minus => BinaryOp::Subtract,
        TokenKind::Star => BinaryOp::Multiply,
        TokenKind::Slash => BinaryOp::Divide,
        TokenKind::Percent => BinaryOp::Remainder,
        TokenKind::DoubleStar => BinaryOp::Power,
        _ => return None,
    })
}

/// Units of time per second: dividing by it rounds only once.
fn per_second(unit: &str) -> Option<f64> {
    Some(match unit {
        "dt" | "ns" => 1e9,
        "us" | "µs" | "μs" => 1e6,
        "ms" => 1e3,
        "s" => 1.0,
        _ => return None,
    })
}

/// Whether every underscore stands between two digits.
fn underscores_are_well_placed(text: &str) -> bool {
    text.split('_').skip(1).all(|part| part.starts_with(|c: char| c.is_ascii_hexdigit()))
        && !text.contains("._")
        && !text.contains("_.")
}

impl<'a> Parser<'a> {
    /// Sets the height of the expression at hand.
    pub(super) fn grow(&mut self, height: u32, span: Span) -> Parsed<()> {
        self.height = height;
        if height <= MAX_DEPTH { Ok(()) } else { Err(self.too_deep(span)) }
    }

    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expression<'a>> {
        self.binary(1)
    }

    /// An expression of operators that bind at least as strongly as `weakest`.
    fn binary(&mut self, weakest: u8) -> Parsed<Expression<'a>> {
        self.enter()?;
        let first = self.unary()?;
        let expression =
            if binary_op(self.cursor.kind()).is_none() { first } else { self.operators(first, weakest)? };
        self.depth -= 1;
        Ok(expression)
    }

    /// The operators behind a first operand.
    pub(super) fn operators(&mut self, first: Expression<'a>, weakest: u8) -> Parsed<Expression<'a>> {
        let mut left = first;
        while let Some(op) = binary_op(self.cursor.kind()) {
            let precedence = op.precedence();
            if precedence < weakest {
                break;
            }
            let (height, operator) = (self.height, self.cursor.advance().span);
            let right = self.binary(if op == BinaryOp::Power { precedence } else { precedence + 1 })?;
            self.grow(1 + height.max(self.height), operator)?;
            let span = Span { start: left.span.start, end: right.span.end };
            left = Expression { kind: ExpressionKind::Binary(op, Box::new((left, right))), span };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression<'a>> {
        let op = match self.cursor.kind() {
            TokenKind::Minus => UnaryOp::Negate,
            TokenKind::Tilde => UnaryOp::BitNot,
            TokenKind::Bang => UnaryOp::Not,
            _ => {
                let primary = self.primary()?;
                if self.cursor.kind() != TokenKind::LeftBracket {
                    return Ok(primary);
                }
                return self.indexed(primary);
            }
        };
        let start = self.cursor.advance().span;
        let operand = self.binary(WITHIN_SIGN)?;
        self.grow(1 + self.height, start)?;
        let span = self.since(start);
        Ok(Expression { kind: ExpressionKind::Unary(op, Box::new(operand)), span })
    }

    /// Whether the token ahead may begin an expression.
    pub(super) fn at_expression(&self) -> bool {
        match self.cursor.kind() {
            TokenKind::Identifier => {
                let text = self.cursor.text();
                !is_keyword(text) || matches!(text, "durationof" | "pow" | "true" | "false") || self.at_type()
            }
            TokenKind::Integer
            | TokenKind::RadixInteger
            | TokenKind::Real
            | TokenKind::Timing
            | TokenKind::Imaginary
            | TokenKind::Text
            | TokenKind::HardwareQubit
            | TokenKind::LeftParenthesis
            | TokenKind::Minus
            | TokenKind::Tilde
            | TokenKind::Bang => true,
            _ => false,
        }
    }

    fn primary(&mut self) -> Parsed<Expression<'a>> {
        let (kind, span) = (self.cursor.kind(), self.cursor.token().span);
        self.height = 1;
        let kind = match kind {
            TokenKind::Identifier => return self.word(),
            TokenKind::LeftParenthesis => {
                self.cursor.advance();
                let inner = self.expression()?;
                if self.cursor.kind() == TokenKind::Assign {
                    return self.unexpected_hint("`)`", "Two values are compared with `==`.");
                }
                self.expect(TokenKind::RightParenthesis, "`)`")?;
                self.grow(1 + self.height, span)?;
                ExpressionKind::Parenthesis(Box::new(inner))
            }
            TokenKind::HardwareQubit => self.hardware_qubit()?,
            TokenKind::Text => self.bit_string()?,
            TokenKind::Integer
            | TokenKind::RadixInteger
            | TokenKind::Real
            | TokenKind::Timing
            | TokenKind::Imaginary => self.number()?,
            _ => return self.unexpected(OPERAND),
        };
        Ok(Expression { kind, span: self.since(span) })
    }

    fn hardware_qubit(&mut self) -> Parsed<ExpressionKind<'a>> {
        let text = self.cursor.text();
        let Some(index) = text.get(1..).and_then(|digits| digits.parse().ok()) else {
            let error = self.syntax_error(self.cursor.token().span, "There is no such qubit.");
            return Err(error.found(super::quoted(text)));
        };
        self.cursor.advance();
        Ok(ExpressionKind::HardwareQubit(index))
    }

    /// A name, a call, a cast or a constant.
    fn word(&mut self) -> Parsed<Expression<'a>> {
        let (text, span) = (self.cursor.text(), self.cursor.token().span);
        let kind = match text {
            // A modifier where a gate stands, a function here.
            _ if !is_keyword(text) || text == "pow" => {
                self.cursor.advance();
                if self.cursor.kind() == TokenKind::LeftParenthesis {
                    let arguments = self.arguments()?;
                    ExpressionKind::Call(Name { text, span }, arguments)
                } else {
                    ExpressionKind::Name(text)
                }
            }
            "true" | "false" => {
                self.cursor.advance();
                ExpressionKind::Boolean(text == "true")
            }
            "durationof" => self.duration_of()?,
            "measure" => {
                let hint = "Store the outcome first: `bit b = measure q;`, and use `b`.";
                return self.unexpected_hint(OPERAND, hint);
            }
            _ if self.at_type() => {
                let ty = self.any_type()?;
                return self.cast(ty);
            }
            _ => return self.unexpected(OPERAND),
        };
        Ok(Expression { kind, span: self.since(span) })
    }

    /// `(value)` behind a type.
    pub(super) fn cast(&mut self, ty: TypeSyntax<'a>) -> Parsed<Expression<'a>> {
        let height = self.height;
        self.expect(TokenKind::LeftParenthesis, "`(` and the value")?;
        let value = self.expression()?;
        self.expect(TokenKind::RightParenthesis, "`)`")?;
        self.grow(1 + height.max(self.height), ty.span)?;
        let span = self.since(ty.span);
        Ok(Expression { kind: ExpressionKind::Cast(Box::new(ty), Box::new(value)), span })
    }

    /// `durationof({ … })`; one within another would be of no use, and make trees of any height.
    fn duration_of(&mut self) -> Parsed<ExpressionKind<'a>> {
        let start = self.cursor.advance().span;
        if std::mem::replace(&mut self.within_duration, true) {
            return Err(self.syntax_error(start, "A `durationof` stands within another."));
        }
        self.expect(TokenKind::LeftParenthesis, "`(`")?;
        let block = self.block()?;
        self.expect(TokenKind::RightParenthesis, "`)`")?;
        self.within_duration = false;
        self.height = 1;
        Ok(ExpressionKind::DurationOf(block))
    }

    /// `(a, …)`
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expression<'a>>> {
        let open = self.expect(TokenKind::LeftParenthesis, "`(`")?;
        let arguments = self.list(TokenKind::RightParenthesis, "")?;
        self.cursor.advance();
        self.grow(1 + self.height, open)?;
        Ok(arguments)
    }

    /// Expressions up to a token, which is ahead then; a comma may trail. The height is that of the highest.
    pub(super) fn list(&mut self, close: TokenKind, hint: &str) -> Parsed<Vec<Expression<'a>>> {
        let mut list = Vec::new();
        let mut height = 0;
        while self.cursor.kind() != close {
            if list.is_empty() {
                list.reserve_exact(1);
            }
            list.push(self.expression()?);
            height = height.max(self.height);
            if !self.cursor.accept(TokenKind::Comma) && self.cursor.kind() != close {
                let what = match close {
                    TokenKind::RightParenthesis => "`,` or `)`",
                    TokenKind::RightBracket => "`,` or `]`",
                    _ => "`,` or `{`",
                };
                return if hint.is_empty() {
                    self.unexpected(what)
                } else {
                    self.unexpected_hint(what, hint)
                };
            }
        }
        self.height = height;
        Ok(list)
    }

    /// The indices behind a value, as many as there are.
    pub(super) fn indexed(&mut self, value: Expression<'a>) -> Parsed<Expression<'a>> {
        let mut value = value;
        while self.cursor.kind() == TokenKind::LeftBracket {
            let (height, open) = (self.height, self.cursor.token().span);
            let indices = self.indices()?;
            self.grow(1 + height.max(self.height), open)?;
            let span = self.since(value.span);
            value = Expression { kind: ExpressionKind::Index(Box::new(value), indices), span };
        }
        Ok(value)
    }

    /// `[i, …]`
    pub(super) fn indices(&mut self) -> Parsed<Vec<Expression<'a>>> {
        self.cursor.advance();
        self.indices_behind()
    }

    /// What `[` has opened.
    fn indices_behind(&mut self) -> Parsed<Vec<Expression<'a>>> {
        if self.cursor.kind() == TokenKind::LeftBrace {
            let set = self.set()?;
            self.expect(TokenKind::RightBracket, "`]`")?;
            return Ok(vec![set]);
        }
        let mut indices = Vec::with_capacity(1);
        indices.push(self.index()?);
        let mut height = self.height;
        while self.cursor.accept(TokenKind::Comma) {
            if self.cursor.kind() == TokenKind::RightBracket {
                break;
            }
            indices.push(self.index()?);
            height = height.max(self.height);
        }
        self.expect(TokenKind::RightBracket, "`]`")?;
        self.height = height;
        Ok(indices)
    }

    /// An expression or a range.
    pub(super) fn index(&mut self) -> Parsed<Expression<'a>> {
        let start = self.cursor.token().span;
        let first = if self.cursor.kind() == TokenKind::Colon { None } else { Some(self.expression()?) };
        let mut height = if first.is_some() { self.height } else { 0 };
        if self.cursor.kind() != TokenKind::Colon {
            return match first {
                Some(first) => Ok(first),
                None => self.unexpected("an index"),
            };
        }
        let mut parts = [first, None, None];
        for part in 1..3 {
            if !self.cursor.accept(TokenKind::Colon) {
                break;
            }
            if !matches!(self.cursor.kind(), TokenKind::Colon | TokenKind::RightBracket | TokenKind::Comma) {
                let bound = self.expression()?;
                height = height.max(self.height);
                parts[part] = Some(bound);
            }
            if part == 1 && self.cursor.kind() != TokenKind::Colon {
                // Only two parts: the second is the end.
                parts.swap(1, 2);
                break;
            }
        }
        self.grow(1 + height, start)?;
        Ok(Expression { kind: ExpressionKind::Range(Box::new(parts)), span: self.since(start) })
    }

    /// `{a, …}`, which may nest for the values of an array.
    pub(super) fn set(&mut self) -> Parsed<Expression<'a>> {
        self.enter()?;
        let open = self.cursor.advance().span;
        let mut values = Vec::new();
        let mut height = 0;
        while self.cursor.kind() != TokenKind::RightBrace {
            let nested = self.cursor.kind() == TokenKind::LeftBrace;
            values.push(if nested { self.set()? } else { self.expression()? });
            height = height.max(self.height);
            if !self.cursor.accept(TokenKind::Comma) && self.cursor.kind() != TokenKind::RightBrace {
                return self.unexpected("`,` or `}`");
            }
        }
        self.cursor.advance();
        self.depth -= 1;
        self.grow(1 + height, open)?;
        Ok(Expression { kind: ExpressionKind::Set(values), span: self.since(open) })
    }

    /// What an assignment, a declaration or `return` takes.
    pub(super) fn value(&mut self) -> Parsed<Expression<'a>> {
        let start = self.cursor.token().span;
        if self.cursor.kind() == TokenKind::LeftBrace {
            return self.set();
        }
        if self.accept_word("measure") {
            let qubits = self.operand()?;
            let kind = ExpressionKind::Measure(Box::new(qubits));
            return Ok(Expression { kind, span: self.since(start) });
        }
        let value = self.expression()?;
        if self.cursor.kind() == TokenKind::DoublePlus {
            let mut parts = vec![value];
            while self.cursor.accept(TokenKind::DoublePlus) {
                if !self.at_expression() {
                    let hint = "There is no `++` that adds one: write `i += 1;`.";
                    return self.unexpected_hint("what is joined", hint);
                }
                parts.push(self.expression()?);
            }
            return Ok(Expression { kind: ExpressionKind::Concatenation(parts), span: self.since(start) });
        }
        // A subroutine that is called like a gate. On a new line there is rather a `;` missing.
        let called = self.at_name() || self.cursor.kind() == TokenKind::HardwareQubit;
        if called && !self.cursor.gap().contains('\n') {
            let (name, arguments) = match value.kind {
                ExpressionKind::Call(name, arguments) => (name, arguments),
                ExpressionKind::Name(text) => (Name { text, span: value.span }, Vec::new()),
                _ => return self.unexpected("`;`"),
            };
            let qubits = self.operands()?;
            return Ok(self.quantum_call(name, arguments, qubits));
        }
        Ok(value)
    }

    /// A name with its indices.
    pub(super) fn target(&mut self) -> Parsed<Expression<'a>> {
        let name = self.name("the name of a bit or of bits")?;
        self.height = 1;
        self.indexed(Expression { kind: ExpressionKind::Name(name.text), span: name.span })
    }

    /// A qubit or a register, indexed or not.
    pub(super) fn operand(&mut self) -> Parsed<Expression<'a>> {
        const QUBIT: &str = "a qubit or a register of qubits";
        self.height = 1;
        if self.cursor.kind() == TokenKind::HardwareQubit {
            let span = self.cursor.token().span;
            return Ok(Expression { kind: self.hardware_qubit()?, span });
        }
        let name = self.name(QUBIT)?;
        let whole = Expression { kind: ExpressionKind::Name(name.text), span: name.span };
        if self.cursor.kind() != TokenKind::LeftBracket {
            return Ok(whole);
        }
        let open = self.cursor.advance().span;
        let index = self.cursor.token();
        if index.kind == TokenKind::Integer
            && self.cursor.byte_behind() == Some(b']')
            && self.depth < MAX_DEPTH
            && let Ok(number) = self.cursor.text().parse()
        {
            self.cursor.advance();
            self.cursor.advance();
            self.height = 2;
            let kind =
                ExpressionKind::Element { name: name.text, index: number, index_start: index.span.start };
            let element = Expression { kind, span: self.since(name.span) };
            if self.cursor.kind() != TokenKind::LeftBracket {
                return Ok(element);
            }
            return self.indexed(element.spelled_out());
        }
        let indices = self.indices_behind()?;
        self.grow(1 + self.height.max(1), open)?;
        let kind = ExpressionKind::Index(Box::new(whole), indices);
        self.indexed(Expression { kind, span: self.since(name.span) })
    }

    /// Qubits up to `;` or `->`; a comma may trail, and none may be there at all.
    pub(super) fn operands(&mut self) -> Parsed<Vec<Expression<'a>>> {
        let mut operands = Vec::new();
        if matches!(self.cursor.kind(), TokenKind::Semicolon | TokenKind::End) {
            return Ok(operands);
        }
        operands.reserve_exact(2);
        loop {
            operands.push(self.operand()?);
            if !self.cursor.accept(TokenKind::Comma)
                || matches!(self.cursor.kind(), TokenKind::Semicolon | TokenKind::Arrow)
            {
                return Ok(operands);
            }
        }
    }

    /// `"0110"`
    fn bit_string(&mut self) -> Parsed<ExpressionKind<'a>> {
        let text = self.cursor.text();
        let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or("");
        if digits.is_empty()
            || !digits.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'))
            || !digits.starts_with(['0', '1'])
            || !underscores_are_well_placed(digits)
        {
            return self.unexpected_hint(OPERAND, "A bit string is written as \"0110\".");
        }
        self.cursor.advance();
        Ok(ExpressionKind::BitString(digits.replace('_', "")))
    }

    /// A number, which may have a unit behind blanks.
    fn number(&mut self) -> Parsed<ExpressionKind<'a>> {
        let token = self.cursor.token();
        let text = self.cursor.text();
        if text.contains('_') && !underscores_are_well_placed(text) {
            return Err(self.syntax_error(token.span, "An underscore must stand between two digits."));
        }
        if token.kind == TokenKind::RadixInteger {
            return self.radix_integer(text);
        }
        let (number, mut suffix) = match text.find(|c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E')) {
            Some(end) => text.split_at_checked(end).unwrap_or((text, "")),
            None => (text, ""),
        };
        self.cursor.advance();
        // Only blanks may stand between a number and its unit.
        if suffix.is_empty()
            && self.cursor.kind() == TokenKind::Identifier
            && self.cursor.gap().bytes().all(|b| matches!(b, b' ' | b'\t'))
            && (per_second(self.cursor.text()).is_some() || self.cursor.text() == "im")
        {
            suffix = self.cursor.text();
            self.cursor.advance();
        }
        let plain;
        let number = if number.contains('_') {
            plain = number.replace('_', "");
            plain.as_str()
        } else {
            number
        };
        if suffix.is_empty()
            && token.kind == TokenKind::Integer
            && let Ok(integer) = number.parse()
        {
            return Ok(ExpressionKind::Integer(integer));
        }
        let value: f64 = number.parse().unwrap_or(f64::NAN);
        if !value.is_finite() {
            return Err(self.too_large(token.span));
        }
        Ok(match (suffix, per_second(suffix)) {
            ("", _) => ExpressionKind::Real(value),
            (_, Some(unit)) => ExpressionKind::Duration(value / unit),
            (_, None) => ExpressionKind::Imaginary(value),
        })
    }

    #[cold]
    fn too_large(&self, span: Span) -> AerError {
        let error = self.syntax_error(span, "The number is too large.");
        error.found(super::quoted(span.text(self.cursor.source()))).expected("less than 1.8e308")
    }

    /// `0x1F`, `0o17` or `0b11`
    fn radix_integer(&mut self, text: &str) -> Parsed<ExpressionKind<'a>> {
        let radix = match text.as_bytes().get(1) {
            Some(b'x' | b'X') => 16,
            Some(b'o' | b'O') => 8,
            _ => 2,
        };
        let digits = text.get(2..).unwrap_or("");
        let mut integer = Some(0_u64);
        let mut real = 0.0;
        for digit in digits.chars().filter(|c| *c != '_') {
            let Some(digit) = digit.to_digit(radix) else {
                let error = self.syntax_error(self.cursor.token().span, "This is not a number.");
                let expected = format!("digits below {radix}");
                return Err(error.found(super::quoted(text)).expected(expected));
            };
            integer = integer.and_then(|value| value.checked_mul(radix.into())?.checked_add(digit.into()));
            real = real * f64::from(radix) + f64::from(digit);
        }
        let span = self.cursor.advance().span;
        match integer {
            Some(integer) => Ok(ExpressionKind::Integer(integer)),
            None if real.is_finite() => Ok(ExpressionKind::Real(real)),
            None => Err(self.too_large(span)),
        }
    }
}
