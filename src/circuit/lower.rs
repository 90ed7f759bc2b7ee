//! From structured control flow to jumps.
//!
//! [`lower`] rewrites a circuit so that no [`ControlFlow`] is left. Blocks follow each other, with `jump` and
//! `mark` between them; labels are those of Aer's compiler (`if_0_end`, `while_0_start`, `loop_0_2`, …). A
//! condition is a register bit: the bit itself where nothing else is asked, a `bfunc` where register bits are
//! compared with a constant (native Aer runs that), a `store` otherwise; both go to one scratch bit beyond all
//! others. An `if` whose block holds nothing but gates needs no jump: its instructions become conditional, so
//! that shots can still be drawn from one state. For the same reason no mark is left that nobody jumps to.
//!
//! Loops over known values are unrolled. The rewriting is done twice: the first time only counts, so that
//! [`MAX_INSTRUCTIONS`] holds before memory is taken.

use std::collections::{HashMap, HashSet};

use super::classical::{Bits, Comparison, Relation};
use super::control_flow::{Block, ControlFlow, MAX_DEPTH};
use super::expression::{BinaryOp, Expr, ExprKind, Slot, Type, UnaryOp, Value};
use super::operation::{BooleanFunction, Store};
use super::{Circuit, Instruction, MAX_BITS, Operation, Qubits, transform};
use crate::error::{AerError, ErrorCode};

/// Most instructions that may come out.
pub const MAX_INSTRUCTIONS: usize = 1 << 23;

/// Rewrites control flow as jumps and refuses parameters without a value: the circuit can run. Costs time
/// linear in the instructions that come out.
pub fn lower(circuit: &mut Circuit) -> Result<(), AerError> {
    expand(circuit)?;
    for (index, step) in circuit.instructions.iter().enumerate() {
        if let Operation::Gate(..) = step.operation {
            continue;
        }
        let free =
            transform::expressions(&step.operation).into_iter().find_map(|e| e.parameters().first().copied());
        if let Some(name) = free {
            return Err(AerError::new(
                ErrorCode::InvalidParameter,
                format!("Parameter `{name}` has no value."),
            )
            .hint("Give it one with assign_parameters or parameter_binds.")
            .at_instruction(index, step.operation.name()));
        }
    }
    Ok(())
}

/// Whether there is anything to expand.
pub fn is_flat(circuit: &Circuit) -> bool {
    !circuit.instructions.iter().any(|step| matches!(step.operation, Operation::ControlFlow(_)))
}

/// Rewrites control flow as jumps; named parameters other than those of loops stay.
pub fn expand(circuit: &mut Circuit) -> Result<(), AerError> {
    if is_flat(circuit) {
        return Ok(());
    }
    let mut counted = Lowering::new(circuit, None);
    counted.all(&circuit.instructions)?;
    let mut out = Vec::new();
    out.try_reserve_exact(counted.count).map_err(|_| {
        AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for the unrolled circuit.")
            .found(format!("{} instructions", counted.count))
    })?;
    let mut lowering = Lowering::new(circuit, Some(out));
    lowering.all(&circuit.instructions)?;
    if lowering.scratch_used {
        circuit.num_register_bits = lowering.scratch + 1;
    }
    circuit.instructions = lowering.out.unwrap_or_default();
    Ok(())
}

/// A loop, or a sequence, that is being written.
struct Frame {
    /// What its labels start with.
    name: String,
    /// Where `continue` goes.
    next: String,
    breaks: usize,
    continues: usize,
    qubits: Qubits,
}

struct Lowering {
    /// What came out; nothing is kept while counting.
    out: Option<Vec<Instruction>>,
    /// Instructions and rounds of loops so far.
    count: usize,
    frames: Vec<Frame>,
    depth: u32,
    /// The values of loop parameters, innermost last.
    values: Vec<(Box<str>, i64)>,
    /// How many names of each kind were given.
    names: HashMap<&'static str, u32>,
    /// What the labels that were there before start with.
    taken: HashSet<String>,
    /// How many marks were there before.
    marks_before: usize,
    scratch: u32,
    scratch_used: bool,
    ends: usize,
}

/// Whether what follows is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Yes,
    No,
}

