//! Qobj JSON (`QasmQobj`, schema 1.3): reading what Qiskit and Aer write, and writing it.
//!
//! Reading is done in three passes over the text, each linear: the envelope, the experiments, the
//! instructions, one at a time. An error of the envelope is one of the whole text; an error within an
//! experiment is that experiment's alone. Encodings and the first sentences of errors are Aer's
//! (`src/framework/{qobj,circuit,operations}.hpp` of 0.14.2), but what Aer lets pass unseen (repeated or
//! absent qubits, surplus parameters, matrices that are not unitary, …) is an error here.
//!
//! Aer refuses `conditional` on anything but gates, while a [`Circuit`](crate::circuit::Circuit) may have it
//! everywhere. So may an experiment whose `config` says `"conditional_any": true`; [`experiment_json`] says it
//! where it is needed.
//!
//! A Qobj has no structured control flow: a circuit's is written as jumps, as [`crate::circuit::lower`] makes
//! them. Beyond Aer there are `store` (`target`: a place in the register, `expr`: a typed expression),
//! `save_variable` (`target`), gate parameters `{"expr": …}`, and `variables` in an experiment's `config`.

mod parameterizations;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::{load_with, one_instruction};
pub use write::{ExperimentJson, QobjJson, experiment_json, instruction_json, qobj_json};

use crate::circuit::Operation;
use crate::error::AerError;
use crate::frontend::{LoadOptions, Program};

/// The version of the schema that is written.
pub const SCHEMA_VERSION: &str = "1.3.0";

/// The key of an experiment's `config` that allows `conditional` on every instruction.
pub const CONDITIONAL_ANY: &str = "conditional_any";

/// The keys of an experiment's `config` that describe its structure and are no options.
const STRUCTURAL: [&str; 4] = ["n_qubits", "memory_slots", CONDITIONAL_ANY, VARIABLES];

/// The key of an experiment's `config` that lists the classical variables: `[{name, slot}, …]`.
const VARIABLES: &str = "variables";

/// Instructions of Aer that are not offered yet.
const NOT_OFFERED: [&str; 28] = [
    "diagonal",
    "diag",
    "multiplexer",
    "kraus",
    "superop",
    "qerror_loc",
    "roerror",
    "noise_switch",
    "snapshot",
    "set_density_matrix",
    "set_unitary",
    "set_superop",
    "set_stabilizer",
    "set_matrix_product_state",
    "save_state",
    "save_expval",
    "save_expval_var",
    "save_probabilities",
    "save_probabilities_dict",
    "save_amplitudes",
    "save_amplitudes_sq",
    "save_density_matrix",
    "save_statevector_dict",
    "save_stabilizer",
    "save_clifford",
    "save_matrix_product_state",
    "save_unitary",
    "save_superop",
];

/// Reads a Qobj that needs nothing else.
pub fn load(text: &str) -> Result<Program, AerError> {
    load_with(text, LoadOptions::default())
}

/// Whether Aer lets the instruction have a `conditional`.
fn may_be_conditional(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Gate(..)
            | Operation::ComputedGate(..)
            | Operation::Unitary(_)
            | Operation::Delay(_)
            | Operation::Jump(_)
            | Operation::Store(_)
    )
}
