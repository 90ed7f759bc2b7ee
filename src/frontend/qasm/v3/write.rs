//! Writing OpenQASM 3.
//!
//! Gates of `stdgates.inc` stand by their names; other gates of the table are defined before, exactly and not
//! only up to a phase, and those with any number of controls are written as `ctrl(n) @ gate`. What OpenQASM 3
//! has no words for is a line `pragma aer {…}` with the Qobj instruction, whose qubits and bits are numbered
//! through. Real numbers are read back bit for bit.

use std::collections::BTreeSet;
use std::f64::consts::PI;
use std::fmt::Write as _;

use super::OLD_NAMES;
use super::analyse::controlled_row;
use super::parse::is_keyword;
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::expression::{BinaryOp, ExprKind, Function, Slot, Type, UnaryOp};
use crate::circuit::gate::Controls;
use crate::circuit::{
    Bits, Circuit, ClassicalValue, ControlFlow, Expr, GATES, Gate, GateSpec, Instruction, Operation,
    Register, lower,
};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qobj;

#[cfg(test)]
mod tests;

/// The circuit as OpenQASM 3, which is read back to the same. Multi-qubit measurements and resets come apart,
/// and a name that OpenQASM 3 cannot have is changed.
///
/// # Errors
///
/// [`ErrorCode::UnsupportedInstruction`] for jumps and marks, for a `break` or `continue` of an outer loop, and
/// for a classical value that is in no variable; [`ErrorCode::InvalidParameter`] for a number that is not
/// finite.
pub fn write(circuit: &Circuit) -> Result<String, AerError> {
    let raised = raised(circuit);
    let circuit = raised.as_ref().unwrap_or(circuit);
    let mut writer = Writer::new(circuit);
    let mut parameters = Vec::new();
    free_parameters(&circuit.instructions, &mut Vec::new(), &mut parameters);
    let inputs = parameters.len();
    for name in parameters {
        let text = writer.new_name(&name);
        writer.parameters.push((name, text));
    }
    let mut body = String::new();
    if circuit.global_phase != 0.0 {
        let _ = writeln!(body, "gphase({});", real(circuit.global_phase)?);
    }
    for (index, step) in circuit.instructions.iter().enumerate() {
        writer.instruction(step, 0, &mut body).map_err(|mut error| {
            error.place.instruction.get_or_insert(index);
            error
        })?;
    }
    let mut text = String::from("OPENQASM 3.1;\ninclude \"stdgates.inc\";\n");
    writer.definitions(&mut text);
    for (_, name) in writer.parameters.iter().take(inputs) {
        let _ = writeln!(text, "input float[64] {name};");
    }
    for (keyword, places) in [("qubit", &writer.qubits), ("bit", &writer.clbits)] {
        for place in places {
            let _ = writeln!(text, "{keyword}[{}] {};", place.size, place.name);
        }
    }
    for (variable, name) in circuit.variables.iter().zip(&writer.variables) {
        let _ = writeln!(text, "{} {name};", variable.slot.ty);
    }
    Ok(text + &body)
}

/// The circuit with an `if` for each comparison into a scratch bit and the instructions that it conditions: the
/// form that Qobj and OpenQASM 2 give. `None` where lowering would not give the very same instructions back.
fn raised(circuit: &Circuit) -> Option<Circuit> {
    let is_comparison = |step: &Instruction| matches!(step.operation, Operation::BooleanFunction(_));
    if !circuit.instructions.iter().any(is_comparison) || !lower::is_flat(circuit) {
        return None;
    }
    let variables = circuit.variables.iter().map(|variable| variable.slot.end());
    let scratch = variables.fold(circuit.num_clbits, u32::max);
    let mut steps = circuit.instructions.iter().peekable();
    let mut instructions = Vec::new();
    while let Some(step) = steps.next() {
        let Operation::BooleanFunction(function) = &step.operation else {
            instructions.push(step.clone());
            continue;
        };
        let condition = register_comparison(&function.comparison)?;
        let mut then = Vec::new();
        while let Some(next) = steps.next_if(|next| next.condition == Some(scratch)) {
            then.push(Instruction { condition: None, ..next.clone() });
        }
        let qubits: BTreeSet<u32> = then.iter().flat_map(|step| step.qubits.iter().copied()).collect();
        let flow = ControlFlow::IfElse { condition, then, otherwise: Vec::new() };
        instructions.push(Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits));
    }
    let raised = Circuit { instructions, num_register_bits: scratch, ..circuit.clone() };
    let mut again = raised.clone();
    lower::expand(&mut again).ok()?;
    (again.instructions == circuit.instructions).then_some(raised)
}

