//! Gates that a program defines, and their expansion where they are called.
//!
//! A body becomes a list of calls whose qubits and parameters are indices into those of the gate; formulas
//! wait in reverse Polish notation. A gate may call only what stands before it, so there is no recursion, but
//! sizes can grow exponentially with the length of the text: each definition knows the steps that one call
//! of it takes, and they are charged before anything is expanded. The expansion keeps its own stack.

use super::{Parser, Symbol, keep_first};
use crate::circuit::gate::Controls;
use crate::circuit::validate;
use crate::circuit::{Gate, Instruction, Operation, Parameters, Qubits};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{near_hint, quoted};
use crate::frontend::qasm::diagnostic;
use crate::frontend::qasm::expr::{self, Term};
use crate::frontend::qasm::lex::{Span, TokenKind};

use std::collections::HashMap;
use std::ops::Range;

/// What a call applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A row of the gate table.
    Table(Gate),
    /// A row with any number of controls, on this many qubits.
    Controlled(Gate, u32),
    /// A definition of the program, by index.
    Defined(u32),
    /// `opaque delay(t) q;`, as Qiskit writes a delay.
    Delay,
    /// Another opaque gate, by the index of its signature: it cannot be run.
    Opaque(u32),
    /// A barrier within a body.
    Barrier,
}

/// A gate that the program defines or declares as opaque.
#[derive(Clone, Debug)]
pub struct Definition<'a> {
    name: &'a str,
    parameters: Vec<&'a str>,
    num_qubits: usize,
    body: Vec<Call>,
    /// What one call costs, saturating.
    steps: u64,
    /// Whether a call gives any instruction.
    acts: bool,
    span: Span,
}

/// A call within a body.
#[derive(Clone, Debug)]
struct Call {
    callee: Callee,
    terms: Range<usize>,
    qubits: Qubits,
}

/// The names of a definition, each with its index: parameters and qubits share them.
type Scope<'a> = HashMap<&'a str, (bool, u32)>;

/// A definition that is being expanded: which, how far, and where its parameters and qubits begin.
struct Frame {
    definition: u32,
    next: usize,
    values: usize,
    qubits: usize,
}

impl<'a> Parser<'a> {
    /// `gate name(parameters) qubits { body }`
    pub(super) fn gate(&mut self) -> Result<(), AerError> {
        self.cursor.advance();
        let (name, span) = self.new_name()?;
        let included = match self.symbols.get(name) {
            Some((Symbol::Gate(Callee::Table(gate)), _)) => Some(*gate),
            _ => None,
        };
        let listed = Gate::by_name(name).filter(|gate| included.is_none() && !gate.spec().qelib1);
        if included.is_none() {
            self.check_new(name, span)?;
        }
        let definition = self.definition(name, span)?;
        if let Some(gate) = included {
            if self.is_standard(gate, &definition) {
                return Ok(());
            }
            self.check_new(name, span)?;
        }
        // What the included file lacks, defined as the gate table defines it, is that gate.
        if let Some(gate) = listed.filter(|gate| self.is_standard(*gate, &definition)) {
            self.symbols.insert(name, (Symbol::Gate(Callee::Table(gate)), span));
            return Ok(());
        }
        self.define(definition, Callee::Defined);
        Ok(())
    }

    /// `opaque name(parameters) qubits;`
    pub(super) fn opaque(&mut self) -> Result<(), AerError> {
        self.cursor.advance();
        let (name, span) = self.new_name()?;
        self.check_new(name, span)?;
        let (parameters, num_qubits, _) = self.signature(name)?;
        self.cursor.end_statement()?;
        // `mcx_5` and the like: the gates with any number of controls, which no definition can say.
        if let Some(gate) = name.rsplit_once('_').filter(|parts| parts.1 == num_qubits.to_string())
            && let Some(gate) = Gate::by_name(gate.0)
            && gate.spec().controls == Controls::Any
            && (gate.spec().parameters.len(), true) == (parameters.len(), num_qubits >= gate.spec().targets)
        {
            self.symbols.insert(name, (Symbol::Gate(Callee::Controlled(gate, num_qubits as u32)), span));
            return Ok(());
        }
        let is_delay = (name, parameters.len(), num_qubits) == ("delay", 1, 1);
        let signature =
            Definition { name, parameters, num_qubits, body: Vec::new(), steps: 1, acts: true, span };
        self.define(signature, if is_delay { |_| Callee::Delay } else { Callee::Opaque });
        Ok(())
    }

