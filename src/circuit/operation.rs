//! What an instruction does.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use serde_json::Value as Json;

use super::Instruction;
use super::classical::{Bits, Comparison};
use super::control_flow::ControlFlow;
use super::expression::{Expr, Slot};
use super::gate::{Gate, Parameters};
use crate::linalg::{Complex, Matrix};

/// What an instruction does to its qubits and to the classical bits.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A gate of the table; controls come first in the instruction's qubits.
    Gate(Gate, Parameters),
    /// A gate of the table whose parameters are computed: from classical values while the circuit runs, or from
    /// named parameters that are bound before. A gate whose expressions are all constant is never left so.
    ComputedGate(Gate, Box<[Expr]>),
    /// A unitary matrix on the qubits.
    Unitary(Box<Matrix>),
    /// A diagonal unitary: `2^k` numbers of modulus 1.
    Diagonal(Box<[Complex]>),
    /// Applies matrix `k` to the targets where the controls have value `k`; targets come first in the
    /// instruction's qubits. `2^c` unitary matrices.
    Multiplexer(Box<[Matrix]>),
    /// A channel by its Kraus operators: one of them is applied, at random.
    Kraus(Box<[Matrix]>),
    /// A channel as a `4^k` matrix on column-stacked density matrices.
    Superoperator(Box<Matrix>),
    /// A mixture of short circuits, one of which is run at random: what a noise model adds.
    QuantumError(Arc<QuantumError>),
    /// A Pauli string; the *leftmost* letter acts on the *last* qubit, as in Qiskit.
    Pauli(Box<[Pauli]>),
    /// Waits; no effect on an ideal simulator.
    Delay(f64),
    /// Separates; no effect on a simulator.
    Barrier,
    /// Sets the qubits to |0⟩.
    Reset,
    /// Resets the qubits, then prepares this state on them: `2^k` amplitudes, first qubit least significant.
    Initialize(Box<[Complex]>),
    /// Replaces the whole state: `2^n` amplitudes.
    SetStatevector(Box<[Complex]>),
    /// Replaces the whole state by something else than amplitudes: a method's own form.
    SetState(Box<SetState>),
    /// Measures qubit `i` into memory bit `memory[i]` and register bit `register[i]` (if there are any).
    Measure(Box<Measure>),
    /// Writes a comparison of register bits to a register bit.
    BooleanFunction(Box<BooleanFunction>),
    /// Changes memory bits at random: a readout error.
    ReadoutError(Box<ReadoutError>),
    /// Where an error of the noise model goes; the instruction's label names it. Nothing without a noise model.
    QuantumErrorLocation,
    /// Whether errors of the noise model go with what follows in the list.
    NoiseSwitch(bool),
    /// Writes the value of an expression to the register; and to the memory bits of the same indices, where
    /// there are such.
    Store(Box<Store>),
    /// Goes on at the mark of this name.
    Jump(Box<str>),
    /// Where jumps of this name go.
    Mark(Box<str>),
    /// Blocks of instructions and what leaves them; [`lower`](super::lower) turns them into jumps.
    ControlFlow(Box<ControlFlow>),
    /// Saves something of the state under a label.
    Save(Box<Save>),
}

/// A mixture of short circuits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantumError {
    /// The circuits; their probabilities sum to 1.
    pub branches: Vec<ErrorBranch>,
}

/// A circuit that is run with some probability.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorBranch {
    /// How probable it is.
    pub probability: f64,
    /// Gates, matrices, Pauli strings, resets, Kraus operators, superoperators. Their qubits are positions among
    /// those of the instruction that the error is.
    pub instructions: Vec<Instruction>,
}

/// An assignment of a classical value.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// Where to; its type is the value's.
    pub target: Slot,
    /// What.
    pub value: Expr,
}

/// A readout error: row `v` of the table has the probabilities of each value that is recorded for `v`.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadoutError {
    /// The memory bits, least significant first.
    pub memory: Vec<u32>,
    /// The register bits that change alike; empty, or as many.
    pub register: Vec<u32>,
    /// `2^k` rows of `2^k` probabilities.
    pub probabilities: Vec<Vec<f64>>,
}

