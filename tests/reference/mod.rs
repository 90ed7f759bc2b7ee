//! The slow obvious simulator: full `2^n x 2^n` matrices times a vector. It shares nothing with the kernels.
//!
//! For tests: `mod reference;` in a file of `tests/`.
#![allow(dead_code, reason = "each test file uses a part")]

use aer_wasm::linalg::{Complex, Matrix};

/// |0…0⟩ of `n` qubits.
pub fn zero_state(n: u32) -> Vec<Complex> {
    let mut state = vec![Complex::ZERO; 1 << n];
    state[0] = Complex::ONE;
    state
}

/// The matrix on all `n` qubits of a matrix on some: an entry is kept where row and column agree on the
/// other qubits. Bit `j` of an index of `matrix` is `qubits[j]`.
pub fn embed(matrix: &Matrix, qubits: &[u32], n: u32) -> Matrix {
    let value = |index: usize| -> usize {
        qubits.iter().enumerate().map(|(j, qubit)| ((index >> qubit) & 1) << j).sum()
    };
    let others = |index: usize| qubits.iter().fold(index, |index, qubit| index & !(1 << qubit));
    let mut full = Matrix::zeros(1 << n, 1 << n);
    for row in 0..1 << n {
        for column in 0..1 << n {
            if others(row) == others(column) {
                full.set(row, column, matrix.at(value(row), value(column)));
            }
        }
    }
    full
}

/// A matrix on some qubits, applied to a state.
pub fn apply(state: &[Complex], matrix: &Matrix, qubits: &[u32]) -> Vec<Complex> {
    let full = embed(matrix, qubits, state.len().ilog2());
    (0..state.len()).map(|row| (0..state.len()).map(|i| full.at(row, i) * state[i]).sum()).collect()
}

/// The probability of each outcome of some qubits; bit `j` of an outcome is `qubits[j]`.
pub fn probabilities(state: &[Complex], qubits: &[u32]) -> Vec<f64> {
    let mut probabilities = vec![0.0; 1 << qubits.len()];
    for (index, amplitude) in state.iter().enumerate() {
        let outcome: usize = qubits.iter().enumerate().map(|(j, q)| ((index >> q) & 1) << j).sum();
        probabilities[outcome] += amplitude.norm_sqr();
    }
    probabilities
}

/// The state after some qubits were measured with an outcome.
pub fn collapse(state: &[Complex], qubits: &[u32], outcome: usize) -> Vec<Complex> {
    let norm = probabilities(state, qubits)[outcome].sqrt();
    let agrees =
        |index: usize| qubits.iter().enumerate().all(|(j, q)| (index >> q) & 1 == (outcome >> j) & 1);
    let kept = |(index, x): (usize, &Complex)| if agrees(index) { x / norm } else { Complex::ZERO };
    state.iter().enumerate().map(kept).collect()
}

/// The largest difference between two states.
pub fn distance(a: &[Complex], b: &[Complex]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

/// Every way to pick `k` different qubits of `n`, in order.
pub fn arrangements(n: u32, k: usize) -> Vec<Vec<u32>> {
    let mut lists = vec![vec![]];
    for _ in 0..k {
        let longer = |list: Vec<u32>| {
            let free: Vec<u32> = (0..n).filter(|qubit| !list.contains(qubit)).collect();
            free.into_iter().map(move |qubit| [list.clone(), vec![qubit]].concat())
        };
        lists = lists.into_iter().flat_map(longer).collect();
    }
    lists
}