    fn define(&mut self, definition: Definition<'a>, callee: fn(u32) -> Callee) {
        let symbol = Symbol::Gate(callee(self.definitions.len() as u32));
        self.symbols.insert(definition.name, (symbol, definition.span));
        self.definitions.push(definition);
    }

    /// Whether a definition says word for word what the table's does.
    fn is_standard(&self, gate: Gate, definition: &Definition) -> bool {
        let spec = gate.spec();
        let qubits = ["a", "b", "c", "d", "e"];
        let qubits = qubits.get(..spec.num_qubits().unwrap_or(0)).unwrap_or(&qubits).join(",");
        let source = format!("({}) {qubits} {{{}}}", spec.parameters.join(","), spec.definition);
        let mut parser = Parser::new(&source);
        for (name, (symbol, span)) in &self.symbols {
            if matches!(symbol, Symbol::Gate(Callee::Table(_))) {
                parser.symbols.insert(*name, (*symbol, *span));
            }
        }
        let Ok(standard) = parser.definition("", Span::default()) else { return false };
        let terms = |terms: &[Term], call: &Call| terms.get(call.terms.clone()).map(<[Term]>::to_vec);
        definition.parameters.len() == standard.parameters.len()
            && definition.num_qubits == standard.num_qubits
            && definition.body.len() == standard.body.len()
            && definition.body.iter().zip(&standard.body).all(|(ours, theirs)| {
                ours.callee == theirs.callee
                    && ours.qubits == theirs.qubits
                    && terms(&self.terms, ours) == terms(&parser.terms, theirs)
            })
    }

    /// Reads `(parameters) qubits`: the parameters, the number of qubits and the names of both.
    fn signature(&mut self, name: &str) -> Result<(Vec<&'a str>, usize, Scope<'a>), AerError> {
        let mut scope = Scope::new();
        let mut parameters = Vec::new();
        if self.cursor.accept(TokenKind::LeftParenthesis) {
            while self.cursor.kind() != TokenKind::RightParenthesis {
                let parameter = self.local_name(&scope)?;
                scope.insert(parameter, (false, parameters.len() as u32));
                parameters.push(parameter);
                if !self.cursor.accept(TokenKind::Comma) {
                    break;
                }
            }
            self.cursor.expect(TokenKind::RightParenthesis, "`,` or `)`")?;
        }
        let mut num_qubits = 0;
        while self.cursor.kind() == TokenKind::Identifier {
            let qubit = self.local_name(&scope)?;
            scope.insert(qubit, (true, num_qubits as u32));
            num_qubits += 1;
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        if num_qubits == 0 {
            return Err(self.cursor.unexpected(&format!("the qubits of gate {}", quoted(name))));
        }
        Ok((parameters, num_qubits, scope))
    }

    fn local_name(&mut self, scope: &Scope) -> Result<&'a str, AerError> {
        let (name, span) = self.new_name()?;
        if scope.contains_key(name) {
            let message = format!("{} stands twice.", quoted(name));
            let error = self.cursor.error(ErrorCode::SemanticError, span, message);
            return Err(error.expected("different names for parameters and qubits"));
        }
        Ok(name)
    }

