//! The core of `QuantumCircuit`: a circuit that grows instruction by instruction, each checked as it comes.
//!
//! Gates, measurements and what else is frequent have a method each; every other instruction comes as the JSON
//! of a Qobj instruction and goes through the Qobj reader. Blocks of control flow are circuits of their own,
//! handed over one by one by [`CircuitBuilder::block`] before the instruction that owns them.

mod inspect;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

use super::convert::to_js;
use super::expression::{self, read_json};
use super::js_error::throw;
use crate::circuit::operation::{Measure, Pauli, Store};
use crate::circuit::{
    Block, Circuit, ControlFlow, Expr, GATES, Instruction, Operation, Register, Slot, Type, Variable, lower,
    transform, validate,
};
use crate::draw::{self, DrawOptions};
use crate::error::{AerError, ErrorCode};
use crate::frontend::{self, LoadOptions, qasm, qobj};

/// A circuit under construction.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct CircuitBuilder {
    circuit: Circuit,
    blocks: Vec<Block>,
}

/// The class, to lend to JavaScript.
pub fn class() -> JsValue {
    super::class_of(&CircuitBuilder::new().into())
}

/// A control-flow instruction without its blocks, each with the fields that it has; `condition` and `target` are
/// tokens of an expression. A switch has a block for each list of `cases`, and then one more if there is a default.
#[derive(Deserialize)]
struct FlowJson {
    name: String,
    #[serde(default)]
    condition: Vec<Value>,
    parameter: Option<String>,
    #[serde(default)]
    values: Vec<i64>,
    #[serde(default)]
    target: Vec<Value>,
    #[serde(default)]
    cases: Vec<Vec<i64>>,
    default: Option<usize>,
}

