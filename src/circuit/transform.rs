//! Circuits from circuits: inverse, composition, parameters bound.

use std::collections::HashSet;

use smallvec::SmallVec;

use super::classical::{Bits, Comparison, Relation};
use super::control_flow::{Block, ControlFlow};
use super::expression::{BinaryOp, Expr, ExprKind, Slot, SlotIndex, Type, UnaryOp};
use super::gate::{Gate, Inverse};
use super::operation::{BooleanFunction, Measure, ReadoutError, SaveKind, Store};
use super::{Circuit, Instruction, MAX_BITS, Operation, Parameters, Qubit, Variable, validate};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};

/// The circuit that undoes this one: instructions in reverse order, each inverted. Fails where one has no
/// inverse (measure, reset, loops, …).
pub fn inverse(circuit: &Circuit) -> Result<Circuit, AerError> {
    let mut instructions = Vec::with_capacity(circuit.instructions.len());
    for (index, step) in circuit.instructions.iter().enumerate().rev() {
        instructions
            .push(inverse_step(step).map_err(|error| error.at_instruction(index, step.operation.name()))?);
    }
    Ok(Circuit {
        name: format!("{}_dg", circuit.name),
        global_phase: -circuit.global_phase,
        instructions,
        header: None,
        ..circuit.clone()
    })
}

fn inverse_step(step: &Instruction) -> Result<Instruction, AerError> {
    let conjugate = |numbers: &[Complex]| numbers.iter().map(Complex::conj).collect();
    let operation = match &step.operation {
        Operation::Gate(gate, parameters) => match gate.inverse(parameters) {
            Some((gate, parameters)) => Operation::Gate(gate, parameters),
            None => Operation::Unitary(Box::new(gate.full_matrix(parameters, step.qubits.len()).adjoint())),
        },
        Operation::ComputedGate(gate, parameters) => inverse_computed(*gate, parameters)?,
        Operation::Unitary(matrix) => Operation::Unitary(Box::new(matrix.adjoint())),
        Operation::Diagonal(entries) => Operation::Diagonal(conjugate(entries)),
        Operation::Multiplexer(matrices) => {
            Operation::Multiplexer(matrices.iter().map(Matrix::adjoint).collect())
        }
        same @ (Operation::Pauli(_) | Operation::Barrier | Operation::Delay(_)) => same.clone(),
        Operation::ControlFlow(flow) => {
            let mut flow = flow.clone();
            if !matches!(*flow, ControlFlow::IfElse { .. } | ControlFlow::Switch { .. }) {
                return Err(no_inverse(&step.operation));
            }
            for block in flow.blocks_mut() {
                *block = block.iter().rev().map(inverse_step).collect::<Result<_, _>>()?;
            }
            Operation::ControlFlow(flow)
        }
        other => return Err(no_inverse(other)),
    };
    Ok(Instruction { operation, label: None, ..step.clone() })
}

fn no_inverse(operation: &Operation) -> AerError {
    AerError::new(ErrorCode::UnsupportedInstruction, format!("\"{}\" has no inverse.", operation.name()))
        .expected("gates and unitary matrices")
}

/// The inverse of a gate whose parameters are computed; see [`Inverse`].
fn inverse_computed(gate: Gate, parameters: &[Expr]) -> Result<Operation, AerError> {
    // An angle's or an unsigned number's own negation would wrap around.
    let negated = |e: &Expr| Expr::unary(UnaryOp::Negate, e.clone().cast(Type::FLOAT)?);
    let moved = |e: &Expr, by: f64| Expr::binary(BinaryOp::Add, negated(e)?, Expr::float(by));
    let all = || parameters.iter().map(negated).collect::<Result<Vec<_>, _>>();
    let (gate, parameters) = match (gate.spec().inverse, parameters) {
        (Inverse::Itself, _) => (gate, parameters.to_vec()),
        (Inverse::Gate(other), _) => (other, parameters.to_vec()),
        (Inverse::Negated, _) => (gate, all()?),
        (Inverse::FirstNegated, [first, rest @ ..]) => {
            (gate, [negated(first)?].into_iter().chain(rest.iter().cloned()).collect())
        }
        (Inverse::Euler, [_, _, _, ..]) => {
            let mut all = all()?;
            all.swap(1, 2);
            (gate, all)
        }
        (Inverse::HalfEuler, [phi, lambda]) => {
            use std::f64::consts::PI;
            (gate, vec![moved(lambda, -PI)?, moved(phi, PI)?])
        }
        _ => return Err(no_inverse(&Operation::ComputedGate(gate, parameters.into()))),
    };
    Ok(Operation::ComputedGate(gate, parameters.into()))
}

