//! Writing OpenQASM 2.
//!
//! What is written is read back to the same circuit, with these exceptions, for which the language has no
//! words: global phase, labels, metadata and variables are dropped; a measurement or reset of several qubits
//! becomes one of each; registers are renamed where their names are none of OpenQASM 2.
//!
//! Gates that `qelib1.inc` lacks are defined before, by the words of the gate table, by which the reader
//! knows them. Gates with any number of controls have no such definition: they are declared as
//! `opaque mcx_5 …;`, five being the number of qubits, which the reader knows as well.
//!
//! A condition is written from the comparison, the `bfunc` before it, or the `if_else`. One `if` takes one
//! statement, so several instructions behind one condition become a gate of their own.

use std::collections::HashSet;
use std::f64::consts::PI;
use std::fmt::{self, Write};

use super::{PAPER_GATES, is_reserved};
use crate::circuit::classical::{Bits, Relation};
use crate::circuit::expression::{BinaryOp, ExprKind, UnaryOp};
use crate::circuit::gate::Controls;
use crate::circuit::operation::{BooleanFunction, Measure};
use crate::circuit::{
    Circuit, ClassicalValue, ControlFlow, Expr, Gate, Instruction, Operation, Qubit, Register, Slot, Type,
};
use crate::error::{AerError, ErrorCode};

/// The circuit as OpenQASM 2, which is read back to the same; see [the module](self) for what is dropped.
/// Fails with [`ErrorCode::UnsupportedInstruction`] where OpenQASM 2 has no words for an instruction.
pub fn write(circuit: &Circuit) -> Result<String, AerError> {
    let mut writer = Writer::new(circuit);
    let steps = &circuit.instructions;
    let mut index = 0;
    while let Some(step) = steps.get(index) {
        let rest = steps.get(index + 1..).unwrap_or(&[]);
        let done = writer.statement(step, rest);
        index += 1 + done.map_err(|e| e.at_instruction(index, step.operation.name()))?;
    }
    Ok(writer.text)
}

struct Writer<'a> {
    circuit: &'a Circuit,
    /// Names of the registers as written, with first bit and size.
    qregs: Vec<Bank>,
    cregs: Vec<Bank>,
    /// Names that are taken.
    names: HashSet<String>,
    /// Whether anything reads the register bits.
    conditional: bool,
    blocks: usize,
    text: String,
}

/// A register as written.
struct Bank {
    name: String,
    first: u32,
    size: u32,
}

/// Calls `visit` for each instruction, blocks included.
fn visit<'a>(steps: &'a [Instruction], apply: &mut dyn FnMut(&'a Instruction)) {
    for step in steps {
        apply(step);
        if let Operation::ControlFlow(flow) = &step.operation {
            for block in flow.blocks() {
                visit(block, apply);
            }
        }
    }
}

/// The table's gates that a definition calls.
fn callees(definition: &str) -> impl Iterator<Item = Gate> {
    let words = definition.split(';').filter_map(|call| call.trim_start().split([' ', '(']).next());
    words.filter_map(Gate::by_name)
}

/// The qubits of a definition in the gate table.
fn wires(count: usize) -> String {
    ["a", "b", "c", "d", "e"].get(..count).map(|names| names.join(",")).unwrap_or_default()
}

impl<'a> Writer<'a> {
    /// Writes the head: version, include, definitions and registers.
    fn new(circuit: &'a Circuit) -> Self {
        let mut writer = Self {
            circuit,
            qregs: Vec::new(),
            cregs: Vec::new(),
            names: PAPER_GATES.iter().map(|name| (*name).to_owned()).collect(),
            conditional: false,
            blocks: 0,
            text: "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n".to_owned(),
        };
        visit(&circuit.instructions, &mut |step| writer.declare(step));
        writer.qregs = writer.registers("q", &circuit.qregs, circuit.num_qubits);
        writer.cregs = writer.registers("c", &circuit.cregs, circuit.num_clbits);
        for (keyword, banks) in [("qreg", &writer.qregs), ("creg", &writer.cregs)] {
            for bank in banks {
                put(&mut writer.text, format_args!("{keyword} {}[{}];\n", bank.name, bank.size));
            }
        }
        writer
    }

