//! Programs against their operations, one by one; what is free, what cancels, and how many steps are left.

use std::f64::consts::PI;

use super::canonical::Reading;
use super::schedule::Blocks;
use super::*;
use crate::circuit::{GATES, Gate};
use crate::kernel::index::{deposit, mask};
use crate::kernel::program::{Position, Step};
use crate::kernel::{Action, plan};
use crate::linalg::{Complex, Matrix};
use crate::rng::ShotRng;

/// A circuit being written: gates by name, in the order of Qiskit's arguments.
#[derive(Default)]
struct Circuit(Vec<Placed>);

impl Circuit {
    fn gate(&mut self, gate: Gate, parameters: &[f64], qubits: &[u32]) -> &mut Self {
        let (controls, targets) = qubits.split_at(gate.num_controls(qubits.len()));
        self.0.push(plan(gate.target_matrix(parameters)).place(targets, mask(controls)));
        self
    }
}

type State = (Vec<f64>, Vec<f64>);

/// Numbers without order, of norm 1.
fn state(num_bits: u32, rng: &mut ShotRng) -> State {
    let mut part = || (0..1 << num_bits).map(|_| rng.uniform() - 0.5).collect::<Vec<f64>>();
    let (re, im) = (part(), part());
    let norm = re.iter().chain(&im).map(|x| x * x).sum::<f64>().sqrt();
    (re.iter().map(|x| x / norm).collect(), im.iter().map(|x| x / norm).collect())
}

/// What a program makes of a state, in the order of the operations' index.
fn run(program: &Program, (re, im): &State) -> State {
    let (mut re, mut im) = (re.clone(), im.clone());
    let mut position = Position::default();
    while !program.is_finished(position) {
        program.run(&mut re, &mut im, &mut position, 64);
    }
    let at = |index: usize| deposit(index, &program.moved) ^ program.flips;
    ((0..re.len()).map(|index| re[at(index)]).collect(), (0..re.len()).map(|index| im[at(index)]).collect())
}