/// How to draw; what is not given is as by default. `fold` of 0 or less never folds.
#[derive(Deserialize)]
struct DrawJson {
    fold: Option<i64>,
    reverse_bits: Option<bool>,
    plot_barriers: Option<bool>,
    cregbundle: Option<bool>,
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "documented where users see it: QuantumCircuit in types.d.ts")]
#[allow(clippy::return_self_not_must_use, reason = "JavaScript knows no such thing")]
impl CircuitBuilder {
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Circuit::new(0, 0).into()
    }

    /// `inputs` and `includes` as the options of these names.
    pub fn from_qasm(text: &str, options: JsValue) -> Result<CircuitBuilder, JsValue> {
        let options = super::convert::options_from_js(&options).map_err(throw)?;
        let options = LoadOptions::default().with_given(&options);
        let mut program = frontend::load_with(text, options).map_err(throw)?;
        let circuit = program.circuits.pop().unwrap_or_else(|| Ok(Circuit::new(0, 0))).map_err(throw)?;
        Ok(circuit.into())
    }

    /// A circuit of the same registers and variables without instructions.
    pub fn blank(&self) -> CircuitBuilder {
        self.shell().into()
    }

    pub fn copy(&self) -> CircuitBuilder {
        self.circuit.clone().into()
    }

    pub fn add_qreg(&mut self, name: &str, size: u32) -> Result<(), JsValue> {
        self.circuit.num_qubits = grown(self.circuit.num_qubits, size)?;
        self.circuit.qregs.push(Register { name: name.into(), size });
        Ok(())
    }

    /// Variables have their place after the bits, and give way.
    pub fn add_creg(&mut self, name: &str, size: u32) -> Result<(), JsValue> {
        let first = self.circuit.num_clbits;
        self.circuit.num_clbits = grown(first, size)?;
        self.circuit.num_register_bits = grown(self.circuit.num_register_bits, size)?;
        if !self.circuit.variables.is_empty() {
            let shift = |slot: &mut Slot| {
                if slot.first >= first {
                    slot.first = slot.first.saturating_add(size);
                }
            };
            self.circuit.variables.iter_mut().for_each(|variable| shift(&mut variable.slot));
            self.circuit.instructions.iter_mut().for_each(|step| transform::each_slot(step, &mut { shift }));
        }
        self.circuit.cregs.push(Register { name: name.into(), size });
        Ok(())
    }

    /// A register name that is not taken: `meas`, `meas0`, `meas1`, …
    pub fn free_creg_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.circuit.cregs.iter().any(|register| register.name == name);
        if !taken(wanted) {
            return wanted.to_owned();
        }
        let numbered =
            (0..=self.circuit.cregs.len()).map(|i| format!("{wanted}{i}")).find(|name| !taken(name));
        numbered.unwrap_or_default()
    }

    #[wasm_bindgen(getter)]
    pub fn num_qubits(&self) -> u32 {
        self.circuit.num_qubits
    }

    #[wasm_bindgen(getter)]
    pub fn num_clbits(&self) -> u32 {
        self.circuit.num_clbits
    }

    #[wasm_bindgen(getter)]
    pub fn global_phase(&self) -> f64 {
        self.circuit.global_phase
    }

    #[wasm_bindgen(setter)]
    pub fn set_global_phase(&mut self, phase: f64) {
        self.circuit.global_phase = phase;
    }

    pub fn size(&self) -> usize {
        self.circuit.instructions.iter().filter(|step| !inspect::is_directive(step)).count()
    }

    pub fn depth(&self) -> u32 {
        inspect::depth(&self.circuit)
    }

    /// `{qregs, cregs}`, each `[[name, size]]`.
    pub fn registers(&self) -> JsValue {
        let pairs = |registers: &[Register]| -> Vec<Value> {
            registers.iter().map(|register| json!([register.name, register.size])).collect()
        };
        to_js(&json!({"qregs": pairs(&self.circuit.qregs), "cregs": pairs(&self.circuit.cregs)}))
    }

    pub fn count_ops(&self) -> JsValue {
        to_js(&inspect::count_ops(&self.circuit))
    }

    pub fn data(&self) -> JsValue {
        to_js(&inspect::data(&self.circuit))
    }

    pub fn active_qubits(&self) -> Vec<u32> {
        inspect::active_qubits(&self.circuit.instructions)
    }

    /// Free parameters, sorted; elements of a vector by their index.
    pub fn parameters(&self) -> Vec<String> {
        sorted_parameters(&self.circuit)
    }

    /// A gate by its index in the gate table.
    pub fn gate(&mut self, index: usize, parameters: &[f64], qubits: &[i32]) -> Result<(), JsValue> {
        let Some(spec) = GATES.get(index) else {
            return Err(throw(AerError::new(ErrorCode::UnknownGate, "No such gate.")));
        };
        self.push(Operation::Gate(spec.gate, parameters.into()), qubits)
    }

    /// Gates with a fixed number of qubits, one after the other: index in the gate table, qubits, parameters.
    pub fn gates(&mut self, mut gates: &[f64]) -> Result<(), JsValue> {
        while let Some((step, rest)) = read_gate(gates) {
            gates = rest;
            self.check_and_push(step).map_err(throw)?;
        }
        debug_assert!(gates.is_empty(), "gates are whole");
        Ok(())
    }

    /// A gate by its index in the gate table; each parameter is a list of tokens.
    pub fn computed_gate(&mut self, index: usize, parameters: &str, qubits: &[i32]) -> Result<(), JsValue> {
        let Some(spec) = GATES.get(index) else {
            return Err(throw(AerError::new(ErrorCode::UnknownGate, "No such gate.")));
        };
        let read = || -> Result<Operation, AerError> {
            let tokens: Vec<Vec<Value>> = read_json(parameters)?;
            let parameters: Vec<Expr> =
                tokens.iter().map(|t| expression::evaluate(t, &[])).collect::<Result<_, _>>()?;
            let values: Option<_> = parameters.iter().map(Expr::as_f64).collect();
            Ok(match values {
                Some(values) => Operation::Gate(spec.gate, values),
                None => Operation::ComputedGate(spec.gate, parameters.into()),
            })
        };
        self.push(read().map_err(throw)?, qubits)
    }

    /// A measurement of each qubit into its bit.
    pub fn measure_each(&mut self, qubits: &[i32], clbits: &[i32]) -> Result<(), JsValue> {
        qubits.iter().zip(clbits).try_for_each(|(qubit, clbit)| {
            let clbits = indices(&[*clbit], "clbit", ErrorCode::ClbitOutOfRange).map_err(throw)?;
            let measure = Measure { memory: clbits.clone(), register: clbits };
            self.push(Operation::Measure(Box::new(measure)), &[*qubit])
        })
    }

    pub fn barrier(&mut self, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Barrier, qubits)
    }

    pub fn reset(&mut self, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Reset, qubits)
    }

    pub fn delay(&mut self, duration: f64, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Delay(duration), qubits)
    }

    /// Any instruction as a Qobj has it. Operators of expectation values are lists of `[letters, coefficient]`.
    pub fn append(&mut self, instruction: &str) -> Result<(), JsValue> {
        let step = self.read_instruction(instruction).map_err(|error| throw(self.here(error, None)))?;
        self.check_and_push(step).map_err(throw)
    }

    /// Instruction `index` of another circuit; its own qubits and bits become these, in order.
    pub fn append_step(
        &mut self,
        other: &CircuitBuilder,
        index: usize,
        qubits: &[i32],
        clbits: &[i32],
    ) -> Result<(), JsValue> {
        self.try_append_step(&other.circuit, index, qubits, clbits).map_err(throw)
    }

    /// Gives the last instruction the user's own name.
    pub fn label_last(&mut self, label: &str) {
        if let Some(step) = self.circuit.instructions.last_mut() {
            step.label = Some(label.into());
        }
    }

    /// Adds a classical variable with an initial value, of the value's type unless another is given; tells its
    /// type.
    pub fn add_var(&mut self, name: &str, initial: &str, ty: &str) -> Result<String, JsValue> {
        let mut add = || -> Result<String, AerError> {
            let value = expression::from_text(initial, &self.circuit.variables)?;
            let value = match read_json(ty)? {
                Value::Null => value,
                ty => value.cast(expression::read_type(&ty)?)?,
            };
            if self.circuit.variables.iter().any(|variable| variable.name == name) {
                let text = format!("There is a variable \"{name}\" already.");
                return Err(AerError::new(ErrorCode::InvalidArgument, text).expected("another name"));
            }
            let first = self.circuit.register_bits_used().max(self.circuit.num_register_bits);
            let slot = Slot::new(first, value.ty);
            self.circuit.num_register_bits = self.circuit.num_register_bits.max(slot.end());
            self.circuit.variables.push(Variable { name: name.to_owned(), slot: slot.clone() });
            let ty = value.ty;
            self.check_and_push(Instruction::new(
                Operation::Store(Box::new(Store { target: slot, value })),
                [],
            ))?;
            serde_json::to_string(&ty).map_err(|_| AerError::new(ErrorCode::Internal, "A type has no JSON."))
        };
        add().map_err(throw)
    }

    /// Assigns to a variable, a bit or a register, which is given as an expression that reads it.
    pub fn store(&mut self, target: &str, value: &str) -> Result<(), JsValue> {
        let mut add = || {
            let target = expression::from_text(target, &self.circuit.variables)?;
            let crate::circuit::expression::ExprKind::Read(slot) = target.kind else {
                return Err(AerError::new(ErrorCode::InvalidArgument, "This cannot be assigned to.")
                    .expected("a variable, a bit or a register"));
            };
            let value = expression::from_text(value, &self.circuit.variables)?.cast(slot.ty)?;
            self.check_and_push(Instruction::new(
                Operation::Store(Box::new(Store { target: slot, value })),
                [],
            ))
        };
        add().map_err(throw)
    }

    /// Takes a block for the next control-flow instruction; its qubit `i` is `qubits[i]` here, its bit `j`
    /// `clbits[j]`. Variables that it adds are this circuit's from now on.
    pub fn block(&mut self, body: &CircuitBuilder, qubits: &[i32], clbits: &[i32]) -> Result<(), JsValue> {
        let block = self.mapped(&body.circuit, qubits, clbits).map_err(throw)?;
        if is_identity(qubits) && is_identity(clbits) {
            let known = self.circuit.variables.len();
            self.circuit.variables.extend(body.circuit.variables.iter().skip(known).cloned());
            self.circuit.num_register_bits =
                self.circuit.num_register_bits.max(body.circuit.num_register_bits);
        }
        self.blocks.push(block);
        Ok(())
    }

    /// The control-flow instruction that owns the blocks which were handed over.
    pub fn control_flow(&mut self, head: &str) -> Result<(), JsValue> {
        let blocks = std::mem::take(&mut self.blocks);
        let flow = self.read_flow(head, blocks).map_err(throw)?;
        let qubits: std::collections::BTreeSet<u32> =
            flow.blocks().into_iter().flat_map(|block| inspect::active_qubits(block)).collect();
        let step = Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits);
        self.check_and_push(step).map_err(throw)
    }

    /// Forgets blocks whose instruction will not come.
    pub fn drop_blocks(&mut self) {
        self.blocks.clear();
    }

    /// Puts the instructions of another circuit after these, or before them.
    pub fn compose(
        &mut self,
        other: &CircuitBuilder,
        qubits: &[i32],
        clbits: &[i32],
        front: bool,
    ) -> Result<(), JsValue> {
        let mut compose = || {
            let qubits = indices(qubits, "qubit", ErrorCode::QubitOutOfRange)?;
            let clbits = indices(clbits, "clbit", ErrorCode::ClbitOutOfRange)?;
            let own = if front { std::mem::take(&mut self.circuit.instructions) } else { vec![] };
            let composed = transform::compose(&mut self.circuit, &other.circuit, &qubits, &clbits);
            self.circuit.instructions.extend(own);
            composed
        };
        compose().map_err(throw)
    }

    pub fn inverse(&self) -> Result<CircuitBuilder, JsValue> {
        transform::inverse(&self.circuit).map(Self::from).map_err(throw)
    }

    pub fn repeat(&mut self, times: u32) -> Result<(), JsValue> {
        let length = self.circuit.instructions.len();
        if length.checked_mul(times as usize).is_none_or(|all| all > MAX_REPEATED) {
            let error = AerError::new(ErrorCode::InvalidArgument, "The circuit would become too long.");
            return Err(throw(
                error
                    .found(format!("{times} times {length} instructions"))
                    .expected(format!("at most {MAX_REPEATED}")),
            ));
        }
        let once = std::mem::take(&mut self.circuit.instructions);
        self.circuit.instructions = (0..times).flat_map(|_| once.iter().cloned()).collect();
        self.circuit.global_phase *= f64::from(times);
        Ok(())
    }

    pub fn remove_final_measurements(&mut self) {
        inspect::remove_final_measurements(&mut self.circuit);
    }

    /// Binds parameters: `{name: tokens}`.
    pub fn assign(&mut self, values: &str) -> Result<(), JsValue> {
        let mut assign = || {
            self.circuit = bound(&self.circuit, &read_json(values)?)?;
            Ok(())
        };
        assign().map_err(throw)
    }

    pub fn to_qasm2(&self) -> Result<String, JsValue> {
        qasm::to_qasm2(&self.circuit).map_err(throw)
    }

    pub fn to_qasm3(&self) -> Result<String, JsValue> {
        qasm::to_qasm3(&self.circuit).map_err(throw)
    }

    pub fn draw(&self, options: &str) -> Result<String, JsValue> {
        Ok(draw::text(&self.circuit, draw_options(options).map_err(throw)?))
    }

    /// The drawing as JSON, for `aer-wasm/plots`.
    pub fn layout(&self, options: &str) -> Result<String, JsValue> {
        Ok(draw::layout(&self.circuit, draw_options(options).map_err(throw)?).to_string())
    }

    /// The circuit as bytes: one experiment for each of `binds`, which are `{name: tokens}`. An error is given back
    /// as plain data, for it is read on the Rust side.
    pub fn packed(&mut self, name: &str, metadata: &str, binds: &str) -> JsValue {
        match self.written(name, metadata, binds, qobj::pack) {
            Ok(bytes) => js_sys::Uint8Array::from(&*bytes).into(),
            Err(error) => to_js(&error),
        }
    }

    /// As [`Self::packed`], as the text of a Qobj.
    pub fn qobj_text(&mut self, name: &str, metadata: &str, binds: &str) -> JsValue {
        match self.written(name, metadata, binds, qobj::qobj_text) {
            Ok(text) => text.into(),
            Err(error) => to_js(&error),
        }
    }
}

