//! Gates as a few elementary ones: Clifford gates, and phases that are not.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use smallvec::{SmallVec, smallvec};

use crate::circuit::operation::Pauli;
use crate::circuit::{Gate, Operation, Qubit};

/// An elementary gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Hadamard.
    H(Qubit),
    /// diag(1, i).
    S(Qubit),
    /// diag(1, −i).
    Sdg(Qubit),
    /// Pauli X.
    X(Qubit),
    /// Pauli Z.
    Z(Qubit),
    /// Controlled X, the control first.
    Cx(Qubit, Qubit),
    /// Controlled Z.
    Cz(Qubit, Qubit),
    /// The number e^{i phase}.
    Phase(f64),
    /// diag(1, e^{i angle}) with an angle between 0 and π/2: no Clifford gate.
    Turn(Qubit, f64),
    /// Z with two controls.
    Ccz([Qubit; 3]),
}

/// The elementary gates of a gate, first one first.
pub type Steps = SmallVec<[Step; 6]>;

/// How far from a multiple of π/2 an angle counts as one.
const NEGLIGIBLE: f64 = 1e-12;

/// A whole number of quarter turns, and what is left: from 0 to π/2. An angle that is nearly a multiple of π/2 is one.
fn quarters(angle: f64) -> (u8, f64) {
    let whole = (angle / FRAC_PI_2).round();
    if (angle - whole * FRAC_PI_2).abs() <= NEGLIGIBLE.max(f64::EPSILON * angle.abs()) {
        return (whole.rem_euclid(4.0) as u8, 0.0);
    }
    let floor = (angle / FRAC_PI_2).floor();
    (floor.rem_euclid(4.0) as u8, angle - floor * FRAC_PI_2)
}

/// diag(1, e^{i angle}).
fn phase(qubit: Qubit, angle: f64) -> Steps {
    let (turns, rest) = quarters(angle);
    let mut steps = match turns {
        0 => Steps::new(),
        1 => smallvec![Step::S(qubit)],
        2 => smallvec![Step::Z(qubit)],
        _ => smallvec![Step::Sdg(qubit)],
    };
    if rest > 0.0 {
        steps.push(Step::Turn(qubit, rest));
    }
    steps
}

/// Euler angles, where the middle one is a multiple of π/2; the others may be any.
fn euler(qubit: Qubit, theta: f64, phi: f64, lambda: f64) -> Option<Steps> {
    // A rotation about Y by π/2 is X·H, by π it is X·Z, by 2π it is −1.
    let (turns, rest) = quarters(theta);
    if rest > 0.0 {
        return None;
    }
    let mut steps = phase(qubit, lambda);
    if turns % 2 == 1 {
        steps.extend([Step::H(qubit), Step::X(qubit)]);
    }
    if turns >= 2 {
        steps.extend([Step::Z(qubit), Step::X(qubit)]);
    }
    if ((theta / FRAC_PI_2).round().rem_euclid(8.0)) >= 4.0 {
        steps.push(Step::Phase(2.0 * FRAC_PI_2));
    }
    steps.extend(phase(qubit, phi));
    Some(steps)
}

fn pauli(letter: Pauli, qubit: Qubit) -> Steps {
    match letter {
        Pauli::I => smallvec![],
        Pauli::X => smallvec![Step::X(qubit)],
        Pauli::Y => smallvec![Step::Z(qubit), Step::X(qubit), Step::Phase(FRAC_PI_2)],
        Pauli::Z => smallvec![Step::Z(qubit)],
    }
}

fn gate(gate: Gate, parameters: &[f64], qubits: &[Qubit]) -> Option<Steps> {
    use Step::{Ccz, Cx, Cz, H, Phase, S, Sdg, X};
    Some(match (gate, parameters, qubits) {
        (Gate::Id | Gate::U0, ..) => smallvec![],
        (Gate::X, _, [q]) => pauli(Pauli::X, *q),
        (Gate::Y, _, [q]) => pauli(Pauli::Y, *q),
        (Gate::Z, _, [q]) => pauli(Pauli::Z, *q),
        (Gate::H, _, [q]) => smallvec![H(*q)],
        (Gate::S, _, [q]) => smallvec![S(*q)],
        (Gate::Sdg, _, [q]) => smallvec![Sdg(*q)],
        (Gate::Sx, _, [q]) => smallvec![H(*q), S(*q), H(*q)],
        (Gate::Sxdg, _, [q]) => smallvec![H(*q), Sdg(*q), H(*q)],
        (Gate::T, _, [q]) => phase(*q, FRAC_PI_4),
        (Gate::Tdg, _, [q]) => phase(*q, -FRAC_PI_4),
        (Gate::P | Gate::U1, [angle], [q]) => phase(*q, *angle),
        (Gate::Rz, [angle], [q]) => {
            let mut steps = phase(*q, *angle);
            steps.push(Phase(-angle / 2.0));
            steps
        }
        (Gate::U2, [phi, lambda], [q]) => euler(*q, FRAC_PI_2, *phi, *lambda)?,
        (Gate::U3 | Gate::U | Gate::UBuiltin, [theta, phi, lambda], [q]) => euler(*q, *theta, *phi, *lambda)?,
        (Gate::Cx | Gate::CxBuiltin, _, [c, t]) => smallvec![Cx(*c, *t)],
        (Gate::Cy, _, [c, t]) => smallvec![Sdg(*t), Cx(*c, *t), S(*t)],
        (Gate::Cz, _, [c, t]) => smallvec![Cz(*c, *t)],
        (Gate::Swap, _, [a, b]) => smallvec![Cx(*a, *b), Cx(*b, *a), Cx(*a, *b)],
        (Gate::Ecr, _, [a, b]) => {
            smallvec![S(*a), H(*b), S(*b), H(*b), Cx(*a, *b), X(*a), Phase(-FRAC_PI_4)]
        }
        (Gate::Ccx, _, [a, b, c]) => smallvec![H(*c), Ccz([*a, *b, *c]), H(*c)],
        (Gate::Ccz, _, [a, b, c]) => smallvec![Ccz([*a, *b, *c])],
        _ => return None,
    })
}

/// The elementary gates of a gate or of a Pauli string; `None` where it has none here.
pub fn steps(operation: &Operation, qubits: &[Qubit]) -> Option<Steps> {
    match operation {
        Operation::Gate(name, parameters) => gate(*name, parameters, qubits),
        Operation::Pauli(letters) => Some(
            letters.iter().rev().zip(qubits).flat_map(|(letter, qubit)| pauli(*letter, *qubit)).collect(),
        ),
        Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Some(Steps::new()),
        _ => None,
    }
}
