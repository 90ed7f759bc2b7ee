//! From text to the tree.
//!
//! Recursive descent with one token of look-ahead, never back: what a statement is follows from its first
//! token or, where that is a name, from what stands behind the name. So the time is linear in the text. How deep
//! statements and expressions nest is bounded, and so is the height of an expression's tree: neither the
//! parser nor whoever walks the tree can run out of stack.
//!
//! After an error the parser skips to the next `;`, or to the matching `}` of a body, and goes on there, also
//! within a block. An error costs a pass over the text for its line, so only the first [`MAX_ERRORS`] are told.

mod expression;
mod types;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use super::syntax::{
    Block, Expression, ExpressionKind, GateCall, Modifier, Name, Qualifier, Statement, StatementKind,
    TypeKind, TypeSyntax,
};
use crate::circuit::expression::{BinaryOp, MAX_DEPTH};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{Cursor, near_hint, quoted};
use crate::frontend::qasm::lex::{Span, TokenKind};

/// Most errors that are told of one text.
pub const MAX_ERRORS: usize = 20;

/// The words of the language, which name nothing else, by length from 2 on.
const KEYWORDS: [&[&str]; 12] = [
    &["if", "in"],
    &["def", "cal", "box", "let", "end", "for", "nop", "bit", "int", "inv", "pow"],
    &["gate", "else", "case", "qreg", "creg", "bool", "uint", "void", "ctrl", "true"],
    &["break", "while", "const", "input", "qubit", "float", "angle", "array", "delay", "reset", "false"],
    &["defcal", "extern", "return", "switch", "pragma", "output", "gphase"],
    &["include", "default", "mutable", "complex", "stretch", "negctrl", "measure", "barrier"],
    &["OPENQASM", "continue", "readonly", "duration"],
    &[],
    &["durationof"],
    &[],
    &[],
    &["defcalgrammar"],
];

/// Whether a word is one of the language, which names nothing else.
pub fn is_keyword(text: &str) -> bool {
    let by_length = text.len().checked_sub(2).and_then(|index| KEYWORDS.get(index));
    by_length.is_some_and(|keywords| keywords.contains(&text))
}

/// The result of a rule; the error is boxed to keep it small.
type Parsed<T> = Result<T, AerError>;

/// Reads a program statement by statement.
#[derive(Debug)]
pub struct Parser<'a> {
    cursor: Cursor<'a>,
    /// How deep the rule at hand is nested.
    depth: u32,
    /// The height of the expression that was read last.
    height: u32,
    /// Whether the rule at hand is within a `durationof`.
    within_duration: bool,
    /// Whether any statement has been read.
    begun: bool,
    /// Whether the last error was a `;` missing at the end of a line, so that the next statement is ahead.
    at_statement: bool,
    /// Errors that are not told yet.
    errors: VecDeque<AerError>,
    /// How many errors have been found.
    found: usize,
}

impl<'a> Parser<'a> {
    /// A parser at the beginning of a text, which must be shorter than 4 GiB.
    pub fn new(source: &'a str) -> Self {
        Self {
            cursor: Cursor::new(source),
            depth: 0,
            height: 0,
            within_duration: false,
            begun: false,
            at_statement: false,
            errors: VecDeque::new(),
            found: 0,
        }
    }