/// The first gate of [`CircuitBuilder::gates`], and the numbers that follow.
fn read_gate(numbers: &[f64]) -> Option<(Instruction, &[f64])> {
    let (index, numbers) = numbers.split_first()?;
    let spec = GATES.get(*index as usize)?;
    let (qubits, numbers) = numbers.split_at_checked(spec.num_qubits()?)?;
    let (parameters, rest) = numbers.split_at_checked(spec.parameters.len())?;
    Some((Instruction::gate(spec.gate, parameters.iter().copied(), qubits.iter().map(|q| *q as u32)), rest))
}

fn draw_options(options: &str) -> Result<DrawOptions, AerError> {
    let given: DrawJson = read_json(options)?;
    let default = DrawOptions::default();
    Ok(DrawOptions {
        fold: given.fold.map_or(default.fold, |columns| usize::try_from(columns).ok().filter(|c| *c > 0)),
        reverse_bits: given.reverse_bits.unwrap_or(default.reverse_bits),
        plot_barriers: given.plot_barriers.unwrap_or(default.plot_barriers),
        cregbundle: given.cregbundle.unwrap_or(default.cregbundle),
    })
}

/// Most instructions that `repeat` makes.
const MAX_REPEATED: usize = 10_000_000;

impl From<Circuit> for CircuitBuilder {
    fn from(circuit: Circuit) -> Self {
        Self { circuit, blocks: vec![] }
    }
}

