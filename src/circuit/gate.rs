//! The gate table: one row per gate name, read by every front end, engine, document and type.
//!
//! A row gives the parameters, how many controls come before the targets, the matrix on the targets, the
//! inverse, the standard include files that define the name, a definition in smaller gates and a sentence.
//! Names that share a matrix (`p` and `u1`) stay apart, because noise models and labels tell them apart.
//!
//! Conventions are Qiskit's: angles in radians; controls first, targets last; the first qubit is the least
//! significant bit of a matrix index. Matrices: Cross et al., "Open Quantum Assembly Language",
//! arXiv:1707.03429, `OpenQASM` 3 stdgates.inc (arXiv:2104.14722) and Qiskit's circuit library.
//! The tests check every row against itself: matrix against inverse against definition.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use smallvec::{SmallVec, smallvec};

use crate::linalg::{Complex, Matrix, cis, sin_cos};

/// The parameters of a gate, in radians.
pub type Parameters = SmallVec<[f64; 4]>;

/// How many control qubits come before the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controls {
    /// Always this many.
    Exactly(usize),
    /// As many as are given, none included (`mcx` on one qubit is `x`).
    Any,
}

/// How to write the inverse of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inverse {
    /// The gate is its own inverse.
    Itself,
    /// Another gate with the same parameters.
    Gate(Gate),
    /// The same gate with every parameter negated.
    Negated,
    /// The same gate with the first parameter negated.
    FirstNegated,
    /// `(θ, φ, λ, …)` becomes `(−θ, −λ, −φ, −…)`.
    Euler,
    /// `(φ, λ)` becomes `(−λ − π, −φ + π)`.
    HalfEuler,
    /// No row is the inverse; the adjoint matrix has to do.
    Matrix,
}

/// One row of the table.
#[derive(Debug)]
pub struct GateSpec {
    /// The gate.
    pub gate: Gate,
    /// Its only name, as in Qiskit, Qobj and `OpenQASM`.
    pub name: &'static str,
    /// Names of the parameters, in order.
    pub parameters: &'static [&'static str],
    /// Control qubits before the targets.
    pub controls: Controls,
    /// Number of target qubits.
    pub targets: usize,
    /// The matrix on the targets; it must be given as many parameters as the row names.
    pub matrix: fn(&[f64]) -> Matrix,
    /// The inverse.
    pub inverse: Inverse,
    /// Whether `OpenQASM` 2's `qelib1.inc` (in Qiskit's extent) defines it.
    pub qelib1: bool,
    /// Whether `OpenQASM` 3's `stdgates.inc` defines it.
    pub stdgates: bool,
    /// The body of an `OpenQASM` 2 gate over the row's parameters and qubits `a, b, c, d, e`; empty for what
    /// is elementary or has any number of controls. Equal to the matrix up to a global phase.
    pub definition: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

impl GateSpec {
    /// The number of qubits, if it is fixed.
    pub fn num_qubits(&self) -> Option<usize> {
        match self.controls {
            Controls::Exactly(controls) => Some(controls + self.targets),
            Controls::Any => None,
        }
    }
}

macro_rules! gates {
    ($($variant:ident $name:literal ($($parameter:ident),*) $controls:tt + $targets:literal
        $matrix:ident $inverse:ident$(($other:ident))? [$($standard:ident)*] $definition:literal $doc:literal;)*) => {
        /// A gate of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Gate {
            $(#[doc = $doc] $variant,)*
        }

        /// Every gate, in the order of [`Gate`].
        pub static GATES: &[GateSpec] = &[$(GateSpec {
            gate: Gate::$variant,
            name: $name,
            parameters: &[$(stringify!($parameter)),*],
            controls: gates!(@controls $controls),
            targets: $targets,
            matrix: $matrix,
            inverse: Inverse::$inverse$((Gate::$other))?,
            qelib1: gates!(@has qelib1 $($standard)*),
            stdgates: gates!(@has stdgates $($standard)*),
            definition: $definition,
            doc: $doc,
        },)*];
    };
    (@controls any) => { Controls::Any };
    (@controls $n:literal) => { Controls::Exactly($n) };
    (@has $what:ident) => { false };
    (@has qelib1 qelib1 $($rest:ident)*) => { true };
    (@has stdgates stdgates $($rest:ident)*) => { true };
    (@has $what:ident $other:ident $($rest:ident)*) => { gates!(@has $what $($rest)*) };
}

