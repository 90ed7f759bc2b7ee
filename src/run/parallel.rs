//! Whether a circuit is worth threads, from the circuit alone: a guess, made before any memory is taken.
//!
//! Gates join qubits to groups, which engines may keep apart. A group of `n` qubits that meets `b` gates which
//! are no mere permutations with phases holds at most `2^min(n, b)` amplitudes; each gate touches them once.

use crate::circuit::{Circuit, Operation};
use crate::engine::SHARED_BITS;
use crate::linalg::{Complex, Matrix};

/// About how many amplitudes the gates of a circuit touch in states that are large enough for threads; saturates.
pub fn shared_work(circuit: &Circuit) -> u64 {
    if circuit.num_qubits < SHARED_BITS {
        return 0;
    }
    let mut groups = Groups((0..circuit.num_qubits as usize).collect());
    for step in &circuit.instructions {
        if let [first, others @ ..] = step.qubits.as_slice()
            && acts(&step.operation)
        {
            for qubit in others {
                groups.join(*first as usize, *qubit as usize);
            }
        }
    }
    let mut sizes = vec![Size::default(); groups.0.len()];
    for qubit in 0..sizes.len() {
        sizes[groups.of(qubit)].qubits += 1;
    }
    for step in &circuit.instructions {
        if let Some(first) = step.qubits.first()
            && acts(&step.operation)
        {
            let size = &mut sizes[groups.of(*first as usize)];
            size.gates += 1;
            size.branches = size.branches.saturating_add(branches(&step.operation, step.qubits.len() as u32));
        }
    }
    sizes.iter().map(Size::work).fold(0, u64::saturating_add)
}

/// Whether an operation changes the state.
fn acts(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::Barrier
            | Operation::Delay(_)
            | Operation::Measure(_)
            | Operation::Save(_)
            | Operation::BooleanFunction(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::NoiseSwitch(_)
            | Operation::Store(_)
            | Operation::Jump(_)
            | Operation::Mark(_)
    )
}

/// By how many powers of two an operation may multiply the number of amplitudes.
fn branches(operation: &Operation, num_qubits: u32) -> u32 {
    match operation {
        Operation::Gate(gate, parameters) => {
            let matrix = gate.target_matrix(parameters);
            if is_monomial(&matrix) { 0 } else { matrix.rows().trailing_zeros() }
        }
        Operation::Unitary(matrix) if is_monomial(matrix) => 0,
        Operation::Diagonal(_) | Operation::Pauli(_) | Operation::Reset => 0,
        _ => num_qubits,
    }
}

/// Whether every column has one entry.
fn is_monomial(matrix: &Matrix) -> bool {
    let entries = |column| (0..matrix.rows()).filter(move |row| matrix.at(*row, column) != Complex::ZERO);
    (0..matrix.columns()).all(|column| entries(column).count() == 1)
}

#[derive(Clone, Default)]
struct Size {
    qubits: u32,
    gates: u64,
    branches: u32,
}

impl Size {
    fn work(&self) -> u64 {
        let bits = self.qubits.min(self.branches);
        if bits < SHARED_BITS { 0 } else { self.gates.saturating_mul(1 << bits.min(63)) }
    }
}

/// Disjoint sets: each qubit points to another of its group, or is the one that names it.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, qubit: usize) -> usize {
        let mut at = qubit;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a] = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::{Gate, Instruction};

    fn circuit(num_qubits: u32, gates: &[(Gate, &[f64], &[u32])]) -> Circuit {
        let mut circuit = Circuit { num_qubits, ..Circuit::default() };
        circuit.instructions.extend(gates.iter().map(|(gate, parameters, qubits)| {
            let parameters = parameters.iter().copied().collect();
            Instruction::new(Operation::Gate(*gate, parameters), qubits.iter().copied())
        }));
        circuit
    }

    #[test]
    fn a_chain_of_h_and_cx_is_dense_and_a_ghz_state_is_not() {
        const N: u32 = SHARED_BITS + 2;
        let pairs: Vec<[u32; 2]> = (1..N).map(|q| [q - 1, q]).collect();
        let singles: Vec<[u32; 1]> = (0..N).map(|q| [q]).collect();
        let chain = || pairs.iter().map(|pair| (Gate::Cx, &[][..], &pair[..]));
        let ghz: Vec<_> = std::iter::once((Gate::H, &[][..], &[0][..])).chain(chain()).collect();
        assert_eq!(shared_work(&circuit(N, &ghz)), 0);
        let layer = || singles.iter().map(|single| (Gate::H, &[][..], &single[..]));
        let dense: Vec<_> = layer().chain(chain()).collect();
        assert_eq!(shared_work(&circuit(N, &dense)), u64::from(2 * N - 1) << N);
        // Without a gate that joins them, the qubits are apart.
        assert_eq!(shared_work(&circuit(N, &layer().collect::<Vec<_>>())), 0);
        // A state of few qubits is not worth it, however many gates there are.
        assert_eq!(shared_work(&circuit(2, &[(Gate::H, &[], &[0]), (Gate::Cx, &[], &[0, 1])])), 0);
    }
}