impl CircuitBuilder {
    /// All of the circuit but its instructions and its phase.
    fn shell(&self) -> Circuit {
        let circuit = &self.circuit;
        Circuit {
            name: circuit.name.clone(),
            num_qubits: circuit.num_qubits,
            num_clbits: circuit.num_clbits,
            num_register_bits: circuit.num_register_bits,
            qregs: circuit.qregs.clone(),
            cregs: circuit.cregs.clone(),
            variables: circuit.variables.clone(),
            ..Circuit::default()
        }
    }

    fn push(&mut self, operation: Operation, qubits: &[i32]) -> Result<(), JsValue> {
        let qubits = indices(qubits, "qubit", ErrorCode::QubitOutOfRange)
            .map_err(|error| throw(self.here(error, Some(operation.name()))))?;
        self.check_and_push(Instruction::new(operation, qubits)).map_err(throw)
    }

    fn check_and_push(&mut self, step: Instruction) -> Result<(), AerError> {
        let name = step.operation.name();
        let checked = match &step.operation {
            // This may become the body of a loop, which a `break` then leaves.
            Operation::ControlFlow(_) => {
                let around = ControlFlow::While { condition: Expr::bool(true), body: vec![step.clone()] };
                let around = Instruction::new(Operation::ControlFlow(Box::new(around)), step.qubits.clone());
                validate::instruction(&around, &self.circuit)
            }
            _ => validate::instruction(&step, &self.circuit),
        };
        checked.map_err(|error| self.here(error, Some(name)))?;
        if let Operation::Save(save) = &step.operation {
            let taken = |other: &Instruction| matches!(&other.operation, Operation::Save(other) if other.label == save.label);
            if self.circuit.instructions.iter().any(taken) {
                let text = format!("Duplicate key \"{}\" in save instruction.", save.label);
                let error = AerError::new(ErrorCode::DuplicateKey, text)
                    .hint("Give each save instruction of a circuit its own label.");
                return Err(self.here(error, Some(name)));
            }
        }
        self.circuit.instructions.push(step);
        Ok(())
    }

