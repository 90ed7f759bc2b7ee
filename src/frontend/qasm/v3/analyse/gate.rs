//! Gates: calls, definitions and modifiers.
//!
//! A gate of the table goes out as it is. One that the program defines is expanded: its body is executed with
//! its parameters and qubits as names. Under modifiers the gates are collected as [`Op`]s instead, which can be
//! inverted, raised to a power and controlled; `negctrl` is `ctrl` between X gates. Controlled gates become the
//! table's rows where it has some, otherwise a matrix.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::rc::Rc;

use smallvec::SmallVec;

use super::control::Context;
use super::quantum::{Wires, different};
use super::{Analyser, Entry, Fallible, Scope, Symbol, power};
use crate::circuit::expression::{BinaryOp, Expr, UnaryOp};
use crate::circuit::gate::{Controls, Inverse};
use crate::circuit::{GATES, Gate, Instruction, Operation, Parameters, Qubits, Type, validate};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{near_hint, quoted};
use crate::frontend::qasm::v3::syntax::{Expression, ExpressionKind, GateCall, Modifier, Name, Statement};
use crate::linalg::{Complex, Matrix, cis};

/// Most qubits of a matrix that a controlled gate becomes.
const MAX_MATRIX_QUBITS: usize = 10;

/// What a call applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    /// A row of the gate table.
    Table(Gate),
    /// A definition of the program.
    Defined(u32),
    /// `gphase`
    Phase,
}

/// A gate that the program defines.
#[derive(Debug)]
pub(super) struct Definition<'a> {
    parameters: Vec<Name<'a>>,
    qubits: Vec<Name<'a>>,
    body: Vec<Statement<'a>>,
    file: usize,
}

/// The row of the table that is a gate with so many controls in all, its own included. `U` gets a fourth
/// parameter by it, which is 0.
pub fn controlled_row(gate: Gate, controls: usize) -> Option<Gate> {
    let (exact, any): (&[Option<Gate>], Option<Gate>) = match gate {
        Gate::X
        | Gate::Cx
        | Gate::CxBuiltin
        | Gate::Ccx
        | Gate::C3x
        | Gate::C4x
        | Gate::Mcx
        | Gate::McxGray => (&[Some(Gate::Cx), Some(Gate::Ccx)], Some(Gate::Mcx)),
        Gate::Y | Gate::Cy | Gate::Mcy => (&[Some(Gate::Cy)], Some(Gate::Mcy)),
        Gate::Z | Gate::Cz | Gate::Ccz | Gate::Mcz => (&[Some(Gate::Cz), Some(Gate::Ccz)], Some(Gate::Mcz)),
        Gate::H | Gate::Ch => (&[Some(Gate::Ch)], None),
        Gate::S | Gate::Cs => (&[Some(Gate::Cs)], None),
        Gate::Sdg | Gate::Csdg => (&[Some(Gate::Csdg)], None),
        Gate::Sx | Gate::Csx | Gate::C3sqrtx | Gate::Mcsx => (&[Some(Gate::Csx)], Some(Gate::Mcsx)),
        Gate::Sxdg | Gate::Csxdg | Gate::Mcsxdg => (&[Some(Gate::Csxdg)], Some(Gate::Mcsxdg)),
        Gate::P | Gate::U1 | Gate::Cp | Gate::Cu1 | Gate::Mcp | Gate::Mcphase | Gate::Mcu1 => {
            (&[Some(Gate::Cp)], Some(Gate::Mcphase))
        }
        Gate::R | Gate::Mcr => (&[], Some(Gate::Mcr)),
        Gate::Rx | Gate::Crx | Gate::Mcrx => (&[Some(Gate::Crx)], Some(Gate::Mcrx)),
        Gate::Ry | Gate::Cry | Gate::Mcry => (&[Some(Gate::Cry)], Some(Gate::Mcry)),
        Gate::Rz | Gate::Crz | Gate::Mcrz => (&[Some(Gate::Crz)], Some(Gate::Mcrz)),
        Gate::U2 | Gate::Cu2 | Gate::Mcu2 => (&[Some(Gate::Cu2)], Some(Gate::Mcu2)),
        Gate::U3 | Gate::Cu3 | Gate::Mcu3 => (&[Some(Gate::Cu3)], Some(Gate::Mcu3)),
        Gate::U | Gate::UBuiltin | Gate::Cu | Gate::Mcu => (&[Some(Gate::Cu)], Some(Gate::Mcu)),
        Gate::Swap | Gate::Cswap | Gate::Mcswap => (&[Some(Gate::Cswap)], Some(Gate::Mcswap)),
        _ => (&[], None),
    };
    exact.get(controls.checked_sub(1)?).copied().flatten().or(any)
}

/// A gate that may still be modified. The first `controls` qubits are controls that were added.
#[derive(Clone, Debug)]
pub(super) struct Op {
    kind: Kind,
    controls: usize,
    qubits: Qubits,
}