impl Lowering {
    fn new(circuit: &Circuit, out: Option<Vec<Instruction>>) -> Self {
        let labels = circuit.instructions.iter().filter_map(|step| match &step.operation {
            Operation::Mark(label) | Operation::Jump(label) => {
                label.rsplit_once('_').map(|parts| parts.0.to_owned())
            }
            _ => None,
        });
        let marks = circuit.instructions.iter().filter(|step| matches!(step.operation, Operation::Mark(_)));
        Self {
            out,
            count: 0,
            frames: Vec::new(),
            depth: 0,
            values: Vec::new(),
            names: HashMap::new(),
            taken: labels.collect(),
            marks_before: marks.count(),
            scratch: circuit.num_register_bits.max(circuit.register_bits_used()),
            scratch_used: false,
            ends: 0,
        }
    }

    fn all(&mut self, steps: &[Instruction]) -> Result<(), AerError> {
        let end = self.name("end");
        // `End` is the last frame to leave; its mark is that of a sequence around the whole circuit.
        self.frames.push(Frame::new(end, Qubits::new()));
        for (index, step) in steps.iter().enumerate() {
            let reached =
                self.step(step).map_err(|error| error.at_instruction(index, step.operation.name()))?;
            // What follows `end` may still be jumped to.
            if reached == Reached::No && self.marks_before == 0 {
                break;
            }
        }
        self.leave()
    }

    /// A name for labels that no other label starts with.
    fn name(&mut self, kind: &'static str) -> String {
        let next = self.names.entry(kind).or_default();
        loop {
            let name = format!("{kind}_{next}");
            *next += 1;
            if !self.taken.contains(&name) {
                return name;
            }
        }
    }

    fn spend(&mut self) -> Result<(), AerError> {
        self.count += 1;
        if self.count <= MAX_INSTRUCTIONS {
            return Ok(());
        }
        Err(AerError::new(ErrorCode::InsufficientMemory, "The unrolled circuit has too many instructions.")
            .found(format!("more than {MAX_INSTRUCTIONS}"))
            .expected(format!("at most {MAX_INSTRUCTIONS}"))
            .hint("Use shorter loops, or a while loop."))
    }

    fn push(&mut self, make: impl FnOnce() -> Result<Instruction, AerError>) -> Result<(), AerError> {
        self.spend()?;
        match &mut self.out {
            Some(out) => make().map(|step| out.push(step)),
            None => Ok(()),
        }
    }

    fn jump(&mut self, label: &str, qubits: &Qubits, condition: Option<u32>) -> Result<(), AerError> {
        self.push(|| Ok(Instruction { condition, ..flow(Operation::Jump(label.into()), qubits) }))
    }

    fn mark(&mut self, label: &str, qubits: &Qubits) -> Result<(), AerError> {
        self.push(|| Ok(flow(Operation::Mark(label.into()), qubits)))
    }

    /// A mark that is jumped to from so many places; a jump right before it is not needed.
    fn mark_if_used(&mut self, label: &str, qubits: &Qubits, mut uses: usize) -> Result<(), AerError> {
        while let Some(out) = &mut self.out
            && let Some(Operation::Jump(to)) = out.last().map(|step| &step.operation)
            && **to == *label
        {
            out.pop();
            uses = uses.saturating_sub(1);
        }
        if uses > 0 { self.mark(label, qubits) } else { Ok(()) }
    }