    /// The place of an error is the instruction that was to be added.
    fn here(&self, mut error: AerError, name: Option<&str>) -> AerError {
        error.place.experiment = None;
        error.place.instruction = None;
        let named = name.map(str::to_owned).or_else(|| error.place.name.take()).unwrap_or_default();
        error.at_instruction(self.circuit.instructions.len(), &named)
    }

    /// An instruction by way of the Qobj reader, which checks it.
    fn read_instruction(&self, instruction: &str) -> Result<Instruction, AerError> {
        let with_operator;
        let instruction = if instruction.starts_with("{\"name\":\"save_expval") {
            with_operator = operator_params(instruction)?;
            &with_operator
        } else {
            instruction
        };
        let (qubits, clbits) = (self.circuit.num_qubits, self.circuit.num_clbits);
        let text = format!(
            "{{\"qobj_id\":\"\",\"experiments\":[{{\"config\":{{\"n_qubits\":{qubits},\
             \"memory_slots\":{clbits}}},\"instructions\":[{instruction}]}}]}}"
        );
        let circuit = qobj::load(&text)?.circuits.pop();
        let step = circuit.transpose()?.and_then(|mut circuit| circuit.instructions.pop());
        step.ok_or_else(|| AerError::new(ErrorCode::InvalidArgument, "There is no instruction."))
    }

