//! Walks over the gate table: every row against itself and, for some, against Qiskit's documentation.
//!
//! Parameters are random numbers in (-2π, 2π) from a fixed seed; identities hold to rounding, so a walk
//! fails always or never.

use std::f64::consts::PI;

use super::*;
use crate::circuit::{Circuit, Operation};
use crate::frontend::qasm::load_v2;
use crate::rng::ShotRng;

const TOLERANCE: f64 = 1e-12;
const ROUNDS: usize = 5;
const QUBITS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Calls `check` with every row, some random parameters and the numbers of qubits to try.
fn walk(mut check: impl FnMut(&GateSpec, &[f64], usize)) {
    let mut rng = ShotRng::new(2, 0);
    for spec in GATES {
        for _ in 0..ROUNDS {
            let parameters: Vec<f64> =
                spec.parameters.iter().map(|_| (rng.uniform() - 0.5) * 4.0 * PI).collect();
            match spec.num_qubits() {
                Some(count) => check(spec, &parameters, count),
                None => (spec.targets..=5).for_each(|count| check(spec, &parameters, count)),
            }
        }
    }
}

/// The matrix of `matrix` on some of `num_qubits` qubits, entry by entry.
pub(crate) fn embedded(matrix: &Matrix, qubits: &[u32], num_qubits: usize) -> Matrix {
    let size = 1 << num_qubits;
    let inner = |index: usize| qubits.iter().enumerate().map(|(j, q)| (index >> q & 1) << j).sum::<usize>();
    let outer = |index: usize| qubits.iter().fold(index, |rest, q| rest & !(1 << q));
    let mut full = Matrix::zeros(size, size);
    for row in 0..size {
        for column in (0..size).filter(|column| outer(*column) == outer(row)) {
            full.set(row, column, matrix.at(inner(row), inner(column)));
        }
    }
    full
}

/// The matrix of a circuit of gates: the product of one full matrix per instruction.
fn product(circuit: &Circuit) -> Matrix {
    let num_qubits = circuit.num_qubits as usize;
    circuit.instructions.iter().fold(Matrix::identity(1 << num_qubits), |total, step| {
        let Operation::Gate(gate, parameters) = &step.operation else { panic!("not a gate") };
        let matrix = gate.full_matrix(parameters, step.qubits.len());
        embedded(&matrix, &step.qubits, num_qubits).product(&total).unwrap()
    })
}

/// The distance up to a global phase, which is taken from the largest entry.
fn distance_up_to_phase(left: &Matrix, right: &Matrix) -> f64 {
    let largest = (0..left.entries().len())
        .max_by(|i, j| left.entries()[*i].norm().total_cmp(&left.entries()[*j].norm()))
        .unwrap();
    let phase = right.entries()[largest] / left.entries()[largest];
    let turned = left.entries().iter().map(|entry| entry * phase).collect();
    Matrix::new(left.rows(), left.columns(), turned).unwrap().distance(right)
}

/// `gate name(parameters) a,b,… { definition }`
fn definition(spec: &GateSpec, name: &str) -> String {
    let qubits = QUBITS[..spec.num_qubits().unwrap()].join(",");
    format!("gate {name}({}) {qubits} {{ {} }}\n", spec.parameters.join(","), spec.definition)
}

/// The definitions of all rows that a row's definition names and the include lacks, innermost first.
fn needed(spec: &GateSpec) -> String {
    let words = spec.definition.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let rows = words.filter_map(Gate::by_name).map(Gate::spec);
    let mut text = String::new();
    for row in rows.filter(|row| !row.qelib1 && !row.definition.is_empty()) {
        let more = needed(row) + &definition(row, row.name);
        if !text.contains(&more) {
            text += &more;
        }
    }
    text
}

#[test]
fn names_are_unique_and_lead_back_to_their_rows() {
    let mut seen = std::collections::HashSet::new();
    for (index, spec) in GATES.iter().enumerate() {
        assert!(seen.insert(spec.name), "{} stands twice", spec.name);
        assert_eq!(spec.gate as usize, index);
        assert_eq!(Gate::by_name(spec.name), Some(spec.gate));
        assert!(std::ptr::eq(spec.gate.spec(), spec));
        assert!(spec.doc.ends_with('.'), "{}", spec.name);
    }
    assert_eq!(Gate::by_name("nothing"), None);
}

