//! Qubits: declarations, operands, measurements, resets, barriers and delays.
//!
//! A qubit whose index is known only at run time becomes a `switch` over all that it may be.

use std::rc::Rc;

use super::variable::{Index, Located, Selection, extract};
use super::{Analyser, Context, Fallible, Symbol};
use crate::circuit::control_flow::ControlFlow;
use crate::circuit::expression::Expr;
use crate::circuit::operation::Measure;
use crate::circuit::{Instruction, MAX_BITS, Operation, Qubits, Register, Slot, Type};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::quoted;
use crate::frontend::qasm::lex::Span;
use crate::frontend::qasm::v3::syntax::{Expression, ExpressionKind, Name};

/// Most cases of a `switch` over qubits.
const MAX_CHOICES: usize = 4096;

/// Qubits that an operand names.
#[derive(Clone, Debug)]
pub(super) enum Wires {
    /// A single one.
    One(u32),
    /// A register, on which an instruction is broadcast.
    Many(Rc<[u32]>),
    /// One of these, by an index that is known only at run time.
    Computed(Box<Expr>, Rc<[u32]>),
}

impl Wires {
    /// The qubits, which must be known.
    pub fn known(self, analyser: &Analyser, span: Span) -> Fallible<Rc<[u32]>> {
        match self {
            Self::One(qubit) => Ok([qubit].into()),
            Self::Many(qubits) => Ok(qubits),
            Self::Computed(..) => {
                let error =
                    AerError::new(ErrorCode::SemanticError, "The index of the qubit must be known here.")
                        .hint("Only gates, measurements and resets may choose their qubit at run time.");
                Err(analyser.at(error, span))
            }
        }
    }
}

/// Fails if a qubit stands twice.
pub(super) fn different(qubits: &[u32]) -> Fallible<()> {
    let twice = if qubits.len() <= 8 {
        qubits.iter().enumerate().find(|(i, qubit)| qubits[..*i].contains(qubit)).map(|(_, qubit)| *qubit)
    } else {
        let mut sorted = qubits.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    };
    match twice {
        None => Ok(()),
        Some(qubit) => Err(AerError::new(ErrorCode::DuplicateQubit, "A qubit stands twice.")
            .found(format!("qubit {qubit} of the circuit"))
            .expected("different qubits")),
    }
}

impl<'a> Analyser<'a> {
    pub(super) fn declare_qubits(&mut self, name: Name<'a>, size: Option<&Expression<'a>>) -> Fallible<()> {
        self.check_new(name)?;
        if self.scopes.len() > 1 {
            let message = "Qubits are declared at the top level.";
            return self.error(ErrorCode::SemanticError, name.span, message);
        }
        if self.physical {
            let message = "A program names qubits either by number or by declaration.";
            return self.error(ErrorCode::SemanticError, name.span, message);
        }
        let (single, size) = match size {
            None => (true, 1),
            Some(size) => (false, self.size(size, "The size of a register")?),
        };
        let first = self.circuit.num_qubits;
        let Some(total) = first.checked_add(size).filter(|total| *total <= MAX_BITS) else {
            let error = AerError::new(ErrorCode::InsufficientMemory, "The program has too many qubits.")
                .found(format!("{size} more than {first}"))
                .expected(format!("at most {MAX_BITS}"));
            return Err(self.at(error, name.span));
        };
        self.circuit.num_qubits = total;
        self.circuit.qregs.push(Register { name: name.text.to_owned(), size });
        let wires = if single { Wires::One(first) } else { Wires::Many((first..total).collect()) };
        self.declare(name, Symbol::Qubits(wires))
    }

    fn element_wire(&self, name: &str, index: u32) -> Option<u32> {
        match &self.find(name)?.symbol {
            Symbol::Qubits(Wires::Many(qubits)) => qubits.get(index as usize).copied(),
            _ => None,
        }
    }

