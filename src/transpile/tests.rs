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
        assert!(error < tolerance, "{num_bits} bits, {blocks:?}: {error}\n{operations:?}\n{program:?}");
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
            row = row.into_iter().map(|x| x / norm).collect();
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
        for _ in 0..=below(80, &mut rng) {
            let kind = kinds[case as usize % kinds.len()];
            let gate = kind[below(kind.len(), &mut rng)];
            let parameters: Vec<f64> = gate.spec().parameters.iter().map(|_| angle(&mut rng)).collect();
            let qubits = some_bits(gate.spec().num_qubits().unwrap(), num_bits, &mut rng);
            circuit.gate(gate, &parameters, &qubits);
        }
        check(&circuit.0, num_bits, blocks, 1e-13, &mut rng);
    }
}

/// The circuits that simulators are compared by; angles are random, seed 7.
fn known(name: &str, n: u32) -> Vec<Placed> {
    let mut rng = ShotRng::new(7, 0);
    let mut circuit = Circuit::default();
    match name {
        "ghz" => {
            circuit.gate(Gate::H, &[], &[0]);
            (1..n).for_each(|i| _ = circuit.gate(Gate::Cx, &[], &[i - 1, i]));
        }
        "qft" => {
            for i in (0..n).rev() {
                circuit.gate(Gate::H, &[], &[i]);
                for j in (0..i).rev() {
                    circuit.gate(Gate::Cp, &[PI / f64::from(i - j).exp2()], &[j, i]);
                }
            }
            (0..n / 2).for_each(|i| _ = circuit.gate(Gate::Swap, &[], &[i, n - 1 - i]));
        }
        "qv" | "qv_dense" => {
            for _ in 0..n {
                let order = some_bits(n as usize, n, &mut rng);
                for pair in order.chunks_exact(2) {
                    let (a, b) = (pair[0], pair[1]);
                    if name == "qv_dense" {
                        circuit.0.push(plan(unitary(4, &mut rng)).place(&[a, b], 0));
                        continue;
                    }
                    for step in 0..5 {
                        if step == 2 {
                            circuit.gate(Gate::Cx, &[], &[a, b]);
                        } else {
                            let angles = [0; 3].map(|_| rng.uniform() * 2.0 * PI);
                            circuit.gate(Gate::U, &angles, &[if step % 3 == 0 { a } else { b }]);
                        }
                    }
                }
            }
        }
        "brickwork" => {
            for layer in 0..20 {
                for q in 0..n {
                    circuit.gate(Gate::Rx, &[rng.uniform() * 2.0 * PI], &[q]);
                    circuit.gate(Gate::Rz, &[rng.uniform() * 2.0 * PI], &[q]);
                }
                (layer % 2..n - 1).step_by(2).for_each(|q| _ = circuit.gate(Gate::Cz, &[], &[q, q + 1]));
            }
        }
        "hidden_shift" => {
            let shift: Vec<u32> = (0..n).filter(|_| rng.uniform() < 0.5).collect();
            let h = |circuit: &mut Circuit| (0..n).for_each(|q| _ = circuit.gate(Gate::H, &[], &[q]));
            let x = |circuit: &mut Circuit| shift.iter().for_each(|q| _ = circuit.gate(Gate::X, &[], &[*q]));
            let cz = |circuit: &mut Circuit| {
                (0..n / 2).for_each(|q| _ = circuit.gate(Gate::Cz, &[], &[q, q + n / 2]));
            };
            h(&mut circuit);
            x(&mut circuit);
            cz(&mut circuit);
            x(&mut circuit);
            h(&mut circuit);
            cz(&mut circuit);
            h(&mut circuit);
        }
        "grover" => {
            let k = u32::midpoint(n, 3);
            let marked: Vec<bool> = (0..k).map(|_| rng.uniform() < 0.5).collect();
            let phase_flip = |circuit: &mut Circuit| {
                circuit.gate(Gate::H, &[], &[k - 1]);
                let mut up = vec![[0, 1, k]];
                up.extend((2..k - 2).map(|i| [i, k + i - 2, k + i - 1]));
                for bits in &up {
                    circuit.gate(Gate::Ccx, &[], bits);
                }
                circuit.gate(Gate::Ccx, &[], &[k - 2, 2 * k - 4, k - 1]);
                up.iter().rev().for_each(|bits| _ = circuit.gate(Gate::Ccx, &[], bits));
                circuit.gate(Gate::H, &[], &[k - 1]);
            };
            let all =
                |circuit: &mut Circuit, gate: Gate| (0..k).for_each(|q| _ = circuit.gate(gate, &[], &[q]));
            let mark = |circuit: &mut Circuit| {
                (0..k).filter(|q| !marked[*q as usize]).for_each(|q| _ = circuit.gate(Gate::X, &[], &[q]));
            };
            all(&mut circuit, Gate::H);
            for _ in 0..10 {
                mark(&mut circuit);
                phase_flip(&mut circuit);
                mark(&mut circuit);
                all(&mut circuit, Gate::H);
                all(&mut circuit, Gate::X);
                phase_flip(&mut circuit);
                all(&mut circuit, Gate::X);
                all(&mut circuit, Gate::H);
            }
        }
        _ => panic!("no circuit {name}"),
    }
    circuit.0
}