    /// Takes the names that an instruction needs, and declares what is not in the included file.
    fn declare(&mut self, step: &Instruction) {
        let flow = matches!(step.operation, Operation::ControlFlow(_) | Operation::BooleanFunction(_));
        self.conditional |= flow || step.condition.is_some();
        match &step.operation {
            Operation::Gate(gate, _) => self.declare_gate(*gate, step.qubits.len()),
            Operation::Delay(_) if self.names.insert("delay".to_owned()) => {
                self.text.push_str("opaque delay(t) q;\n");
            }
            _ => {}
        }
    }

    fn declare_gate(&mut self, gate: Gate, num_qubits: usize) {
        let spec = gate.spec();
        if !self.names.insert(written_name(gate, num_qubits)) || spec.qelib1 {
            return;
        }
        let parameters = match spec.parameters {
            [] => String::new(),
            parameters => format!("({})", parameters.join(",")),
        };
        if spec.controls == Controls::Any {
            let name = written_name(gate, num_qubits);
            let qubits: Vec<_> = (0..num_qubits).map(|i| format!("q{i}")).collect();
            put(&mut self.text, format_args!("opaque {name}{parameters} {};\n", qubits.join(",")));
        } else if !spec.definition.is_empty() {
            for callee in callees(spec.definition) {
                self.declare_gate(callee, callee.spec().num_qubits().unwrap_or(0));
            }
            let qubits = wires(num_qubits);
            put(
                &mut self.text,
                format_args!("gate {}{parameters} {qubits} {{ {} }}\n", spec.name, spec.definition),
            );
        }
    }

    /// The registers under names that can be written; one register where they do not make up all the bits.
    fn registers(&mut self, default: &str, registers: &[Register], count: u32) -> Vec<Bank> {
        let whole = [Register { name: default.to_owned(), size: count }];
        let sum: u64 = registers.iter().map(|register| u64::from(register.size)).sum();
        let registers = if sum == u64::from(count) { registers } else { &whole };
        let mut first = 0;
        let mut banks = Vec::new();
        for Register { name, size } in registers.iter().filter(|register| register.size > 0) {
            banks.push(Bank { name: self.fresh_name(name, default), first, size: *size });
            first += size;
        }
        banks
    }

    /// The name, or one like it that can be written and is not taken.
    fn fresh_name(&mut self, wanted: &str, default: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut name: String = wanted.chars().map(plain).collect();
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            name.insert_str(0, default);
        }
        while is_reserved(&name) || !self.names.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// Writes an instruction; gives how many of those behind it are written as well.
    fn statement(&mut self, step: &Instruction, rest: &[Instruction]) -> Result<usize, AerError> {
        if let (Operation::BooleanFunction(function), None) = (&step.operation, step.condition) {
            let (size, head) = (conditioned(function.register, rest), self.comparison(function)?);
            let group: Vec<&Instruction> = rest.iter().take(size).collect();
            self.check_scratch(function.register, rest.get(size..).unwrap_or(&[]))?;
            self.conditional_group(&head, &group, Some(function.register))?;
            return Ok(size);
        }
        if let (Operation::ControlFlow(flow), None) = (&step.operation, step.condition)
            && let ControlFlow::IfElse { condition, then, otherwise } = &**flow
            && otherwise.is_empty()
        {
            if then.is_empty() {
                return Ok(0);
            }
            let head = self.condition(condition)?;
            self.conditional_group(&head, &then.iter().collect::<Vec<_>>(), None)?;
            return Ok(0);
        }
        match step.condition {
            Some(bit) => {
                let bank = self.cregs.iter().find(|bank| (bank.first, bank.size) == (bit, 1));
                let Some(bank) = bank else {
                    return Err(unsupported("OpenQASM 2 compares whole registers, not single bits.")
                        .found(format!("a condition on register bit {bit}"))
                        .expected("a register of one bit"));
                };
                let head = format!("if({}==1) ", bank.name);
                self.conditional_group(&head, &[step], Some(bit))?;
            }
            None => self.plain("", step)?,
        }
        Ok(0)
    }