    /// Ends the innermost frame.
    fn leave(&mut self) -> Result<(), AerError> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let uses = if self.frames.is_empty() { self.ends } else { frame.breaks };
        self.mark_if_used(&format!("{}_end", frame.name), &frame.qubits, uses)
    }

    /// The register bit that says whether a condition holds.
    fn test(&mut self, condition: &Expr) -> Result<u32, AerError> {
        match register_bit(condition) {
            Some(bit) => Ok(bit),
            None => self.copied_test(condition),
        }
    }

    /// As [`Self::test`], in the scratch bit.
    fn copied_test(&mut self, condition: &Expr) -> Result<u32, AerError> {
        let scratch = self.scratch;
        if scratch >= MAX_BITS {
            return Err(AerError::new(ErrorCode::ClbitOutOfRange, "The circuit has too many register bits.")
                .found(format!("{scratch}, and one for conditions"))
                .expected(format!("at most {MAX_BITS}")));
        }
        self.scratch_used = true;
        self.push(|| {
            let operation = if let Some(comparison) = comparison(condition) {
                let function = BooleanFunction { comparison, register: scratch, memory: None };
                Operation::BooleanFunction(Box::new(function))
            } else {
                let target = Slot::new(scratch, Type::Bool);
                Operation::Store(Box::new(Store { target, value: condition.clone() }))
            };
            Ok(Instruction::new(operation, []))
        })?;
        Ok(scratch)
    }

    /// An expression with the values of the loops' parameters.
    fn bound(&self, expression: &Expr) -> Result<Expr, AerError> {
        if self.values.is_empty() {
            return Ok(expression.clone());
        }
        expression.substitute(&|name| value_of(&self.values, name))
    }

    fn block(&mut self, block: &Block) -> Result<Reached, AerError> {
        if self.depth >= MAX_DEPTH {
            return Err(super::control_flow::too_deep());
        }
        self.depth += 1;
        let mut reached = Reached::Yes;
        for step in block {
            reached = self.step(step)?;
            if reached == Reached::No {
                break;
            }
        }
        self.depth -= 1;
        Ok(reached)
    }

    fn step(&mut self, step: &Instruction) -> Result<Reached, AerError> {
        let Operation::ControlFlow(flow) = &step.operation else {
            self.plain(step, step.condition)?;
            return Ok(Reached::Yes);
        };
        let Some(bit) = step.condition else { return self.flow(flow, &step.qubits) };
        if let Some((target, qubits)) = self.target(flow, &step.qubits)? {
            self.jump(&target, &qubits, Some(bit))?;
            return Ok(Reached::Yes);
        }
        let name = self.name("if");
        let skip = format!("{name}_end");
        let scratch = self.test(&negated(&Expr::bit(bit))?)?;
        self.jump(&skip, &step.qubits, Some(scratch))?;
        self.flow(flow, &step.qubits)?;
        self.mark_if_used(&skip, &step.qubits, 1)?;
        Ok(Reached::Yes)
    }

    /// An instruction without blocks.
    fn plain(&mut self, step: &Instruction, condition: Option<u32>) -> Result<(), AerError> {
        // `self` cannot be borrowed by what it is told to push.
        let values = std::mem::take(&mut self.values);
        let pushed = self.push(|| {
            let mut step = Instruction { condition, ..step.clone() };
            if !values.is_empty() {
                transform::substitute(&mut step, &|name| value_of(&values, name))?;
            }
            Ok(step)
        });
        self.values = values;
        pushed
    }

    /// Where `break`, `continue` and `end` go; `None` for everything else. Counts the use.
    fn target(&mut self, flow: &ControlFlow, own: &Qubits) -> Result<Option<(String, Qubits)>, AerError> {
        let (outer, leaves) = match flow {
            ControlFlow::Break { outer } => (*outer, true),
            ControlFlow::Continue { outer } => (*outer, false),
            ControlFlow::End => {
                self.ends += 1;
                let name = self.frames.first().map_or("", |frame| &frame.name);
                return Ok(Some((format!("{name}_end"), own.clone())));
            }
            _ => return Ok(None),
        };
        // The first frame is the circuit itself.
        let inside = self.frames.len().saturating_sub(1);
        let index = inside.checked_sub(outer as usize).filter(|index| *index > 0);
        let Some(frame) = index.and_then(|index| self.frames.get_mut(index)) else {
            return Err(super::control_flow::outside_loop(flow, outer, inside as u32));
        };
        let label = if leaves {
            frame.breaks += 1;
            format!("{}_end", frame.name)
        } else {
            frame.continues += 1;
            frame.next.clone()
        };
        Ok(Some((label, frame.qubits.clone())))
    }

    fn flow(&mut self, flow: &ControlFlow, qubits: &Qubits) -> Result<Reached, AerError> {
        match flow {
            ControlFlow::IfElse { condition, then, otherwise } => {
                let condition = self.bound(condition)?;
                match condition.as_bool() {
                    Some(true) => return self.block(then),
                    Some(false) => return self.block(otherwise),
                    None => self.if_else(&condition, then, otherwise, qubits)?,
                }
            }
            ControlFlow::Switch { target, cases, default } => {
                let target = self.bound(target)?;
                match target.value() {
                    Some(_) => {
                        let value = target.as_i64();
                        let case =
                            cases.iter().find(|(values, _)| value.is_some_and(|v| values.contains(&v)));
                        return self.block(case.map_or(default, |(_, block)| block));
                    }
                    None => self.switch(&target, cases, default, qubits)?,
                }
            }
            ControlFlow::While { condition, body } => {
                let condition = self.bound(condition)?;
                self.while_loop(&condition, body, qubits)?;
            }
            ControlFlow::For { parameter, values, body } => {
                let name = self.name("loop");
                self.frames.push(Frame::new(name, qubits.clone()));
                for (round, value) in values.iter().enumerate() {
                    if let Some(parameter) = parameter {
                        self.values.push((parameter.clone(), *value));
                    }
                    let reached = self.round(round, body)?;
                    if parameter.is_some() {
                        self.values.pop();
                    }
                    if reached == Reached::No {
                        break;
                    }
                }
                self.leave()?;
            }
            ControlFlow::Sequence(blocks) => {
                let name = self.name("loop");
                self.frames.push(Frame::new(name, qubits.clone()));
                for (round, block) in blocks.iter().enumerate() {
                    if self.round(round, block)? == Reached::No {
                        break;
                    }
                }
                self.leave()?;
            }
            ControlFlow::Break { .. } | ControlFlow::Continue { .. } | ControlFlow::End => {
                if let Some((target, qubits)) = self.target(flow, qubits)? {
                    self.jump(&target, &qubits, None)?;
                }
                return Ok(Reached::No);
            }
        }
        Ok(Reached::Yes)
    }

    /// One round of an unrolled loop; `continue` goes to its end. Says whether the next round is reached.
    fn round(&mut self, round: usize, body: &Block) -> Result<Reached, AerError> {
        self.spend()?;
        let mut label = String::new();
        if let Some(frame) = self.frames.last_mut() {
            frame.next = format!("{}_{round}", frame.name);
            frame.continues = 0;
            label.clone_from(&frame.next);
        }
        let reached = self.block(body)?;
        let Some(frame) = self.frames.last() else { return Ok(reached) };
        let (qubits, uses) = (frame.qubits.clone(), frame.continues);
        self.mark_if_used(&label, &qubits, uses)?;
        Ok(if uses > 0 { Reached::Yes } else { reached })
    }

    /// A block each instruction of which is run only if a register bit says so; loops are unrolled.
    fn conditioned(&mut self, block: &Block, bit: u32) -> Result<(), AerError> {
        if self.depth >= MAX_DEPTH {
            return Err(super::control_flow::too_deep());
        }
        self.depth += 1;
        for step in block {
            match &step.operation {
                Operation::Barrier => self.plain(step, None)?,
                Operation::ControlFlow(flow) => {
                    let ControlFlow::For { parameter, values, .. } = &**flow else {
                        for block in flow.blocks() {
                            self.spend()?;
                            self.conditioned(block, bit)?;
                        }
                        continue;
                    };
                    for value in values {
                        self.spend()?;
                        self.values.extend(parameter.clone().map(|name| (name, *value)));
                        flow.blocks().into_iter().try_for_each(|body| self.conditioned(body, bit))?;
                        self.values.truncate(self.values.len() - usize::from(parameter.is_some()));
                    }
                }
                _ => self.plain(step, Some(bit))?,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn if_else(
        &mut self,
        condition: &Expr,
        then: &Block,
        otherwise: &Block,
        qubits: &Qubits,
    ) -> Result<(), AerError> {
        if otherwise.is_empty() {
            if then.is_empty() {
                return Ok(());
            }
            if then.iter().all(may_carry_condition) {
                // The block must not change what it is run by.
                let kept = register_bit(condition).filter(|bit| !then.iter().any(|step| writes(step, *bit)));
                let bit = match kept {
                    Some(bit) => bit,
                    None => self.copied_test(condition)?,
                };
                return self.conditioned(then, bit);
            }
            if let [Instruction { operation: Operation::ControlFlow(flow), condition: None, .. }] =
                then.as_slice()
                && let Some((target, around)) = self.target(flow, qubits)?
            {
                let bit = self.test(condition)?;
                return self.jump(&target, &around, Some(bit));
            }
            let name = self.name("if");
            let end = format!("{name}_end");
            let bit = self.test(&negated(condition)?)?;
            self.jump(&end, qubits, Some(bit))?;
            self.block(then)?;
            return self.mark_if_used(&end, qubits, 1);
        }
        let name = self.name("if");
        let (yes, end) = (format!("{name}_true"), format!("{name}_end"));
        let bit = self.test(condition)?;
        self.jump(&yes, qubits, Some(bit))?;
        let mut uses = 0;
        if self.block(otherwise)? == Reached::Yes {
            self.jump(&end, qubits, None)?;
            uses = 1;
        }
        self.mark(&yes, qubits)?;
        self.block(then)?;
        self.mark_if_used(&end, qubits, uses)
    }

    fn switch(
        &mut self,
        target: &Expr,
        cases: &[(Vec<i64>, Block)],
        default: &Block,
        qubits: &Qubits,
    ) -> Result<(), AerError> {
        let name = self.name("switch");
        let label = |case: usize| format!("{name}_{case}");
        for (case, (values, _)) in cases.iter().enumerate() {
            for value in values {
                let equal = Expr::binary(BinaryOp::Equal, target.clone(), Expr::int(*value))?;
                let bit = self.test(&equal)?;
                self.jump(&label(case), qubits, Some(bit))?;
            }
        }
        let (end, mut uses) = (format!("{name}_end"), 0);
        let mut reached = self.block(default)?;
        for (case, (values, block)) in cases.iter().enumerate() {
            if values.is_empty() {
                continue;
            }
            if reached == Reached::Yes {
                self.jump(&end, qubits, None)?;
                uses += 1;
            }
            self.mark(&label(case), qubits)?;
            reached = self.block(block)?;
        }
        self.mark_if_used(&end, qubits, uses)
    }

    fn while_loop(&mut self, condition: &Expr, body: &Block, qubits: &Qubits) -> Result<(), AerError> {
        let known = condition.as_bool();
        if known == Some(false) {
            return Ok(());
        }
        let name = self.name("while");
        let (start, next) = (format!("{name}_start"), format!("{name}_continue"));
        self.frames.push(Frame { next: next.clone(), ..Frame::new(name, qubits.clone()) });
        if known.is_none() {
            self.jump(&next, qubits, None)?;
        }
        self.mark(&start, qubits)?;
        self.block(body)?;
        let continues = self.frames.last().map_or(0, |frame| frame.continues);
        if known.is_none() {
            self.mark(&next, qubits)?;
            let bit = self.test(condition)?;
            self.jump(&start, qubits, Some(bit))?;
        } else {
            self.mark_if_used(&next, qubits, continues)?;
            self.jump(&start, qubits, None)?;
        }
        self.leave()
    }
}

impl Frame {
    fn new(name: String, qubits: Qubits) -> Self {
        Self { name, next: String::new(), breaks: 0, continues: 0, qubits }
    }
}

/// The value of a loop's parameter; the innermost loop of the name counts.
fn value_of(values: &[(Box<str>, i64)], name: &str) -> Option<Expr> {
    let (_, value) = values.iter().rev().find(|(parameter, _)| **parameter == *name)?;
    Some(Expr::float(*value as f64))
}

fn flow(operation: Operation, qubits: &Qubits) -> Instruction {
    Instruction { operation, qubits: qubits.clone(), condition: None, label: None }
}

fn negated(condition: &Expr) -> Result<Expr, AerError> {
    Expr::unary(UnaryOp::Not, condition.clone())
}

/// What can be made conditional one by one; loops over known values are unrolled to that.
fn may_carry_condition(step: &Instruction) -> bool {
    if let Operation::ControlFlow(flow) = &step.operation {
        let unrolled = matches!(**flow, ControlFlow::For { .. } | ControlFlow::Sequence(_));
        return unrolled
            && step.condition.is_none()
            && flow.blocks().into_iter().flatten().all(may_carry_condition);
    }
    step.condition.is_none()
        && matches!(
            step.operation,
            Operation::Gate(..)
                | Operation::ComputedGate(..)
                | Operation::Unitary(_)
                | Operation::Diagonal(_)
                | Operation::Multiplexer(_)
                | Operation::Kraus(_)
                | Operation::Superoperator(_)
                | Operation::Delay(_)
                | Operation::Barrier
                | Operation::Reset
                | Operation::Measure(_)
                | Operation::Store(_)
        )
}

/// Whether an instruction may write a register bit.
fn writes(step: &Instruction, bit: u32) -> bool {
    match &step.operation {
        Operation::Store(store) => store.target.first <= bit && bit < store.target.range_end(),
        Operation::Measure(measure) => measure.register.contains(&bit),
        Operation::ControlFlow(flow) => flow.blocks().into_iter().flatten().any(|step| writes(step, bit)),
        _ => false,
    }
}

/// The register bit that an expression is, if it is one.
pub fn register_bit(expression: &Expr) -> Option<u32> {
    match &expression.kind {
        ExprKind::Read(Slot { first, ty: Type::Bool, index: None }) => Some(*first),
        _ => None,
    }
}

/// First bit and width of an unsigned number in the register, if an expression is one.
fn register_number(expression: &Expr) -> Option<(u32, u32)> {
    match &expression.kind {
        ExprKind::Read(Slot { first, ty: ty @ (Type::Bool | Type::Uint(_)), index: None }) => {
            Some((*first, ty.width()))
        }
        // Conversions that keep the number.
        ExprKind::Cast(operand) => register_number(operand).filter(|(_, width)| match expression.ty {
            Type::Uint(new) => new >= *width,
            Type::Int(new) => new > *width,
            _ => false,
        }),
        _ => None,
    }
}

/// The comparison of register bits with a constant that a condition is, if it is one.
pub fn comparison(condition: &Expr) -> Option<Comparison> {
    let compare = |(first, width): (u32, u32), relation, value: &Bits| {
        let mut mask = Bits::zeros(first + width);
        (first..first + width).for_each(|bit| mask.set(bit, true));
        let top = value.highest().map_or(0, |top| top + 1);
        Comparison { mask, relation, value: value.shifted_up(first, first + top) }
    };
    match &condition.kind {
        ExprKind::Read(_) => {
            Some(compare((register_bit(condition)?, 1), Relation::Equal, &Bits::from_u64(1)))
        }
        ExprKind::Cast(operand) if condition.ty == Type::Bool => {
            Some(compare(register_number(operand)?, Relation::NotEqual, &Bits::default()))
        }
        ExprKind::Unary(UnaryOp::Not, operand) => {
            let inner = comparison(operand)?;
            Some(Comparison { relation: inner.relation.negated(), ..inner })
        }
        ExprKind::Binary(op, operands) => {
            let relation = relation(*op)?;
            let (number, relation, constant) =
                match (register_number(&operands.0), register_number(&operands.1)) {
                    (Some(number), None) => (number, relation, operands.1.value()?),
                    (None, Some(number)) => (number, relation.mirrored(), operands.0.value()?),
                    _ => return None,
                };
            let value = match constant {
                Value::Bool(value) => Bits::from_u64(u64::from(*value)),
                Value::Uint(bits) => bits.clone(),
                Value::Int(value) => Bits::from_u64(u64::try_from(*value).ok()?),
                Value::Float(_) | Value::Complex(..) => return None,
            };
            Some(compare(number, relation, &value))
        }
        _ => None,
    }
}

/// The relation that an operator is, if it is one.
pub const fn relation(op: BinaryOp) -> Option<Relation> {
    Some(match op {
        BinaryOp::Equal => Relation::Equal,
        BinaryOp::NotEqual => Relation::NotEqual,
        BinaryOp::Less => Relation::Less,
        BinaryOp::LessEqual => Relation::LessEqual,
        BinaryOp::Greater => Relation::Greater,
        BinaryOp::GreaterEqual => Relation::GreaterEqual,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