// variant name (parameters) controls + targets  matrix inverse [defined in]  definition  sentence
gates! {
    Id "id" () 0 + 1 identity Itself [qelib1 stdgates] "U(0,0,0) a;" "Identity.";
    U0 "u0" (gamma) 0 + 1 identity Negated [qelib1] "U(0,0,0) a;" "Wait: identity, whatever the parameter.";
    X "x" () 0 + 1 pauli_x Itself [qelib1 stdgates] "u3(pi,0,pi) a;" "Pauli X (NOT).";
    Y "y" () 0 + 1 pauli_y Itself [qelib1 stdgates] "u3(pi,pi/2,pi/2) a;" "Pauli Y.";
    Z "z" () 0 + 1 pauli_z Itself [qelib1 stdgates] "u1(pi) a;" "Pauli Z.";
    H "h" () 0 + 1 hadamard Itself [qelib1 stdgates] "u2(0,pi) a;" "Hadamard.";
    S "s" () 0 + 1 s Gate(Sdg) [qelib1 stdgates] "u1(pi/2) a;" "Square root of Z.";
    Sdg "sdg" () 0 + 1 sdg Gate(S) [qelib1 stdgates] "u1(-pi/2) a;" "Inverse of S.";
    T "t" () 0 + 1 t Gate(Tdg) [qelib1 stdgates] "u1(pi/4) a;" "Square root of S.";
    Tdg "tdg" () 0 + 1 tdg Gate(T) [qelib1 stdgates] "u1(-pi/4) a;" "Inverse of T.";
    Sx "sx" () 0 + 1 sx Gate(Sxdg) [qelib1 stdgates] "sdg a; h a; sdg a;" "Square root of X.";
    Sxdg "sxdg" () 0 + 1 sxdg Gate(Sx) [qelib1] "s a; h a; s a;" "Inverse of the square root of X.";
    P "p" (lambda) 0 + 1 phase Negated [qelib1 stdgates] "U(0,0,lambda) a;" "Phase: diag(1, e^{iλ}).";
    U1 "u1" (lambda) 0 + 1 phase Negated [qelib1 stdgates] "U(0,0,lambda) a;" "Phase, by its older name.";
    R "r" (theta, phi) 0 + 1 r FirstNegated [] "u3(theta,phi-pi/2,-phi+pi/2) a;" "Rotation by θ about the axis at φ in the XY plane.";
    Rx "rx" (theta) 0 + 1 rx Negated [qelib1 stdgates] "u3(theta,-pi/2,pi/2) a;" "Rotation about X.";
    Ry "ry" (theta) 0 + 1 ry Negated [qelib1 stdgates] "u3(theta,0,0) a;" "Rotation about Y.";
    Rz "rz" (phi) 0 + 1 rz Negated [qelib1 stdgates] "u1(phi) a;" "Rotation about Z: diag(e^{−iφ/2}, e^{iφ/2}).";
    U2 "u2" (phi, lambda) 0 + 1 u2 HalfEuler [qelib1 stdgates] "U(pi/2,phi,lambda) a;" "One-qubit gate with θ = π/2.";
    U3 "u3" (theta, phi, lambda) 0 + 1 u3 Euler [qelib1 stdgates] "U(theta,phi,lambda) a;" "General one-qubit gate, by its older name.";
    U "u" (theta, phi, lambda) 0 + 1 u3 Euler [qelib1] "U(theta,phi,lambda) a;" "General one-qubit gate with three Euler angles.";
    UBuiltin "U" (theta, phi, lambda) 0 + 1 u3 Euler [] "" "General one-qubit gate, the built-in of OpenQASM.";
    Cx "cx" () 1 + 1 pauli_x Itself [qelib1 stdgates] "CX a,b;" "Controlled X (CNOT).";
    CxBuiltin "CX" () 1 + 1 pauli_x Itself [stdgates] "" "Controlled X, the built-in of OpenQASM 2.";
    Cy "cy" () 1 + 1 pauli_y Itself [qelib1 stdgates] "sdg b; cx a,b; s b;" "Controlled Y.";
    Cz "cz" () 1 + 1 pauli_z Itself [qelib1 stdgates] "h b; cx a,b; h b;" "Controlled Z.";
    Ch "ch" () 1 + 1 hadamard Itself [qelib1 stdgates] "s b; h b; t b; cx a,b; tdg b; h b; sdg b;" "Controlled Hadamard.";
    Cs "cs" () 1 + 1 s Gate(Csdg) [] "cu1(pi/2) a,b;" "Controlled S.";
    Csdg "csdg" () 1 + 1 sdg Gate(Cs) [] "cu1(-pi/2) a,b;" "Controlled inverse of S.";
    Csx "csx" () 1 + 1 sx Gate(Csxdg) [qelib1] "h b; cu1(pi/2) a,b; h b;" "Controlled square root of X.";
    Csxdg "csxdg" () 1 + 1 sxdg Gate(Csx) [] "h b; cu1(-pi/2) a,b; h b;" "Controlled inverse of the square root of X.";
    Cp "cp" (lambda) 1 + 1 phase Negated [qelib1 stdgates] "p(lambda/2) a; cx a,b; p(-lambda/2) b; cx a,b; p(lambda/2) b;" "Controlled phase.";
    Cu1 "cu1" (lambda) 1 + 1 phase Negated [qelib1] "u1(lambda/2) a; cx a,b; u1(-lambda/2) b; cx a,b; u1(lambda/2) b;" "Controlled phase, by its older name.";
    Crx "crx" (theta) 1 + 1 rx Negated [qelib1 stdgates] "u1(pi/2) b; cx a,b; u3(-theta/2,0,0) b; cx a,b; u3(theta/2,-pi/2,0) b;" "Controlled rotation about X.";
    Cry "cry" (theta) 1 + 1 ry Negated [qelib1 stdgates] "ry(theta/2) b; cx a,b; ry(-theta/2) b; cx a,b;" "Controlled rotation about Y.";
    Crz "crz" (theta) 1 + 1 rz Negated [qelib1 stdgates] "rz(theta/2) b; cx a,b; rz(-theta/2) b; cx a,b;" "Controlled rotation about Z.";
    Cu2 "cu2" (phi, lambda) 1 + 1 u2 HalfEuler [] "cu3(pi/2,phi,lambda) a,b;" "Controlled u2.";
    Cu3 "cu3" (theta, phi, lambda) 1 + 1 u3 Euler [qelib1] "u1((lambda+phi)/2) a; u1((lambda-phi)/2) b; cx a,b; u3(-theta/2,0,-(phi+lambda)/2) b; cx a,b; u3(theta/2,phi,0) b;" "Controlled u3.";
    Cu "cu" (theta, phi, lambda, gamma) 1 + 1 u4 Euler [qelib1 stdgates] "p(gamma) a; p((lambda+phi)/2) a; p((lambda-phi)/2) b; cx a,b; u(-theta/2,0,-(phi+lambda)/2) b; cx a,b; u(theta/2,phi,0) b;" "Controlled u times e^{iγ}.";
    Swap "swap" () 0 + 2 swap Itself [qelib1 stdgates] "cx a,b; cx b,a; cx a,b;" "Exchange of two qubits.";
    Iswap "iswap" () 0 + 2 iswap Matrix [] "s a; s b; h a; cx a,b; cx b,a; h b;" "Exchange of two qubits with a phase i where they differ.";
    Dcx "dcx" () 0 + 2 dcx Matrix [] "cx a,b; cx b,a;" "Two CNOTs in opposite directions.";
    Ecr "ecr" () 0 + 2 ecr Itself [] "rzx(pi/4) a,b; x a; rzx(-pi/4) a,b;" "Echoed cross-resonance.";
    Rxx "rxx" (theta) 0 + 2 rxx Negated [qelib1] "h a; h b; cx a,b; u1(theta) b; cx a,b; h b; h a;" "Rotation about XX.";
    Ryy "ryy" (theta) 0 + 2 ryy Negated [] "rx(pi/2) a; rx(pi/2) b; cx a,b; rz(theta) b; cx a,b; rx(-pi/2) a; rx(-pi/2) b;" "Rotation about YY.";
    Rzz "rzz" (theta) 0 + 2 rzz Negated [qelib1] "cx a,b; u1(theta) b; cx a,b;" "Rotation about ZZ.";
    Rzx "rzx" (theta) 0 + 2 rzx Negated [] "h b; cx a,b; rz(theta) b; cx a,b; h b;" "Rotation about Z on the first qubit and X on the second.";
    Ccx "ccx" () 2 + 1 pauli_x Itself [qelib1 stdgates] "h c; cx b,c; tdg c; cx a,c; t c; cx b,c; tdg c; cx a,c; t b; t c; h c; cx a,b; t a; tdg b; cx a,b;" "Toffoli.";
    Ccz "ccz" () 2 + 1 pauli_z Itself [] "h c; ccx a,b,c; h c;" "Z with two controls.";
    Cswap "cswap" () 1 + 2 swap Itself [qelib1 stdgates] "cx c,b; ccx a,b,c; cx c,b;" "Controlled swap (Fredkin).";
    Rccx "rccx" () 0 + 3 rccx Itself [qelib1] "u2(0,pi) c; u1(pi/4) c; cx b,c; u1(-pi/4) c; cx a,c; u1(pi/4) c; cx b,c; u1(-pi/4) c; u2(0,pi) c;" "Toffoli up to relative phases (Margolus).";
    Rc3x "rc3x" () 0 + 4 rc3x Matrix [qelib1] "u2(0,pi) d; u1(pi/4) d; cx c,d; u1(-pi/4) d; u2(0,pi) d; cx a,d; u1(pi/4) d; cx b,d; u1(-pi/4) d; cx a,d; u1(pi/4) d; cx b,d; u1(-pi/4) d; u2(0,pi) d; u1(pi/4) d; cx c,d; u1(-pi/4) d; u2(0,pi) d;" "X with three controls up to relative phases.";
    C3x "c3x" () 3 + 1 pauli_x Itself [qelib1] "h d; p(pi/8) a; p(pi/8) b; p(pi/8) c; p(pi/8) d; cx a,b; p(-pi/8) b; cx a,b; cx b,c; p(-pi/8) c; cx a,c; p(pi/8) c; cx b,c; p(-pi/8) c; cx a,c; cx c,d; p(-pi/8) d; cx b,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx a,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx b,d; p(pi/8) d; cx c,d; p(-pi/8) d; cx a,d; h d;" "X with three controls.";
    C3sqrtx "c3sqrtx" () 3 + 1 sx Matrix [qelib1] "h d; cu1(pi/8) a,d; h d; cx a,b; h d; cu1(-pi/8) b,d; h d; cx a,b; h d; cu1(pi/8) b,d; h d; cx b,c; h d; cu1(-pi/8) c,d; h d; cx a,c; h d; cu1(pi/8) c,d; h d; cx b,c; h d; cu1(-pi/8) c,d; h d; cx a,c; h d; cu1(pi/8) c,d; h d;" "Square root of X with three controls.";
    C4x "c4x" () 4 + 1 pauli_x Itself [qelib1] "h e; cu1(pi/2) d,e; h e; c3x a,b,c,d; h e; cu1(-pi/2) d,e; h e; c3x a,b,c,d; h e; cu1(pi/4) c,e; h e; ccx a,b,c; h e; cu1(-pi/4) c,e; h e; ccx a,b,c; h e; cu1(pi/8) b,e; h e; cx a,b; h e; cu1(-pi/8) b,e; h e; cx a,b; h e; cu1(pi/8) a,e; h e;" "X with four controls.";
    Mcx "mcx" () any + 1 pauli_x Itself [] "" "X with any number of controls.";
    McxGray "mcx_gray" () any + 1 pauli_x Itself [] "" "X with any number of controls, by the name of a synthesis.";
    Mcy "mcy" () any + 1 pauli_y Itself [] "" "Y with any number of controls.";
    Mcz "mcz" () any + 1 pauli_z Itself [] "" "Z with any number of controls.";
    Mcsx "mcsx" () any + 1 sx Gate(Mcsxdg) [] "" "Square root of X with any number of controls.";
    Mcsxdg "mcsxdg" () any + 1 sxdg Gate(Mcsx) [] "" "Inverse of the square root of X with any number of controls.";
    Mcp "mcp" (lambda) any + 1 phase Negated [] "" "Phase with any number of controls.";
    Mcphase "mcphase" (lambda) any + 1 phase Negated [] "" "Phase with any number of controls, by its name in Aer.";
    Mcu1 "mcu1" (lambda) any + 1 phase Negated [] "" "Phase with any number of controls, by its older name.";
    Mcr "mcr" (theta, phi) any + 1 r FirstNegated [] "" "Rotation r with any number of controls.";
    Mcrx "mcrx" (theta) any + 1 rx Negated [] "" "Rotation about X with any number of controls.";
    Mcry "mcry" (theta) any + 1 ry Negated [] "" "Rotation about Y with any number of controls.";
    Mcrz "mcrz" (theta) any + 1 rz Negated [] "" "Rotation about Z with any number of controls.";
    Mcu2 "mcu2" (phi, lambda) any + 1 u2 HalfEuler [] "" "u2 with any number of controls.";
    Mcu3 "mcu3" (theta, phi, lambda) any + 1 u3 Euler [] "" "u3 with any number of controls.";
    Mcu "mcu" (theta, phi, lambda, gamma) any + 1 u4 Euler [] "" "u times e^{iγ} with any number of controls.";
    Mcswap "mcswap" () any + 2 swap Itself [] "" "Exchange of the last two qubits with any number of controls.";
}