/// Appends the instructions of another circuit, whose qubit `i` becomes `qubits[i]` and whose bit `j` becomes
/// `clbits[j]`. Its register bits beyond its memory, with its variables, come behind those there are. Fails
/// where a value of several bits would be torn apart, or a variable's name stands already; the circuit is then
/// unchanged.
pub fn compose(
    circuit: &mut Circuit,
    other: &Circuit,
    qubits: &[Qubit],
    clbits: &[u32],
) -> Result<(), AerError> {
    if qubits.len() != other.num_qubits as usize {
        return Err(validate::qubit_count("compose", qubits.len(), &other.num_qubits.to_string()));
    }
    validate::qubits(qubits, circuit.num_qubits)?;
    let mut seen = HashSet::new();
    if clbits.len() != other.num_clbits as usize
        || clbits.iter().any(|bit| *bit >= circuit.num_clbits || !seen.insert(bit))
    {
        return Err(AerError::new(ErrorCode::ClbitOutOfRange, "The bits to compose on do not fit.")
            .found(format!("{clbits:?}"))
            .expected(format!("{} different ones below {}", other.num_clbits, circuit.num_clbits)));
    }
    let base = circuit.num_register_bits.max(circuit.num_clbits);
    let further = other.num_register_bits.max(other.register_bits_used()) - other.num_clbits;
    let total = base.saturating_add(further);
    if total > MAX_BITS {
        return Err(AerError::new(ErrorCode::ClbitOutOfRange, "The circuit has too many register bits.")
            .found(total.to_string())
            .expected(format!("at most {MAX_BITS}")));
    }
    let labels = |circuit: &Circuit| -> HashSet<Box<str>> {
        let labels = circuit.instructions.iter().filter_map(|step| match &step.operation {
            Operation::Mark(label) => Some(label.clone()),
            _ => None,
        });
        labels.collect()
    };
    let (own, added) = (labels(circuit), labels(other));
    let suffix = if own.is_disjoint(&added) {
        String::new()
    } else {
        let suffixes = (1..).map(|n: u32| format!("_{n}"));
        let free =
            |suffix: &String| added.iter().all(|label| !own.contains(format!("{label}{suffix}").as_str()));
        suffixes.into_iter().find(free).unwrap_or_default()
    };
    let map = Map { qubits, clbits, base, suffix };
    let names: HashSet<&str> = circuit.variables.iter().map(|variable| variable.name.as_str()).collect();
    let mut variables = Vec::with_capacity(other.variables.len());
    for Variable { name, slot } in &other.variables {
        if names.contains(name.as_str()) {
            return Err(AerError::new(
                ErrorCode::DuplicateKey,
                format!("Both circuits have a variable `{name}`."),
            )
            .hint("Give one of them another name."));
        }
        variables.push(Variable { name: name.clone(), slot: map.slot(slot)? });
    }
    let mut instructions = other.instructions.clone();
    for (index, step) in instructions.iter_mut().enumerate() {
        map.step(step).map_err(|error| error.at_instruction(index, step.operation.name()))?;
    }
    circuit.variables.append(&mut variables);
    circuit.instructions.append(&mut instructions);
    circuit.num_register_bits = if further == 0 { circuit.num_register_bits } else { total };
    circuit.global_phase += other.global_phase;
    circuit.header = None;
    Ok(())
}