#[derive(Clone, Debug)]
enum Kind {
    Table(Gate, Vec<Expr>),
    Matrix(Matrix),
    Phase(Expr),
    Barrier,
}

impl Op {
    pub(super) fn barrier(qubits: Qubits) -> Self {
        Self { kind: Kind::Barrier, controls: 0, qubits }
    }

    fn table(gate: Gate, arguments: Vec<Expr>, qubits: &[u32]) -> Self {
        Self { kind: Kind::Table(gate, arguments), controls: 0, qubits: qubits.into() }
    }

    /// The matrix on the qubits behind the added controls.
    fn matrix(&self) -> Fallible<Matrix> {
        match &self.kind {
            Kind::Table(gate, arguments) => {
                Ok(gate.full_matrix(&numbers(arguments)?, self.qubits.len() - self.controls))
            }
            Kind::Matrix(matrix) => Ok(matrix.clone()),
            Kind::Phase(angle) => {
                let phase = cis(numbers(std::slice::from_ref(angle))?[0]);
                Ok(Matrix::diagonal(&[phase]))
            }
            Kind::Barrier => Ok(Matrix::identity(1 << self.qubits.len().min(MAX_MATRIX_QUBITS))),
        }
    }
}

/// A modifier whose numbers are known.
#[derive(Clone, Copy, Debug)]
enum Change {
    Inverse,
    Power(f64),
    Control { count: usize, negative: bool },
}

/// Parameters that must be known.
fn numbers(arguments: &[Expr]) -> Fallible<Parameters> {
    arguments
        .iter()
        .map(|argument| {
            argument.as_f64().ok_or_else(|| {
                AerError::new(
                    ErrorCode::SemanticError,
                    "This modifier needs a gate whose parameters are known.",
                )
                .hint("Apply it to p, rx, ry, rz or u, or to a gate without computed parameters.")
            })
        })
        .collect()
}

fn negated(value: &Expr) -> Fallible<Expr> {
    Expr::unary(UnaryOp::Negate, value.clone())
}

fn scaled(value: &Expr, by: f64) -> Fallible<Expr> {
    Expr::binary(BinaryOp::Multiply, value.clone(), Expr::float(by))
}

impl<'a> Analyser<'a> {
    fn callee(&self, name: Name<'a>) -> Fallible<Callee> {
        let found = match self.find(name.text).map(|entry| &entry.symbol) {
            Some(Symbol::Gate(callee)) => return Ok(*callee),
            Some(Symbol::Broken) => return Err(AerError::new(ErrorCode::SemanticError, "")),
            Some(Symbol::Foreign(what)) => {
                let message =
                    format!("{} is only declared, as {what}; it cannot be simulated.", quoted(name.text));
                let error = AerError::new(ErrorCode::UnsupportedInstruction, message);
                return Err(self.at(error.hint("Define it with `gate` instead."), name.span));
            }
            Some(Symbol::Subroutine(_)) => "a subroutine, which takes its qubits in parentheses",
            Some(_) => "something else",
            None => {
                let row = Gate::by_name(name.text);
                if let (Some(gate), true) = (row, self.standard) {
                    return Ok(Callee::Table(gate));
                }
                let error = AerError::new(
                    ErrorCode::UnknownGate,
                    format!("No gate of the name {} is known.", quoted(name.text)),
                );
                let error = if row.is_some() {
                    error.hint("Write include \"stdgates.inc\"; before it.")
                } else {
                    let global = self.scopes.first().into_iter().flat_map(|scope| scope.names.iter());
                    let mut known: Vec<&str> = global
                        .filter(|(_, entry)| matches!(entry.symbol, Symbol::Gate(_)))
                        .map(|(name, _)| *name)
                        .chain(GATES.iter().filter(|_| self.standard).map(|spec| spec.name))
                        .collect();
                    known.sort_unstable();
                    near_hint(error, name.text, known)
                };
                return Err(self.at(error, name.span));
            }
        };
        let error = AerError::new(ErrorCode::UnknownGate, format!("{} is no gate.", quoted(name.text)));
        Err(self.at(error.found(found), name.span))
    }

    /// A parameter of a gate: a real number, or an expression of one.
    fn gate_argument(&mut self, argument: &Expression<'a>) -> Fallible<Expr> {
        let value = self.expression(argument)?;
        match (value.as_f64(), value.ty) {
            (Some(number), _) => Ok(Expr::float(number)),
            (None, Type::FLOAT) => Ok(value),
            (None, _) => value.cast(Type::FLOAT).map_err(|error| self.at(error, argument.span)),
        }
    }