/// A state in a method's own form, for `set_*`.
#[derive(Clone, Debug, PartialEq)]
pub enum SetState {
    /// `2^n` rows.
    DensityMatrix(Matrix),
    /// `2^n` rows.
    Unitary(Matrix),
    /// `4^n` rows.
    Superoperator(Matrix),
    /// `{stabilizer: […], destabilizer: […]}`.
    Stabilizer(Json),
    /// `[[[A0, A1] of each qubit], [lambdas of each bond]]`.
    MatrixProductState(Json),
}

impl SetState {
    /// The instruction's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DensityMatrix(_) => "set_density_matrix",
            Self::Unitary(_) => "set_unitary",
            Self::Superoperator(_) => "set_superop",
            Self::Stabilizer(_) => "set_stabilizer",
            Self::MatrixProductState(_) => "set_matrix_product_state",
        }
    }
}

/// A Pauli letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pauli {
    /// Identity.
    I,
    /// X.
    X,
    /// Y.
    Y,
    /// Z.
    Z,
}

/// Where a measurement goes. Each list is empty or as long as the instruction's qubits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Memory bits: what counts are made of.
    pub memory: Vec<u32>,
    /// Register bits: what conditions read.
    pub register: Vec<u32>,
}

/// Aer's `bfunc`: a comparison whose outcome is written to a register bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BooleanFunction {
    /// What is compared.
    pub comparison: Comparison,
    /// The register bit written.
    pub register: u32,
    /// A memory bit written as well.
    pub memory: Option<u32>,
}

impl BooleanFunction {
    /// Evaluates on the bits of the register.
    pub fn evaluate(&self, register: &Bits) -> bool {
        self.comparison.evaluate(register)
    }
}

/// A save instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Save {
    /// What is saved.
    pub kind: SaveKind,
    /// The key in the result's data.
    pub label: String,
    /// How the values of several shots are combined.
    pub subtype: SaveSubtype,
}

/// Defines [`SaveKind`]: one row per save instruction, `Variant(data) "name" subtypes`.
macro_rules! save_kinds {
    ($($variant:ident$(($data:ty))? $name:literal $subtypes:ident $doc:literal;)*) => {
        /// What a save instruction saves.
        #[derive(Clone, Debug, PartialEq)]
        pub enum SaveKind { $(#[doc = $doc] $variant$(($data))?,)* }

        impl SaveKind {
            /// The names of all save instructions.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The instruction's name.
            pub const fn name(&self) -> &'static str {
                match self { $(save_kinds!(@pattern $variant $($data)?) => $name),* }
            }

            /// How the values of several shots may be combined; the first is the default.
            pub const fn subtypes(&self) -> &'static [SaveSubtype] {
                match self { $(save_kinds!(@pattern $variant $($data)?) => &SaveSubtype::$subtypes),* }
            }
        }
    };
    (@pattern $variant:ident) => { Self::$variant };
    (@pattern $variant:ident $data:ty) => { Self::$variant(_) };
}

save_kinds! {
    State "save_state" PER_SHOT "The state in the method's own form.";
    Statevector "save_statevector" PER_SHOT "All amplitudes.";
    StatevectorDict "save_statevector_dict" PER_SHOT "The amplitudes that are not 0, by basis state.";
    Amplitudes(Box<[u64]>) "save_amplitudes" PER_SHOT "The amplitudes of some basis states.";
    AmplitudesSquared(Box<[u64]>) "save_amplitudes_sq" AVERAGED "The probabilities of some basis states.";
    Probabilities "save_probabilities" AVERAGED "The probability of each value of the qubits.";
    ProbabilitiesDict "save_probabilities_dict" AVERAGED "The probabilities that are not 0, by value.";
    DensityMatrix "save_density_matrix" AVERAGED "The reduced density matrix of the qubits.";
    ExpectationValue(Box<[PauliTerm]>) "save_expval" AVERAGED "The expectation value of a sum of Pauli strings.";
    ExpectationValueVariance(Box<[PauliTerm]>) "save_expval_var" AVERAGED "Mean and variance of a sum of Pauli strings.";
    Unitary "save_unitary" PER_SHOT "The unitary of the circuit so far.";
    Superoperator "save_superop" PER_SHOT "The superoperator of the circuit so far.";
    Stabilizer "save_stabilizer" PER_SHOT "The stabilizer generators.";
    Clifford "save_clifford" PER_SHOT "The Clifford tableau.";
    MatrixProductState "save_matrix_product_state" PER_SHOT "The tensors.";
    Variable(Slot) "save_variable" PER_SHOT "The value of a classical variable (not in Aer).";
}