/// Passes, sweeps of phases, rotations and other steps of a program.
fn counts(program: &Program) -> [usize; 4] {
    let steps = || program.passes.iter().flat_map(|pass| &pass.steps);
    let rotations = |step: &Step| if let Step::Rotations(rotations) = step { rotations.len() } else { 0 };
    [
        program.passes.len(),
        steps().filter(|step| matches!(step, Step::Phases(_))).count(),
        steps().map(rotations).sum(),
        steps().filter(|step| matches!(step, Step::Placed(_))).count(),
    ]
}

/// A program stops only between blocks: a deep circuit on a state of one block is in several passes.
#[test]
fn no_block_takes_long() {
    let mut circuit = Circuit::default();
    for step in 0..4000 {
        let q = step % 17;
        circuit.gate(Gate::Ry, &[0.3], &[q]).gate(Gate::Cx, &[], &[q, (q + 1 + step % 5) % 17]);
    }
    let program = compile(&circuit.0, 17);
    assert!(program.passes.len() > 1);
    for pass in &program.passes {
        let nanoseconds = pass.steps.iter().map(cost::step).sum::<f64>() * (1u64 << pass.inner.len()) as f64;
        assert!(nanoseconds < 2e7, "{nanoseconds}");
    }
}

const KNOWN: [&str; 7] = ["ghz", "qft", "qv", "qv_dense", "brickwork", "hidden_shift", "grover"];

/// What is left of circuits: a change that makes more of anything should say why. Passes, sweeps of phases,
/// rotations, other steps.
#[test]
fn known_circuits_have_few_steps() {
    let expected: [(u32, [[usize; 4]; 7]); 2] = [
        (
            20,
            [
                [2, 1, 1, 19],
                [2, 5, 20, 30],
                [9, 37, 420, 0],
                [13, 0, 0, 188],
                [7, 40, 382, 4],
                [2, 3, 60, 6],
                [41, 3, 211, 340],
            ],
        ),
        (
            24,
            [
                [3, 1, 1, 23],
                [3, 6, 24, 36],
                [19, 61, 600, 0],
                [22, 0, 0, 269],
                [14, 70, 462, 0],
                [3, 5, 72, 4],
                [62, 4, 253, 421],
            ],
        ),
    ];
    for (n, expected) in expected {
        let found = KNOWN.map(|name| counts(&compile(&known(name, n), n)));
        assert_eq!(found, expected, "{n} bits: {KNOWN:?}");
    }
}

