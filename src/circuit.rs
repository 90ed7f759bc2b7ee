//! Circuits: what every front end produces and every engine consumes.
//!
//! A [`Circuit`] is a list of [`Instruction`]s over qubits and two kinds of classical bits, as in Aer:
//! *memory* bits, of which counts are made, and *register* bits, which conditions read. A front end without
//! that distinction writes each measurement to both. Structure is checked in [`validate`], once for all.

pub mod channel;
pub mod classical;
pub mod control_flow;
pub mod expression;
pub mod gate;
pub mod lower;
pub mod operation;
pub mod transform;
pub mod validate;

use serde_json::{Map, Value};
use smallvec::SmallVec;

pub use classical::Bits;
pub use control_flow::{Block, ControlFlow};
pub use expression::{Expr, Slot, Type, Value as ClassicalValue};
pub use gate::{GATES, Gate, GateSpec, Parameters};
pub use operation::Operation;

/// Index of a qubit.
pub type Qubit = u32;

/// Most qubits, memory bits or register bits that a circuit may have; what it needs of memory is another
/// matter, checked when it runs.
pub const MAX_BITS: u32 = 1 << 20;

/// The qubits of an instruction, controls first.
pub type Qubits = SmallVec<[Qubit; 4]>;

/// A named register of qubits or classical bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The name.
    pub name: String,
    /// The number of bits.
    pub size: u32,
}

/// A named classical variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// Its first register bit, and its type.
    pub slot: Slot,
}

/// One step of a circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// What is done.
    pub operation: Operation,
    /// To which qubits.
    pub qubits: Qubits,
    /// The register bit that must be 1 for the instruction to run.
    pub condition: Option<u32>,
    /// The user's own name for it.
    pub label: Option<Box<str>>,
}

impl Instruction {
    /// An unconditional, unlabelled instruction.
    pub fn new(operation: Operation, qubits: impl IntoIterator<Item = Qubit>) -> Self {
        Self { operation, qubits: qubits.into_iter().collect(), condition: None, label: None }
    }

    /// One more than the highest register bit that it reads or writes, blocks included; 0 if there is none.
    pub fn register_end(&self) -> u32 {
        let end = |bit: Option<u32>| bit.map_or(0, |bit| bit.saturating_add(1));
        let own = match &self.operation {
            Operation::Measure(measure) => end(measure.register.iter().copied().max()),
            Operation::ReadoutError(error) => end(error.register.iter().copied().max()),
            Operation::BooleanFunction(f) => end(Some(f.register)).max(end(f.comparison.mask.highest())),
            Operation::ComputedGate(_, parameters) => parameters.iter().map(Expr::end).max().unwrap_or(0),
            Operation::Store(store) => store.target.end().max(store.value.end()),
            Operation::Save(save) => match &save.kind {
                operation::SaveKind::Variable(slot) => slot.end(),
                _ => 0,
            },
            Operation::ControlFlow(flow) => {
                let head = match &**flow {
                    ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                        condition.end()
                    }
                    ControlFlow::Switch { target, .. } => target.end(),
                    _ => 0,
                };
                flow.blocks().into_iter().flatten().map(Self::register_end).fold(head, u32::max)
            }
            _ => 0,
        };
        own.max(end(self.condition))
    }

    /// A gate of the table.
    pub fn gate(
        gate: Gate,
        parameters: impl IntoIterator<Item = f64>,
        qubits: impl IntoIterator<Item = Qubit>,
    ) -> Self {
        Self::new(Operation::Gate(gate, parameters.into_iter().collect()), qubits)
    }
}

/// A quantum circuit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circuit {
    /// The name, shown in results.
    pub name: String,
    /// Number of qubits.
    pub num_qubits: u32,
    /// Number of memory bits.
    pub num_clbits: u32,
    /// Number of register bits: at least those that instructions use.
    pub num_register_bits: u32,
    /// Quantum registers, first one least significant. May be empty.
    pub qregs: Vec<Register>,
    /// Classical registers, first one least significant. May be empty.
    pub cregs: Vec<Register>,
    /// Classical variables, in register bits after those of the memory.
    pub variables: Vec<Variable>,
    /// The state is multiplied by `e^{i global_phase}`.
    pub global_phase: f64,
    /// Passed through to the result's header.
    pub metadata: Map<String, Value>,
    /// A header given with the circuit (Qobj), passed through to the result; made from the rest if absent.
    pub header: Option<Map<String, Value>>,
    /// Per-circuit options (a Qobj experiment's `config`), stronger than the job's.
    pub config: Map<String, Value>,
    /// The steps.
    pub instructions: Vec<Instruction>,
}

impl Circuit {
    /// An empty circuit with one register `q` of qubits and, unless `num_clbits` is 0, one register `c`.
    pub fn new(num_qubits: u32, num_clbits: u32) -> Self {
        let register = |name: &str, size| (size > 0).then(|| Register { name: name.into(), size });
        Self {
            name: "circuit".into(),
            num_qubits,
            num_clbits,
            num_register_bits: num_clbits,
            qregs: register("q", num_qubits).into_iter().collect(),
            cregs: register("c", num_clbits).into_iter().collect(),
            ..Self::default()
        }
    }

    /// One more than the highest register bit that an instruction reads or writes, at least `num_clbits`.
    pub fn register_bits_used(&self) -> u32 {
        let variables = self.variables.iter().map(|variable| variable.slot.end()).max().unwrap_or(0);
        self.instructions.iter().map(Instruction::register_end).fold(self.num_clbits.max(variables), u32::max)
    }

    /// The header of the result: what was given, or Qiskit's fields made from the circuit.
    pub fn result_header(&self) -> Map<String, Value> {
        if let Some(header) = &self.header {
            return header.clone();
        }
        let labels = |registers: &[Register]| -> Value {
            let bits = registers.iter().flat_map(|r| (0..r.size).map(|i| serde_json::json!([r.name, i])));
            bits.collect()
        };
        let mut header = Map::new();
        header.insert("name".into(), self.name.clone().into());
        header.insert("n_qubits".into(), self.num_qubits.into());
        header.insert("memory_slots".into(), self.num_clbits.into());
        header.insert("qreg_sizes".into(), sizes(&self.qregs));
        header.insert("creg_sizes".into(), sizes(&self.cregs));
        header.insert("qubit_labels".into(), labels(&self.qregs));
        header.insert("clbit_labels".into(), labels(&self.cregs));
        header.insert("global_phase".into(), self.global_phase.into());
        header.insert("metadata".into(), Value::Object(self.metadata.clone()));
        header
    }
}

/// `[[name, size], …]`
fn sizes(registers: &[Register]) -> Value {
    registers.iter().map(|register| serde_json::json!([register.name, register.size])).collect()
}