fn distance(a: &State, b: &State) -> f64 {
    let parts = a.0.iter().zip(&b.0).chain(a.1.iter().zip(&b.1));
    parts.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// Every step is inside its block, rotations are on different bits, and phases name bits once.
fn check_form(program: &Program) {
    for pass in &program.passes {
        assert!(pass.inner.is_sorted_by(|a, b| a < b), "{:?}", pass.inner);
        for step in &pass.steps {
            match step {
                Step::Rotations(rotations) => {
                    let bits: Vec<u32> = rotations.iter().map(|rotation| rotation.bit).collect();
                    assert_eq!(mask(&bits).count_ones() as usize, bits.len(), "{bits:?}");
                    assert!(bits.iter().all(|bit| pass.inner.contains(bit)));
                    assert!(rotations.iter().all(|rotation| rotation.tangent.abs() < 1.0 + 1e-8));
                }
                Step::Phases(phases) => {
                    assert!(phases.singles.is_sorted_by(|a, b| a.0 < b.0), "{phases:?}");
                    assert!(phases.pairs.is_sorted_by(|a, b| (a.1, a.0) < (b.1, b.0)), "{phases:?}");
                    assert!(phases.pairs.iter().all(|pair| pair.0 < pair.1), "{phases:?}");
                }
                Step::Placed(Placed {
                    targets, action: Action::Permutation(_) | Action::Dense(_), ..
                }) => {
                    assert!(targets.iter().all(|bit| pass.inner.contains(bit)));
                }
                Step::Placed(_) => {}
            }
        }
    }
}

/// Both readings, and what is chosen, against the operations one by one.
fn check(operations: &[Placed], num_bits: u32, blocks: Blocks, tolerance: f64, rng: &mut ShotRng) {
    let start = state(num_bits, rng);
    let mut expected = start.clone();
    for operation in operations {
        operation.apply(&mut expected.0, &mut expected.1);
    }
    let readings =
        [Reading::Phases, Reading::Plain].map(|reading| read_as(operations, num_bits, blocks, reading).0);
    for program in readings.iter().chain([&compile_for(operations, num_bits, blocks)]) {
        check_form(program);
        let error = distance(&run(program, &start), &expected);
        assert!(error < tolerance, "{num_bits} bits, {blocks:?}: {error}\n{operations:#?}\n{program:#?}");
    }
}

/// A unitary matrix: random rows, each made orthogonal to those before.
fn unitary(size: usize, rng: &mut ShotRng) -> Matrix {
    let mut rows: Vec<Vec<Complex>> = Vec::new();
    while rows.len() < size {
        let mut row: Vec<Complex> =
            (0..size).map(|_| Complex::new(rng.uniform() - 0.5, rng.uniform() - 0.5)).collect();
        // Twice, for the rounding of the first time.
        for _ in 0..2 {
            for other in &rows {
                let overlap: Complex = other.iter().zip(&row).map(|(a, b)| a.conj() * b).sum();
                row.iter_mut().zip(other).for_each(|(x, y)| *x -= overlap * y);
            }
            let norm = row.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
            row.iter_mut().for_each(|x| *x /= norm);
        }
        rows.push(row);
    }
    Matrix::new(size, size, rows.concat()).unwrap()
}

fn below(n: usize, rng: &mut ShotRng) -> usize {
    (rng.uniform() * n as f64) as usize
}

/// Different bits in any order.
fn some_bits(count: usize, num_bits: u32, rng: &mut ShotRng) -> Vec<u32> {
    let mut bits: Vec<u32> = (0..num_bits).collect();
    for i in 0..count {
        let other = i + below(bits.len() - i, rng);
        bits.swap(i, other);
    }
    bits.truncate(count);
    bits
}

/// Angles at which matrices change their class, and others.
fn angle(rng: &mut ShotRng) -> f64 {
    if below(2, rng) == 0 { f64::from(below(9, rng) as u32) * PI / 4.0 } else { rng.uniform() * 7.0 - 3.5 }
}

/// A random operation: gates of the table with controls of either sign, permutations, diagonals, dense matrices.
fn operation(num_bits: u32, rng: &mut ShotRng) -> Placed {
    let widest = (num_bits as usize).min(4);
    let mut placed = loop {
        match below(10, rng) {
            0..=6 => {
                let spec = &GATES[below(GATES.len(), rng)];
                let targets = spec.targets;
                let controls = spec.num_qubits().map_or(below(3, rng), |count| count - targets);
                if targets + controls > num_bits as usize {
                    continue;
                }
                let parameters: Vec<f64> = spec.parameters.iter().map(|_| angle(rng)).collect();
                let qubits = some_bits(targets + controls, num_bits, rng);
                let mut circuit = Circuit::default();
                circuit.gate(spec.gate, &parameters, &qubits);
                break circuit.0.remove(0);
            }
            class => {
                let count = 1 + below(widest, rng);
                let mut bits = some_bits(count, num_bits, rng);
                let controls = bits.split_off(1 + below(count, rng));
                let size = 1 << bits.len();
                let matrix = match class {
                    7 => unitary(size, rng),
                    8 => {
                        let phases: Vec<Complex> = (0..size).map(|_| Complex::cis(angle(rng))).collect();
                        Matrix::diagonal(&phases)
                    }
                    _ => {
                        let mut matrix = Matrix::zeros(size, size);
                        let rows = some_bits(size, size as u32, rng);
                        let signs = below(2, rng) == 0;
                        for (column, row) in rows.into_iter().enumerate() {
                            let factor = if signs { Complex::cis(angle(rng)) } else { Complex::ONE };
                            matrix.set(row as usize, column, factor);
                        }
                        matrix
                    }
                };
                break plan(matrix).place(&bits, mask(&controls));
            }
        }
    };
    // Controls that are 0 as well.
    if below(3, rng) == 0 {
        placed.controls.values &= below(1 << num_bits, rng);
    }
    placed
}

/// Circuits of every class on 1 to 8 bits, in blocks of any size, so that there are many passes; seed 4.
#[test]
fn programs_do_what_their_operations_do() {
    for case in 0..400 {
        let mut rng = ShotRng::new(4, case);
        let num_bits = 1 + below(8, &mut rng) as u32;
        let blocks = Blocks { bits: 1 + below(8, &mut rng) as u32, low: below(3, &mut rng) as u32 };
        let length = 1 + below(60, &mut rng);
        let operations: Vec<Placed> = (0..length).map(|_| operation(num_bits, &mut rng)).collect();
        check(&operations, num_bits, blocks, 1e-13, &mut rng);
    }
}

/// Circuits of few kinds of gates, in which more merges and cancels; seed 5.
#[test]
fn programs_of_usual_gates_do_what_their_operations_do() {
    let kinds: [&[Gate]; 6] = [
        &[Gate::Cx, Gate::Rz],
        &[Gate::Cx, Gate::Rz, Gate::H],
        &[Gate::X, Gate::Cx, Gate::Swap, Gate::Cz, Gate::Ccx],
        &[Gate::U, Gate::Cx],
        &[Gate::Rxx, Gate::Ryy, Gate::Rzz, Gate::Ry],
        &[Gate::H, Gate::Cp, Gate::Iswap, Gate::Dcx, Gate::Cy],
    ];
    for case in 0..300 {
        let mut rng = ShotRng::new(5, case);
        let num_bits = 3 + below(4, &mut rng) as u32;
        let blocks = Blocks { bits: 3 + below(4, &mut rng) as u32, low: below(3, &mut rng) as u32 };
        let mut circuit = Circuit::default();
        for _ in 0..1 + below(80, &mut rng) {
            let kind = kinds[case as usize % kinds.len()];
            let gate = kind[below(kind.len(), &mut rng)];
            let parameters: Vec<f64> = gate.spec().parameters.iter().map(|_| angle(&mut rng)).collect();
            let qubits = some_bits(gate.spec().num_qubits().unwrap(), num_bits, &mut rng);
            circuit.gate(gate, &parameters, &qubits);
        }
        check(&circuit.0, num_bits, blocks, 1e-13, &mut rng);
    }
}