/// Instruction `index` of another circuit as it would stand in this one: qubit `i` of the other becomes
/// `qubits[i]`, bit `j` becomes `clbits[j]`. Register bits beyond the memory keep their distance to it, so
/// variables have to have the same place in both; those that only the other circuit has are added.
pub fn moved(
    circuit: &mut Circuit,
    other: &Circuit,
    index: usize,
    qubits: &[Qubit],
    clbits: &[u32],
) -> Result<Instruction, AerError> {
    let mut step = other.instructions.get(index).cloned().ok_or_else(|| {
        AerError::new(ErrorCode::InvalidArgument, "There is no such instruction.").found(index.to_string())
    })?;
    let beyond = step.register_end() > other.num_clbits;
    let map = Map { qubits, clbits, base: circuit.num_clbits, suffix: String::new() };
    map.step(&mut step)?;
    if !beyond {
        return Ok(step);
    }
    let end = step.register_end();
    let mut variables = Vec::with_capacity(other.variables.len());
    for Variable { name, slot } in &other.variables {
        variables.push(Variable { name: name.clone(), slot: map.slot(slot)? });
    }
    let known = |variables: &[Variable], variable: &Variable| variables.contains(variable);
    let taken = |variable: &Variable| circuit.variables.iter().any(|own| own.name == variable.name);
    let overlaps = |own: &Variable| own.slot.first < end && !known(&variables, own);
    let clashes = |variable: &Variable| taken(variable) && !known(&circuit.variables, variable);
    if circuit.variables.iter().any(overlaps) || variables.iter().any(clashes) {
        let text = format!(
            "\"{}\" uses classical variables that this circuit does not have.",
            step.operation.name()
        );
        return Err(AerError::new(ErrorCode::InvalidArgument, text)
            .hint("Append it to a circuit that copy_empty_like() made of its own."));
    }
    variables.retain(|variable| !known(&circuit.variables, variable));
    let bits = other.num_register_bits.saturating_sub(other.num_clbits).saturating_add(circuit.num_clbits);
    circuit.num_register_bits = circuit.num_register_bits.max(bits.min(MAX_BITS)).max(end);
    circuit.variables.append(&mut variables);
    Ok(step)
}

/// Where qubits and bits of a circuit go in another.
struct Map<'a> {
    qubits: &'a [Qubit],
    clbits: &'a [u32],
    /// Where register bits beyond the memory go.
    base: u32,
    /// What is appended to labels of marks.
    suffix: String,
}

fn torn(what: &str) -> AerError {
    AerError::new(ErrorCode::ClbitOutOfRange, format!("The bits of {what} would be torn apart."))
        .expected("bits that follow each other in the same order")
}

impl Map<'_> {
    fn bit(&self, bit: u32) -> u32 {
        match self.clbits.get(bit as usize) {
            Some(new) => *new,
            None => self.base.saturating_add(bit.saturating_sub(self.clbits.len() as u32)),
        }
    }

    fn bits(&self, bits: &mut [u32]) {
        for bit in bits {
            *bit = self.bit(*bit);
        }
    }

    fn slot(&self, slot: &Slot) -> Result<Slot, AerError> {
        let (first, end) = (slot.first, slot.range_end());
        let new = self.bit(first);
        // Beyond the memory all bits move alike.
        let memory = self.clbits.len() as u32;
        let checked = (first..end.min(memory.saturating_add(1)))
            .all(|bit| self.bit(bit) == new.saturating_add(bit - first));
        if end > first && !checked {
            return Err(torn("a classical value"));
        }
        let index = match &slot.index {
            None => None,
            Some(index) => {
                Some(Box::new(SlotIndex { element: self.expression(&index.element)?, ..(**index).clone() }))
            }
        };
        Ok(Slot { first: new, ty: slot.ty, index })
    }

    fn expression(&self, expression: &Expr) -> Result<Expr, AerError> {
        let again = |operand: &Expr| self.expression(operand);
        let kind = match &expression.kind {
            same @ (ExprKind::Constant(_) | ExprKind::Parameter(_)) => same.clone(),
            ExprKind::Read(slot) => ExprKind::Read(self.slot(slot)?),
            ExprKind::Unary(op, operand) => ExprKind::Unary(*op, Box::new(again(operand)?)),
            ExprKind::Binary(op, operands) => {
                ExprKind::Binary(*op, Box::new((again(&operands.0)?, again(&operands.1)?)))
            }
            ExprKind::Call(function, arguments) => {
                ExprKind::Call(*function, arguments.iter().map(again).collect::<Result<_, _>>()?)
            }
            ExprKind::Cast(operand) => ExprKind::Cast(Box::new(again(operand)?)),
        };
        Ok(Expr { ty: expression.ty, kind })
    }

    /// A comparison keeps its meaning where the order of its bits stays; for equality any order will do.
    fn comparison(&self, comparison: &Comparison) -> Result<Comparison, AerError> {
        let used = comparison.mask.or(&comparison.value);
        let bits: Vec<u32> =
            (0..used.highest().map_or(0, |top| top + 1)).filter(|bit| used.get(*bit)).collect();
        let ordered = bits.windows(2).all(|pair| self.bit(pair[0]) < self.bit(pair[1]));
        if !ordered && !matches!(comparison.relation, Relation::Equal | Relation::NotEqual)
            || bits.iter().any(|bit| self.bit(*bit) > MAX_BITS)
        {
            return Err(torn("a comparison"));
        }
        let map = |old: &Bits| {
            let mut new = Bits::default();
            bits.iter().filter(|bit| old.get(**bit)).for_each(|bit| new.set(self.bit(*bit), true));
            new
        };
        Ok(Comparison {
            mask: map(&comparison.mask),
            value: map(&comparison.value),
            relation: comparison.relation,
        })
    }

    fn block(&self, block: &mut Block) -> Result<(), AerError> {
        block.iter_mut().try_for_each(|step| self.step(step))
    }

    fn step(&self, step: &mut Instruction) -> Result<(), AerError> {
        for qubit in &mut step.qubits {
            *qubit = self.qubits.get(*qubit as usize).copied().unwrap_or(*qubit);
        }
        step.condition = step.condition.map(|bit| self.bit(bit));
        match &mut step.operation {
            Operation::Measure(measure) => {
                let Measure { memory, register } = &mut **measure;
                self.bits(memory);
                self.bits(register);
            }
            Operation::ReadoutError(error) => {
                let ReadoutError { memory, register, .. } = &mut **error;
                self.bits(memory);
                self.bits(register);
            }
            Operation::BooleanFunction(function) => {
                let BooleanFunction { comparison, register, memory } = &mut **function;
                *comparison = self.comparison(comparison)?;
                *register = self.bit(*register);
                *memory = memory.map(|bit| self.bit(bit));
            }
            Operation::Jump(label) | Operation::Mark(label) if !self.suffix.is_empty() => {
                *label = format!("{label}{}", self.suffix).into();
            }
            Operation::ControlFlow(flow) => {
                if let Some(head) = head_mut(flow) {
                    *head = self.expression(head)?;
                }
                // The qubits of the instruction ascend.
                step.qubits.sort_unstable();
                flow.blocks_mut().into_iter().try_for_each(|block| self.block(block))?;
            }
            operation => rewrite(operation, &|e| self.expression(e), &|slot| self.slot(slot))?,
        }
        Ok(())
    }
}