/// The inverse of a gate is the adjoint of its matrix; seed 6.
#[test]
fn a_circuit_and_its_inverse_leave_nothing() {
    let gates =
        [Gate::H, Gate::U, Gate::Rz, Gate::Cx, Gate::Cz, Gate::Cp, Gate::Swap, Gate::X, Gate::Ccx, Gate::Ccz];
    for case in 0..100 {
        let mut rng = ShotRng::new(6, case);
        let (mut circuit, mut inverse) = (Circuit::default(), Vec::new());
        for _ in 0..60 {
            let gate = gates[below(gates.len(), &mut rng)];
            let parameters: Vec<f64> = gate.spec().parameters.iter().map(|_| angle(&mut rng)).collect();
            let qubits = some_bits(gate.spec().num_qubits().unwrap(), 5, &mut rng);
            circuit.gate(gate, &parameters, &qubits);
            let (controls, targets) = qubits.split_at(gate.num_controls(qubits.len()));
            inverse.push(plan(gate.target_matrix(&parameters).adjoint()).place(targets, mask(controls)));
        }
        circuit.0.extend(inverse.into_iter().rev());
        check(&circuit.0, 5, Blocks::of(5), 1e-13, &mut rng);
        let (program, _) = read_as(&circuit.0, 5, Blocks::of(5), Reading::Plain);
        assert!(program.passes.is_empty(), "case {case}: {:?}\n{program:?}", counts(&program));
    }
}

#[test]
fn swaps_and_flips_are_free() {
    let mut circuit = Circuit::default();
    circuit.gate(Gate::Swap, &[], &[0, 3]).gate(Gate::X, &[], &[3]).gate(Gate::Swap, &[], &[3, 1]);
    circuit.gate(Gate::H, &[], &[2]).gate(Gate::Z, &[], &[2]).gate(Gate::H, &[], &[2]);
    let program = compile(&circuit.0, 4);
    assert!(program.passes.is_empty(), "{program:?}");
    assert_eq!(program.moved, [3, 0, 2, 1]);
    // X on bit 3, which is bit 0 of the state by then, and on bit 2 by H Z H.
    assert_eq!(program.flips, 0b101);
    check(&circuit.0, 4, Blocks::of(5), 1e-15, &mut ShotRng::new(8, 0));
}

/// CX RZ CX is a phase of two bits; XX, YY and ZX rotations are one between turns; ECR is a controlled gate.
#[test]
fn parts_of_other_gates_are_found() {
    let program = |gates: &[(Gate, &[f64], &[u32])]| {
        let mut circuit = Circuit::default();
        for (gate, parameters, qubits) in gates {
            circuit.gate(*gate, parameters, qubits);
        }
        check(&circuit.0, 3, Blocks::of(5), 1e-14, &mut ShotRng::new(9, 0));
        counts(&compile(&circuit.0, 3))
    };
    let cx = (Gate::Cx, &[][..], &[0, 1][..]);
    assert_eq!(program(&[cx, (Gate::Rz, &[0.3], &[1]), cx]), [1, 1, 0, 0]);
    for (gate, parameters) in
        [(Gate::Rxx, &[0.3][..]), (Gate::Ryy, &[0.4]), (Gate::Rzx, &[0.5]), (Gate::Ecr, &[])]
    {
        let [passes, sweeps, rotations, others] = program(&[(gate, parameters, &[2, 0])]);
        assert!(
            passes == 1 && rotations <= 4 && sweeps + others <= 4,
            "{gate:?}: {sweeps} {rotations} {others}"
        );
    }
    // Two dense matrices on two bits, and what is between, are one.
    let mut rng = ShotRng::new(10, 0);
    let mut circuit = Circuit::default();
    for _ in 0..3 {
        circuit.0.push(plan(unitary(4, &mut rng)).place(&[2, 1], 0));
        circuit.gate(Gate::Cx, &[], &[1, 2]).gate(Gate::U, &[0.1, 0.2, 0.3], &[1]).gate(
            Gate::Cz,
            &[],
            &[2, 1],
        );
    }
    check(&circuit.0, 3, Blocks::of(5), 1e-14, &mut rng);
    assert_eq!(counts(&compile(&circuit.0, 3)), [1, 0, 0, 1]);
    // So are gates that are no dense matrices by themselves, if there are many.
    let mut circuit = Circuit::default();
    for angle in [0.1, 0.2, 0.3, 0.4] {
        circuit.gate(Gate::Cx, &[], &[1, 2]).gate(Gate::U, &[angle, 0.2, 0.3], &[2]);
        circuit.gate(Gate::Cx, &[], &[2, 1]).gate(Gate::U, &[angle, 0.7, 0.9], &[1]);
    }
    check(&circuit.0, 3, Blocks::of(5), 1e-14, &mut rng);
    assert_eq!(counts(&compile(&circuit.0, 3)), [1, 0, 0, 1]);
}