impl Gate {
    /// The row of the table.
    pub fn spec(self) -> &'static GateSpec {
        &GATES[self as usize]
    }

    /// The gate of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        static INDEX: std::sync::LazyLock<std::collections::HashMap<&'static str, Gate>> =
            std::sync::LazyLock::new(|| GATES.iter().map(|spec| (spec.name, spec.gate)).collect());
        INDEX.get(name).copied()
    }

    /// The name.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The number of control qubits when the gate acts on `num_qubits` qubits.
    pub fn num_controls(self, num_qubits: usize) -> usize {
        match self.spec().controls {
            Controls::Exactly(controls) => controls,
            Controls::Any => num_qubits.saturating_sub(self.spec().targets),
        }
    }

    /// The matrix on the target qubits; `parameters` must be as many as the row names.
    pub fn target_matrix(self, parameters: &[f64]) -> Matrix {
        (self.spec().matrix)(parameters)
    }

    /// The matrix on all `num_qubits` qubits, controls included. Costs `4^num_qubits` entries.
    pub fn full_matrix(self, parameters: &[f64], num_qubits: usize) -> Matrix {
        self.target_matrix(parameters).controlled(self.num_controls(num_qubits))
    }

    /// The gate and parameters that undo this one, where a row can say it.
    pub fn inverse(self, parameters: &[f64]) -> Option<(Self, Parameters)> {
        let negated = parameters.iter().map(|p| -p);
        Some(match self.spec().inverse {
            Inverse::Itself => (self, parameters.into()),
            Inverse::Gate(other) => (other, parameters.into()),
            Inverse::Negated => (self, negated.collect()),
            Inverse::FirstNegated => {
                let mut inverse: Parameters = parameters.into();
                inverse[0] = -inverse[0];
                (self, inverse)
            }
            Inverse::Euler => {
                let mut inverse: Parameters = negated.collect();
                inverse.swap(1, 2);
                (self, inverse)
            }
            Inverse::HalfEuler => (self, smallvec![-parameters[1] - PI, -parameters[0] + PI]),
            Inverse::Matrix => return None,
        })
    }
}

