//! What an instruction does.

use serde::{Deserialize, Serialize};

use super::classical::{Bits, Comparison};
use super::gate::{Gate, Parameters};
use crate::linalg::{Complex, Matrix};

/// What an instruction does to its qubits and to the classical bits.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A gate of the table; controls come first in the instruction's qubits.
    Gate(Gate, Parameters),
    /// A unitary matrix on the qubits.
    Unitary(Box<Matrix>),
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
    /// Measures qubit `i` into memory bit `memory[i]` and register bit `register[i]` (if there are any).
    Measure(Box<Measure>),
    /// Writes a comparison of register bits to a register bit.
    BooleanFunction(Box<BooleanFunction>),
    /// Saves something of the state under a label.
    Save(Box<Save>),
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

/// What a save instruction saves.
#[derive(Clone, Debug, PartialEq)]
pub enum SaveKind {
    /// All amplitudes.
    Statevector,
}

impl SaveKind {
    /// How the values of several shots may be combined.
    pub fn subtypes(&self) -> &'static [SaveSubtype] {
        match self {
            Self::Statevector => &SaveSubtype::PER_SHOT,
        }
    }

    /// The instruction's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Statevector => "save_statevector",
        }
    }
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
            Self::Gate(gate, _) => gate.name(),
            Self::Unitary(_) => "unitary",
            Self::Pauli(_) => "pauli",
            Self::Delay(_) => "delay",
            Self::Barrier => "barrier",
            Self::Reset => "reset",
            Self::Initialize(_) => "initialize",
            Self::SetStatevector(_) => "set_statevector",
            Self::Measure(_) => "measure",
            Self::BooleanFunction(_) => "bfunc",
            Self::Save(save) => save.kind.name(),
        }
    }
}