    /// The qubit that an operand names, where it is a single one of a declared name.
    pub(super) fn single_wire(&self, operand: &Expression<'a>) -> Option<u32> {
        match &operand.kind {
            ExpressionKind::Element { name, index, .. } => self.element_wire(name, *index),
            ExpressionKind::Name(name) => match &self.find(name)?.symbol {
                Symbol::Qubits(Wires::One(qubit)) => Some(*qubit),
                _ => None,
            },
            _ => None,
        }
    }

    /// The qubits that an operand names.
    pub(super) fn wires(&mut self, expression: &Expression<'a>) -> Fallible<Wires> {
        match &expression.kind {
            ExpressionKind::Name(name) => match self.find(name).map(|entry| &entry.symbol) {
                Some(Symbol::Qubits(wires)) => Ok(wires.clone()),
                Some(Symbol::Broken) => Err(AerError::new(ErrorCode::SemanticError, "")),
                Some(_) => {
                    let message = format!("{} is no qubit.", quoted(name));
                    self.error(ErrorCode::SemanticError, expression.span, message)
                }
                None => self.unknown(name, expression.span, "qubits"),
            },
            ExpressionKind::Index(base, entries) => {
                let mut wires = self.wires(base)?;
                for entry in entries {
                    let Wires::Many(qubits) = wires else {
                        let message = "A single qubit has no parts.";
                        return self.error(ErrorCode::SemanticError, expression.span, message);
                    };
                    wires = match self.index(entry, qubits.len() as u32, true)? {
                        Index::One(i) => Wires::One(qubits.get(i as usize).copied().unwrap_or(0)),
                        Index::These(list) => {
                            let list: Vec<u32> =
                                list.iter().filter_map(|i| qubits.get(*i as usize).copied()).collect();
                            different(&list).map_err(|error| self.at(error, entry.span))?;
                            Wires::Many(list.into())
                        }
                        Index::Computed(index) => Wires::Computed(Box::new(index), qubits),
                    };
                }
                Ok(wires)
            }
            ExpressionKind::Element { name, index, .. } => match self.element_wire(name, *index) {
                Some(qubit) => Ok(Wires::One(qubit)),
                None => self.wires(&expression.clone().spelled_out()),
            },
            ExpressionKind::HardwareQubit(number) => {
                if !self.circuit.qregs.is_empty() {
                    let message = "A program names qubits either by number or by declaration.";
                    return self.error(ErrorCode::SemanticError, expression.span, message);
                }
                if *number >= MAX_BITS {
                    let error = AerError::new(ErrorCode::QubitOutOfRange, "The qubit's number is too large.")
                        .found(number.to_string())
                        .expected(format!("below {MAX_BITS}"));
                    return Err(self.at(error, expression.span));
                }
                self.physical = true;
                self.circuit.num_qubits = self.circuit.num_qubits.max(number + 1);
                Ok(Wires::One(*number))
            }
            ExpressionKind::Parenthesis(inner) => self.wires(inner),
            ExpressionKind::Concatenation(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(self.wires(part)?.known(self, part.span)?.iter());
                }
                different(&all).map_err(|error| self.at(error, expression.span))?;
                Ok(Wires::Many(all.into()))
            }
            _ => self.error(ErrorCode::SemanticError, expression.span, "This is no qubit."),
        }
    }

    /// Does something for each choice of the qubits that are known only at run time.
    pub(super) fn choose(
        &mut self,
        wires: &[Wires],
        act: &mut dyn FnMut(&mut Self, &[Wires]) -> Fallible<()>,
    ) -> Fallible<()> {
        let total = wires.iter().fold(1usize, |total, wires| match wires {
            Wires::Computed(_, choices) => total.saturating_mul(choices.len()),
            _ => total,
        });
        if total > MAX_CHOICES {
            return Err(AerError::new(
                ErrorCode::SemanticError,
                "There are too many qubits to choose from at run time.",
            )
            .found(total.to_string())
            .expected(format!("at most {MAX_CHOICES}")));
        }
        self.choose_inner(wires, act)
    }

    fn choose_inner(
        &mut self,
        wires: &[Wires],
        act: &mut dyn FnMut(&mut Self, &[Wires]) -> Fallible<()>,
    ) -> Fallible<()> {
        let computed = wires.iter().enumerate().find_map(|(i, wires)| match wires {
            Wires::Computed(index, choices) => Some((i, (**index).clone(), choices.clone())),
            _ => None,
        });
        let Some((position, index, choices)) = computed else { return act(self, wires) };
        let mut cases = Vec::new();
        self.contexts.push(Context::Dynamic);
        self.depth += 1;
        for (i, qubit) in choices.iter().enumerate() {
            let taken = wires.iter().any(|other| match other {
                Wires::One(other) => other == qubit,
                Wires::Many(others) => others.contains(qubit),
                Wires::Computed(..) => false,
            });
            // A gate on one qubit twice is none.
            if taken {
                continue;
            }
            let mut wires = wires.to_vec();
            if let Some(chosen) = wires.get_mut(position) {
                *chosen = Wires::One(*qubit);
            }
            let start = self.out.len();
            self.charge(1)?;
            self.choose_inner(&wires, act)?;
            let from_end = (choices.len() - i) as u32;
            cases.push((vec![i64::from(i as u32), -i64::from(from_end)], self.out.split_off(start)));
        }
        self.depth -= 1;
        self.contexts.pop();
        let target = index.cast(Type::INT)?;
        self.push_flow(ControlFlow::Switch { target, cases, default: Vec::new() })
    }

    /// `measure q;` or `measure q -> c;`
    pub(super) fn measure(
        &mut self,
        qubits: &Expression<'a>,
        target: Option<&Expression<'a>>,
    ) -> Fallible<()> {
        if let Some(target) = target {
            let located = self.assignable(target)?;
            return self.measure_into(qubits, located, target.span);
        }
        let wires = self.wires(qubits)?;
        self.choose(&[wires], &mut |analyser, wires| {
            for qubit in flat(wires) {
                let measure = Operation::Measure(Box::default());
                analyser.push(Instruction::new(measure, [qubit]))?;
            }
            Ok(())
        })
    }

    /// Measures into a variable or a part of one.
    pub(super) fn measure_into(
        &mut self,
        qubits: &Expression<'a>,
        target: Located,
        span: Span,
    ) -> Fallible<()> {
        let wires = self.wires(qubits)?;
        let computed = match &target {
            Located::Place(place) => {
                matches!(place.bits, Selection::Computed(_))
                    || matches!(place.elements, super::variable::Elements::Computed { .. })
            }
            Located::Bits(..) => false,
        };
        if computed {
            let outcome = self.measured_wires(wires)?;
            let Located::Place(place) = target else { return Ok(()) };
            return self.write(place, super::variable::Data::Scalar(outcome));
        }
        let bits = self.bits_of(&target, span)?;
        let single = match &target {
            Located::Bits(_, single) => *single,
            Located::Place(place) => match place.bits {
                Selection::One(_) => true,
                _ => self.cell(place.cell)?.shape.element == Type::Bool,
            },
        };
        let count = match &wires {
            Wires::Many(qubits) => qubits.len(),
            _ => 1,
        };
        let register = matches!(wires, Wires::Many(_));
        // A single bit and a register of one are taken for one another.
        if count != bits.len() || (register == single && count != 1) {
            let error = AerError::new(
                ErrorCode::SemanticError,
                "A measurement needs as many classical bits as qubits.",
            )
            .found(bits.len().to_string())
            .expected(count.to_string());
            return Err(self.at(error, span));
        }
        self.charge(count as u64 / 8)?;
        if let Located::Place(place) = &target {
            self.forget_all(place)?;
        }
        let mut firsts = Vec::with_capacity(bits.len());
        for (cell, bit) in bits {
            firsts.push(self.make_stored(cell)? + bit);
        }
        self.measure_wires(&wires, &firsts)
    }

    fn measure_wires(&mut self, wires: &Wires, firsts: &[u32]) -> Fallible<()> {
        let one = |analyser: &mut Self, qubit: u32, bit: u32| {
            let memory = if bit < super::STORED { vec![bit] } else { Vec::new() };
            let measure = Operation::Measure(Box::new(Measure { memory, register: vec![bit] }));
            analyser.push(Instruction::new(measure, [qubit]))
        };
        match wires {
            Wires::One(qubit) => one(self, *qubit, firsts.first().copied().unwrap_or(0)),
            Wires::Many(qubits) => {
                qubits.iter().zip(firsts).try_for_each(|(qubit, bit)| one(self, *qubit, *bit))
            }
            Wires::Computed(..) => self.choose(std::slice::from_ref(wires), &mut |analyser, wires| {
                flat(wires).zip(firsts).try_for_each(|(qubit, bit)| one(analyser, qubit, *bit))
            }),
        }
    }

    /// The outcome of a measurement as a value.
    pub(super) fn measured(&mut self, qubits: &Expression<'a>) -> Fallible<Expr> {
        let wires = self.wires(qubits)?;
        self.measured_wires(wires)
    }

    fn measured_wires(&mut self, wires: Wires) -> Fallible<Expr> {
        let ty = match &wires {
            Wires::Many(qubits) if qubits.is_empty() => {
                return Err(AerError::new(ErrorCode::SemanticError, "There is no qubit to measure."));
            }
            Wires::Many(qubits) => Type::Uint(qubits.len() as u32),
            _ => Type::Bool,
        };
        let slot: Slot = self.temporary(ty)?;
        let firsts: Vec<u32> = (slot.first..slot.first + ty.width()).collect();
        self.measure_wires(&wires, &firsts)?;
        let value = Expr::read(slot);
        if ty == Type::Uint(1) { extract(value, 0, Some(1)) } else { Ok(value) }
    }

    pub(super) fn reset_qubits(&mut self, qubits: &Expression<'a>) -> Fallible<()> {
        let wires = self.wires(qubits)?;
        self.choose(&[wires], &mut |analyser, wires| {
            flat(wires).try_for_each(|qubit| analyser.push(Instruction::new(Operation::Reset, [qubit])))
        })
    }

    /// The qubits of several operands, each once; all if there are none.
    fn all_wires(&mut self, operands: &[Expression<'a>]) -> Fallible<Qubits> {
        let mut seen = std::collections::HashSet::new();
        let mut all = Qubits::new();
        for operand in operands {
            let qubits = self.wires(operand)?.known(self, operand.span)?;
            self.charge(qubits.len() as u64 / 8)?;
            all.extend(qubits.iter().copied().filter(|qubit| seen.insert(*qubit)));
        }
        if operands.is_empty() {
            all = match self.gate_qubits() {
                Some(qubits) => qubits,
                None => (0..self.circuit.num_qubits).collect(),
            };
            self.charge(all.len() as u64 / 8)?;
        }
        Ok(all)
    }

    pub(super) fn barrier(&mut self, operands: &[Expression<'a>]) -> Fallible<()> {
        let qubits = self.all_wires(operands)?;
        if let Some(ops) = &mut self.ops {
            ops.push(super::gate::Op::barrier(qubits));
            return Ok(());
        }
        if self.checking {
            return Ok(());
        }
        self.push(Instruction::new(Operation::Barrier, qubits))
    }

    pub(super) fn delay(&mut self, duration: &Expression<'a>, operands: &[Expression<'a>]) -> Fallible<()> {
        let seconds = self.known_duration(duration)?;
        if seconds < 0.0 {
            let error = AerError::new(ErrorCode::InvalidParameter, "A delay cannot be negative.")
                .found(format!("{seconds} s"));
            return Err(self.at(error, duration.span));
        }
        let qubits = self.all_wires(operands)?;
        if self.ops.is_some() || self.checking {
            return Ok(());
        }
        for qubit in qubits {
            self.push(Instruction::new(Operation::Delay(seconds), [qubit]))?;
        }
        Ok(())
    }
}

/// All qubits of operands that are known.
pub(super) fn flat(wires: &[Wires]) -> impl Iterator<Item = u32> + '_ {
    wires.iter().flat_map(|wires| {
        match wires {
            Wires::One(qubit) => std::slice::from_ref(qubit),
            Wires::Many(qubits) => qubits,
            Wires::Computed(..) => &[],
        }
        .iter()
        .copied()
    })
}