/// A Pauli string with two coefficients: its own, and for a variance that in the square of the operator.
#[derive(Clone, Debug, PartialEq)]
pub struct PauliTerm {
    /// The letters; the *leftmost* acts on the *last* qubit.
    pub letters: Box<[Pauli]>,
    /// The coefficient in the operator.
    pub coefficient: f64,
    /// The coefficient in the operator's square.
    pub squared: f64,
}

/// How the values of several shots are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaveSubtype {
    /// The last shot's value.
    Single,
    /// One value per shot.
    List,
    /// The last shot's value for each value of the memory.
    CSingle,
    /// One value per shot for each value of the memory.
    CList,
    /// The mean over shots.
    Average,
    /// The mean over shots for each value of the memory.
    CAverage,
    /// The sum over shots.
    Accum,
    /// The sum over shots for each value of the memory.
    CAccum,
}

impl SaveSubtype {
    /// The subtypes of what has one value per shot and no mean.
    pub const PER_SHOT: [Self; 4] = [Self::Single, Self::List, Self::CSingle, Self::CList];

    /// The subtypes of what has a mean.
    pub const AVERAGED: [Self; 6] =
        [Self::Average, Self::List, Self::Accum, Self::CAverage, Self::CList, Self::CAccum];

    /// Whether values are added up.
    pub const fn adds(self) -> bool {
        matches!(self, Self::Average | Self::CAverage | Self::Accum | Self::CAccum)
    }

    /// The name in a Qobj's `snapshot_type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::List => "list",
            Self::CSingle => "c_single",
            Self::CList => "c_list",
            Self::Average => "average",
            Self::CAverage => "c_average",
            Self::Accum => "accum",
            Self::CAccum => "c_accum",
        }
    }
}

impl Pauli {
    /// The letter.
    pub const fn letter(self) -> char {
        match self {
            Self::I => 'I',
            Self::X => 'X',
            Self::Y => 'Y',
            Self::Z => 'Z',
        }
    }

    /// The gate that it is, unless it is the identity.
    pub const fn gate(self) -> Option<Gate> {
        match self {
            Self::I => None,
            Self::X => Some(Gate::X),
            Self::Y => Some(Gate::Y),
            Self::Z => Some(Gate::Z),
        }
    }

    /// Reads a letter.
    pub const fn from_letter(letter: char) -> Option<Self> {
        match letter {
            'I' => Some(Self::I),
            'X' => Some(Self::X),
            'Y' => Some(Self::Y),
            'Z' => Some(Self::Z),
            _ => None,
        }
    }

    /// Reads a string of letters.
    pub fn from_letters(letters: &str) -> Option<Box<[Self]>> {
        letters.chars().map(Self::from_letter).collect()
    }
}

impl Operation {
    /// The instruction's name, as in Qobj.
    pub fn name(&self) -> &str {
        match self {
            Self::Gate(gate, _) | Self::ComputedGate(gate, _) => gate.name(),
            Self::Unitary(_) => "unitary",
            Self::Diagonal(_) => "diagonal",
            Self::Multiplexer(_) => "multiplexer",
            Self::Kraus(_) => "kraus",
            Self::Superoperator(_) => "superop",
            Self::QuantumError(_) => "quantum_error",
            Self::Pauli(_) => "pauli",
            Self::Delay(_) => "delay",
            Self::Barrier => "barrier",
            Self::Reset => "reset",
            Self::Initialize(_) => "initialize",
            Self::SetStatevector(_) => "set_statevector",
            Self::SetState(set) => set.name(),
            Self::ReadoutError(_) => "roerror",
            Self::QuantumErrorLocation => "qerror_loc",
            Self::NoiseSwitch(_) => "noise_switch",
            Self::Store(_) => "store",
            Self::Jump(_) => "jump",
            Self::Mark(_) => "mark",
            Self::ControlFlow(flow) => flow.name(),
            Self::Measure(_) => "measure",
            Self::BooleanFunction(_) => "bfunc",
            Self::Save(save) => save.kind.name(),
        }
    }
}