/// The expression that decides which block runs.
fn head_mut(flow: &mut ControlFlow) -> Option<&mut Expr> {
    match flow {
        ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => Some(condition),
        ControlFlow::Switch { target, .. } => Some(target),
        _ => None,
    }
}

/// Calls `visit` for each place of the register that the instruction names, blocks included.
pub fn each_slot(step: &mut Instruction, visit: &mut dyn FnMut(&mut Slot)) {
    fn slot(place: &mut Slot, visit: &mut dyn FnMut(&mut Slot)) {
        visit(place);
        if let Some(index) = &mut place.index {
            expr(&mut index.element, visit);
        }
    }
    fn expr(expression: &mut Expr, visit: &mut dyn FnMut(&mut Slot)) {
        match &mut expression.kind {
            ExprKind::Constant(_) | ExprKind::Parameter(_) => {}
            ExprKind::Read(place) => slot(place, visit),
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => expr(operand, visit),
            ExprKind::Binary(_, operands) => {
                expr(&mut operands.0, visit);
                expr(&mut operands.1, visit);
            }
            ExprKind::Call(_, arguments) => arguments.iter_mut().for_each(|a| expr(a, visit)),
        }
    }
    match &mut step.operation {
        Operation::ComputedGate(_, parameters) => parameters.iter_mut().for_each(|p| expr(p, visit)),
        Operation::Store(store) => {
            slot(&mut store.target, visit);
            expr(&mut store.value, visit);
        }
        Operation::Save(save) => {
            if let SaveKind::Variable(place) = &mut save.kind {
                slot(place, visit);
            }
        }
        Operation::ControlFlow(flow) => {
            match &mut **flow {
                ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                    expr(condition, visit);
                }
                ControlFlow::Switch { target, .. } => expr(target, visit),
                _ => {}
            }
            for block in flow.blocks_mut() {
                for inner in block {
                    each_slot(inner, visit);
                }
            }
        }
        _ => {}
    }
}