/// Unitary operators only, seed 11: the norm, and the state itself, after 2,000 operations.
#[test]
fn errors_do_not_grow() {
    let mut rng = ShotRng::new(11, 0);
    let operations: Vec<Placed> = (0..2000).map(|_| operation(6, &mut rng)).collect();
    check(&operations, 6, Blocks { bits: 4, low: 1 }, 1e-12, &mut rng);
    let start = state(6, &mut rng);
    let (re, im) = run(&compile(&operations, 6), &start);
    let norm: f64 = re.iter().chain(&im).map(|x| x * x).sum();
    assert!((norm - 1.0).abs() < 1e-12, "{norm}");
}

/// Rotations without phases between them: scales are not put off for ever, so that single precision holds; seed 12.
#[test]
fn scales_stay_in_range() {
    let mut rng = ShotRng::new(12, 0);
    let mut circuit = Circuit::default();
    for _ in 0..40 {
        (0..6).for_each(|q| _ = circuit.gate(Gate::Ry, &[rng.uniform() * 7.0], &[q]));
        (0..5).for_each(|q| _ = circuit.gate(Gate::Cx, &[], &[q, q + 1]));
    }
    let program = compile(&circuit.0, 6);
    let mut scale: f64 = 1.0;
    for step in program.passes.iter().flat_map(|pass| &pass.steps) {
        match step {
            Step::Rotations(rotations) => rotations.iter().for_each(|rotation| scale /= rotation.scale()),
            Step::Phases(phases) => scale *= phases.factor.norm(),
            Step::Placed(_) => {}
        }
        assert!(scale.log2().abs() < 50.0, "{scale}");
    }
    assert!((scale - 1.0).abs() < 1e-13, "{scale}");
    let mut position = Position::default();
    let (mut re, mut im) = (vec![0.0f32; 64], vec![0.0f32; 64]);
    re[0] = 1.0;
    program.run(&mut re, &mut im, &mut position, u64::MAX);
    let norm: f32 = re.iter().chain(&im).map(|x| x * x).sum();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");
    check(&circuit.0, 6, Blocks::of(5), 1e-13, &mut rng);
}

/// Kraus operators and the like: nothing assumes that a matrix is unitary before it has looked; seed 13.
#[test]
fn matrices_need_not_be_unitary() {
    for case in 0..100 {
        let mut rng = ShotRng::new(13, case);
        let mut operations = Vec::new();
        for _ in 0..12 {
            let mut any = operation(4, &mut rng);
            if below(3, &mut rng) == 0 {
                let count = 1 + below(2, &mut rng);
                let bits = some_bits(count + 1, 4, &mut rng);
                let size = 1 << count;
                let mut number = || Complex::new(rng.uniform() - 0.5, rng.uniform() - 0.5);
                let matrix = match case % 3 {
                    0 => Matrix::diagonal(&(0..size).map(|_| number()).collect::<Vec<_>>()),
                    1 => Matrix::new(size, size, (0..size * size).map(|_| number()).collect()).unwrap(),
                    _ => {
                        let mut matrix = Matrix::zeros(size, size);
                        (0..size).for_each(|i| matrix.set(i, size - 1 - i, number()));
                        matrix
                    }
                };
                let controls = if case % 2 == 0 { 0 } else { 1 << bits[count] };
                any = plan(matrix).place(&bits[..count], controls);
            }
            operations.push(any);
        }
        check(&operations, 4, Blocks { bits: 3, low: 1 }, 1e-13, &mut rng);
    }
}

#[test]
fn nothing_is_nothing() {
    assert!(compile(&[], 5).passes.is_empty());
    let mut circuit = Circuit::default();
    circuit.gate(Gate::Id, &[], &[0]);
    assert!(compile(&circuit.0, 1).passes.is_empty());
}