const O: Complex = Complex::ZERO;
const L: Complex = Complex::ONE;
const I: Complex = Complex::I;

fn real(x: f64) -> Complex {
    Complex::new(x, 0.0)
}

/// The diagonal matrix of one qubit.
fn one_bit(zero: Complex, one: Complex) -> Matrix {
    Matrix::square([[zero, O], [O, one]])
}

fn identity(_: &[f64]) -> Matrix {
    Matrix::identity(2)
}

fn pauli_x(_: &[f64]) -> Matrix {
    Matrix::square([[O, L], [L, O]])
}

fn pauli_y(_: &[f64]) -> Matrix {
    Matrix::square([[O, -I], [I, O]])
}

fn pauli_z(_: &[f64]) -> Matrix {
    one_bit(L, -L)
}

fn hadamard(_: &[f64]) -> Matrix {
    let h = real(FRAC_1_SQRT_2);
    Matrix::square([[h, h], [h, -h]])
}

fn s(_: &[f64]) -> Matrix {
    one_bit(L, I)
}

fn sdg(_: &[f64]) -> Matrix {
    one_bit(L, -I)
}

fn t(_: &[f64]) -> Matrix {
    one_bit(L, Complex::new(FRAC_1_SQRT_2, FRAC_1_SQRT_2))
}

