//! OpenQASM 2, straight to a [`Circuit`].
//!
//! The language is that of arXiv:1707.03429. Where it is silent or strict, this reader does as Qiskit does:
//! the version line may be missing, commas may trail, statements may be empty, `asin acos atan` are known,
//! `barrier` may name a qubit twice or nothing (all qubits). `/* */` comments are skipped.
//!
//! Gates: `U` and `CX` are known, and after `include "qelib1.inc"` the rows of the gate table that it
//! defines. Gates that the program defines are expanded where they are called (see [`gates`]).
//!
//! Classical bits: a measurement writes the memory bit and the register bit of the same index. `if(c==n)`
//! becomes, as in Qiskit's assembler, a comparison that is written to a register bit of its own beyond the
//! memory bits, once, and that bit is the condition of all that the one statement expands to.
//!
//! Cost: linear in the text and in the circuit that comes out; [`MAX_STEPS`] bounds the latter.

pub mod gates;
pub mod write;

use std::collections::{HashMap, HashSet};

use super::cursor::{Cursor, near_hint, quoted};
use super::diagnostic;
use super::expr::{self, Function, Term};
use super::lex::{Span, TokenKind};
use crate::circuit::classical::{Bits, Comparison, Relation};
use crate::circuit::operation::{BooleanFunction, Measure};
use crate::circuit::{Circuit, GATES, Gate, Instruction, Operation, Parameters, Qubits, Register};
use crate::error::{AerError, ErrorCode};
use crate::frontend::{LoadOptions, Reading};
use gates::{Callee, Definition};

/// Most qubits, and most classical bits, that a program may declare.
pub const MAX_BITS: u32 = 65_536;

/// Most steps that a program may expand to. A step is an instruction, a gate on the way to one, or eight
/// qubits or terms of a formula, or 32 bits of a comparison: a bound on time and on memory (about 100 bytes
/// each).
pub const MAX_STEPS: u64 = 8_000_000;

/// Bytes of the text from one report of progress to the next.
const PROGRESS_BYTES: usize = 64 * 1024;

/// The gates of the `qelib1.inc` of arXiv:1707.03429. Older programs use the names of later ones for things of
/// their own, which then stand in for the included gates.
const PAPER_GATES: [&str; 23] = [
    "u3", "u2", "u1", "cx", "id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "cz", "cy",
    "ch", "ccx", "crz", "cu1", "cu3",
];

/// Words that name nothing else.
const KEYWORDS: [&str; 11] =
    ["OPENQASM", "include", "qreg", "creg", "gate", "opaque", "measure", "reset", "barrier", "if", "pi"];

/// Reads a program.
pub fn load(source: &str, options: LoadOptions) -> Result<Circuit, AerError> {
    if u32::try_from(source.len()).is_err() {
        return Err(AerError::new(ErrorCode::SyntaxError, "The program is too long.")
            .found(format!("{} bytes", source.len()))
            .expected("less than 4 GiB"));
    }
    let mut parser = Parser::new(source);
    parser.program(options.progress)?;
    Ok(parser.finish())
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Symbol {
    Qubits(Indices),
    Clbits(Indices),
    Gate(Callee),
}

/// Consecutive bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Indices {
    first: u32,
    size: u32,
}

impl Indices {
    fn end(self) -> u32 {
        self.first + self.size
    }
}

/// What an instruction acts on: one bit, or a register bit by bit.
#[derive(Clone, Copy, Debug)]
struct Operand {
    bits: Indices,
    register: bool,
    span: Span,
}

impl Operand {
    /// The bit of a round of the broadcast.
    fn bit(self, round: u32) -> u32 {
        self.bits.first + if self.register { round } else { 0 }
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// Names with the place of their declaration.
    symbols: HashMap<&'a str, (Symbol, Span)>,
    definitions: Vec<Definition<'a>>,
    /// The formulas of all definitions.
    terms: Vec<Term>,
    circuit: Circuit,
    /// Whether there are conditions. One register bit behind the memory bits holds them all, as each is written
    /// right before it is read; it has number 0 until the number of memory bits is known.
    conditional: bool,
    steps: u64,
    /// The operands of the statement at hand.
    operands: Vec<Operand>,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str) -> Self {
        let mut parser = Self {
            cursor: Cursor::new(source),
            symbols: HashMap::new(),
            definitions: Vec::new(),
            terms: Vec::new(),
            circuit: Circuit::new(0, 0),
            conditional: false,
            steps: 0,
            operands: Vec::new(),
        };
        for gate in [Gate::UBuiltin, Gate::CxBuiltin] {
            parser.symbols.insert(gate.name(), (Symbol::Gate(Callee::Table(gate)), Span::default()));
        }
        parser
    }

