//! Instructions as superoperators: what a channel does to a density matrix, as one matrix.
//!
//! A superoperator of `k` qubits is a `4^k` matrix on column-stacked density matrices: entry `(row, column)` of the
//! density matrix is number `column * 2^k + row` of the vector, so bit `j` of an index is qubit `j` of the row, and bit
//! `k + j` that of the column. A unitary `U` is `conj(U) ⊗ U`, Kraus operators are the sum of `conj(K) ⊗ K`
//! (Wood, Biamonte, Cory: "Tensor networks and graphical calculus for open quantum systems", arXiv:1111.6950).

use super::operation::{Pauli, QuantumError};
use super::{Instruction, Operation};
use crate::linalg::{Complex, Matrix};

/// The superoperator of one operator on both sides: `ρ → K ρ K†`.
pub fn conjugation(operator: &Matrix) -> Matrix {
    let size = operator.rows();
    let mut superoperator = Matrix::zeros(size * size, size * size);
    add_conjugation(&mut superoperator, operator);
    superoperator
}

/// The superoperator of Kraus operators of the same size; there must be one at least.
pub fn kraus(operators: &[Matrix]) -> Option<Matrix> {
    let size = operators.first()?.rows();
    let mut superoperator = Matrix::zeros(size * size, size * size);
    for operator in operators {
        add_conjugation(&mut superoperator, operator);
    }
    Some(superoperator)
}

fn add_conjugation(sum: &mut Matrix, operator: &Matrix) {
    let size = operator.rows();
    for (a, b) in (0..size).flat_map(|a| (0..size).map(move |b| (a, b))) {
        let left = operator.at(a, b).conj();
        if left == Complex::ZERO {
            continue;
        }
        for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
            let (row_at, column_at) = (a * size + row, b * size + column);
            let entry = sum.at(row_at, column_at) + left * operator.at(row, column);
            sum.set(row_at, column_at, entry);
        }
    }
}

/// The unitary matrix of an operation on `num_qubits` qubits, if it has one.
pub fn unitary(operation: &Operation, num_qubits: usize) -> Option<Matrix> {
    Some(match operation {
        Operation::Gate(gate, parameters) => gate.full_matrix(parameters, num_qubits),
        Operation::Unitary(matrix) => (**matrix).clone(),
        Operation::Diagonal(entries) => Matrix::diagonal(entries),
        Operation::Pauli(letters) => pauli(letters),
        Operation::Multiplexer(matrices) => multiplexer(matrices),
        Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => {
            Matrix::identity(1 << num_qubits)
        }
        _ => return None,
    })
}

/// The matrix of a Pauli string, whose *leftmost* letter acts on the *last* qubit.
pub fn pauli(letters: &[Pauli]) -> Matrix {
    letters.iter().fold(Matrix::identity(1), |product, letter| {
        let factor = letter.gate().map_or_else(|| Matrix::identity(2), |gate| gate.target_matrix(&[]));
        product.kron(&factor)
    })
}

/// The matrix of a multiplexer: targets first, then controls.
fn multiplexer(matrices: &[Matrix]) -> Matrix {
    let size = matrices.first().map_or(1, Matrix::rows);
    let mut whole = Matrix::zeros(size * matrices.len(), size * matrices.len());
    for (value, matrix) in matrices.iter().enumerate() {
        for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
            whole.set(value * size + row, value * size + column, matrix.at(row, column));
        }
    }
    whole
}

/// The superoperator of an operation on `num_qubits` qubits: a gate, a matrix, a reset, Kraus operators, an error.
/// `None` where it has none. Costs up to `16^num_qubits` numbers, so it is for few qubits.
pub fn superoperator(operation: &Operation, num_qubits: usize) -> Option<Matrix> {
    match operation {
        Operation::Superoperator(matrix) => Some((**matrix).clone()),
        Operation::Kraus(operators) => kraus(operators),
        Operation::QuantumError(error) => quantum_error(error, num_qubits),
        Operation::Reset => Some(reset(num_qubits)),
        _ => unitary(operation, num_qubits).map(|matrix| conjugation(&matrix)),
    }
}

/// Sets qubits to |0⟩, whatever they were: Kraus operators `|0⟩⟨v|`.
fn reset(num_qubits: usize) -> Matrix {
    let size = 1 << num_qubits;
    let mut matrix = Matrix::zeros(size * size, size * size);
    for value in 0..size {
        matrix.set(0, value * size + value, Complex::ONE);
    }
    matrix
}

/// The superoperator of a quantum error on as many qubits.
fn quantum_error(error: &QuantumError, num_qubits: usize) -> Option<Matrix> {
    let size = 1usize << (2 * num_qubits);
    let mut sum = Matrix::zeros(size, size);
    for branch in &error.branches {
        let mut product = Matrix::identity(size);
        for step in &branch.instructions {
            product = embedded(step, num_qubits)?.product(&product)?;
        }
        sum.add_scaled(&product, branch.probability);
    }
    Some(sum)
}