fn tdg(_: &[f64]) -> Matrix {
    one_bit(L, Complex::new(FRAC_1_SQRT_2, -FRAC_1_SQRT_2))
}

fn sx(_: &[f64]) -> Matrix {
    let (plus, minus) = (Complex::new(0.5, 0.5), Complex::new(0.5, -0.5));
    Matrix::square([[plus, minus], [minus, plus]])
}

fn sxdg(_: &[f64]) -> Matrix {
    sx(&[]).adjoint()
}

fn phase(p: &[f64]) -> Matrix {
    one_bit(L, cis(p[0]))
}

fn r(p: &[f64]) -> Matrix {
    let ((sin, cos), axis) = (sin_cos(p[0] / 2.0), cis(p[1]));
    Matrix::square([[real(cos), -I * axis.conj() * sin], [-I * axis * sin, real(cos)]])
}

fn rx(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    Matrix::square([[real(cos), -I * sin], [-I * sin, real(cos)]])
}

fn ry(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    Matrix::square([[real(cos), real(-sin)], [real(sin), real(cos)]])
}

fn rz(p: &[f64]) -> Matrix {
    let plus = cis(p[0] / 2.0);
    one_bit(plus.conj(), plus)
}

fn u3(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    Matrix::square([[real(cos), -cis(p[2]) * sin], [cis(p[1]) * sin, cis(p[1] + p[2]) * cos]])
}