    fn try_append_step(
        &mut self,
        other: &Circuit,
        index: usize,
        qubits: &[i32],
        clbits: &[i32],
    ) -> Result<(), AerError> {
        let step = other.instructions.get(index);
        let name = step.map(|step| step.operation.name());
        let own_clbits = step.map_or_else(Vec::new, |step| inspect::memory_bits(step, other));
        let maps = placed("qubits", step.map_or(&[], |step| &step.qubits), qubits, other.num_qubits)
            .and_then(|map| Ok((map, placed("bits", &own_clbits, clbits, other.num_clbits)?)));
        let (qubits, clbits) = maps.map_err(|error| self.here(error, name))?;
        let before = (self.circuit.variables.len(), self.circuit.num_register_bits);
        let moved = transform::moved(&mut self.circuit, other, index, &qubits, &clbits);
        let pushed = moved.map_err(|error| self.here(error, name)).and_then(|step| self.check_and_push(step));
        if pushed.is_err() {
            self.circuit.variables.truncate(before.0);
            self.circuit.num_register_bits = before.1;
        }
        pushed
    }

    /// The instructions of another circuit on these qubits and bits.
    fn mapped(&self, other: &Circuit, qubits: &[i32], clbits: &[i32]) -> Result<Block, AerError> {
        let qubits_given = indices(qubits, "qubit", ErrorCode::QubitOutOfRange)?;
        let clbits_given = indices(clbits, "clbit", ErrorCode::ClbitOutOfRange)?;
        let sizes = [(qubits.len(), other.num_qubits, "qubits"), (clbits.len(), other.num_clbits, "bits")];
        for (given, needed, what) in sizes {
            if given != needed as usize {
                let text = format!("A block got the wrong number of {what}.");
                return Err(AerError::new(ErrorCode::QubitCount, text)
                    .found(given.to_string())
                    .expected(needed.to_string()));
            }
        }
        let mut target = self.shell();
        if is_identity(qubits) && is_identity(clbits) {
            return Ok(other.instructions.clone());
        }
        transform::compose(&mut target, other, &qubits_given, &clbits_given)?;
        Ok(target.instructions)
    }

    fn read_flow(&self, head: &str, blocks: Vec<Block>) -> Result<ControlFlow, AerError> {
        let mut blocks = blocks.into_iter();
        let mut next = || blocks.next().unwrap_or_default();
        let read = |tokens: &[Value]| expression::evaluate(tokens, &self.circuit.variables);
        let FlowJson { name, condition, parameter, values, target, cases, default } = read_json(head)?;
        Ok(match name.as_str() {
            "if_else" => {
                let condition = read(&condition)?.condition()?;
                ControlFlow::IfElse { condition, then: next(), otherwise: next() }
            }
            "while_loop" => ControlFlow::While { condition: read(&condition)?.condition()?, body: next() },
            "for_loop" => ControlFlow::For { parameter: parameter.map(Into::into), values, body: next() },
            "switch_case" => {
                let target = switch_target(read(&target)?)?;
                let mut all: Vec<(Vec<i64>, Block)> =
                    cases.into_iter().map(|values| (values, next())).collect();
                let default = default.and_then(|index| all.get(index).map(|(_, block)| block.clone()));
                all.retain(|(values, _)| !values.is_empty());
                ControlFlow::Switch { target, cases: all, default: default.unwrap_or_default() }
            }
            "break_loop" => ControlFlow::Break { outer: 0 },
            "continue_loop" => ControlFlow::Continue { outer: 0 },
            _ => {
                return Err(AerError::new(ErrorCode::InvalidArgument, "This is no control flow.").found(name));
            }
        })
    }