    /// Writes instructions that all depend on one condition as one statement.
    fn conditional_group(
        &mut self,
        head: &str,
        group: &[&Instruction],
        bit: Option<u32>,
    ) -> Result<(), AerError> {
        let nested = |step: &&&Instruction| step.condition.is_some() && step.condition != bit;
        if group.iter().any(|step| nested(&step)) {
            return Err(unsupported("OpenQASM 2 has no conditions within conditions."));
        }
        if let [step] = group
            && step.operation != Operation::Barrier
            && (step.qubits.len() == 1 || matches!(step.operation, Operation::Gate(..)))
        {
            return self.plain(head, step);
        }
        if let Some(statement) = self.broadcast(group) {
            put(&mut self.text, format_args!("{head}{statement}\n"));
            return Ok(());
        }
        let mut qubits: Vec<Qubit> = group.iter().flat_map(|step| step.qubits.iter().copied()).collect();
        qubits.sort_unstable();
        qubits.dedup();
        if qubits.is_empty() && self.circuit.num_qubits > 0 {
            qubits.push(0);
        }
        let local = |qubit: Qubit| format!("q{}", qubits.binary_search(&qubit).unwrap_or(0));
        let mut body = String::new();
        for step in group {
            let call = call(step).ok_or_else(|| {
                unsupported("OpenQASM 2 puts one statement behind a condition.")
                    .found(format!("\"{}\" among {} instructions", step.operation.name(), group.len()))
                    .expected("gates only, or one measurement or reset")
            })??;
            put(&mut body, format_args!("{call} {}; ", list(step, local)));
        }
        let locals: Vec<_> = qubits.iter().copied().map(local).collect();
        let name = loop {
            let name = format!("block_{}", self.blocks);
            self.blocks += 1;
            if self.names.insert(name.clone()) {
                break name;
            }
        };
        put(&mut self.text, format_args!("gate {name} {} {{ {body}}}\n", locals.join(",")));
        let operands: Vec<_> = qubits.iter().map(|qubit| bit_name(&self.qregs, *qubit)).collect();
        put(&mut self.text, format_args!("{head}{name} {};\n", operands.join(",")));
        Ok(())
    }

    /// Measurements, or resets, of a whole register bit by bit.
    fn broadcast(&self, group: &[&Instruction]) -> Option<String> {
        let (mut qubits, mut bits) = (Vec::new(), Vec::new());
        for step in group {
            match &step.operation {
                Operation::Reset => {}
                Operation::Measure(measure) if measure.memory == measure.register => {
                    bits.extend_from_slice(&measure.memory);
                }
                _ => return None,
            }
            qubits.extend_from_slice(&step.qubits);
        }
        let whole = |banks: &[Bank], bits: &[u32]| {
            let all = |bank: &&Bank| bits.iter().copied().eq(bank.first..bank.first + bank.size);
            banks.iter().find(all).map(|bank| bank.name.clone())
        };
        let quantum = whole(&self.qregs, &qubits)?;
        if bits.is_empty() {
            return Some(format!("reset {quantum};"));
        }
        Some(format!("measure {quantum} -> {};", whole(&self.cregs, &bits)?))
    }

    /// Writes one instruction behind `head`.
    fn plain(&mut self, head: &str, step: &Instruction) -> Result<(), AerError> {
        match &step.operation {
            Operation::Measure(measure) => {
                self.check_measure(measure, &step.qubits)?;
                for (qubit, bit) in step.qubits.iter().zip(&measure.memory) {
                    let (qubit, bit) = (bit_name(&self.qregs, *qubit), bit_name(&self.cregs, *bit));
                    put(&mut self.text, format_args!("{head}measure {qubit} -> {bit};\n"));
                }
            }
            Operation::Reset => {
                for qubit in &step.qubits {
                    put(&mut self.text, format_args!("{head}reset {};\n", bit_name(&self.qregs, *qubit)));
                }
            }
            _ => {
                let Some(call) = call(step) else {
                    return Err(unsupported("OpenQASM 2 has no words for the instruction."));
                };
                let operands = list(step, |qubit| bit_name(&self.qregs, qubit));
                put(&mut self.text, format_args!("{head}{} {operands};\n", call?));
            }
        }
        Ok(())
    }