fn u2(p: &[f64]) -> Matrix {
    u3(&[PI / 2.0, p[0], p[1]])
}

fn u4(p: &[f64]) -> Matrix {
    let mut matrix = u3(p);
    for row in 0..2 {
        for column in 0..2 {
            matrix.set(row, column, matrix.at(row, column) * cis(p[3]));
        }
    }
    matrix
}

fn swap(_: &[f64]) -> Matrix {
    Matrix::square([[L, O, O, O], [O, O, L, O], [O, L, O, O], [O, O, O, L]])
}

fn iswap(_: &[f64]) -> Matrix {
    Matrix::square([[L, O, O, O], [O, O, I, O], [O, I, O, O], [O, O, O, L]])
}

fn dcx(_: &[f64]) -> Matrix {
    Matrix::square([[L, O, O, O], [O, O, O, L], [O, L, O, O], [O, O, L, O]])
}

fn ecr(_: &[f64]) -> Matrix {
    let (l, i) = (real(FRAC_1_SQRT_2), I * FRAC_1_SQRT_2);
    Matrix::square([[O, l, O, i], [l, O, -i, O], [O, i, O, l], [-i, O, l, O]])
}

fn rxx(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    let (c, s) = (real(cos), -I * sin);
    Matrix::square([[c, O, O, s], [O, c, s, O], [O, s, c, O], [s, O, O, c]])
}

fn ryy(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    let (c, s) = (real(cos), I * sin);
    Matrix::square([[c, O, O, s], [O, c, -s, O], [O, -s, c, O], [s, O, O, c]])
}

fn rzz(p: &[f64]) -> Matrix {
    let plus = cis(p[0] / 2.0);
    let minus = plus.conj();
    Matrix::diagonal(&[minus, plus, plus, minus])
}

fn rzx(p: &[f64]) -> Matrix {
    let (sin, cos) = sin_cos(p[0] / 2.0);
    let (c, s) = (real(cos), I * sin);
    Matrix::square([[c, O, -s, O], [O, c, O, s], [-s, O, c, O], [O, s, O, c]])
}

fn rccx(_: &[f64]) -> Matrix {
    let mut matrix = Matrix::diagonal(&[L, L, L, O, L, -L, L, O]);
    matrix.set(3, 7, -I);
    matrix.set(7, 3, I);
    matrix
}

fn rc3x(_: &[f64]) -> Matrix {
    let mut matrix = Matrix::identity(16);
    matrix.set(3, 3, I);
    matrix.set(11, 11, -I);
    matrix.set(7, 7, O);
    matrix.set(15, 15, O);
    matrix.set(7, 15, L);
    matrix.set(15, 7, -L);
    matrix
}

#[cfg(test)]
pub(crate) mod tests;