#[test]
fn every_matrix_is_unitary_and_of_the_right_size() {
    walk(|spec, parameters, count| {
        let matrix = spec.gate.target_matrix(parameters);
        assert_eq!(
            (matrix.rows(), matrix.columns()),
            (1 << spec.targets, 1 << spec.targets),
            "{}",
            spec.name
        );
        let full = spec.gate.full_matrix(parameters, count);
        assert_eq!(full.rows(), 1 << count, "{}", spec.name);
        assert!(full.unitarity_error() < TOLERANCE, "{}", spec.name);
    });
}

#[test]
fn controls_apply_the_target_matrix_where_all_are_one() {
    walk(|spec, parameters, count| {
        let controls = spec.gate.num_controls(count);
        assert_eq!(controls, count - spec.targets);
        let ones = (1 << controls) - 1;
        let target = spec.gate.target_matrix(parameters);
        let full = spec.gate.full_matrix(parameters, count);
        for row in 0..1 << count {
            for column in 0..1 << count {
                let expected = match (row & ones, column & ones) {
                    (a, b) if a == ones && b == ones => target.at(row >> controls, column >> controls),
                    _ => real(f64::from(u8::from(row == column))),
                };
                assert_eq!(full.at(row, column), expected, "{} at {row},{column}", spec.name);
            }
        }
    });
}

/// Exactly, not up to a phase: a phase counts once controls are added.
#[test]
fn the_inverse_undoes_the_gate() {
    walk(|spec, parameters, count| {
        let matrix = spec.gate.full_matrix(parameters, count);
        match spec.gate.inverse(parameters) {
            Some((inverse, parameters)) => {
                assert_eq!(parameters.len(), inverse.spec().parameters.len(), "{}", spec.name);
                let undone = inverse.full_matrix(&parameters, count).product(&matrix).unwrap();
                assert!(undone.distance(&Matrix::identity(1 << count)) < TOLERANCE, "{}", spec.name);
            }
            None => assert_eq!(spec.inverse, Inverse::Matrix),
        }
    });
}

#[test]
fn the_definition_multiplies_out_to_the_matrix() {
    let mut checked = 0;
    walk(|spec, parameters, count| {
        if spec.definition.is_empty() {
            return;
        }
        let qubits: Vec<_> = (0..count).map(|i| format!("q[{i}]")).collect();
        let values: Vec<_> = parameters.iter().map(f64::to_string).collect();
        let program = format!(
            "OPENQASM 2.0; include \"qelib1.inc\";\n{}{}qreg q[{count}]; row({}) {};",
            needed(spec),
            definition(spec, "row"),
            values.join(","),
            qubits.join(","),
        );
        let circuit = load_v2(&program).unwrap_or_else(|error| panic!("{}: {error}", spec.name));
        assert!(circuit.instructions.iter().all(|step| step.operation.name() != spec.name));
        let distance = distance_up_to_phase(&product(&circuit), &spec.gate.full_matrix(parameters, count));
        assert!(distance < TOLERANCE, "{}: {distance}", spec.name);
        checked += 1;
    });
    assert!(checked > 50 * ROUNDS);
}

#[test]
fn rows_have_definitions_unless_they_are_elementary() {
    for spec in GATES {
        let elementary = matches!(spec.gate, Gate::UBuiltin | Gate::CxBuiltin);
        let fixed = matches!(spec.controls, Controls::Exactly(_));
        assert_eq!(!spec.definition.is_empty(), fixed && !elementary, "{}", spec.name);
        assert!(!(spec.qelib1 && spec.definition.is_empty()), "{}", spec.name);
    }
}