    /// A gate of the table with real numbers on single qubits, without modifiers and errors: the usual call.
    fn plain_gate(&self, call: &GateCall<'a>) -> Option<Instruction> {
        let Symbol::Gate(Callee::Table(gate)) = self.find(call.name.text)?.symbol else { return None };
        let plain = call.modifiers.is_empty() && call.duration.is_none();
        if !plain || self.checking || self.ops.is_some() {
            return None;
        }
        let parameters =
            call.arguments.iter().map(|argument| self.real(argument)).collect::<Option<Parameters>>()?;
        let qubits =
            call.qubits.iter().map(|operand| self.single_wire(operand)).collect::<Option<Qubits>>()?;
        let spec = gate.spec();
        let fits = parameters.len() == spec.parameters.len()
            && spec.num_qubits().map_or(spec.targets <= qubits.len(), |count| count == qubits.len());
        (fits && different(&qubits).is_ok()).then_some(Instruction {
            operation: Operation::Gate(gate, parameters),
            qubits,
            condition: None,
            label: None,
        })
    }

    pub(super) fn gate_call(&mut self, call: &GateCall<'a>) -> Fallible<()> {
        if let Some(instruction) = self.plain_gate(call) {
            return self.push(instruction);
        }
        let callee = self.callee(call.name)?;
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.gate_argument(argument)?);
        }
        let changes = self.changes(&call.modifiers)?;
        let controls: usize = changes
            .iter()
            .map(|change| if let Change::Control { count, .. } = change { *count } else { 0 })
            .sum();
        let mut wires: SmallVec<[Wires; 4]> = SmallVec::new();
        let (mut registers, mut computed) = (false, false);
        for qubit in &call.qubits {
            let operand = self.wires(qubit)?;
            registers |= matches!(operand, Wires::Many(_));
            computed |= matches!(operand, Wires::Computed(..));
            wires.push(operand);
        }
        self.check_counts(callee, call.name, arguments.len(), wires.len(), controls)?;
        if let Some(duration) = &call.duration {
            self.known_duration(duration)?;
        }
        if computed {
            return self.choose(&wires, &mut |analyser, wires| {
                analyser.broadcast(callee, &arguments, wires, &changes, call)
            });
        }
        if registers {
            return self.broadcast(callee, &arguments, &wires, &changes, call);
        }
        let qubits: Qubits = super::quantum::flat(&wires).collect();
        self.apply(callee, arguments, qubits, &changes, call)
    }

    fn broadcast(
        &mut self,
        callee: Callee,
        arguments: &[Expr],
        wires: &[Wires],
        changes: &[Change],
        call: &GateCall<'a>,
    ) -> Fallible<()> {
        let mut rounds: Option<usize> = None;
        for (wires, operand) in wires.iter().zip(&call.qubits) {
            let Wires::Many(qubits) = wires else { continue };
            match rounds {
                Some(size) if size != qubits.len() => {
                    let message = "The registers of a broadcast must have the same size.";
                    let error = AerError::new(ErrorCode::SemanticError, message)
                        .found(format!("size {}", qubits.len()))
                        .expected(format!("size {size}"));
                    return Err(self.at(error, operand.span));
                }
                _ => rounds = Some(qubits.len()),
            }
        }
        for round in 0..rounds.unwrap_or(1) {
            let qubits: Qubits = wires
                .iter()
                .filter_map(|wires| match wires {
                    Wires::One(qubit) => Some(*qubit),
                    Wires::Many(qubits) => qubits.get(round).copied(),
                    Wires::Computed(..) => None,
                })
                .collect();
            self.charge(1)?;
            self.apply(callee, arguments.to_vec(), qubits, changes, call)?;
        }
        Ok(())
    }

    fn check_counts(
        &self,
        callee: Callee,
        name: Name<'a>,
        parameters: usize,
        qubits: usize,
        controls: usize,
    ) -> Fallible<()> {
        let names: Vec<&str>;
        let (expected, width): (&[&str], Option<usize>) = match callee {
            Callee::Table(gate) => (gate.spec().parameters, gate.spec().num_qubits()),
            Callee::Phase => (&["gamma"], Some(0)),
            Callee::Defined(index) => match self.definitions.get(index as usize) {
                Some(definition) if definition.parameters.len() == parameters => {
                    names = Vec::new();
                    if qubits == definition.qubits.len() + controls {
                        return Ok(());
                    }
                    (&names, Some(definition.qubits.len()))
                }
                Some(definition) => {
                    names = definition.parameters.iter().map(|name| name.text).collect();
                    (&names, Some(definition.qubits.len()))
                }
                None => return Ok(()),
            },
        };
        if parameters != expected.len() && !(expected.is_empty() && matches!(callee, Callee::Defined(_))) {
            return Err(self.at(validate::parameter_count(name.text, parameters, expected), name.span));
        }
        let targets = if let Callee::Table(gate) = callee { gate.spec().targets } else { 0 };
        match width {
            Some(width) if width + controls != qubits => {
                let error = validate::qubit_count(name.text, qubits, &(width + controls).to_string());
                Err(self.at(error, name.span))
            }
            None if qubits < targets + controls => {
                let error =
                    validate::qubit_count(name.text, qubits, &format!("at least {}", targets + controls));
                Err(self.at(error, name.span))
            }
            _ => Ok(()),
        }
    }

    /// The exponent of `pow`; in `1/2` it is a fraction that is meant.
    fn exponent(&mut self, expression: &Expression<'a>) -> Fallible<Expr> {
        match &expression.kind {
            ExpressionKind::Parenthesis(inner) => self.exponent(inner),
            ExpressionKind::Unary(UnaryOp::Negate, inner) => negated(&self.exponent(inner)?),
            ExpressionKind::Binary(BinaryOp::Divide, operands) => {
                let left = self.expression(&operands.0)?.cast(Type::FLOAT)?;
                Expr::binary(BinaryOp::Divide, left, self.expression(&operands.1)?)
                    .map_err(|error| self.at(error, expression.span))
            }
            _ => self.expression(expression),
        }
    }

    fn changes(&mut self, modifiers: &[Modifier<'a>]) -> Fallible<SmallVec<[Change; 2]>> {
        let mut changes = SmallVec::new();
        for modifier in modifiers {
            changes.push(match modifier {
                Modifier::Inverse(_) => Change::Inverse,
                Modifier::Power(exponent) => {
                    let value = self.exponent(exponent)?;
                    let Some(number) = value.as_f64() else {
                        let message = "The exponent of `pow` must be known.";
                        return self.error(ErrorCode::SemanticError, exponent.span, message);
                    };
                    Change::Power(number)
                }
                Modifier::Control(count, _) | Modifier::NegativeControl(count, _) => {
                    let count = match count {
                        None => 1,
                        Some(count) => self.size(count, "The number of controls")? as usize,
                    };
                    Change::Control { count, negative: matches!(modifier, Modifier::NegativeControl(..)) }
                }
            });
        }
        Ok(changes)
    }

    /// One call on qubits that are known.
    fn apply(
        &mut self,
        callee: Callee,
        arguments: Vec<Expr>,
        qubits: Qubits,
        changes: &[Change],
        call: &GateCall<'a>,
    ) -> Fallible<()> {
        if let Err(error) = different(&qubits) {
            let span = call.qubits.last().map_or(call.name.span, |qubit| qubit.span);
            return Err(self.at(error, span));
        }
        if self.checking {
            return Ok(());
        }
        if changes.is_empty() {
            return self.expand(callee, arguments, &qubits, call.name);
        }
        let mut position: usize = changes
            .iter()
            .map(|change| if let Change::Control { count, .. } = change { *count } else { 0 })
            .sum();
        let outside = self.ops.replace(Vec::new());
        self.expand(callee, arguments, qubits.get(position..).unwrap_or(&[]), call.name)?;
        let mut ops = std::mem::replace(&mut self.ops, outside).unwrap_or_default();
        let mut flips: Qubits = Qubits::new();
        for change in changes.iter().rev() {
            self.charge(ops.len() as u64)?;
            match change {
                Change::Inverse => {
                    ops = ops.into_iter().rev().map(inverted).collect::<Fallible<_>>()?;
                }
                Change::Power(exponent) => ops = self.raised(ops, *exponent)?,
                Change::Control { count, negative } => {
                    let controls = qubits.get(position - count..position).unwrap_or(&[]);
                    position -= count;
                    if *negative {
                        flips.extend_from_slice(controls);
                    }
                    for op in ops.iter_mut().filter(|op| !matches!(op.kind, Kind::Barrier)) {
                        op.qubits.insert_from_slice(0, controls);
                        op.controls += count;
                    }
                }
            }
        }
        // X on a negative control commutes with every other modifier.
        for qubit in &flips {
            self.emit(Op::table(Gate::X, Vec::new(), &[*qubit]))?;
        }
        for op in ops {
            self.emit(op)?;
        }
        for qubit in &flips {
            self.emit(Op::table(Gate::X, Vec::new(), &[*qubit]))?;
        }
        Ok(())
    }

    /// A gate without modifiers.
    fn expand(
        &mut self,
        callee: Callee,
        arguments: Vec<Expr>,
        qubits: &[u32],
        name: Name<'a>,
    ) -> Fallible<()> {
        let index = match callee {
            Callee::Table(gate) if self.ops.is_none() => {
                return self.table_gate(gate, arguments, qubits.into());
            }
            Callee::Table(gate) => return self.emit(Op::table(gate, arguments, qubits)),
            Callee::Phase => {
                let kind = Kind::Phase(arguments.into_iter().next().unwrap_or_else(|| Expr::float(0.0)));
                return self.emit(Op { kind, controls: 0, qubits: qubits.into() });
            }
            Callee::Defined(index) => index,
        };
        let Some(definition) = self.definitions.get(index as usize).cloned() else { return Ok(()) };
        self.enter_call(name)?;
        self.body(&definition, arguments, qubits)?;
        self.calls -= 1;
        Ok(())
    }

    /// Executes the body of a gate.
    fn body(&mut self, definition: &Definition<'a>, arguments: Vec<Expr>, qubits: &[u32]) -> Fallible<()> {
        let before = (self.file, self.visible);
        let mut scope = Scope { names: HashMap::default(), cells: self.cells.len() };
        for (name, value) in definition.parameters.iter().zip(arguments) {
            scope.names.insert(name.text, Entry { symbol: Symbol::Value(value), place: None });
        }
        for (name, qubit) in definition.qubits.iter().zip(qubits) {
            let symbol = Symbol::Qubits(Wires::One(*qubit));
            scope.names.insert(name.text, Entry { symbol, place: None });
        }
        self.scopes.push(scope);
        self.visible = self.scopes.len() - 1;
        self.file = definition.file;
        self.contexts.push(Context::Gate(qubits.into()));
        self.statements(&definition.body)?;
        self.contexts.pop();
        self.close_scope();
        (self.file, self.visible) = before;
        Ok(())
    }

    pub(super) fn define_gate(
        &mut self,
        name: Name<'a>,
        parameters: &[Name<'a>],
        qubits: &[Name<'a>],
        body: &[Statement<'a>],
    ) -> Fallible<()> {
        let included = match self.find(name.text) {
            Some(Entry { symbol: Symbol::Gate(Callee::Table(gate)), place: Some(_) }) => Some(*gate),
            _ => None,
        };
        if included.is_none() {
            self.check_new(name)?;
        }
        let mut seen = std::collections::HashSet::new();
        for local in parameters.iter().chain(qubits) {
            if !seen.insert(local.text) {
                let message = format!("{} stands twice.", quoted(local.text));
                return self.error(ErrorCode::SemanticError, local.span, message);
            }
        }
        self.charge((parameters.len() + qubits.len()) as u64)?;
        let definition = Definition {
            parameters: parameters.to_vec(),
            qubits: qubits.to_vec(),
            body: body.to_vec(),
            file: self.file,
        };
        // Any values do to find names that are not declared and counts that are wrong.
        let sample = |round: usize| -> Vec<Expr> {
            (0..parameters.len()).map(|i| Expr::float(0.3 + 0.41 * i as f64 + 0.17 * round as f64)).collect()
        };
        let wires: Vec<u32> = (0..qubits.len() as u32).collect();
        self.checking = true;
        self.calls += 1;
        self.body(&definition, sample(0), &wires)?;
        self.calls -= 1;
        self.checking = false;
        // `mcx_5` is the gate with any number of controls on 5 qubits.
        let counted = name.text.rsplit_once('_').filter(|(_, count)| *count == qubits.len().to_string());
        let counted = counted
            .and_then(|(base, _)| Gate::by_name(base))
            .filter(|gate| gate.spec().controls == Controls::Any);
        let symbol = match included.or(counted).or_else(|| Gate::by_name(name.text)) {
            Some(gate) if self.is_standard(gate, &definition, &sample) => Callee::Table(gate),
            _ => {
                if included.is_some() {
                    self.check_new(name)?;
                }
                self.definitions.push(Rc::new(definition));
                Callee::Defined(self.definitions.len() as u32 - 1)
            }
        };
        let place = Some((self.file, name.span));
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.insert(name.text, Entry { symbol: Symbol::Gate(symbol), place });
        }
        Ok(())
    }

    /// Whether a definition does the same as a row of the table, phase included.
    fn is_standard(
        &mut self,
        gate: Gate,
        definition: &Definition<'a>,
        sample: &dyn Fn(usize) -> Vec<Expr>,
    ) -> bool {
        let spec = gate.spec();
        let count = definition.qubits.len();
        let fits = match spec.controls {
            Controls::Exactly(controls) => controls + spec.targets == count,
            Controls::Any => spec.targets <= count,
        };
        if !fits || count > 5 || spec.parameters.len() != definition.parameters.len() {
            return false;
        }
        let wires: Vec<u32> = (0..count as u32).collect();
        (0..2).all(|round| {
            let before =
                (self.scopes.len(), self.contexts.len(), self.calls, self.file, self.visible, self.steps);
            let outside = self.ops.replace(Vec::new());
            self.calls += 1;
            let outcome = self.body(definition, sample(round), &wires);
            let ops = std::mem::replace(&mut self.ops, outside).unwrap_or_default();
            self.scopes.truncate(before.0);
            self.contexts.truncate(before.1);
            (self.calls, self.file, self.visible) = (before.2, before.3, before.4);
            if outcome.is_err() || ops.len() > 10_000 {
                self.steps = before.5;
                return false;
            }
            let Ok(parameters) = numbers(&sample(round)) else { return false };
            matrix_of(&ops, &wires).is_ok_and(|m| m.distance(&gate.full_matrix(&parameters, count)) < 1e-9)
        })
    }

    /// Puts a gate out, or where they are collected.
    fn emit(&mut self, op: Op) -> Fallible<()> {
        if let Some(ops) = &mut self.ops {
            ops.push(op);
            return self.charge(1);
        }
        let Op { kind, controls, qubits } = op;
        match kind {
            Kind::Barrier => self.push(Instruction::new(Operation::Barrier, qubits)),
            Kind::Table(gate, arguments) if controls == 0 => self.table_gate(gate, arguments, qubits),
            Kind::Table(gate, arguments) => self.controlled(gate, arguments, controls, qubits),
            Kind::Phase(angle) => match qubits.len() {
                0 => self.phase(angle),
                1 => self.table_gate(Gate::P, vec![angle], qubits),
                n => self.controlled(Gate::P, vec![angle], n - 1, qubits),
            },
            Kind::Matrix(matrix) => self.matrix_gate(matrix, controls, qubits),
        }
    }

    fn table_gate(&mut self, gate: Gate, arguments: Vec<Expr>, qubits: Qubits) -> Fallible<()> {
        let parameters: Option<Parameters> = arguments.iter().map(Expr::as_f64).collect();
        let operation = match parameters {
            Some(parameters) => Operation::Gate(gate, parameters),
            None => Operation::ComputedGate(gate, arguments.into()),
        };
        self.push(Instruction { operation, qubits, condition: None, label: None })
    }

    /// `gphase`
    fn phase(&mut self, angle: Expr) -> Fallible<()> {
        match (angle.as_f64(), self.conditional()) {
            (Some(angle), false) => {
                self.circuit.global_phase += angle;
                Ok(())
            }
            _ if self.circuit.num_qubits == 0 => Ok(()),
            (Some(angle), true) => {
                let phase = cis(angle);
                self.push(Instruction::new(Operation::Diagonal([phase, phase].into()), [0]))
            }
            (None, _) => {
                for gate in [Gate::P, Gate::X, Gate::P, Gate::X] {
                    let arguments = if gate == Gate::P { vec![angle.clone()] } else { Vec::new() };
                    self.table_gate(gate, arguments, [0].into_iter().collect())?;
                }
                Ok(())
            }
        }
    }

    /// A gate of the table with `added` more controls, which come first in the qubits.
    fn controlled(
        &mut self,
        gate: Gate,
        mut arguments: Vec<Expr>,
        added: usize,
        qubits: Qubits,
    ) -> Fallible<()> {
        let own = gate.num_controls(qubits.len() - added);
        let controls = own + added;
        if matches!(gate, Gate::U | Gate::UBuiltin) {
            arguments.push(Expr::float(0.0));
        }
        if let Some(row) = controlled_row(gate, controls) {
            return self.table_gate(row, arguments, qubits);
        }
        let angle = match gate {
            Gate::S | Gate::Cs => PI / 2.0,
            Gate::Sdg | Gate::Csdg => -PI / 2.0,
            Gate::T => PI / 4.0,
            Gate::Tdg => -PI / 4.0,
            _ => 0.0,
        };
        if angle != 0.0 {
            return self.controlled(Gate::P, vec![Expr::float(angle)], controls, qubits);
        }
        if matches!(gate, Gate::Id | Gate::U0) {
            return Ok(());
        }
        if let (Gate::Rxx | Gate::Ryy | Gate::Rzz | Gate::Rzx, Some([a, b])) =
            (gate, qubits.last_chunk::<2>().copied())
        {
            return self.controlled_rotation(gate, arguments, [a, b], &qubits);
        }
        let matrix = gate.target_matrix(&numbers(&arguments)?);
        self.matrix_gate(matrix, controls, qubits)
    }

    /// A rotation about two Paulis with controls before its two qubits: only the rotation about Z that is in it
    /// needs the controls.
    fn controlled_rotation(
        &mut self,
        gate: Gate,
        arguments: Vec<Expr>,
        [a, b]: [u32; 2],
        qubits: &[u32],
    ) -> Fallible<()> {
        let turn = |analyser: &mut Self, sign: f64| -> Fallible<()> {
            let (turned, row, parameters): (&[u32], Gate, Vec<Expr>) = match gate {
                Gate::Rxx => (&[a, b], Gate::H, Vec::new()),
                Gate::Ryy => (&[a, b], Gate::Rx, vec![Expr::float(sign * PI / 2.0)]),
                Gate::Rzx => (&[b], Gate::H, Vec::new()),
                _ => (&[], Gate::H, Vec::new()),
            };
            for qubit in turned {
                analyser.table_gate(row, parameters.clone(), [*qubit].into_iter().collect())?;
            }
            Ok(())
        };
        let inner: Qubits = qubits.iter().copied().filter(|qubit| *qubit != a).collect();
        turn(self, 1.0)?;
        self.table_gate(Gate::Cx, Vec::new(), [a, b].into_iter().collect())?;
        let controls = inner.len() - 1;
        self.controlled(Gate::Rz, arguments, controls, inner)?;
        self.table_gate(Gate::Cx, Vec::new(), [a, b].into_iter().collect())?;
        turn(self, -1.0)
    }

    fn matrix_gate(&mut self, matrix: Matrix, controls: usize, qubits: Qubits) -> Fallible<()> {
        if matrix.rows() == 2 {
            if let Some((gate, angle)) = known_gate(&matrix) {
                let arguments: Vec<Expr> = angle.into_iter().map(Expr::float).collect();
                return if controls == 0 {
                    self.table_gate(gate, arguments, qubits)
                } else if gate == Gate::H && controls > 1 {
                    self.euler(&matrix, qubits)
                } else {
                    self.controlled(gate, arguments, controls, qubits)
                };
            }
            if controls > 0 {
                return self.euler(&matrix, qubits);
            }
        }
        if qubits.len() > MAX_MATRIX_QUBITS {
            return Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "The controlled gate has too many qubits.",
            )
            .found(qubits.len().to_string())
            .expected(format!("at most {MAX_MATRIX_QUBITS} for a gate that has no name")));
        }
        let matrix = matrix.controlled(controls);
        self.push(Instruction::new(Operation::Unitary(Box::new(matrix)), qubits))
    }

    /// A controlled gate on one qubit by its angles.
    fn euler(&mut self, m: &Matrix, qubits: Qubits) -> Fallible<()> {
        let (a, b, c, d) = (m.at(0, 0), m.at(0, 1), m.at(1, 0), m.at(1, 1));
        let theta = 2.0 * libm::atan2(c.norm(), a.norm());
        let small = 1e-12;
        let (phi, lambda, gamma) = if a.norm() < small {
            (c.arg(), (-b).arg(), 0.0)
        } else if c.norm() < small {
            (0.0, d.arg() - a.arg(), a.arg())
        } else {
            (c.arg() - a.arg(), (-b).arg() - a.arg(), a.arg())
        };
        let arguments = [theta, phi, lambda, gamma].map(Expr::float).to_vec();
        let gate = if qubits.len() == 2 { Gate::Cu } else { Gate::Mcu };
        self.table_gate(gate, arguments, qubits)
    }

    /// Gates to a power.
    fn raised(&mut self, mut ops: Vec<Op>, exponent: f64) -> Fallible<Vec<Op>> {
        if !exponent.is_finite() {
            return Err(AerError::new(ErrorCode::InvalidParameter, "The exponent of `pow` is not finite."));
        }
        let whole = exponent.fract() == 0.0 && exponent.abs() < 1e15;
        if let [op] = ops.as_mut_slice()
            && let Some(raised) = raised_op(op, exponent, whole)?
        {
            return Ok(raised.into_iter().collect());
        }
        if whole {
            if exponent < 0.0 {
                ops = ops.into_iter().rev().map(inverted).collect::<Fallible<_>>()?;
            }
            let times = exponent.abs() as u64;
            self.charge(times.saturating_mul(ops.len() as u64))?;
            let times = times as usize;
            return Ok(std::iter::repeat_n(ops, times).flatten().collect());
        }
        ops.retain(|op| !matches!(op.kind, Kind::Barrier));
        let mut wires: Vec<u32> = Vec::new();
        for qubit in ops.iter().flat_map(|op| op.qubits.iter()) {
            if !wires.contains(qubit) {
                wires.push(*qubit);
            }
            if wires.len() > power::MAX_QUBITS {
                return Err(AerError::new(
                    ErrorCode::SemanticError,
                    "A power that is no whole number is taken only of small gates.",
                )
                .found(format!("at least {} qubits", wires.len()))
                .expected(format!("at most {} qubits", power::MAX_QUBITS)));
            }
        }
        self.charge((ops.len() as u64) << (2 * wires.len().saturating_sub(2)))?;
        let matrix = matrix_of(&ops, &wires)?;
        let kind = Kind::Matrix(matrix_power(&matrix, exponent)?);
        Ok(vec![Op { kind, controls: 0, qubits: wires.into_iter().collect() }])
    }
}