    fn definition(&mut self, name: &'a str, span: Span) -> Result<Definition<'a>, AerError> {
        let (parameters, num_qubits, scope) = self.signature(name)?;
        let mut definition =
            Definition { name, parameters, num_qubits, body: Vec::new(), steps: 1, acts: false, span };
        self.cursor.expect(TokenKind::LeftBrace, "`{`")?;
        loop {
            match self.cursor.kind() {
                TokenKind::RightBrace => break,
                TokenKind::Semicolon => {
                    self.cursor.advance();
                }
                TokenKind::Identifier => {
                    let call = self.body_call(name, num_qubits, &scope)?;
                    let (steps, acts) = match call.callee {
                        Callee::Defined(index) => {
                            let inner = self.definitions.get(index as usize);
                            inner.map_or((1, false), |inner| (inner.steps, inner.acts))
                        }
                        _ => (1, true),
                    };
                    let width = call.terms.len() + call.qubits.len();
                    definition.steps = definition.steps.saturating_add(steps + width as u64 / 8);
                    definition.acts |= acts;
                    definition.body.push(call);
                }
                _ => return Err(self.cursor.unexpected("a gate, `barrier` or `}`")),
            }
        }
        self.cursor.advance();
        if !definition.acts {
            definition.steps = 1;
        }
        Ok(definition)
    }

    fn body_call(&mut self, gate: &str, num_qubits: usize, scope: &Scope) -> Result<Call, AerError> {
        let (name, span) = (self.cursor.text(), self.cursor.token().span);
        if name == gate {
            let message = format!("Gate {} calls itself.", quoted(name));
            return Err(self.cursor.error(ErrorCode::SemanticError, span, message));
        }
        let callee = match name {
            "barrier" => Callee::Barrier,
            _ => self.known_gate(name, span)?,
        };
        self.cursor.advance();
        let parameter = |name: &str| match scope.get(name) {
            Some((false, index)) => Some(*index),
            _ => None,
        };
        let mut terms = std::mem::take(&mut self.terms);
        let first = terms.len();
        let num_parameters =
            if callee == Callee::Barrier { Ok(0) } else { self.arguments(&parameter, &mut terms) };
        self.terms = terms;
        let num_parameters = num_parameters?;
        self.check_parameter_count(callee, name, span, num_parameters)?;

        let mut qubits = Qubits::new();
        while self.cursor.kind() != TokenKind::Semicolon {
            let qubit = self.cursor.expect(TokenKind::Identifier, "a qubit of the gate")?.span;
            let text = qubit.text(self.cursor.source());
            let Some((true, index)) = scope.get(text) else {
                let message = format!("{} is not a qubit of gate {}.", quoted(text), quoted(gate));
                let error = self.cursor.error(ErrorCode::SemanticError, qubit, message);
                return Err(error.hint("A gate acts on the qubits that its definition names."));
            };
            if callee != Callee::Barrier && qubits.len() < 8 && qubits.contains(index) {
                return Err(self.stands_twice(text, qubit));
            }
            qubits.push(*index);
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        self.cursor.end_statement()?;
        self.check_qubit_count(callee, name, span, qubits.len())?;
        if callee == Callee::Barrier {
            if qubits.is_empty() {
                qubits = (0..num_qubits as u32).collect();
            }
            keep_first(&mut qubits);
        } else if qubits.len() > 8 {
            let count = qubits.len();
            let mut different = qubits.clone();
            keep_first(&mut different);
            if different.len() < count {
                return Err(self.stands_twice(name, span));
            }
        }
        Ok(Call { callee, terms: first..self.terms.len(), qubits })
    }

    fn stands_twice(&self, text: &str, span: Span) -> AerError {
        let message = format!("A qubit of {} stands twice.", quoted(text));
        self.cursor.error(ErrorCode::DuplicateQubit, span, message).expected("different qubits")
    }

    /// The gate of a name, or the error that tells what to do about it.
    pub(super) fn known_gate(&self, name: &str, span: Span) -> Result<Callee, AerError> {
        if super::is_reserved(name) {
            return Err(self.cursor.unexpected("a gate"));
        }
        match self.symbols.get(name) {
            Some((Symbol::Gate(callee), _)) => return Ok(*callee),
            Some(_) => {
                let message = format!("{} is a register, not a gate.", quoted(name));
                return Err(self.cursor.error(ErrorCode::UnknownGate, span, message));
            }
            None => {}
        }
        let error = self.cursor.error(
            ErrorCode::UnknownGate,
            span,
            format!("No gate of the name {} is known.", quoted(name)),
        );
        let spec = Gate::by_name(name).map(Gate::spec);
        let gates = self.symbols.iter().filter(|(_, (symbol, _))| matches!(symbol, Symbol::Gate(_)));
        Err(match spec {
            Some(spec) if spec.qelib1 => error.hint("Write include \"qelib1.inc\"; before it."),
            Some(spec) if !spec.definition.is_empty() => {
                let qubits = ["a", "b", "c", "d", "e"];
                let qubits = qubits.get(..spec.num_qubits().unwrap_or(0)).unwrap_or(&qubits).join(",");
                let parameters = match spec.parameters {
                    [] => String::new(),
                    parameters => format!("({})", parameters.join(",")),
                };
                let body = spec.definition;
                error.hint(format!("Define it before: gate {name}{parameters} {qubits} {{ {body} }}"))
            }
            _ => {
                let mut known: Vec<&str> = gates.map(|(name, _)| *name).collect();
                known.sort_unstable();
                near_hint(error, name, known)
            }
        })
    }

    /// The error of a call, at `span`, that comes to an opaque gate.
    pub(super) fn opaque_error(&self, index: u32, span: Span) -> AerError {
        let (name, place) =
            self.definitions.get(index as usize).map_or(("", Span::default()), |d| (d.name, d.span));
        let line = diagnostic::line(self.cursor.source(), place.start);
        let message = format!("Gate {} is opaque, so it cannot be simulated.", quoted(name));
        let error = self.cursor.error(ErrorCode::UnknownGate, span, message);
        error.hint(format!("Replace the declaration on line {line} by a definition with `gate`."))
    }

    pub(super) fn check_parameter_count(
        &self,
        callee: Callee,
        name: &str,
        span: Span,
        found: usize,
    ) -> Result<(), AerError> {
        let expected: &[&str] = match callee {
            Callee::Table(gate) | Callee::Controlled(gate, _) => gate.spec().parameters,
            Callee::Defined(index) | Callee::Opaque(index) => {
                self.definitions.get(index as usize).map_or(&[], |definition| &definition.parameters)
            }
            Callee::Delay => &["t"],
            Callee::Barrier => return Ok(()),
        };
        if found == expected.len() {
            return Ok(());
        }
        Err(self.cursor.locate(validate::parameter_count(name, found, expected), span))
    }

    pub(super) fn check_qubit_count(
        &self,
        callee: Callee,
        name: &str,
        span: Span,
        found: usize,
    ) -> Result<(), AerError> {
        let expected = match callee {
            Callee::Table(gate) => gate.spec().num_qubits(),
            Callee::Controlled(_, num_qubits) => Some(num_qubits as usize),
            Callee::Defined(index) | Callee::Opaque(index) => {
                self.definitions.get(index as usize).map(|definition| definition.num_qubits)
            }
            Callee::Delay => Some(1),
            Callee::Barrier => None,
        };
        match expected.filter(|expected| *expected != found) {
            None => Ok(()),
            Some(expected) => {
                Err(self.cursor.locate(validate::qubit_count(name, found, &expected.to_string()), span))
            }
        }
    }

    /// What one call of a gate costs.
    pub(super) fn steps_of(&self, callee: Callee) -> u64 {
        match callee {
            Callee::Defined(index) => self.definitions.get(index as usize).map_or(1, |d| d.steps),
            _ => 1,
        }
    }

    /// Appends a gate, expanded; `span` is the call.
    pub(super) fn apply(
        &mut self,
        callee: Callee,
        parameters: &[f64],
        qubits: Qubits,
        condition: Option<u32>,
        span: Span,
    ) -> Result<(), AerError> {
        let Callee::Defined(definition) = callee else {
            return match operation(callee, parameters) {
                Some(operation) => self.push(Instruction { operation, qubits, condition, label: None }, span),
                None => Ok(()),
            };
        };
        // The parameters and qubits of all frames, innermost last.
        let mut values = parameters.to_vec();
        let mut wires = qubits.to_vec();
        let mut frames = vec![Frame { definition, next: 0, values: 0, qubits: 0 }];
        while let Some(frame) = frames.last_mut() {
            let Some(definition) = self.definitions.get(frame.definition as usize) else { break };
            let call = if definition.acts { definition.body.get(frame.next) } else { None };
            let Some(call) = call else {
                values.truncate(frame.values);
                wires.truncate(frame.qubits);
                frames.pop();
                continue;
            };
            frame.next += 1;
            let first = values.len();
            let terms = self.terms.get(call.terms.clone()).unwrap_or(&[]);
            expr::evaluate(terms, frame.values, &mut values).map_err(|e| {
                let line = diagnostic::line(self.cursor.source(), definition.span.start);
                let e = e.hint(format!("It comes from the definition of the gate on line {line}."));
                self.cursor.locate(e, span)
            })?;
            let base = frame.qubits;
            let wire = |index: &u32| wires.get(base + *index as usize).copied().unwrap_or(u32::MAX);
            let qubits: Qubits = call.qubits.iter().map(wire).collect();
            if let Callee::Opaque(index) = call.callee {
                return Err(self.opaque_error(index, span));
            }
            if let Callee::Defined(definition) = call.callee {
                frames.push(Frame { definition, next: 0, values: first, qubits: wires.len() });
                wires.extend(qubits);
            } else if let Some(operation) = operation(call.callee, values.get(first..).unwrap_or(&[])) {
                values.truncate(first);
                // The qubits of a call differ, so those of its expansion do; a barrier takes no condition.
                let condition = condition.filter(|_| operation != Operation::Barrier);
                self.push(Instruction { operation, qubits, condition, label: None }, span)?;
            }
        }
        Ok(())
    }
}

/// What an elementary callee does.
fn operation(callee: Callee, parameters: &[f64]) -> Option<Operation> {
    match callee {
        Callee::Table(gate) | Callee::Controlled(gate, _) => {
            Some(Operation::Gate(gate, Parameters::from_slice(parameters)))
        }
        Callee::Delay => parameters.first().map(|duration| Operation::Delay(*duration)),
        Callee::Barrier => Some(Operation::Barrier),
        Callee::Defined(_) | Callee::Opaque(_) => None,
    }
}