/// Rewrites the expressions and places of an operation without blocks.
fn rewrite(
    operation: &mut Operation,
    expression: &dyn Fn(&Expr) -> Result<Expr, AerError>,
    slot: &dyn Fn(&Slot) -> Result<Slot, AerError>,
) -> Result<(), AerError> {
    match operation {
        Operation::ComputedGate(_, parameters) => {
            for parameter in parameters.iter_mut() {
                *parameter = expression(parameter)?;
            }
        }
        Operation::Store(store) => {
            let Store { target, value } = &mut **store;
            *target = slot(target)?;
            *value = expression(value)?;
        }
        Operation::Save(save) => {
            if let SaveKind::Variable(place) = &mut save.kind {
                *place = slot(place)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Replaces named parameters in an instruction, blocks included, where `value` has an expression for them. A
/// loop's own parameter hides the name in its block.
pub(super) fn substitute(
    step: &mut Instruction,
    value: &dyn Fn(&str) -> Option<Expr>,
) -> Result<(), AerError> {
    match &mut step.operation {
        Operation::ControlFlow(flow) => {
            if let Some(head) = head_mut(flow) {
                *head = head.substitute(value)?;
            }
            let own = match &**flow {
                ControlFlow::For { parameter, .. } => parameter.clone(),
                _ => None,
            };
            let inner = |name: &str| if own.as_deref() == Some(name) { None } else { value(name) };
            flow.blocks_mut().into_iter().flatten().try_for_each(|step| substitute(step, &inner))
        }
        operation => {
            let slot = |slot: &Slot| match Expr::read(slot.clone()).substitute(value)?.kind {
                ExprKind::Read(slot) => Ok(slot),
                _ => Ok(slot.clone()),
            };
            rewrite(operation, &|e| e.substitute(value), &slot)?;
            if let Operation::ComputedGate(gate, parameters) = operation
                && parameters.iter().all(|parameter| parameter.value().is_some())
            {
                let values: Result<Parameters, _> =
                    parameters.iter().map(|parameter| parameter.evaluate_f64(&Bits::default())).collect();
                *operation = Operation::Gate(*gate, values?);
            }
            Ok(())
        }
    }
}

/// The circuit with named parameters replaced, where `value` has an expression for them; gates whose
/// parameters are then all constant become plain gates.
pub fn bind(circuit: &Circuit, value: &dyn Fn(&str) -> Option<Expr>) -> Result<Circuit, AerError> {
    let mut bound = circuit.clone();
    for (index, step) in bound.instructions.iter_mut().enumerate() {
        substitute(step, value).map_err(|error| error.at_instruction(index, step.operation.name()))?;
    }
    Ok(bound)
}

/// The expressions of an operation without those of its blocks.
pub(super) fn expressions(operation: &Operation) -> SmallVec<[&Expr; 2]> {
    match operation {
        Operation::ComputedGate(_, parameters) => parameters.iter().collect(),
        Operation::Store(store) => {
            let element = store.target.index.as_ref().map(|index| &index.element);
            element.into_iter().chain([&store.value]).collect()
        }
        Operation::Save(save) => match &save.kind {
            SaveKind::Variable(slot) => slot.index.as_ref().map(|index| &index.element).into_iter().collect(),
            _ => SmallVec::new(),
        },
        Operation::ControlFlow(flow) => match &**flow {
            ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                SmallVec::from_iter([condition])
            }
            ControlFlow::Switch { target, .. } => SmallVec::from_iter([target]),
            _ => SmallVec::new(),
        },
        _ => SmallVec::new(),
    }
}

/// The names of a circuit's free parameters, in order of appearance, each once.
pub fn parameters(circuit: &Circuit) -> Vec<String> {
    fn collect<'a>(
        block: &'a Block,
        bound: &mut Vec<&'a str>,
        seen: &mut HashSet<&'a str>,
        names: &mut Vec<String>,
    ) {
        for step in block {
            for name in expressions(&step.operation).into_iter().flat_map(Expr::parameters) {
                if !bound.contains(&name) && seen.insert(name) {
                    names.push(name.to_owned());
                }
            }
            let Operation::ControlFlow(flow) = &step.operation else { continue };
            let own = match &**flow {
                ControlFlow::For { parameter, .. } => parameter.as_deref(),
                _ => None,
            };
            bound.extend(own);
            flow.blocks().into_iter().for_each(|block| collect(block, bound, seen, names));
            bound.truncate(bound.len() - usize::from(own.is_some()));
        }
    }
    let mut names = Vec::new();
    collect(&circuit.instructions, &mut Vec::new(), &mut HashSet::new(), &mut names);
    names
}