    fn program(&mut self, progress: Option<&dyn Fn(Reading)>) -> Result<(), AerError> {
        if self.cursor.text() == "OPENQASM" {
            self.version()?;
        }
        let total_bytes = self.cursor.source().len();
        let mut next = PROGRESS_BYTES;
        loop {
            let bytes = self.cursor.token().span.start as usize;
            let end = self.cursor.kind() == TokenKind::End;
            if let Some(progress) = progress.filter(|_| end || bytes >= next) {
                let bytes = if end { total_bytes } else { bytes };
                progress(Reading { bytes, total_bytes, instructions: self.circuit.instructions.len() });
                next = bytes + PROGRESS_BYTES;
            }
            match self.cursor.kind() {
                TokenKind::End => return Ok(()),
                TokenKind::Semicolon => {
                    self.cursor.advance();
                }
                TokenKind::Identifier => self.statement()?,
                _ => return Err(self.cursor.unexpected("a statement")),
            }
        }
    }

    /// The circuit, with the condition bits moved behind the memory bits.
    fn finish(self) -> Circuit {
        let mut circuit = self.circuit;
        let offset = circuit.num_clbits;
        circuit.num_register_bits = offset + u32::from(self.conditional);
        if self.conditional {
            for instruction in &mut circuit.instructions {
                if let Some(bit) = &mut instruction.condition {
                    *bit += offset;
                }
                if let Operation::BooleanFunction(function) = &mut instruction.operation {
                    function.register += offset;
                }
            }
        }
        debug_assert_eq!(crate::circuit::validate::circuit(&circuit), Ok(()));
        circuit
    }

    fn statement(&mut self) -> Result<(), AerError> {
        match self.cursor.text() {
            "include" => self.include(),
            "qreg" | "creg" => self.register(),
            "gate" => self.gate(),
            "opaque" => self.opaque(),
            "barrier" => self.barrier(),
            "if" => self.conditional(),
            "OPENQASM" => Err(self.cursor.error(
                ErrorCode::SyntaxError,
                self.cursor.token().span,
                "The version must be the first statement.",
            )),
            _ => self.quantum_operation(None),
        }
    }

    /// A gate, a measurement or a reset: what may be conditional.
    fn quantum_operation(&mut self, condition: Option<u32>) -> Result<(), AerError> {
        match self.cursor.text() {
            "measure" => self.measure(condition),
            "reset" => self.reset(condition),
            _ => self.call(condition),
        }
    }