    /// A measurement in OpenQASM 2 writes the bit that counts and the bit that conditions read alike.
    fn check_measure(&self, measure: &Measure, qubits: &[Qubit]) -> Result<(), AerError> {
        let unread = !self.conditional && measure.register.is_empty();
        if measure.memory.len() == qubits.len() && (unread || measure.register == measure.memory) {
            return Ok(());
        }
        Err(unsupported("A measurement in OpenQASM 2 writes a memory bit and the register bit of its index.")
            .found(format!("memory bits {:?}, register bits {:?}", measure.memory, measure.register)))
    }

    /// A `bfunc`'s bit is a condition right behind it only.
    fn check_scratch(&self, bit: u32, rest: &[Instruction]) -> Result<(), AerError> {
        let later = rest.iter().take_while(
            |step| !matches!(&step.operation, Operation::BooleanFunction(f) if f.register == bit),
        );
        let mut read = bit < self.circuit.num_clbits;
        for step in later {
            visit(std::slice::from_ref(step), &mut |step| {
                let reads = match &step.operation {
                    Operation::BooleanFunction(other) => other.comparison.mask.get(bit),
                    Operation::ControlFlow(_) | Operation::Store(_) => step.register_end() > bit,
                    _ => false,
                };
                read |= reads || step.condition == Some(bit);
            });
        }
        if read {
            return Err(unsupported("OpenQASM 2 does not keep the outcome of a comparison.")
                .found(format!("register bit {bit}, read elsewhere"))
                .expected("a condition of the instructions that follow at once"));
        }
        Ok(())
    }

    /// `if(c==n) ` of a `bfunc`.
    fn comparison(&self, function: &BooleanFunction) -> Result<String, AerError> {
        let comparison = &function.comparison;
        let bank = self.cregs.iter().find(|bank| {
            comparison.mask.count_ones() == bank.size
                && (bank.first..bank.first + bank.size).all(|bit| comparison.mask.get(bit))
        });
        if let (Some(bank), Relation::Equal, None) = (bank, comparison.relation, function.memory) {
            // One more bit: no register equals a value that has it.
            let value = comparison.value.slice(bank.first, bank.size + 1);
            if value.count_ones() == comparison.value.count_ones() {
                return Ok(format!("if({}=={}) ", bank.name, decimal(&value)));
            }
        }
        Err(unsupported("OpenQASM 2 compares a whole register with a number, by `==`."))
    }

    /// `if(c==n) ` of a condition that says so.
    fn condition(&self, condition: &Expr) -> Result<String, AerError> {
        let slot_of = |expression: &Expr| match &expression.kind {
            ExprKind::Read(slot) => Some(slot.clone()),
            // A conversion that changes no value.
            ExprKind::Cast(inner) => match (&inner.kind, inner.ty) {
                (ExprKind::Read(slot), Type::Bool) => Some(slot.clone()),
                (ExprKind::Read(slot), Type::Uint(width)) if width < expression.ty.width() => {
                    Some(slot.clone())
                }
                _ => None,
            },
            _ => None,
        };
        let number = |expression: &Expr| match expression.value()? {
            ClassicalValue::Bool(value) => Some(Bits::from_u64((*value).into())),
            ClassicalValue::Uint(bits) => Some(bits.clone()),
            ClassicalValue::Int(value) => u64::try_from(*value).ok().map(Bits::from_u64),
            _ => None,
        };
        let parts = match &condition.kind {
            ExprKind::Binary(BinaryOp::Equal, sides) => {
                slot_of(&sides.0).zip(number(&sides.1)).or_else(|| slot_of(&sides.1).zip(number(&sides.0)))
            }
            ExprKind::Unary(UnaryOp::Not, inner) => slot_of(inner).zip(Some(Bits::from_u64(0))),
            ExprKind::Read(slot) if slot.ty == Type::Bool => Some((slot.clone(), Bits::from_u64(1))),
            _ => None,
        };
        let width = |slot: &Slot| match slot.ty {
            Type::Bool | Type::Uint(_) if slot.index.is_none() => Some(slot.ty.width()),
            _ => None,
        };
        if let Some((slot, value)) = parts
            && let Some(bank) =
                self.cregs.iter().find(|bank| (Some(bank.size), bank.first) == (width(&slot), slot.first))
        {
            return Ok(format!("if({}=={}) ", bank.name, decimal(&value)));
        }
        Err(unsupported("OpenQASM 2 compares a whole register with a number, by `==`."))
    }
}