    /// What `write` makes of the circuit, bound in each of the ways.
    fn written<T>(
        &mut self,
        name: &str,
        metadata: &str,
        binds: &str,
        write: fn(&[Circuit]) -> Result<T, AerError>,
    ) -> Result<T, AerError> {
        name.clone_into(&mut self.circuit.name);
        self.circuit.metadata = read_json(metadata)?;
        let binds: Vec<BTreeMap<String, Vec<Value>>> = read_json(binds)?;
        let flows = |step: &Instruction| matches!(step.operation, Operation::ControlFlow(_));
        let circuits = if binds.is_empty() && !self.circuit.instructions.iter().any(flows) {
            refuse_unbound(&self.circuit)?;
            None
        } else {
            let none = BTreeMap::new();
            let binds: Vec<_> = if binds.is_empty() { vec![&none] } else { binds.iter().collect() };
            let ready = |values: &BTreeMap<String, Vec<Value>>| {
                let mut circuit = bound(&self.circuit, values)?;
                refuse_unbound(&circuit)?;
                lower::lower(&mut circuit)?;
                Ok(circuit)
            };
            Some(binds.into_iter().map(ready).collect::<Result<Vec<_>, AerError>>()?)
        };
        write(circuits.as_deref().unwrap_or(std::slice::from_ref(&self.circuit)))
    }
}

/// The circuit with parameters replaced; all of them have to be the circuit's.
fn bound(circuit: &Circuit, values: &BTreeMap<String, Vec<Value>>) -> Result<Circuit, AerError> {
    if values.is_empty() {
        return Ok(circuit.clone());
    }
    let known = transform::parameters(circuit);
    let unknown: Vec<&str> = values.keys().filter(|name| !known.contains(name)).map(String::as_str).collect();
    if !unknown.is_empty() {
        return Err(AerError::new(
            ErrorCode::InvalidParameter,
            format!("Cannot bind parameters ({}) not present in the circuit.", unknown.join(", ")),
        )
        .expected(if known.is_empty() { "none".to_owned() } else { known.join(", ") }));
    }
    let mut read = BTreeMap::new();
    for (name, tokens) in values {
        read.insert(name.as_str(), expression::evaluate(tokens, &[])?);
    }
    transform::bind(circuit, &|name| read.get(name).cloned())
}

fn refuse_unbound(circuit: &Circuit) -> Result<(), AerError> {
    let unbound = sorted_parameters(circuit);
    if unbound.is_empty() {
        return Ok(());
    }
    Err(AerError::new(ErrorCode::InvalidParameter, "The circuit has parameters without a value.")
        .found(unbound.join(", "))
        .expected("none")
        .hint("Give values with assign_parameters, or with the option parameter_binds."))
}

/// By name; elements of a vector by their index.
fn sorted_parameters(circuit: &Circuit) -> Vec<String> {
    let key = |name: &String| {
        let element = name.strip_suffix(']').and_then(|name| name.split_once('['));
        let index = element.and_then(|(vector, index)| Some((vector.to_owned(), index.parse::<u64>().ok()?)));
        index.unwrap_or_else(|| (name.clone(), 0))
    };
    let mut names = transform::parameters(circuit);
    names.sort_by_cached_key(key);
    names
}

/// What a switch looks at is an integer.
fn switch_target(target: Expr) -> Result<Expr, AerError> {
    match target.ty {
        Type::Bool => target.cast(Type::Uint(1)),
        Type::Uint(_) | Type::Int(_) => Ok(target),
        other => Err(AerError::new(ErrorCode::SemanticError, "The target of a switch is not an integer.")
            .found(other.to_string())
            .expected("a bit, a register or an integer")),
    }
}