    fn version(&mut self) -> Result<(), AerError> {
        self.cursor.advance();
        let text = self.cursor.text();
        if !matches!(self.cursor.kind(), TokenKind::Integer | TokenKind::Real) {
            return Err(self.cursor.unexpected("a version number"));
        }
        let minor = if text == "2" { Some("0") } else { text.strip_prefix("2.") };
        if !minor.is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())) {
            let message = format!("OpenQASM {text} cannot be read here.");
            let error = self.cursor.error(ErrorCode::UnsupportedFormat, self.cursor.token().span, message);
            return Err(error.expected("2.0"));
        }
        self.cursor.advance();
        self.cursor.end_statement()
    }

    /// Makes the gates of `qelib1.inc` known.
    fn include(&mut self) -> Result<(), AerError> {
        self.cursor.advance();
        let file = self.cursor.expect(TokenKind::Text, "a file name in quotes")?;
        let name = file.span.text(self.cursor.source());
        if name.get(1..name.len().saturating_sub(1)) != Some("qelib1.inc") {
            let message = format!("The file {} cannot be included.", quoted(name));
            let error = self.cursor.error(ErrorCode::SemanticError, file.span, message);
            return Err(error
                .expected("\"qelib1.inc\", the only file that is built in")
                .hint("Paste the file's gate definitions into the program instead of including it."));
        }
        for spec in GATES.iter().filter(|spec| spec.qelib1) {
            let symbol = Symbol::Gate(Callee::Table(spec.gate));
            match self.symbols.get(spec.name) {
                None => {
                    self.symbols.insert(spec.name, (symbol, file.span));
                }
                Some((known, _)) if *known == symbol => {}
                Some(_) if !PAPER_GATES.contains(&spec.name) => {}
                Some((_, place)) => {
                    let line = diagnostic::line(self.cursor.source(), place.start);
                    let message = format!("The file defines `{}`, which is declared already.", spec.name);
                    let error = self.cursor.error(ErrorCode::SemanticError, file.span, message);
                    return Err(error.hint(format!("Rename what line {line} declares.")));
                }
            }
        }
        self.cursor.end_statement()
    }

    fn register(&mut self) -> Result<(), AerError> {
        let quantum = self.cursor.text() == "qreg";
        self.cursor.advance();
        let (name, span) = self.new_name()?;
        self.check_new(name, span)?;
        self.cursor.expect(TokenKind::LeftBracket, "`[` and the size")?;
        let size_span = self.cursor.token().span;
        let text = self.integer("a size")?;
        self.cursor.expect(TokenKind::RightBracket, "`]`")?;
        self.cursor.end_statement()?;

        if text == "0" {
            let message = format!("Register {} has no bits.", quoted(name));
            let error = self.cursor.error(ErrorCode::SemanticError, size_span, message);
            return Err(error.found("size 0").expected("at least 1"));
        }
        let circuit = &mut self.circuit;
        let (count, registers, what) = if quantum {
            (&mut circuit.num_qubits, &mut circuit.qregs, "qubits")
        } else {
            (&mut circuit.num_clbits, &mut circuit.cregs, "classical bits")
        };
        let total = text.parse().ok().and_then(|size| count.checked_add(size));
        let Some(total) = total.filter(|total| *total <= MAX_BITS) else {
            let error =
                AerError::new(ErrorCode::InsufficientMemory, format!("The program has too many {what}."))
                    .found(match *count {
                        0 => quoted(text),
                        before => format!("{} more than the {before} declared before", quoted(text)),
                    })
                    .expected(format!("at most {MAX_BITS} {what}"));
            return Err(self.cursor.locate(error, size_span));
        };
        let bits = Indices { first: *count, size: total - *count };
        *count = total;
        registers.push(Register { name: name.to_owned(), size: bits.size });
        let symbol = if quantum { Symbol::Qubits(bits) } else { Symbol::Clbits(bits) };
        self.symbols.insert(name, (symbol, span));
        Ok(())
    }

    fn barrier(&mut self) -> Result<(), AerError> {
        let keyword = self.cursor.advance().span;
        self.quantum_operands()?;
        let mut qubits: Qubits = self.operands.iter().flat_map(|o| o.bits.first..o.bits.end()).collect();
        if qubits.is_empty() {
            qubits = (0..self.circuit.num_qubits).collect();
        } else if overlap(&self.operands).is_some() {
            keep_first(&mut qubits);
        }
        self.charge(1 + qubits.len() as u64 / 8, keyword)?;
        self.push(Instruction::new(Operation::Barrier, qubits), keyword)
    }

    fn reset(&mut self, condition: Option<u32>) -> Result<(), AerError> {
        let keyword = self.cursor.advance().span;
        let operand = self.operand(true)?;
        self.cursor.end_statement()?;
        self.charge(operand.bits.size.into(), keyword)?;
        for round in 0..operand.bits.size {
            self.push(
                Instruction { condition, ..Instruction::new(Operation::Reset, [operand.bit(round)]) },
                keyword,
            )?;
        }
        Ok(())
    }

    fn measure(&mut self, condition: Option<u32>) -> Result<(), AerError> {
        let keyword = self.cursor.advance().span;
        let qubits = self.operand(true)?;
        self.cursor.expect(TokenKind::Arrow, "`->`")?;
        let clbits = self.operand(false)?;
        self.cursor.end_statement()?;
        if (qubits.bits.size, qubits.register) != (clbits.bits.size, clbits.register) {
            let describe = |operand: Operand, bit: &str| match operand {
                Operand { register: true, bits, .. } => format!("a register of size {}", bits.size),
                Operand { register: false, .. } => format!("one {bit}"),
            };
            let message = "A measurement needs as many classical bits as qubits.";
            let error = self.cursor.error(ErrorCode::SemanticError, clbits.span, message);
            return Err(error.found(describe(clbits, "bit")).expected(describe(qubits, "bit")));
        }
        self.charge(2 * u64::from(qubits.bits.size), keyword)?;
        for round in 0..qubits.bits.size {
            let bits = vec![clbits.bit(round)];
            let operation = Operation::Measure(Box::new(Measure { memory: bits.clone(), register: bits }));
            self.push(
                Instruction { condition, ..Instruction::new(operation, [qubits.bit(round)]) },
                keyword,
            )?;
        }
        Ok(())
    }

    fn conditional(&mut self) -> Result<(), AerError> {
        let keyword = self.cursor.advance().span;
        self.cursor.expect(TokenKind::LeftParenthesis, "`(`")?;
        let bits = self.known_register(false)?;
        if self.cursor.kind() == TokenKind::LeftBracket {
            let error = self.cursor.unexpected("`==`");
            return Err(error.hint("OpenQASM 2 compares whole registers only."));
        }
        self.cursor.expect(TokenKind::Equal, "`==`")?;
        let value = self.integer("an integer")?;
        self.cursor.expect(TokenKind::RightParenthesis, "`)`")?;
        let text = self.cursor.text();
        if self.cursor.kind() != TokenKind::Identifier
            || is_reserved(text) && !matches!(text, "measure" | "reset")
        {
            return Err(self.cursor.unexpected("a gate, a measurement or a reset"));
        }

        let bit = 0;
        self.charge(2 + u64::from(bits.end()) / 32, keyword)?;
        self.conditional = true;
        let mut mask = Bits::zeros(bits.end());
        for bit in bits.first..bits.end() {
            mask.set(bit, true);
        }
        let value = shifted_value(value, bits);
        let comparison = Comparison { mask, relation: Relation::Equal, value };
        let function = BooleanFunction { comparison, register: bit, memory: None };
        self.push(Instruction::new(Operation::BooleanFunction(Box::new(function)), []), keyword)?;
        self.quantum_operation(Some(bit))
    }

    /// A gate call, broadcast over registers.
    fn call(&mut self, condition: Option<u32>) -> Result<(), AerError> {
        let (name, span) = (self.cursor.text(), self.cursor.token().span);
        let callee = self.known_gate(name, span)?;
        if let Callee::Opaque(index) = callee {
            return Err(self.opaque_error(index, span));
        }
        self.cursor.advance();
        let mut terms = Vec::new();
        let num_parameters = self.arguments(&|_| None, &mut terms)?;
        self.check_parameter_count(callee, name, span, num_parameters)?;
        self.quantum_operands()?;
        self.check_qubit_count(callee, name, span, self.operands.len())?;

        let operands = std::mem::take(&mut self.operands);
        let rounds = self.rounds(&operands)?;
        let parameters: Parameters = terms
            .iter()
            .map(|term| if let Term::Number(number) = term { *number } else { f64::NAN })
            .collect();
        self.charge(u64::from(rounds).saturating_mul(self.steps_of(callee)), span)?;
        for round in 0..rounds {
            let qubits: Qubits = operands.iter().map(|operand| operand.bit(round)).collect();
            self.apply(callee, &parameters, qubits, condition, span)?;
        }
        self.operands = operands;
        Ok(())
    }

    /// How often a gate on these operands is applied: once per bit of the registers, which must agree.
    fn rounds(&self, operands: &[Operand]) -> Result<u32, AerError> {
        if let Some(again) = overlap(operands) {
            let what = quoted(again.span.text(self.cursor.source()));
            let message = if again.register {
                format!("The gate would act on a qubit of {what} twice.")
            } else {
                format!("Qubit {what} stands twice.")
            };
            let error = self.cursor.error(ErrorCode::DuplicateQubit, again.span, message);
            return Err(error.expected("different qubits"));
        }
        let mut registers = operands.iter().filter(|operand| operand.register);
        let Some(first) = registers.next() else { return Ok(1) };
        match registers.find(|other| other.bits.size != first.bits.size) {
            None => Ok(first.bits.size),
            Some(other) => {
                let message = "The registers of a broadcast must have the same size.";
                let error = self.cursor.error(ErrorCode::SemanticError, other.span, message);
                let size = |operand: &Operand| format!("size {}", operand.bits.size);
                Err(error.found(size(other)).expected(size(first)))
            }
        }
    }

    /// Reads parameters in parentheses, if there are any. Gives their number.
    fn arguments(
        &mut self,
        scope: &dyn Fn(&str) -> Option<u32>,
        terms: &mut Vec<Term>,
    ) -> Result<usize, AerError> {
        let mut count = 0;
        if !self.cursor.accept(TokenKind::LeftParenthesis) {
            return Ok(count);
        }
        while self.cursor.kind() != TokenKind::RightParenthesis {
            expr::parse(&mut self.cursor, scope, terms)?;
            count += 1;
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        self.cursor.expect(TokenKind::RightParenthesis, "an operator, `,` or `)`")?;
        Ok(count)
    }

    /// Reads qubits and registers up to the semicolon into `operands`.
    fn quantum_operands(&mut self) -> Result<(), AerError> {
        self.operands.clear();
        while self.cursor.kind() != TokenKind::Semicolon {
            let operand = self.operand(true)?;
            self.operands.push(operand);
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        self.cursor.end_statement()
    }

    /// Reads `name` or `name[index]`.
    fn operand(&mut self, quantum: bool) -> Result<Operand, AerError> {
        let name = self.cursor.token().span;
        let bits = self.known_register(quantum)?;
        if !self.cursor.accept(TokenKind::LeftBracket) {
            return Ok(Operand { bits, register: true, span: name });
        }
        let text = self.integer("an index")?;
        let end = self.cursor.expect(TokenKind::RightBracket, "`]`")?.span.end;
        let span = Span { start: name.start, end };
        if let Some(index) = text.parse::<u32>().ok().filter(|index| *index < bits.size) {
            let bits = Indices { first: bits.first + index, size: 1 };
            return Ok(Operand { bits, register: false, span });
        }
        let name = name.text(self.cursor.source());
        let (code, what) = if quantum {
            (ErrorCode::QubitOutOfRange, "Qubit")
        } else {
            (ErrorCode::ClbitOutOfRange, "Classical bit")
        };
        let bit = quoted(span.text(self.cursor.source()));
        let error = self.cursor.error(code, span, format!("{what} {bit} is out of range."));
        Err(error.expected(match bits.size {
            1 => quoted(&format!("{name}[0]")),
            size => format!("`{name}[0]` to `{name}[{}]`", size - 1),
        }))
    }

    /// Reads the name of a register that exists.
    fn known_register(&mut self, quantum: bool) -> Result<Indices, AerError> {
        let what = if quantum { "a quantum register" } else { "a classical register" };
        let span = self.cursor.token().span;
        let name = self.cursor.text();
        if self.cursor.kind() != TokenKind::Identifier || is_reserved(name) {
            return Err(self.cursor.unexpected(what));
        }
        self.cursor.advance();
        let found = match (self.symbols.get(name), quantum) {
            (Some((Symbol::Qubits(bits), _)), true) | (Some((Symbol::Clbits(bits), _)), false) => {
                return Ok(*bits);
            }
            (Some((Symbol::Qubits(_), _)), _) => "a quantum register",
            (Some((Symbol::Clbits(_), _)), _) => "a classical register",
            (Some((Symbol::Gate(_), _)), _) => "a gate",
            (None, _) => {
                let message = format!("Register {} is not declared.", quoted(name));
                let error = self.cursor.error(ErrorCode::SemanticError, span, message);
                let registers = if quantum { &self.circuit.qregs } else { &self.circuit.cregs };
                return Err(near_hint(error, name, registers.iter().map(|r| r.name.as_str())));
            }
        };
        let message = format!("{} is not {what}.", quoted(name));
        Err(self.cursor.error(ErrorCode::SemanticError, span, message).found(found).expected(what))
    }

    fn integer(&mut self, what: &str) -> Result<&'a str, AerError> {
        let text = self.cursor.text();
        if self.cursor.kind() != TokenKind::Integer {
            return Err(self.cursor.unexpected(what));
        }
        if !expr::is_plain_integer(text) {
            return Err(self.cursor.unexpected("an integer without leading zeros or underscores"));
        }
        self.cursor.advance();
        Ok(text)
    }

    /// Reads a name that is being declared.
    fn new_name(&mut self) -> Result<(&'a str, Span), AerError> {
        let (name, span) = (self.cursor.text(), self.cursor.token().span);
        if self.cursor.kind() != TokenKind::Identifier {
            return Err(self.cursor.unexpected("a name"));
        }
        let message = if is_reserved(name) {
            "A reserved word cannot be a name."
        } else if !name.is_ascii() || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            "OpenQASM 2 does not allow this name."
        } else {
            self.cursor.advance();
            return Ok((name, span));
        };
        let error = self.cursor.error(ErrorCode::SyntaxError, span, message).found(quoted(name));
        Err(error.expected("a lower-case letter, then letters, digits and underscores"))
    }

    /// Fails if the name is taken.
    fn check_new(&self, name: &str, span: Span) -> Result<(), AerError> {
        match self.symbols.get(name) {
            None => Ok(()),
            Some((Symbol::Gate(Callee::Table(_)), _)) if !PAPER_GATES.contains(&name) => Ok(()),
            Some((symbol, place)) => Err(self.taken(name, span, *symbol, *place)),
        }
    }

    fn taken(&self, name: &str, span: Span, symbol: Symbol, place: Span) -> AerError {
        let message = format!("The name {} is taken.", quoted(name));
        let error = self.cursor.error(ErrorCode::SemanticError, span, message);
        if matches!(symbol, Symbol::Gate(Callee::Table(_))) {
            return error
                .found("a gate of qelib1.inc")
                .hint("Choose another name, or leave out the include.");
        }
        let line = diagnostic::line(self.cursor.source(), place.start);
        error.found(format!("a declaration on line {line}")).hint("Choose another name.")
    }

    /// Counts steps towards [`MAX_STEPS`].
    fn charge(&mut self, steps: u64, span: Span) -> Result<(), AerError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= MAX_STEPS {
            return Ok(());
        }
        let message = "The program expands to too many instructions.";
        let error = self.cursor.error(ErrorCode::InsufficientMemory, span, message);
        Err(error.expected(format!("at most {MAX_STEPS} steps in all")))
    }

    fn push(&mut self, instruction: Instruction, span: Span) -> Result<(), AerError> {
        let instructions = &mut self.circuit.instructions;
        if instructions.len() == instructions.capacity() && instructions.try_reserve(1).is_err() {
            let found = format!("{} instructions so far", instructions.len());
            let message = "There is no memory for more instructions.";
            return Err(self.cursor.error(ErrorCode::InsufficientMemory, span, message).found(found));
        }
        instructions.push(instruction);
        Ok(())
    }
}