/// The files themselves: qelib1.inc as Qiskit 2.6 reads it with `from_qasm_str`, and stdgates.inc of
/// OpenQASM 3.1 (without its spellings `phase` and `cphase`).
#[test]
fn the_standard_files_have_their_gates() {
    let names = |wanted: fn(&GateSpec) -> bool| {
        let mut names: Vec<_> = GATES.iter().filter(|spec| wanted(spec)).map(|spec| spec.name).collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(
        names(|spec| spec.qelib1),
        "c3sqrtx c3x c4x ccx ch cp crx cry crz cswap csx cu cu1 cu3 cx cy cz h id p rc3x rccx rx rxx ry rz rzz s \
         sdg swap sx sxdg t tdg u u0 u1 u2 u3 x y z"
    );
    assert_eq!(
        names(|spec| spec.stdgates),
        "CX ccx ch cp crx cry crz cswap cu cx cy cz h id p rx ry rz s sdg swap sx t tdg u1 u2 u3 x y z"
    );
}

/// Matrices as Qiskit's documentation (2.x, `qiskit.circuit.library`) prints them.
#[test]
fn matrices_of_the_documentation() {
    let check = |gate: Gate, parameters: &[f64], expected: Matrix| {
        let count = gate.spec().num_qubits().unwrap();
        let distance = gate.full_matrix(parameters, count).distance(&expected);
        assert!(distance < 1e-15, "{}: {distance}", gate.name());
    };
    let h = 0.5f64.sqrt();
    let c = Complex::new;

    let (p, m) = (c(0.5, 0.5), c(0.5, -0.5));
    check(Gate::Sx, &[], Matrix::square([[p, m], [m, p]]));

    let (theta, phi, lambda, gamma) = (0.3, 0.7, -1.1, 0.4f64);
    let (cos, sin) = (f64::cos(theta / 2.0), f64::sin(theta / 2.0));
    let exp = |angle: f64| c(angle.cos(), angle.sin());
    let u = [[real(cos), -exp(lambda) * sin], [exp(phi) * sin, exp(phi + lambda) * cos]];
    check(Gate::U, &[theta, phi, lambda], Matrix::square(u));
    check(Gate::UBuiltin, &[theta, phi, lambda], Matrix::square(u));

    let g = exp(gamma);
    check(
        Gate::Cu,
        &[theta, phi, lambda, gamma],
        Matrix::square([
            [L, O, O, O],
            [O, g * u[0][0], O, g * u[0][1]],
            [O, O, L, O],
            [O, g * u[1][0], O, g * u[1][1]],
        ]),
    );

    check(
        Gate::Ecr,
        &[],
        Matrix::square([
            [O, real(h), O, c(0.0, h)],
            [real(h), O, c(0.0, -h), O],
            [O, c(0.0, h), O, real(h)],
            [c(0.0, -h), O, real(h), O],
        ]),
    );

    let (rc, plus, minus) = (real(cos), c(0.0, sin), c(0.0, -sin));
    check(
        Gate::Rzx,
        &[theta],
        Matrix::square([[rc, O, minus, O], [O, rc, O, plus], [minus, O, rc, O], [O, plus, O, rc]]),
    );
    check(Gate::Iswap, &[], Matrix::square([[L, O, O, O], [O, O, I, O], [O, I, O, O], [O, O, O, L]]));
    check(Gate::Dcx, &[], Matrix::square([[L, O, O, O], [O, O, O, L], [O, L, O, O], [O, O, L, O]]));
    check(
        Gate::Rccx,
        &[],
        Matrix::square([
            [L, O, O, O, O, O, O, O],
            [O, L, O, O, O, O, O, O],
            [O, O, L, O, O, O, O, O],
            [O, O, O, O, O, O, O, -I],
            [O, O, O, O, L, O, O, O],
            [O, O, O, O, O, -L, O, O],
            [O, O, O, O, O, O, L, O],
            [O, O, O, I, O, O, O, O],
        ]),
    );
    let (cos, sin) = (f64::cos(0.35), f64::sin(0.35));
    let r = [[real(cos), c(0.0, -sin) * exp(-0.2)], [c(0.0, -sin) * exp(0.2), real(cos)]];
    check(Gate::R, &[0.7, 0.2], Matrix::square(r));
}
