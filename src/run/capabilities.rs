//! What a method can run, by asking it.

use super::options::RunOptions;
use super::select;
use crate::circuit::operation::{Save, SaveKind, SetState};
use crate::circuit::{Circuit, GATES, Instruction, Operation};
use crate::engine::{Method, Precision};
use crate::linalg::{Complex, Matrix};

/// What a backend's configuration tells of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Most qubits of a circuit in the memory there is.
    pub n_qubits: u32,
    /// Gates that can be run, with some parameters at least.
    pub basis_gates: Vec<&'static str>,
    /// Instructions that are no gates.
    pub custom_instructions: Vec<&'static str>,
}

/// What a method can run in double precision, or `automatic` all of them, with so many bytes for a state.
pub fn capabilities(method: Option<Method>, limit_bytes: u64) -> Capabilities {
    let methods = method.as_ref().map_or(Method::ALL, std::slice::from_ref);
    let runs = |step: &Instruction| methods.iter().any(|m| select::supports(*m, Precision::Double, step));
    let gate = |spec: &&crate::circuit::GateSpec| {
        let count = spec.num_qubits().unwrap_or(spec.targets.max(1)) as u32;
        let parameters = spec.parameters.iter().map(|_| 0.0).collect();
        runs(&Instruction::new(Operation::Gate(spec.gate, parameters), 0..count))
    };
    Capabilities {
        n_qubits: most_qubits(method.unwrap_or(Method::Statevector), limit_bytes),
        basis_gates: GATES.iter().filter(gate).map(|spec| spec.name).collect(),
        custom_instructions: samples()
            .into_iter()
            .filter(|(_, operation)| runs(&Instruction::new(operation.clone(), [0])))
            .map(|(name, _)| name)
            .collect(),
    }
}

/// The most qubits whose state fits, by bisection; never more than Aer says of methods whose memory depends on the
/// circuit.
fn most_qubits(method: Method, limit_bytes: u64) -> u32 {
    let (config, blank) = (RunOptions::default().engine, Circuit::new(0, 0));
    let fits = |n: u32| select::required_bytes(method, Precision::Double, &blank, n, &config) <= limit_bytes;
    let (mut least, mut most): (u32, u32) = match method {
        Method::Stabilizer => (0, 10_001),
        _ => (0, 64),
    };
    while most - least > 1 {
        let middle = least.midpoint(most);
        if fits(middle) { least = middle } else { most = middle }
    }
    least
}

/// One of each instruction on one qubit.
fn samples() -> Vec<(&'static str, Operation)> {
    let one = || Matrix::identity(2);
    let amplitudes = || Box::from([Complex::ONE, Complex::ZERO]);
    let set = |state| Operation::SetState(Box::new(state));
    let mut samples = vec![
        ("reset", Operation::Reset),
        ("measure", Operation::Measure(Box::default())),
        ("unitary", Operation::Unitary(Box::new(one()))),
        ("diagonal", Operation::Diagonal([Complex::ONE, Complex::ONE].into())),
        ("multiplexer", Operation::Multiplexer([one()].into())),
        ("pauli", Operation::Pauli([crate::circuit::operation::Pauli::X].into())),
        ("delay", Operation::Delay(0.0)),
        ("initialize", Operation::Initialize(amplitudes())),
        ("kraus", Operation::Kraus([one()].into())),
        ("superop", Operation::Superoperator(Box::new(Matrix::identity(4)))),
        ("set_statevector", Operation::SetStatevector(amplitudes())),
        ("set_density_matrix", set(SetState::DensityMatrix(one()))),
        ("set_unitary", set(SetState::Unitary(one()))),
        ("set_superop", set(SetState::Superoperator(Matrix::identity(4)))),
        ("set_stabilizer", set(SetState::Stabilizer(serde_json::Value::Null))),
        ("set_matrix_product_state", set(SetState::MatrixProductState(serde_json::Value::Null))),
    ];
    let saves = [
        SaveKind::State,
        SaveKind::Statevector,
        SaveKind::StatevectorDict,
        SaveKind::Amplitudes([].into()),
        SaveKind::AmplitudesSquared([].into()),
        SaveKind::Probabilities,
        SaveKind::ProbabilitiesDict,
        SaveKind::DensityMatrix,
        SaveKind::ExpectationValue([].into()),
        SaveKind::ExpectationValueVariance([].into()),
        SaveKind::Unitary,
        SaveKind::Superoperator,
        SaveKind::Stabilizer,
        SaveKind::Clifford,
        SaveKind::MatrixProductState,
    ];
    samples.extend(saves.into_iter().map(|kind| {
        let (name, subtype) = (kind.name(), kind.subtypes()[0]);
        (name, Operation::Save(Box::new(Save { kind, label: name.into(), subtype })))
    }));
    samples
}