/// The superoperator of an instruction among `num_qubits` qubits.
fn embedded(step: &Instruction, num_qubits: usize) -> Option<Matrix> {
    let small = superoperator(&step.operation, step.qubits.len())?;
    let rows = step.qubits.iter().map(|qubit| *qubit as usize);
    let columns = rows.clone().map(|qubit| num_qubits + qubit);
    let bits: Vec<usize> = rows.chain(columns).collect();
    if bits.iter().any(|bit| *bit >= 2 * num_qubits) {
        return None;
    }
    let size = 1usize << (2 * num_qubits);
    let spread = |value: usize| bits.iter().enumerate().fold(0, |at, (i, bit)| at | (value >> i & 1) << bit);
    let others = (0..size).filter(|index| bits.iter().all(|bit| index >> bit & 1 == 0));
    let mut large = Matrix::zeros(size, size);
    for base in others {
        for row in 0..small.rows() {
            for column in 0..small.columns() {
                large.set(base | spread(row), base | spread(column), small.at(row, column));
            }
        }
    }
    Some(large)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::Gate;
    use crate::circuit::operation::ErrorBranch;

    /// `vec(A ρ A†)` by the definition, for a `ρ` with no symmetry.
    fn check(operators: &[Matrix], superoperator: &Matrix) {
        let size = operators[0].rows();
        let entries = (0..size * size).map(|i| Complex::new(i as f64 * 0.3 - 1.0, (i * i) as f64 * 0.1));
        let rho = Matrix::new(size, size, entries.collect()).unwrap();
        let mut expected = Matrix::zeros(size, size);
        for operator in operators {
            expected.add_scaled(&operator.product(&rho).unwrap().product(&operator.adjoint()).unwrap(), 1.0);
        }
        for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
            let found: Complex = (0..size * size)
                .map(|from| superoperator.at(column * size + row, from) * rho.at(from % size, from / size))
                .sum();
            assert!((found - expected.at(row, column)).norm() < 1e-12);
        }
    }

    #[test]
    fn superoperators_do_what_operators_do() {
        let u = Gate::U.target_matrix(&[0.3, 0.7, -1.1]);
        check(std::slice::from_ref(&u), &conjugation(&u));
        let damping = |gamma: f64| {
            let (zero, one) = (Complex::ZERO, Complex::ONE);
            vec![
                Matrix::square([[one, zero], [zero, Complex::from((1.0 - gamma).sqrt())]]),
                Matrix::square([[zero, Complex::from(gamma.sqrt())], [zero, zero]]),
            ]
        };
        check(&damping(0.3), &kraus(&damping(0.3)).unwrap());
        check(&damping(1.0), &superoperator(&Operation::Reset, 1).unwrap());
    }

    #[test]
    fn an_error_is_the_mixture_of_its_circuits_on_their_qubits() {
        let gate = |gate: Gate, qubits: &[u32]| {
            Instruction::new(Operation::Gate(gate, [].into_iter().collect()), qubits.iter().copied())
        };
        let branch = |probability, instructions| ErrorBranch { probability, instructions };
        let error = QuantumError {
            branches: vec![
                branch(0.75, vec![]),
                branch(0.25, vec![gate(Gate::H, &[1]), gate(Gate::Cx, &[1, 0])]),
            ],
        };
        let h = Gate::H.target_matrix(&[]).kron(&Matrix::identity(2));
        // Controlled by qubit 1: rows 2 and 3 exchanged.
        let cx = Operation::Gate(Gate::Cx, [].into_iter().collect());
        let reversed = |m: &Matrix| {
            let swap = |i: usize| (i & 1) << 1 | i >> 1;
            let mut r = Matrix::zeros(4, 4);
            for (a, b) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))) {
                r.set(swap(a), swap(b), m.at(a, b));
            }
            r
        };
        let both = reversed(&unitary(&cx, 2).unwrap()).product(&h).unwrap();
        let scaled = |m: &Matrix, x: f64| {
            Matrix::new(4, 4, m.entries().iter().map(|e| e * x.sqrt()).collect()).unwrap()
        };
        let found = superoperator(&Operation::QuantumError(error.into()), 2).unwrap();
        check(&[scaled(&Matrix::identity(4), 0.75), scaled(&both, 0.25)], &found);
    }

    #[test]
    fn the_last_letter_of_a_string_is_for_the_first_qubit() {
        let xz = pauli(&[Pauli::X, Pauli::Z]);
        // Z on qubit 0, X on qubit 1.
        assert_eq!(xz.at(2, 0), Complex::ONE);
        assert_eq!(xz.at(3, 1), -Complex::ONE);
    }
}