fn matrix_power(matrix: &Matrix, exponent: f64) -> Fallible<Matrix> {
    power::power(matrix, exponent)
        .ok_or_else(|| AerError::new(ErrorCode::InvalidMatrix, "The power of the gate cannot be computed."))
}

/// One gate to a power, where that is again one gate (or none).
#[allow(clippy::option_option, reason = "no gate at all is an answer, too")]
fn raised_op(op: &Op, exponent: f64, whole: bool) -> Fallible<Option<Option<Op>>> {
    let with = |kind| Some(Some(Op { kind, ..op.clone() }));
    // The angle whose multiple is the principal power; `turn` is the period of the eigenvalues.
    let principal = |angle: &Expr, turn: f64| -> Fallible<Expr> {
        match angle.as_f64() {
            Some(value) if !whole => {
                let mut value = value - turn * (value / turn).round();
                if value <= -turn / 2.0 + 1e-12 {
                    value += turn;
                }
                Ok(Expr::float(value * exponent))
            }
            _ => scaled(angle, exponent),
        }
    };
    Ok(match &op.kind {
        Kind::Barrier => with(Kind::Barrier),
        Kind::Phase(angle) => with(Kind::Phase(principal(angle, 2.0 * PI)?)),
        Kind::Table(gate, arguments) => match (gate.spec().inverse, arguments.as_slice()) {
            (Inverse::Negated, [angle]) if *gate != Gate::U0 => {
                let is_phase = matches!(
                    gate,
                    Gate::P | Gate::U1 | Gate::Cp | Gate::Cu1 | Gate::Mcp | Gate::Mcphase | Gate::Mcu1
                );
                let turn = if is_phase { 2.0 * PI } else { 4.0 * PI };
                with(Kind::Table(*gate, vec![principal(angle, turn)?]))
            }
            (Inverse::Itself, _) if whole => {
                if exponent.rem_euclid(2.0) == 0.0 {
                    Some(None)
                } else {
                    Some(Some(op.clone()))
                }
            }
            _ if whole => None,
            (_, arguments) => {
                let own = gate.num_controls(op.qubits.len() - op.controls);
                let matrix = matrix_power(&gate.target_matrix(&numbers(arguments)?), exponent)?;
                Some(Some(Op { kind: Kind::Matrix(matrix), controls: op.controls + own, ..op.clone() }))
            }
        },
        Kind::Matrix(_) if whole => None,
        Kind::Matrix(matrix) => with(Kind::Matrix(matrix_power(matrix, exponent)?)),
    })
}