/// `[letters, coefficient]` for an operator becomes `[letters, [coefficient, that in the square]]` as in a Qobj;
/// the second is 0 unless the variance is asked for.
fn operator_params(instruction: &str) -> Result<String, AerError> {
    let mut instruction: Map<String, Value> = read_json(instruction)?;
    let terms: Vec<(String, f64)> = match instruction.get("params") {
        Some(params) => serde_json::from_value(params.clone()).map_err(|_| {
            AerError::new(ErrorCode::InvalidParameter, "This is not an operator.")
                .expected("[[letters, coefficient], …] with real coefficients")
        })?,
        None => vec![],
    };
    let mut sums: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for (letters, coefficient) in &terms {
        sums.entry(letters.clone()).or_default()[0] += coefficient;
    }
    if instruction.get("name").and_then(Value::as_str) == Some("save_expval_var") {
        let single: Vec<(String, f64)> =
            sums.iter().map(|(letters, sum)| (letters.clone(), sum[0])).collect();
        for (left, a) in &single {
            for (right, b) in &single {
                let (product, sign) = pauli_product(left, right)?;
                if sign != 0.0 {
                    sums.entry(product).or_default()[1] += sign * a * b;
                }
            }
        }
    }
    let params: Vec<Value> = sums.iter().map(|(letters, sums)| json!([letters, sums])).collect();
    instruction.insert("params".into(), params.into());
    Ok(Value::Object(instruction).to_string())
}

/// The letters of a product of Pauli strings and its sign, which is 0 where the product is imaginary: the two
/// orders then cancel.
fn pauli_product(left: &str, right: &str) -> Result<(String, f64), AerError> {
    let read = |letters: &str| {
        Pauli::from_letters(letters).ok_or_else(|| {
            AerError::new(ErrorCode::InvalidParameter, "This is not a Pauli string.")
                .found(format!("\"{letters}\""))
                .expected("letters I, X, Y and Z")
        })
    };
    let (left, right) = (read(left)?, read(right)?);
    if left.len() != right.len() {
        return Err(AerError::new(ErrorCode::InvalidParameter, "The Pauli strings differ in length.")
            .found(format!("{} and {} letters", left.len(), right.len()))
            .expected("one length"));
    }
    let mut quarter_turns = 0;
    let product = left.iter().zip(&right).map(|(a, b)| {
        let (letter, turns) = match (a, b) {
            (Pauli::I, other) | (other, Pauli::I) => (*other, 0),
            (a, b) if a == b => (Pauli::I, 0),
            (Pauli::X, Pauli::Y) => (Pauli::Z, 1),
            (Pauli::Y, Pauli::Z) => (Pauli::X, 1),
            (Pauli::Z, Pauli::X) => (Pauli::Y, 1),
            (Pauli::Y, Pauli::X) => (Pauli::Z, 3),
            (Pauli::Z, Pauli::Y) => (Pauli::X, 3),
            _ => (Pauli::Y, 3),
        };
        quarter_turns += turns;
        letter.letter()
    });
    let product: String = product.collect();
    Ok((product, [1.0, 0.0, -1.0, 0.0][quarter_turns % 4]))
}

/// Where each of `count` qubits or bits goes when an instruction's own become those that are given; nobody asks
/// for the others.
fn placed(what: &str, own: &[u32], given: &[i32], count: u32) -> Result<Vec<u32>, AerError> {
    if given.len() != own.len() {
        let text = format!("The instruction got the wrong number of {what}.");
        return Err(AerError::new(ErrorCode::QubitCount, text)
            .found(given.len().to_string())
            .expected(own.len().to_string()));
    }
    let code = if what == "bits" { ErrorCode::ClbitOutOfRange } else { ErrorCode::QubitOutOfRange };
    let given = indices(given, what, code)?;
    let mut map = vec![u32::MAX; count as usize];
    for (from, to) in own.iter().zip(given) {
        if let Some(place) = map.get_mut(*from as usize) {
            *place = to;
        }
    }
    Ok(map)
}

/// Whether the qubits or bits are 0, 1, 2, …
fn is_identity(wires: &[i32]) -> bool {
    wires.iter().enumerate().all(|(i, wire)| usize::try_from(*wire) == Ok(i))
}

/// Indices that came as signed numbers, so that a negative one is refused and not wrapped.
fn indices(given: &[i32], what: &str, code: ErrorCode) -> Result<Vec<u32>, AerError> {
    let index = |i: &i32| {
        u32::try_from(*i).map_err(|_| {
            AerError::new(code, format!("A {what} is out of range."))
                .found(i.to_string())
                .expected("at least 0")
        })
    };
    given.iter().map(index).collect()
}

fn grown(bits: u32, by: u32) -> Result<u32, JsValue> {
    bits.checked_add(by).ok_or_else(|| {
        throw(AerError::new(ErrorCode::InvalidArgument, "The registers are too large.").found(by.to_string()))
    })
}