fn is_reserved(name: &str) -> bool {
    KEYWORDS.contains(&name) || Function::by_name(name).is_some()
}

/// Drops what stands a second time.
fn keep_first(qubits: &mut Qubits) {
    let mut seen = HashSet::new();
    qubits.retain(|qubit| seen.insert(*qubit));
}

/// The first operand, in the order of the qubits, that shares a qubit with one before it.
fn overlap(operands: &[Operand]) -> Option<Operand> {
    match operands {
        [] | [_] => return None,
        [one, other] => {
            let meet = one.bits.first < other.bits.end() && other.bits.first < one.bits.end();
            return meet.then_some(*other);
        }
        _ => {}
    }
    let mut sorted: Vec<&Operand> = operands.iter().collect();
    sorted.sort_unstable_by_key(|operand| (operand.bits.first, operand.bits.size));
    // Registers are disjoint, so what overlaps is equal to its neighbour or inside of one before it.
    let mut reach: Option<&Operand> = None;
    for operand in sorted {
        match reach {
            Some(before) if operand.bits.first < before.bits.end() => {
                let later = if before.span.start > operand.span.start { before } else { operand };
                return Some(*later);
            }
            _ => reach = Some(operand),
        }
    }
    None
}

/// A decimal number of any length, in place above a register's first bit. What does not fit the register
/// becomes a bit just beyond it, which no masked register equals.
fn shifted_value(decimal: &str, bits: Indices) -> Bits {
    let mut value = Bits::zeros(bits.end() + 1);
    let mut limbs: Vec<u64> = vec![0; bits.size as usize / 32 + 1];
    let mut overflow = false;
    // At least 9 digits in 30 bits; a longer number has overflowed before the loop costs much.
    for chunk in decimal.as_bytes().chunks(9) {
        let mut carry = chunk.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        let scale = 10u64.pow(chunk.len() as u32);
        for limb in &mut limbs {
            carry += *limb * scale;
            *limb = carry & 0xffff_ffff;
            carry >>= 32;
        }
        overflow |= carry > 0;
        if overflow {
            break;
        }
    }
    for (index, limb) in limbs.iter().enumerate() {
        for bit in (0..32).filter(|bit| *limb != 0 && limb >> bit & 1 == 1) {
            let bit = index as u32 * 32 + bit;
            overflow |= bit >= bits.size;
            if bit < bits.size {
                value.set(bits.first + bit, true);
            }
        }
    }
    if overflow {
        value.set(bits.end(), true);
    }
    value
}

#[cfg(test)]
mod tests;