/// The gate that undoes a gate.
fn inverted(op: Op) -> Fallible<Op> {
    let kind = match &op.kind {
        Kind::Barrier => Kind::Barrier,
        Kind::Matrix(matrix) => Kind::Matrix(matrix.adjoint()),
        Kind::Phase(angle) => Kind::Phase(negated(angle)?),
        Kind::Table(Gate::C3sqrtx, _) => Kind::Table(Gate::Mcsxdg, Vec::new()),
        Kind::Table(gate, arguments) => {
            let all = || arguments.iter().map(negated).collect::<Fallible<Vec<_>>>();
            match gate.spec().inverse {
                Inverse::Itself => Kind::Table(*gate, arguments.clone()),
                Inverse::Gate(other) => Kind::Table(other, arguments.clone()),
                Inverse::Negated => Kind::Table(*gate, all()?),
                Inverse::FirstNegated => {
                    let mut arguments = arguments.clone();
                    if let Some(first) = arguments.first_mut() {
                        *first = negated(first)?;
                    }
                    Kind::Table(*gate, arguments)
                }
                Inverse::Euler => {
                    let mut arguments = all()?;
                    if arguments.len() > 2 {
                        arguments.swap(1, 2);
                    }
                    Kind::Table(*gate, arguments)
                }
                Inverse::HalfEuler => {
                    let mut arguments = all()?;
                    arguments.reverse();
                    for (argument, shift) in arguments.iter_mut().zip([-PI, PI]) {
                        *argument = Expr::binary(BinaryOp::Add, argument.clone(), Expr::float(shift))?;
                    }
                    Kind::Table(*gate, arguments)
                }
                Inverse::Matrix => Kind::Matrix(op.matrix()?.adjoint()),
            }
        }
    };
    Ok(Op { kind, ..op })
}