/// The first bit and the number of the bits of a mask, if they stand in a row.
fn range(mask: &Bits) -> Option<(u32, u32)> {
    let end = mask.highest()? + 1;
    let first = (0..end).find(|bit| mask.get(*bit))?;
    (mask.count_ones() == end - first).then_some((first, end - first))
}

/// A comparison of register bits as an expression.
fn register_comparison(comparison: &Comparison) -> Option<Expr> {
    let (first, width) = range(&comparison.mask)?;
    let op = comparison_op(comparison.relation)?;
    let top = comparison.value.highest().map_or(0, |top| top + 1);
    if top > first + width || comparison.value.slice(0, first).any() {
        return None;
    }
    let value = Expr::uint(comparison.value.slice(first, width), width);
    Expr::binary(op, Expr::read(Slot::new(first, Type::Uint(width))), value).ok()
}

fn comparison_op(relation: Relation) -> Option<BinaryOp> {
    BinaryOp::ALL.iter().copied().find(|op| lower::relation(*op) == Some(relation))
}

/// The named parameters that no loop around them gives a value, each once.
fn free_parameters(steps: &[Instruction], bound: &mut Vec<String>, names: &mut Vec<String>) {
    for step in steps {
        let mut expressions = Vec::new();
        match &step.operation {
            Operation::ComputedGate(_, parameters) => expressions.extend(parameters.iter()),
            Operation::Store(store) => expressions.push(&store.value),
            Operation::ControlFlow(flow) => {
                let count = bound.len();
                match &**flow {
                    ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                        expressions.push(condition);
                    }
                    ControlFlow::Switch { target, .. } => expressions.push(target),
                    ControlFlow::For { parameter: Some(name), .. } => bound.push(name.to_string()),
                    _ => {}
                }
                for block in flow.blocks() {
                    free_parameters(block, bound, names);
                }
                bound.truncate(count);
            }
            _ => {}
        }
        for name in expressions.into_iter().flat_map(Expr::parameters) {
            if !bound.iter().chain(names.iter()).any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
}

/// A real number that is read back bit for bit: a simple fraction of π where it is exactly that.
fn real(value: f64) -> Result<String, AerError> {
    if !value.is_finite() {
        return Err(
            AerError::new(ErrorCode::InvalidParameter, "The number is not finite.").found(value.to_string())
        );
    }
    let size = value.abs();
    for denominator in [1_u32, 2, 3, 4, 6, 8, 16, 32] {
        let numerator = (size * f64::from(denominator) / PI).round();
        if (1.0..=64.0).contains(&numerator)
            && (numerator * PI / f64::from(denominator)).to_bits() == size.to_bits()
        {
            let sign = if value < 0.0 { "-" } else { "" };
            let times = if numerator < 1.5 { String::new() } else { format!("{numerator}*") };
            let over = if denominator == 1 { String::new() } else { format!("/{denominator}") };
            return Ok(format!("{sign}{times}pi{over}"));
        }
    }
    Ok(format!("{value:?}"))
}

fn unsupported(what: impl Into<String>) -> AerError {
    AerError::new(ErrorCode::UnsupportedInstruction, what)
}

/// Numbers that no two different matrix functions agree on.
const PROBE: [f64; 4] = [0.3, 0.7, 1.1, 1.9];

/// The gate that a row controls, and how many controls that one has itself.
fn base_of(spec: &GateSpec) -> Option<(&'static GateSpec, usize)> {
    let probe = PROBE.get(..spec.parameters.len())?;
    let matrix = (spec.matrix)(probe);
    let fits = |other: &&GateSpec, controls| {
        other.controls == Controls::Exactly(controls)
            && other.targets == spec.targets
            && other.parameters.len() == spec.parameters.len()
            && other.gate != Gate::UBuiltin
            && other.gate != Gate::CxBuiltin
            && (other.matrix)(probe) == matrix
    };
    // `mcu` has no gate without controls: its base is `cu`.
    (0..2).find_map(|controls| {
        let bases = || GATES.iter().filter(move |other| fits(other, controls));
        bases().find(|other| other.stdgates).or_else(|| bases().next()).map(|base| (base, controls))
    })
}

/// A gate with any number of controls, on so many qubits, as a modifier and the gate behind it; and whether the
/// reader makes the same gate of it again.
fn modified(gate: Gate, num_qubits: usize) -> Option<(String, &'static GateSpec, bool)> {
    let (base, own) = base_of(gate.spec())?;
    let controls = gate.num_controls(num_qubits);
    let modifier = match controls.checked_sub(own)? {
        0 => String::new(),
        1 => "ctrl @ ".into(),
        n => format!("ctrl({n}) @ "),
    };
    let is_read_back = controls > own && controlled_row(base.gate, controls) == Some(gate);
    Some((modifier, base, is_read_back))
}

/// The body of a gate that `stdgates.inc` lacks, equal to the row's matrix with its phase.
fn exact_body(spec: &'static GateSpec) -> String {
    match spec.gate {
        Gate::Sxdg => "inv @ sx a;".into(),
        Gate::U0 => "id a;".into(),
        Gate::Rxx | Gate::Rzz => format!("gphase(-theta/2); {}", spec.definition),
        _ => match (spec.controls, base_of(spec)) {
            (Controls::Exactly(controls @ 1..), Some((base, 0))) => {
                let count = if controls == 1 { String::new() } else { format!("({controls})") };
                let parameters = parenthesised(spec.parameters);
                let qubits = QUBITS.get(..controls + spec.targets).unwrap_or(&QUBITS).join(", ");
                format!("ctrl{count} @ {}{parameters} {qubits};", base.name)
            }
            _ => spec.definition.into(),
        },
    }
}

/// The head and body of a definition whose parameters are named by their places: Qiskit's reader takes parameters
/// in alphabetical order.
fn definition(name: &str, parameters: &[&str], qubits: &[&str], body: &str) -> String {
    let places: Vec<String> = (0..parameters.len()).map(|place| format!("p{place}")).collect();
    let mut renamed = String::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for part in body.split_inclusive(|c| !is_word(c)) {
        let word = part.trim_end_matches(|c| !is_word(c));
        let place = parameters.iter().position(|parameter| *parameter == word);
        renamed.push_str(place.and_then(|place| places.get(place)).map_or(word, String::as_str));
        renamed.push_str(part.get(word.len()..).unwrap_or_default());
    }
    format!("gate {name}{} {} {{ {renamed} }}\n", parenthesised(&places), qubits.join(", "))
}

/// Names of a definition's qubits.
const QUBITS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn parenthesised<T: AsRef<str>>(items: &[T]) -> String {
    if items.is_empty() {
        return String::new();
    }
    format!("({})", items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
}

/// Bits in a row with a name.
#[derive(Debug)]
struct Place {
    name: String,
    first: u32,
    size: u32,
}

struct Writer<'a> {
    circuit: &'a Circuit,
    taken: BTreeSet<String>,
    qubits: Vec<Place>,
    clbits: Vec<Place>,
    /// Whether anything depends on register bits, so that it matters whether a measurement writes them.
    conditional: bool,
    /// The names of the circuit's variables.
    variables: Vec<String>,
    /// Named parameters and how they are written; the innermost last.
    parameters: Vec<(String, String)>,
    /// Gates to be defined; one with any number of controls with its number of qubits, others with 0.
    used: BTreeSet<(Gate, usize)>,
}

impl<'a> Writer<'a> {
    fn new(circuit: &'a Circuit) -> Self {
        let mut writer = Self {
            circuit,
            taken: BTreeSet::new(),
            qubits: Vec::new(),
            clbits: Vec::new(),
            conditional: circuit.instructions.iter().any(|step| {
                let Instruction { operation, condition, .. } = step;
                condition.is_some()
                    || matches!(
                        operation,
                        Operation::BooleanFunction(_)
                            | Operation::Store(_)
                            | Operation::ComputedGate(..)
                            | Operation::ControlFlow(_)
                            | Operation::Save(_)
                            | Operation::ReadoutError(_)
                    )
            }),
            variables: Vec::new(),
            parameters: Vec::new(),
            used: BTreeSet::new(),
        };
        writer.qubits = writer.places(&circuit.qregs, circuit.num_qubits, "q");
        writer.clbits = writer.places(&circuit.cregs, circuit.num_clbits, "c");
        writer.variables = circuit.variables.iter().map(|variable| writer.new_name(&variable.name)).collect();
        writer
    }

    /// The registers, and one more for the bits that are in none.
    fn places(&mut self, registers: &[Register], total: u32, name: &str) -> Vec<Place> {
        let mut places = Vec::new();
        let mut first = 0;
        for register in registers {
            let size = register.size.min(total - first);
            if size > 0 {
                places.push(Place { name: self.new_name(&register.name), first, size });
                first += size;
            }
        }
        if first < total {
            places.push(Place { name: self.new_name(name), first, size: total - first });
        }
        places
    }

    /// A name like this one that is allowed and not taken yet.
    fn new_name(&mut self, name: &str) -> String {
        const CONSTANTS: [&str; 7] = ["pi", "π", "tau", "τ", "euler", "ℇ", "sizeof"];
        let allowed = |c: char| c == '_' || c.is_alphanumeric();
        let mut name: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        if !name.starts_with(|c: char| c == '_' || c.is_alphabetic()) {
            name.insert(0, '_');
        }
        let is_free = |name: &str| {
            !is_keyword(name)
                && !CONSTANTS.contains(&name)
                && Gate::by_name(name).is_none()
                && OLD_NAMES.iter().all(|(old, _)| *old != name)
                && Function::by_name(name).is_none()
                && !self.taken.contains(name)
        };
        let mut candidate = name.clone();
        let mut count = 0_u32;
        while !is_free(&candidate) {
            candidate = format!("{name}_{count}");
            count += 1;
        }
        self.taken.insert(candidate.clone());
        candidate
    }

    /// The definitions of the gates used, each before the first that needs it.
    fn definitions(&self, text: &mut String) {
        fn define(gate: Gate, done: &mut BTreeSet<Gate>, text: &mut String) {
            let spec = gate.spec();
            if spec.stdgates || gate == Gate::UBuiltin || !done.insert(gate) {
                return;
            }
            let body = exact_body(spec);
            for word in body.split(|c: char| !c.is_alphanumeric() && c != '_') {
                if let Some(other) = Gate::by_name(word) {
                    define(other, done, text);
                }
            }
            let qubits = spec.num_qubits().and_then(|count| QUBITS.get(..count)).unwrap_or(&QUBITS);
            text.push_str(&definition(spec.name, spec.parameters, qubits, &body));
        }
        let mut done = BTreeSet::new();
        for (gate, count) in &self.used {
            let spec = gate.spec();
            match QUBITS.get(..*count).filter(|qubits| !qubits.is_empty()) {
                None => define(*gate, &mut done, text),
                Some(qubits) => {
                    let Some((modifier, base, _)) = modified(*gate, *count) else { continue };
                    define(base.gate, &mut done, text);
                    let parameters = parenthesised(spec.parameters);
                    let body = format!("{modifier}{}{parameters} {};", base.name, qubits.join(", "));
                    let name = format!("{}_{count}", spec.name);
                    text.push_str(&definition(&name, spec.parameters, qubits, &body));
                }
            }
        }
    }

    fn qubit(&self, qubit: u32) -> Result<String, AerError> {
        named_bit(&self.qubits, qubit)
            .ok_or_else(|| AerError::new(ErrorCode::QubitOutOfRange, format!("There is no qubit {qubit}.")))
    }

    fn qubit_list(&self, qubits: &[u32]) -> Result<String, AerError> {
        let names = qubits.iter().map(|qubit| self.qubit(*qubit)).collect::<Result<Vec<_>, _>>()?;
        Ok(names.join(", "))
    }

    fn instruction(&mut self, step: &Instruction, level: usize, out: &mut String) -> Result<(), AerError> {
        let indent = "  ".repeat(level);
        let condition = match step.condition {
            None => String::new(),
            Some(bit) => match self.slot(&Slot::new(bit, Type::Bool)) {
                Ok(name) => format!("if ({name}) "),
                Err(_) => return Self::pragma(step, &indent, out),
            },
        };
        if step.label.is_some() && !matches!(step.operation, Operation::ControlFlow(_)) {
            return Self::pragma(step, &indent, out);
        }
        let mut line = |text: String| {
            let _ = writeln!(out, "{indent}{condition}{text}");
        };
        match &step.operation {
            Operation::Gate(gate, parameters) => {
                let parameters = parameters.iter().map(|p| real(*p)).collect::<Result<Vec<_>, _>>()?;
                match self.gate(*gate, &parameters, &step.qubits)? {
                    Some(text) => line(text),
                    None => return Self::pragma(step, &indent, out),
                }
            }
            Operation::ComputedGate(gate, parameters) => {
                let parameters = parameters.iter().map(|p| self.expression(p, 0));
                let parameters = parameters.collect::<Result<Vec<_>, _>>()?;
                let text = self.gate(*gate, &parameters, &step.qubits)?;
                line(text.ok_or_else(|| {
                    unsupported(format!("\"{}\" cannot be written as OpenQASM 3.", gate.name()))
                })?);
            }
            // Without qubits OpenQASM means all of them.
            Operation::Barrier if !step.qubits.is_empty() => {
                line(format!("barrier {};", self.qubit_list(&step.qubits)?));
            }
            Operation::Delay(duration) if duration.is_finite() && *duration >= 0.0 => {
                line(format!("delay[{duration:?}s] {};", self.qubit_list(&step.qubits)?));
            }
            Operation::Reset => {
                for qubit in &step.qubits {
                    line(format!("reset {};", self.qubit(*qubit)?));
                }
            }
            Operation::Measure(measure)
                if (measure.memory == measure.register
                    || measure.register.is_empty() && !self.conditional)
                    && measure.memory.len() == step.qubits.len() =>
            {
                for (qubit, bit) in step.qubits.iter().zip(&measure.memory) {
                    let bit = self.slot(&Slot::new(*bit, Type::Bool))?;
                    line(format!("{bit} = measure {};", self.qubit(*qubit)?));
                }
            }
            Operation::Store(store) => {
                line(format!("{} = {};", self.slot(&store.target)?, self.expression(&store.value, 0)?));
            }
            Operation::ControlFlow(flow) => {
                let _ = write!(out, "{indent}{condition}");
                return self.control_flow(flow, level, out);
            }
            Operation::Jump(_) | Operation::Mark(_) => {
                return Err(unsupported("OpenQASM 3 has no jumps and marks.")
                    .found(step.operation.name())
                    .hint("Build the loop with `while_loop` or `for_loop`."));
            }
            _ => return Self::pragma(step, &indent, out),
        }
        Ok(())
    }

    /// A line with the Qobj instruction.
    fn pragma(step: &Instruction, indent: &str, out: &mut String) -> Result<(), AerError> {
        if matches!(
            step.operation,
            Operation::ControlFlow(_) | Operation::Jump(_) | Operation::Mark(_) | Operation::ComputedGate(..)
        ) {
            return Err(unsupported(format!(
                "\"{}\" on a condition that is in no variable cannot be written as OpenQASM 3.",
                step.operation.name()
            )));
        }
        let _ = writeln!(out, "{indent}pragma aer {}", qobj::instruction_json(step));
        Ok(())
    }

    /// A gate call; `None` where only a pragma says it.
    fn gate(
        &mut self,
        gate: Gate,
        parameters: &[String],
        qubits: &[u32],
    ) -> Result<Option<String>, AerError> {
        let spec = gate.spec();
        let (list, parameters) = (self.qubit_list(qubits)?, parenthesised(parameters));
        if spec.controls != Controls::Any {
            self.used.insert((gate, 0));
            return Ok(Some(format!("{}{parameters} {list};", spec.name)));
        }
        let Some((modifier, base, is_read_back)) = modified(gate, qubits.len()) else { return Ok(None) };
        if is_read_back {
            self.used.insert((base.gate, 0));
            return Ok(Some(format!("{modifier}{}{parameters} {list};", base.name)));
        }
        if qubits.len() > QUBITS.len() {
            return Ok(None);
        }
        // Another row is read from these words: this one needs a name of its own.
        self.used.insert((gate, qubits.len()));
        Ok(Some(format!("{}_{}{parameters} {list};", spec.name, qubits.len())))
    }

    fn block(&mut self, block: &[Instruction], level: usize, out: &mut String) -> Result<(), AerError> {
        out.push_str("{\n");
        for step in block {
            self.instruction(step, level + 1, out)?;
        }
        let _ = write!(out, "{}}}", "  ".repeat(level));
        Ok(())
    }

    /// Control flow, from the keyword on.
    fn control_flow(&mut self, flow: &ControlFlow, level: usize, out: &mut String) -> Result<(), AerError> {
        match flow {
            ControlFlow::IfElse { condition, then, otherwise } => {
                let _ = write!(out, "if ({}) ", self.condition(condition)?);
                self.block(then, level, out)?;
                if !otherwise.is_empty() {
                    out.push_str(" else ");
                    self.block(otherwise, level, out)?;
                }
            }
            ControlFlow::While { condition, body } => {
                let _ = write!(out, "while ({}) ", self.condition(condition)?);
                self.block(body, level, out)?;
            }
            ControlFlow::For { parameter, values, body } => {
                let name = self.new_name(parameter.as_deref().unwrap_or("i"));
                let _ = write!(out, "for int {name} in {} ", value_set(values));
                let count = self.parameters.len();
                self.parameters.extend(parameter.as_ref().map(|old| (old.to_string(), name.clone())));
                self.block(body, level, out)?;
                self.parameters.truncate(count);
                self.taken.remove(&name);
            }
            ControlFlow::Switch { target, cases, default } => {
                let _ = writeln!(out, "switch ({}) {{", self.expression(target, 0)?);
                let indent = "  ".repeat(level + 1);
                for (values, block) in cases {
                    let values: Vec<String> = values.iter().map(i64::to_string).collect();
                    let _ = write!(out, "{indent}case {} ", values.join(", "));
                    self.block(block, level + 1, out)?;
                    out.push('\n');
                }
                if !default.is_empty() {
                    let _ = write!(out, "{indent}default ");
                    self.block(default, level + 1, out)?;
                    out.push('\n');
                }
                let _ = write!(out, "{}}}", "  ".repeat(level));
            }
            ControlFlow::Sequence(blocks) => {
                let name = self.new_name("round");
                let rounds: Vec<i64> = (0..).take(blocks.len()).collect();
                let indent = "  ".repeat(level + 1);
                let _ = writeln!(out, "for int {name} in {} {{", value_set(&rounds));
                let _ = writeln!(out, "{indent}switch ({name}) {{");
                for (round, block) in blocks.iter().enumerate() {
                    let _ = write!(out, "{indent}  case {round} ");
                    self.block(block, level + 2, out)?;
                    out.push('\n');
                }
                let _ = write!(out, "{indent}}}\n{}}}", "  ".repeat(level));
                self.taken.remove(&name);
            }
            ControlFlow::Break { outer: 0 } => out.push_str("break;"),
            ControlFlow::Continue { outer: 0 } => out.push_str("continue;"),
            ControlFlow::End => out.push_str("end;"),
            ControlFlow::Break { outer } | ControlFlow::Continue { outer } => {
                let message = format!("OpenQASM 3 has no \"{}\" of an outer loop.", flow.name());
                return Err(unsupported(message).found(format!("{outer} more loops are left")));
            }
        }
        out.push('\n');
        Ok(())
    }

    /// The name of a place of the register, with its index if it is a part of something.
    fn slot(&self, slot: &Slot) -> Result<String, AerError> {
        let fail = || {
            unsupported("A classical value that is in no variable cannot be written as OpenQASM 3.")
                .found(format!("{} from bit {} on", slot.ty, slot.first))
        };
        if slot.index.is_some() {
            return Err(fail().hint("The index is known only at run time."));
        }
        for (variable, name) in self.circuit.variables.iter().zip(&self.variables) {
            if variable.slot == *slot {
                return Ok(name.clone());
            }
        }
        let variables = self.circuit.variables.iter().zip(&self.variables);
        let variables =
            variables.filter(|(variable, _)| matches!(variable.slot.ty, Type::Uint(_) | Type::Int(_)));
        let variables =
            variables.map(|(variable, name)| (name, variable.slot.first, variable.slot.ty.width()));
        let clbits = self.clbits.iter().map(|place| (&place.name, place.first, place.size));
        let width = slot.ty.width();
        for (name, first, size) in clbits.chain(variables) {
            let Some(offset) = slot.first.checked_sub(first).filter(|offset| offset + width <= size) else {
                continue;
            };
            match slot.ty {
                Type::Bool => return Ok(format!("{name}[{offset}]")),
                Type::Uint(_) if width == size => return Ok(name.clone()),
                Type::Uint(_) => return Ok(format!("{name}[{offset}:{}]", offset + width - 1)),
                _ => {}
            }
        }
        Err(fail())
    }

    /// A condition; a register compared with a number is written so, which is read back to the same comparison.
    fn condition(&self, condition: &Expr) -> Result<String, AerError> {
        let compared = || {
            let ExprKind::Binary(..) = &condition.kind else { return None };
            let comparison = lower::comparison(condition)?;
            let op = comparison_op(comparison.relation)?;
            let (first, width) = range(&comparison.mask).filter(|(_, width)| *width < 64)?;
            let again = register_comparison(&comparison).and_then(|again| lower::comparison(&again));
            let name = self.slot(&Slot::new(first, Type::Uint(width))).ok()?;
            let value = comparison.value.slice(first, width).low_u64();
            (again == Some(comparison)).then(|| format!("{name} {} {value}", op.symbol()))
        };
        match compared() {
            Some(text) => Ok(text),
            None => self.expression(condition, 0),
        }
    }

    /// An expression within an operator that binds as strongly as `weakest`.
    fn expression(&self, expression: &Expr, weakest: u8) -> Result<String, AerError> {
        const SIGN: u8 = 11;
        let (precedence, text) = match &expression.kind {
            ExprKind::Constant(value) => (SIGN, constant(value, expression)?),
            ExprKind::Read(slot) => (u8::MAX, self.slot(slot)?),
            ExprKind::Parameter(name) => {
                let known = self.parameters.iter().rev().find(|(known, _)| **known == **name);
                (u8::MAX, known.map_or_else(|| name.to_string(), |(_, text)| text.clone()))
            }
            ExprKind::Unary(op, operand) => {
                let symbol = match op {
                    UnaryOp::Negate => "-",
                    UnaryOp::BitNot => "~",
                    UnaryOp::Not => "!",
                };
                (SIGN, format!("{symbol}{}", self.expression(operand, SIGN + 1)?))
            }
            ExprKind::Binary(op, operands) => {
                let own = op.precedence();
                let (left, right) = if *op == BinaryOp::Power { (own + 1, own) } else { (own, own + 1) };
                let (left, right) =
                    (self.expression(&operands.0, left)?, self.expression(&operands.1, right)?);
                (own, format!("{left} {} {right}", op.symbol()))
            }
            ExprKind::Call(function, arguments) => {
                let arguments = arguments.iter().map(|argument| self.expression(argument, 0));
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                (u8::MAX, format!("{}({})", function.name(), arguments.join(", ")))
            }
            ExprKind::Cast(operand) => {
                (u8::MAX, format!("{}({})", expression.ty, self.expression(operand, 0)?))
            }
        };
        Ok(if precedence < weakest { format!("({text})") } else { text })
    }
}

/// A constant with its type; as an operand of `**` it may need parentheses.
fn constant(value: &ClassicalValue, expression: &Expr) -> Result<String, AerError> {
    let ty = expression.ty;
    Ok(match (value, ty) {
        (ClassicalValue::Bool(value), _) => value.to_string(),
        (ClassicalValue::Int(i64::MIN), _) => format!("{ty}(1 << 63)"),
        (ClassicalValue::Int(value), Type::INT) => value.to_string(),
        (ClassicalValue::Int(value), _) => format!("{ty}({value})"),
        (ClassicalValue::Uint(bits), Type::Uint(width)) => {
            let digits: String = (0..width).rev().map(|bit| if bits.get(bit) { '1' } else { '0' }).collect();
            format!("\"{digits}\"")
        }
        (ClassicalValue::Float(value), Type::FLOAT) => parenthesised_real(*value)?,
        (ClassicalValue::Complex(re, im), _) => {
            if !re.is_finite() || !im.is_finite() {
                return Err(AerError::new(ErrorCode::InvalidParameter, "The number is not finite."));
            }
            format!("({re:?} + {im:?}im)").replace("+ -", "- ")
        }
        _ => {
            let number = expression.as_f64().unwrap_or(f64::NAN);
            format!("{ty}({})", real(number)?)
        }
    })
}

/// A real number as an operand: a fraction of π in parentheses.
fn parenthesised_real(value: f64) -> Result<String, AerError> {
    let text = real(value)?;
    Ok(if text.contains(['*', '/']) { format!("({text})") } else { text })
}

/// The values of a loop: a range where they are evenly spaced.
fn value_set(values: &[i64]) -> String {
    match values {
        [] => return "[1:0]".into(),
        [first, second, .., last] => {
            let step = second.wrapping_sub(*first);
            if step != 0 && values.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(step)) {
                return if step == 1 {
                    format!("[{first}:{last}]")
                } else {
                    format!("[{first}:{step}:{last}]")
                };
            }
        }
        _ => {}
    }
    let values: Vec<String> = values.iter().map(i64::to_string).collect();
    format!("{{{}}}", values.join(", "))
}

fn named_bit(places: &[Place], bit: u32) -> Option<String> {
    let place = places.iter().rev().find(|place| place.first <= bit)?;
    (bit - place.first < place.size).then(|| format!("{}[{}]", place.name, bit - place.first))
}