    /// The next statement of the top level; `None` at the end, and after [`MAX_ERRORS`] errors. After an error
    /// the parser has skipped to a place where it can go on, so calling again gives the next statement. A
    /// statement with several errors gives them one after the other.
    pub fn next_statement(&mut self) -> Option<Result<Statement<'a>, AerError>> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            if self.found >= MAX_ERRORS {
                return None;
            }
            while self.cursor.accept(TokenKind::Semicolon) {}
            match self.cursor.kind() {
                TokenKind::End => return None,
                TokenKind::RightBrace => {
                    let error = self.cursor.unexpected("a statement").hint("No `{` is open here.");
                    self.cursor.advance();
                    self.record(error);
                }
                _ => {
                    let found = self.found;
                    let statement = self.statement_or_skip();
                    self.begun = true;
                    if let Some(statement) = statement.filter(|_| self.found == found) {
                        return Some(Ok(statement));
                    }
                }
            }
        }
    }

    /// Bytes consumed so far.
    pub fn position(&self) -> usize {
        self.cursor.last_end() as usize
    }

    fn record(&mut self, error: AerError) {
        self.found += 1;
        if self.found <= MAX_ERRORS {
            self.errors.push_back(error);
        }
    }

    /// A statement; if it is broken, its error is recorded and what is left of it skipped.
    fn statement_or_skip(&mut self) -> Option<Statement<'a>> {
        let (depth, within_duration, start) =
            (self.depth, self.within_duration, self.cursor.token().span.start);
        match self.statement() {
            Ok(statement) => Some(statement),
            Err(error) => {
                self.record(error);
                (self.depth, self.within_duration) = (depth, within_duration);
                if !std::mem::take(&mut self.at_statement) || self.cursor.token().span.start == start {
                    self.skip_statement();
                }
                None
            }
        }
    }

    /// Skips behind the next `;` or the `}` that closes a body, but not beyond the block.
    fn skip_statement(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.cursor.kind() {
                TokenKind::End => return,
                TokenKind::RightBrace if open == 0 => return,
                TokenKind::LeftBrace => open += 1,
                TokenKind::RightBrace if open == 1 => {
                    self.cursor.advance();
                    if self.cursor.text() != "else" {
                        return;
                    }
                    open = 0;
                    continue;
                }
                TokenKind::RightBrace => open -= 1,
                TokenKind::Semicolon if open == 0 => {
                    self.cursor.advance();
                    return;
                }
                _ => {}
            }
            self.cursor.advance();
        }
    }

    /// A rule that may contain itself has begun.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH { Ok(()) } else { Err(self.too_deep(self.cursor.token().span)) }
    }

    #[cold]
    fn too_deep(&self, span: Span) -> AerError {
        let error = self.syntax_error(span, "The program is nested too deeply here.");
        error.expected(format!("at most {MAX_DEPTH} levels"))
    }

    #[cold]
    fn syntax_error(&self, span: Span, message: impl Into<String>) -> AerError {
        self.cursor.error(ErrorCode::SyntaxError, span, message)
    }

    #[cold]
    fn unexpected<T>(&self, what: &str) -> Parsed<T> {
        Err(self.cursor.unexpected(what))
    }

    #[cold]
    fn unexpected_hint<T>(&self, what: &str, hint: impl Into<String>) -> Parsed<T> {
        Err(self.cursor.unexpected(what).hint(hint))
    }

    /// Takes `;`.
    fn end_statement(&mut self) -> Parsed<()> {
        if self.cursor.accept(TokenKind::Semicolon) {
            return Ok(());
        }
        self.at_statement = self.cursor.gap().contains('\n');
        self.cursor.end_statement()
    }

    fn expect(&mut self, kind: TokenKind, what: &str) -> Parsed<Span> {
        if self.cursor.kind() == kind { Ok(self.cursor.advance().span) } else { self.unexpected(what) }
    }

    /// From a start to the end of what was taken last.
    fn since(&self, start: Span) -> Span {
        Span { start: start.start, end: self.cursor.last_end() }
    }

    /// Whether the token ahead is a name and no keyword.
    fn at_name(&self) -> bool {
        self.cursor.kind() == TokenKind::Identifier && !is_keyword(self.cursor.text())
    }

    /// Takes a keyword if it is ahead.
    fn accept_word(&mut self, word: &str) -> bool {
        let accepted = self.cursor.kind() == TokenKind::Identifier && self.cursor.text() == word;
        if accepted {
            self.cursor.advance();
        }
        accepted
    }

    /// A name; `what` says which one.
    fn name(&mut self, what: &str) -> Parsed<Name<'a>> {
        let (text, span) = (self.cursor.text(), self.cursor.token().span);
        if self.cursor.kind() != TokenKind::Identifier {
            return self.unexpected(what);
        }
        if is_keyword(text) {
            let hint = format!("{} is a word of OpenQASM 3: choose another name.", quoted(text));
            return self.unexpected_hint(what, hint);
        }
        self.cursor.advance();
        Ok(Name { text, span })
    }

    /// A statement with its annotations.
    fn statement(&mut self) -> Parsed<Statement<'a>> {
        let start = self.cursor.token().span;
        let mut annotations = Vec::new();
        while self.cursor.kind() == TokenKind::At {
            annotations.push(self.cursor.take_line());
        }
        self.enter()?;
        let kind = match self.cursor.kind() {
            TokenKind::Identifier => {
                let text = self.cursor.text();
                if is_keyword(text) { self.keyword_statement(text)? } else { self.name_statement()? }
            }
            TokenKind::Pragma => self.hash_pragma()?,
            TokenKind::LeftBrace => StatementKind::Scope(self.block()?),
            TokenKind::RightBrace | TokenKind::End if !annotations.is_empty() => {
                return self.unexpected("the statement that the annotation belongs to");
            }
            TokenKind::HardwareQubit => return self.unexpected_hint("a statement", "The gate comes first."),
            _ => self.expression_statement()?,
        };
        self.depth -= 1;
        Ok(Statement { annotations, kind, span: self.since(start) })
    }

    fn keyword_statement(&mut self, keyword: &'a str) -> Parsed<StatementKind<'a>> {
        match keyword {
            "if" => self.if_statement(),
            "for" => self.for_statement(),
            "while" => self.while_statement(),
            "switch" => self.switch_statement(),
            "box" => self.box_statement(),
            "gate" => self.gate_definition(),
            "def" => self.subroutine(),
            "gphase" | "inv" | "pow" | "ctrl" | "negctrl" => self.gate_call(),
            "measure" => self.measure_statement(),
            "durationof" | "true" | "false" => self.expression_statement(),
            "bit" | "int" | "uint" | "float" | "angle" | "bool" | "complex" | "duration" | "stretch"
            | "array" => self.type_statement(),
            "qubit" | "qreg" | "creg" | "const" | "input" | "output" | "let" => self.declaration(keyword),
            "OPENQASM" | "include" | "pragma" | "extern" | "cal" | "defcal" | "defcalgrammar" => {
                self.directive(keyword)
            }
            _ => self.simple_statement(keyword),
        }
    }

    /// Statements without a body.
    fn simple_statement(&mut self, keyword: &str) -> Parsed<StatementKind<'a>> {
        if matches!(keyword, "else" | "case" | "default" | "in" | "void" | "mutable" | "readonly") {
            let hint = match keyword {
                "else" => "`else` must follow the body of its `if`.",
                "case" | "default" => "`case` and `default` must stand in the braces of a `switch`.",
                "mutable" | "readonly" => "Only parameters of a `def` are `readonly` or `mutable`.",
                _ => return self.unexpected("a statement"),
            };
            return self.unexpected_hint("a statement", hint);
        }
        self.cursor.advance();
        let kind = match keyword {
            "break" => StatementKind::Break,
            "continue" => StatementKind::Continue,
            "end" => StatementKind::End,
            "return" if self.cursor.kind() == TokenKind::Semicolon => StatementKind::Return(None),
            "return" => StatementKind::Return(Some(self.value()?)),
            "reset" => StatementKind::Reset(self.operand()?),
            "delay" => {
                let Some(duration) = self.designator()? else {
                    return self
                        .unexpected_hint("`[` and the duration", "A delay is written as `delay[100ns] q;`.");
                };
                StatementKind::Delay { duration, qubits: self.operands()? }
            }
            // What is left is `barrier` and `nop`.
            _ => StatementKind::Barrier(self.operands()?),
        };
        self.end_statement()?;
        Ok(kind)
    }

    /// `measure q;` and `measure q -> c;`
    fn measure_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let qubits = self.operand()?;
        let target = if self.cursor.accept(TokenKind::Arrow) { Some(self.target()?) } else { None };
        if self.cursor.kind() == TokenKind::Comma {
            return self.unexpected_hint(
                "`->` or `;`",
                "Measure a register as a whole, or one qubit after the other.",
            );
        }
        self.end_statement()?;
        Ok(StatementKind::Measure { qubits, target })
    }

    /// A statement that begins with a name: a gate call, an assignment or the call of a subroutine.
    fn name_statement(&mut self) -> Parsed<StatementKind<'a>> {
        let name = self.name("a statement")?;
        self.height = 1;
        match self.cursor.kind() {
            TokenKind::Identifier if name.text == "opaque" => {
                return Err(self.no_opaque(name));
            }
            TokenKind::Identifier | TokenKind::HardwareQubit => {
                return self.gate_operands(Vec::new(), name, Vec::new(), None);
            }
            TokenKind::LeftParenthesis => {
                let arguments = self.arguments()?;
                match self.cursor.kind() {
                    TokenKind::Identifier | TokenKind::HardwareQubit => {
                        return self.gate_operands(Vec::new(), name, arguments, None);
                    }
                    TokenKind::LeftBracket => return self.bracket_statement(name, Some(arguments)),
                    _ => {
                        let kind = ExpressionKind::Call(name, arguments);
                        let call = Expression { kind, span: self.since(name.span) };
                        return self.rest_of_statement(call, name);
                    }
                }
            }
            TokenKind::LeftBracket => return self.bracket_statement(name, None),
            _ => {}
        }
        let target = Expression { kind: ExpressionKind::Name(name.text), span: name.span };
        self.rest_of_statement(target, name)
    }

    /// `name[…]` or `name(…)[…]`: an index, or the duration of a gate call if qubits follow.
    fn bracket_statement(
        &mut self,
        name: Name<'a>,
        arguments: Option<Vec<Expression<'a>>>,
    ) -> Parsed<StatementKind<'a>> {
        let height = self.height;
        let mut indices = self.indices()?;
        if matches!(self.cursor.kind(), TokenKind::Identifier | TokenKind::HardwareQubit)
            && indices.len() == 1
            && let Some(duration) = indices.pop()
        {
            return self.gate_operands(Vec::new(), name, arguments.unwrap_or_default(), Some(duration));
        }
        let kind = match arguments {
            Some(arguments) => ExpressionKind::Call(name, arguments),
            None => ExpressionKind::Name(name.text),
        };
        let value = Expression { kind, span: name.span };
        let indexed =
            Expression { kind: ExpressionKind::Index(Box::new(value), indices), span: self.since(name.span) };
        self.grow(1 + height.max(self.height), name.span)?;
        let indexed = self.indexed(indexed)?;
        self.rest_of_statement(indexed, name)
    }

    /// What follows the first operand of a statement.
    fn rest_of_statement(&mut self, first: Expression<'a>, name: Name<'a>) -> Parsed<StatementKind<'a>> {
        let token = self.cursor.token();
        let op = match token.kind {
            TokenKind::Assign => None,
            TokenKind::CompoundAssign => {
                let symbol = self.cursor.text();
                let symbol = symbol.get(..symbol.len() - 1).unwrap_or("");
                let op = BinaryOp::ALL.iter().find(|op| op.symbol() == symbol);
                if op.is_none() {
                    return self.unexpected("`=`");
                }
                op.copied()
            }
            TokenKind::DoublePlus => {
                let hint = format!("Write `{} += 1;`.", first.span.text(self.cursor.source()));
                return self.unexpected_hint("`=` or `;`", hint);
            }
            TokenKind::Semicolon => {
                self.cursor.advance();
                return Ok(StatementKind::Expression(first));
            }
            _ => return self.rest_of_expression(first, name),
        };
        if !matches!(first.kind, ExpressionKind::Name(_) | ExpressionKind::Index(..)) {
            return self.unexpected("`;`");
        }
        self.cursor.advance();
        let value = self.value()?;
        self.end_statement()?;
        Ok(StatementKind::Assign { target: first, op, value })
    }

    fn rest_of_expression(&mut self, first: Expression<'a>, name: Name<'a>) -> Parsed<StatementKind<'a>> {
        let expression = self.operators(first, 1)?;
        if self.cursor.kind() != TokenKind::Semicolon {
            let known = KEYWORDS.iter().copied().flatten().copied();
            let known = known.chain(["opaque"]);
            if let Err(error) = self.end_statement() {
                return Err(near_hint(error, name.text, known));
            }
        }
        self.end_statement()?;
        Ok(StatementKind::Expression(expression))
    }

    fn expression_statement(&mut self) -> Parsed<StatementKind<'a>> {
        if !self.at_expression() {
            return self.unexpected("a statement");
        }
        let expression = self.expression()?;
        self.end_statement()?;
        Ok(StatementKind::Expression(expression))
    }

    #[cold]
    fn no_opaque(&self, name: Name<'a>) -> AerError {
        let error = self.syntax_error(name.span, "OpenQASM 3 has no opaque gates.").found("`opaque`");
        error.hint("Give the gate a body with `gate`, or declare the version as `OPENQASM 2.0;`.")
    }

    /// A gate call that begins with a modifier or `gphase`.
    fn gate_call(&mut self) -> Parsed<StatementKind<'a>> {
        let mut modifiers = Vec::new();
        loop {
            let (text, span) = (self.cursor.text(), self.cursor.token().span);
            let modifier = match text {
                "inv" | "pow" | "ctrl" | "negctrl" => {
                    self.cursor.advance();
                    let argument = if self.cursor.accept(TokenKind::LeftParenthesis) {
                        let argument = self.expression()?;
                        self.expect(TokenKind::RightParenthesis, "`)`")?;
                        Some(argument)
                    } else {
                        None
                    };
                    let span = self.since(span);
                    match (text, argument) {
                        ("inv", None) => Modifier::Inverse(span),
                        ("ctrl", argument) => Modifier::Control(argument, span),
                        ("negctrl", argument) => Modifier::NegativeControl(argument, span),
                        ("pow", Some(power)) => Modifier::Power(power),
                        ("pow", None) => return self.unexpected("`(` and the power"),
                        _ => {
                            let error = self.syntax_error(span, "`inv` takes no argument.");
                            return Err(error.expected("`inv @`"));
                        }
                    }
                }
                _ => break,
            };
            modifiers.push(modifier);
            self.expect(TokenKind::At, "`@`")?;
        }
        let name = if self.cursor.text() == "gphase" {
            Name { text: "gphase", span: self.cursor.advance().span }
        } else {
            self.name("a gate")?
        };
        let arguments =
            if self.cursor.kind() == TokenKind::LeftParenthesis { self.arguments()? } else { Vec::new() };
        let duration = self.designator()?;
        self.gate_operands(modifiers, name, arguments, duration)
    }

    /// The qubits of a gate call, and its end.
    fn gate_operands(
        &mut self,
        modifiers: Vec<Modifier<'a>>,
        name: Name<'a>,
        arguments: Vec<Expression<'a>>,
        duration: Option<Expression<'a>>,
    ) -> Parsed<StatementKind<'a>> {
        let qubits = match self.operands() {
            // `fro int …`
            Err(error) if self.at_type() && self.cursor.last_end() == name.span.end => {
                return Err(near_hint(error, name.text, ["for", "const", "input", "output"]));
            }
            qubits => qubits?,
        };
        match self.cursor.kind() {
            TokenKind::Semicolon => {
                self.cursor.advance();
            }
            // A subroutine that is called like a gate and gives something back.
            TokenKind::Arrow if modifiers.is_empty() && duration.is_none() => {
                let value = self.quantum_call(name, arguments, qubits);
                self.cursor.advance();
                let target = self.target()?;
                self.end_statement()?;
                return Ok(StatementKind::Assign { target, op: None, value });
            }
            _ => return self.broken_call(name, duration.is_some()),
        }
        if qubits.is_empty() && name.text != "gphase" {
            let error =
                self.syntax_error(name.span, format!("The gate {} has no qubits.", quoted(name.text)));
            return Err(error.expected("the qubits behind it"));
        }
        Ok(StatementKind::GateCall(GateCall { modifiers, name, arguments, duration, qubits }))
    }

    /// The error of a gate call that does not end where it should.
    #[cold]
    fn broken_call(&mut self, name: Name<'a>, sized: bool) -> Parsed<StatementKind<'a>> {
        let Err(error) = self.end_statement() else { return self.unexpected("`;`") };
        let types =
            ["qubit", "bit", "int", "uint", "float", "angle", "complex", "array", "gate", "def", "bool"];
        let known = if sized || self.cursor.kind() != TokenKind::Arrow { &types[..] } else { &["measure"] };
        Err(near_hint(error, name.text, known.iter().copied()))
    }

    /// A subroutine that is called like a gate: its qubits are its last arguments.
    fn quantum_call(
        &self,
        name: Name<'a>,
        mut arguments: Vec<Expression<'a>>,
        qubits: Vec<Expression<'a>>,
    ) -> Expression<'a> {
        arguments.extend(qubits.into_iter().map(Expression::spelled_out));
        Expression { kind: ExpressionKind::Call(name, arguments), span: self.since(name.span) }
    }

    /// Statements in braces.
    fn block(&mut self) -> Parsed<Block<'a>> {
        let open = self.expect(TokenKind::LeftBrace, "`{`")?;
        let mut block = Vec::new();
        loop {
            match self.cursor.kind() {
                TokenKind::RightBrace => {
                    self.cursor.advance();
                    return Ok(block);
                }
                // The end follows from an error that is known already, perhaps.
                TokenKind::End if self.found > 0 => return Ok(block),
                TokenKind::End => {
                    let line = super::super::diagnostic::line(self.cursor.source(), open.start);
                    let hint = format!("The block that begins on line {line} is not closed.");
                    return self.unexpected_hint("`}`", hint);
                }
                TokenKind::Semicolon => {
                    self.cursor.advance();
                }
                _ => block.extend(self.statement_or_skip()),
            }
        }
    }

    /// A body: statements in braces, or a single one.
    fn body(&mut self) -> Parsed<Block<'a>> {
        match self.cursor.kind() {
            TokenKind::LeftBrace => self.block(),
            TokenKind::Semicolon => {
                self.unexpected_hint("a statement or `{`", "An empty body is written as `{ }`.")
            }
            _ => Ok(vec![self.statement()?]),
        }
    }

    /// `(condition)`
    fn condition(&mut self) -> Parsed<Expression<'a>> {
        self.expect(TokenKind::LeftParenthesis, "`(`")?;
        let condition = self.expression()?;
        if self.cursor.kind() == TokenKind::Assign {
            return self.unexpected_hint("`)`", "Two values are compared with `==`.");
        }
        self.expect(TokenKind::RightParenthesis, "`)`")?;
        Ok(condition)
    }

    fn if_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let condition = self.condition()?;
        let then = self.body()?;
        if self.cursor.text() == "elif" || self.cursor.text() == "elsif" {
            return self.unexpected_hint("`else` or a statement", "Write `else if`.");
        }
        let otherwise = if self.accept_word("else") { self.body()? } else { Vec::new() };
        Ok(StatementKind::If { condition, then, otherwise })
    }

    fn while_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let condition = self.condition()?;
        Ok(StatementKind::While { condition, body: self.body()? })
    }

    fn for_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        if self.at_name() {
            let hint = format!("Give the variable a type: `for int {} in …`.", self.cursor.text());
            return self.unexpected_hint("the type of the variable", hint);
        }
        if self.cursor.kind() == TokenKind::LeftParenthesis {
            return self.unexpected_hint(
                "the type of the variable",
                "A loop is written as `for int i in [0:9] { … }`.",
            );
        }
        let ty = self.scalar_type()?;
        let name = self.name("the name of the variable")?;
        if !self.accept_word("in") {
            return self.unexpected_hint("`in`", "A loop is written as `for int i in [0:9] { … }`.");
        }
        let start = self.cursor.token().span;
        let values = match self.cursor.kind() {
            TokenKind::LeftBracket => {
                self.cursor.advance();
                let range = self.index()?;
                if !matches!(range.kind, ExpressionKind::Range(_)) {
                    return self.unexpected_hint(
                        "`:`",
                        "A range is written as `[first:last]` or `[first:step:last]`.",
                    );
                }
                self.expect(TokenKind::RightBracket, "`]`")?;
                Expression { span: self.since(start), ..range }
            }
            TokenKind::LeftBrace => self.set()?,
            _ => self.expression()?,
        };
        Ok(StatementKind::For { ty, name, values, body: self.body()? })
    }

    fn switch_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let target = self.condition()?;
        self.expect(TokenKind::LeftBrace, "`{`")?;
        let (mut cases, mut default) = (Vec::new(), None);
        while !self.cursor.accept(TokenKind::RightBrace) {
            if self.cursor.kind() == TokenKind::End {
                return self.unexpected("`case`, `default` or `}`");
            }
            let depth = self.depth;
            if let Err(error) = self.case(&mut cases, &mut default) {
                self.record(error);
                self.depth = depth;
                self.at_statement = false;
                while !matches!(self.cursor.kind(), TokenKind::RightBrace | TokenKind::End)
                    && !matches!(self.cursor.text(), "case" | "default")
                {
                    self.skip_part();
                }
            }
        }
        Ok(StatementKind::Switch { target, cases, default })
    }

    /// Skips a token, or all of what stands in braces.
    fn skip_part(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.cursor.advance().kind {
                TokenKind::LeftBrace => open += 1,
                TokenKind::RightBrace => open = open.saturating_sub(1),
                TokenKind::End => return,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    /// A `case` or the `default` of a `switch`.
    fn case(
        &mut self,
        cases: &mut Vec<(Vec<Expression<'a>>, Block<'a>)>,
        default: &mut Option<Block<'a>>,
    ) -> Parsed<()> {
        const BRACES: &str = "What a case does stands in braces: `case 1 { … }`.";
        let start = self.cursor.token().span;
        if self.accept_word("case") {
            let values = self.list(TokenKind::LeftBrace, BRACES)?;
            if values.is_empty() {
                return self.unexpected("the value of the case");
            }
            let body = self.block()?;
            if default.is_some() {
                return Err(self
                    .syntax_error(start, "A `case` stands behind `default`.")
                    .hint("Move `default` to the end of the `switch`."));
            }
            cases.push((values, body));
        } else if self.accept_word("default") {
            if self.cursor.kind() != TokenKind::LeftBrace {
                return self.unexpected_hint("`{`", BRACES);
            }
            if default.replace(self.block()?).is_some() {
                return Err(self.syntax_error(start, "The `switch` has two `default`s."));
            }
        } else {
            return self.unexpected("`case`, `default` or `}`");
        }
        Ok(())
    }

    fn box_statement(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let duration = self.designator()?;
        Ok(StatementKind::Box { duration, body: self.block()? })
    }

    /// `gate name(parameters) qubits { … }`
    fn gate_definition(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let name = self.name("the name of the gate")?;
        let mut parameters = Vec::new();
        if self.cursor.accept(TokenKind::LeftParenthesis) {
            while self.cursor.kind() != TokenKind::RightParenthesis {
                parameters.push(self.name("the name of a parameter or `)`")?);
                if !self.cursor.accept(TokenKind::Comma) {
                    break;
                }
            }
            self.expect(TokenKind::RightParenthesis, "`,` or `)`")?;
        }
        let mut qubits = Vec::new();
        while self.cursor.kind() != TokenKind::LeftBrace {
            if self.cursor.text() == "qubit" {
                return self.unexpected_hint("the name of a qubit", "The qubits of a gate have no type.");
            }
            qubits.push(self.name("the name of a qubit")?);
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        if self.cursor.kind() != TokenKind::LeftBrace {
            return self.unexpected("`,` or `{`");
        }
        // A gate without qubits is a phase: against the grammar, but Qiskit writes it.
        Ok(StatementKind::Gate { name, parameters, qubits, body: self.block()? })
    }

    /// `let`, and declarations that do not begin with a type.
    fn declaration(&mut self, keyword: &str) -> Parsed<StatementKind<'a>> {
        let start = self.cursor.advance().span;
        match keyword {
            "let" => {
                let name = self.name("the name of the alias")?;
                self.expect(TokenKind::Assign, "`=`")?;
                let mut value = vec![self.expression()?];
                while self.cursor.accept(TokenKind::DoublePlus) {
                    value.push(self.expression()?);
                }
                self.end_statement()?;
                Ok(StatementKind::Alias { name, value })
            }
            "qubit" => {
                let size = self.designator()?;
                let name = self.name("the name of the qubits")?;
                self.no_size_behind("qubit", name)?;
                self.end_statement()?;
                Ok(StatementKind::Qubits { name, size })
            }
            "qreg" => {
                let name = self.name("the name of the register")?;
                let size = self.designator()?;
                self.end_statement()?;
                Ok(StatementKind::Qubits { name, size })
            }
            "creg" => {
                let name = self.name("the name of the register")?;
                let ty = TypeSyntax { kind: TypeKind::Bit(self.designator()?), span: self.since(start) };
                self.end_statement()?;
                Ok(StatementKind::Declaration { qualifier: Qualifier::None, ty, name, initial: None })
            }
            _ => {
                let qualifier = match keyword {
                    "const" => Qualifier::Const,
                    "input" => Qualifier::Input,
                    _ => Qualifier::Output,
                };
                if self.at_name() && qualifier == Qualifier::Const {
                    let hint = format!("Give the constant a type: `const int {} = …`.", self.cursor.text());
                    return self.unexpected_hint("a type", hint);
                }
                let ty = self.any_type()?;
                self.declared(qualifier, ty)
            }
        }
    }

    /// A statement that begins with a type: a declaration, or an expression with a cast.
    fn type_statement(&mut self) -> Parsed<StatementKind<'a>> {
        let ty = self.any_type()?;
        if self.cursor.kind() != TokenKind::LeftParenthesis {
            return self.declared(Qualifier::None, ty);
        }
        let first = self.cast(ty)?;
        let first = self.indexed(first)?;
        let expression = self.operators(first, 1)?;
        self.end_statement()?;
        Ok(StatementKind::Expression(expression))
    }

    /// `name = value;` behind a type.
    fn declared(&mut self, qualifier: Qualifier, ty: TypeSyntax<'a>) -> Parsed<StatementKind<'a>> {
        let name = self.name("a name")?;
        self.no_size_behind(ty.span.text(self.cursor.source()), name)?;
        let initial = if self.cursor.kind() == TokenKind::Assign {
            if matches!(qualifier, Qualifier::Input | Qualifier::Output) {
                return self.unexpected_hint("`;`", "An input or output has no value in the program.");
            }
            self.cursor.advance();
            Some(self.value()?)
        } else if qualifier == Qualifier::Const {
            return self.unexpected_hint("`=`", "A constant needs its value.");
        } else {
            None
        };
        if self.cursor.kind() == TokenKind::Comma {
            return self.unexpected_hint("`;`", "Each variable has a declaration of its own.");
        }
        self.end_statement()?;
        Ok(StatementKind::Declaration { qualifier, ty, name, initial })
    }

    /// Refuses `qubit q[2];`.
    fn no_size_behind(&self, ty: &str, name: Name<'a>) -> Parsed<()> {
        if self.cursor.kind() != TokenKind::LeftBracket {
            return Ok(());
        }
        let hint = format!("The size stands at the type: `{ty}[n] {}`.", name.text);
        self.unexpected_hint("`;`", hint)
    }

    /// Statements that say something about the program.
    fn directive(&mut self, keyword: &str) -> Parsed<StatementKind<'a>> {
        let start = self.cursor.token().span;
        if keyword == "pragma" {
            return Ok(StatementKind::Pragma(self.cursor.take_line()));
        }
        self.cursor.advance();
        match keyword {
            "OPENQASM" => self.version(start),
            "include" => {
                let file = self.file("a file name in quotes")?;
                self.end_statement()?;
                Ok(StatementKind::Include(file))
            }
            "extern" => {
                let name = self.name("the name of the function")?;
                self.expect(TokenKind::LeftParenthesis, "`(`")?;
                while !matches!(self.cursor.kind(), TokenKind::Semicolon | TokenKind::End) {
                    self.cursor.advance();
                }
                self.end_statement()?;
                Ok(StatementKind::Extern(name))
            }
            "cal" => {
                self.calibration_body()?;
                Ok(StatementKind::Calibration("cal", None))
            }
            "defcalgrammar" => {
                self.file("the name of the grammar in quotes")?;
                self.end_statement()?;
                Ok(StatementKind::Calibration("defcalgrammar", None))
            }
            _ => {
                let (text, span) = (self.cursor.text(), self.cursor.token().span);
                self.expect(TokenKind::Identifier, "what is calibrated")?;
                while !matches!(
                    self.cursor.kind(),
                    TokenKind::LeftBrace | TokenKind::Semicolon | TokenKind::End
                ) {
                    self.cursor.advance();
                }
                self.calibration_body()?;
                Ok(StatementKind::Calibration("defcal", Some(Name { text, span })))
            }
        }
    }

    fn calibration_body(&mut self) -> Parsed<()> {
        let open = self.cursor.token().span;
        if self.cursor.kind() != TokenKind::LeftBrace {
            return self.unexpected("`{`");
        }
        if self.cursor.take_braces() {
            return Ok(());
        }
        Err(self.syntax_error(open, "The block is not closed.").expected("`}`"))
    }

    fn version(&mut self, start: Span) -> Parsed<StatementKind<'a>> {
        let (text, span) = (self.cursor.text(), self.cursor.token().span);
        if !matches!(self.cursor.kind(), TokenKind::Integer | TokenKind::Real) {
            return self.unexpected("a version number");
        }
        self.cursor.advance();
        self.end_statement()?;
        if self.begun || self.depth > 1 {
            return Err(self.syntax_error(start, "The version must be the first statement."));
        }
        let minor = if text == "3" { Some("0") } else { text.strip_prefix("3.") };
        if !minor.is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())) {
            let message = format!("OpenQASM {text} cannot be read here.");
            let error = self.cursor.error(ErrorCode::UnsupportedFormat, span, message);
            return Err(error.expected("3.0 or 3.1"));
        }
        Ok(StatementKind::Version(text))
    }

    /// A text in quotes.
    fn file(&mut self, what: &str) -> Parsed<Name<'a>> {
        let span = self.expect(TokenKind::Text, what)?;
        let text = span.text(self.cursor.source());
        Ok(Name { text: text.get(1..text.len().saturating_sub(1)).unwrap_or(""), span })
    }

    /// `#pragma text`
    fn hash_pragma(&mut self) -> Parsed<StatementKind<'a>> {
        let text = self.cursor.text();
        match text.strip_prefix("#pragma") {
            Some(rest) if !rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()) => {
                self.cursor.advance();
                Ok(StatementKind::Pragma(rest.trim()))
            }
            _ => self.unexpected_hint("a statement", "Comments begin with `//`; `#` begins only `#pragma`."),
        }
    }
}