/// The matrix of gates one after the other, on these qubits.
fn matrix_of(ops: &[Op], wires: &[u32]) -> Fallible<Matrix> {
    let size = 1usize << wires.len();
    let mut columns = Matrix::identity(size);
    for op in ops.iter().filter(|op| !matches!(op.kind, Kind::Barrier)) {
        let matrix = op.matrix()?.controlled(op.controls);
        let positions: Vec<usize> =
            op.qubits.iter().map(|qubit| wires.iter().position(|wire| wire == qubit).unwrap_or(0)).collect();
        let mask: usize = positions.iter().map(|position| 1 << position).sum();
        let spread = |index: usize| -> usize {
            positions.iter().enumerate().map(|(i, position)| (index >> i & 1) << position).sum()
        };
        let places: Vec<usize> = (0..matrix.rows()).map(spread).collect();
        let mut before = vec![Complex::ZERO; places.len()];
        for base in (0..size).filter(|base| base & mask == 0) {
            for column in 0..size {
                for (value, place) in before.iter_mut().zip(&places) {
                    *value = columns.at(base | place, column);
                }
                for (row, place) in places.iter().enumerate() {
                    let sum = before.iter().enumerate().map(|(k, value)| matrix.at(row, k) * value).sum();
                    columns.set(base | place, column, sum);
                }
            }
        }
    }
    Ok(columns)
}

/// The name of a matrix on one qubit, if it has one: a gate without a parameter, or a phase.
fn known_gate(matrix: &Matrix) -> Option<(Gate, Option<f64>)> {
    const GATES: [Gate; 11] = [
        Gate::Id,
        Gate::X,
        Gate::Y,
        Gate::Z,
        Gate::H,
        Gate::S,
        Gate::Sdg,
        Gate::T,
        Gate::Tdg,
        Gate::Sx,
        Gate::Sxdg,
    ];
    let close = 1e-12;
    if let Some(gate) = GATES.iter().find(|gate| gate.target_matrix(&[]).distance(matrix) < close) {
        return Some((*gate, None));
    }
    let off = matrix.at(0, 1).norm() + matrix.at(1, 0).norm() + (matrix.at(0, 0) - 1.0).norm();
    (off < close).then(|| (Gate::P, Some(matrix.at(1, 1).arg())))
}