/// How many instructions depend on the condition at once; barriers between them take none.
fn conditioned(bit: u32, rest: &[Instruction]) -> usize {
    let mut end = 0;
    for (index, step) in rest.iter().enumerate() {
        if step.condition == Some(bit) {
            end = index + 1;
        } else if step.operation != Operation::Barrier || step.condition.is_some() {
            break;
        }
    }
    end
}

/// The gate's name in the text.
fn written_name(gate: Gate, num_qubits: usize) -> String {
    match gate.spec().controls {
        Controls::Any => format!("{}_{num_qubits}", gate.name()),
        Controls::Exactly(_) => gate.name().to_owned(),
    }
}

/// `name(parameters)` of a gate, a delay or a barrier.
fn call(step: &Instruction) -> Option<Result<String, AerError>> {
    let count = step.qubits.len();
    match &step.operation {
        Operation::Gate(gate, parameters) => {
            let name = written_name(*gate, count);
            if parameters.is_empty() {
                return Some(Ok(name));
            }
            let numbers: Result<Vec<_>, _> = parameters.iter().map(|number| formula(*number)).collect();
            Some(numbers.map(|numbers| format!("{name}({})", numbers.join(","))))
        }
        Operation::Delay(duration) if count == 1 => {
            Some(formula(*duration).map(|number| format!("delay({number})")))
        }
        Operation::Barrier if count > 0 => Some(Ok("barrier".to_owned())),
        _ => None,
    }
}

/// The qubits of an instruction, by name.
fn list(step: &Instruction, name: impl Fn(Qubit) -> String) -> String {
    step.qubits.iter().map(|qubit| name(*qubit)).collect::<Vec<_>>().join(",")
}

/// `name[index]` of a bit.
fn bit_name(banks: &[Bank], bit: u32) -> String {
    match banks.iter().rfind(|bank| bank.first <= bit) {
        Some(bank) => format!("{}[{}]", bank.name, bit - bank.first),
        None => format!("[{bit}]"),
    }
}

/// A formula whose value is the number, bit for bit: a fraction of pi where there is one.
pub(crate) fn formula(number: f64) -> Result<String, AerError> {
    if !number.is_finite() {
        return Err(AerError::new(ErrorCode::InvalidParameter, "The value is not a finite number.")
            .found(number.to_string()));
    }
    let turns = number / PI;
    let fraction = (1..=16).chain([32, 64, 128, 256, 512, 1024]).find_map(|divisor| {
        let times = (turns * f64::from(divisor)).round();
        let exact = times.abs() > 0.5
            && times.abs() <= 1024.0
            && (times * PI / f64::from(divisor)).to_bits() == number.to_bits();
        exact.then_some((times as i32, divisor))
    });
    let Some((times, divisor)) = fraction else { return Ok(format!("{number:?}")) };
    let times = match times {
        1 => "pi".to_owned(),
        -1 => "-pi".to_owned(),
        times => format!("{times}*pi"),
    };
    Ok(if divisor == 1 { times } else { format!("{times}/{divisor}") })
}

/// The number in decimal digits.
fn decimal(bits: &Bits) -> String {
    const CHUNK: u64 = 1_000_000_000;
    let width = bits.highest().map_or(1, |top| top + 1);
    let mut limbs: Vec<u64> = (0..width.div_ceil(32)).map(|i| bits.slice(i * 32, 32).low_u64()).collect();
    let mut chunks = Vec::new();
    while limbs.iter().any(|limb| *limb != 0) {
        let mut carry = 0;
        for limb in limbs.iter_mut().rev() {
            carry = carry << 32 | *limb;
            *limb = carry / CHUNK;
            carry %= CHUNK;
        }
        chunks.push(carry);
    }
    let mut text = chunks.pop().unwrap_or(0).to_string();
    for chunk in chunks.iter().rev() {
        put(&mut text, format_args!("{chunk:09}"));
    }
    text
}

fn put(text: &mut String, more: fmt::Arguments) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(more);
}

fn unsupported(message: &str) -> AerError {
    AerError::new(ErrorCode::UnsupportedInstruction, message).hint("OpenQASM 3 has more words: use to_qasm3.")
}

#[cfg(test)]
mod tests;
