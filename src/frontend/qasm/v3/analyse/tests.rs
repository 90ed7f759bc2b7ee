#![allow(clippy::format_push_string, clippy::format_collect, clippy::default_trait_access, reason = "a test")]

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::circuit::Gate;
use crate::circuit::control_flow::ControlFlow;
use crate::frontend::{self, qasm};
use crate::protocol::RunRequest;
use crate::run::Step;
use crate::run::result::experiment_json;
use crate::session::Session;

fn load(program: &str) -> Circuit {
    qasm::load_v3(&format!("OPENQASM 3.0; include \"stdgates.inc\"; {program}"))
        .unwrap_or_else(|error| panic!("{program}\n{error}"))
}

fn refused(program: &str) -> AerError {
    match qasm::load_v3(program) {
        Err(error) => error,
        Ok(_) => panic!("{program} is read"),
    }
}

fn with_inputs(program: &str, inputs: &Json) -> Result<Circuit, AerError> {
    let options = LoadOptions { inputs: inputs.as_object(), ..LoadOptions::default() };
    qasm::load_v3_with(program, options)
}

/// The instructions of the same circuit in OpenQASM 2.
fn version_2(qubits: u32, clbits: u32, program: &str) -> Vec<Instruction> {
    let clbits = if clbits > 0 { format!("creg c[{clbits}];") } else { String::new() };
    let text = format!("OPENQASM 2.0; include \"qelib1.inc\"; qreg q[{qubits}]; {clbits} {program}");
    qasm::load_v2(&text).unwrap_or_else(|error| panic!("{text}\n{error}")).instructions
}

/// The counts of a run.
fn counts(program: &str, shots: u32) -> Map<String, Json> {
    let text = format!("OPENQASM 3.0; include \"stdgates.inc\"; {program}");
    let run_options = json!({ "shots": shots, "seed_simulator": 7 });
    let request = RunRequest {
        job_id: "test".into(),
        backend_name: "aer_simulator".into(),
        circuits: vec![text.into()],
        run_options: run_options.as_object().cloned().unwrap(),
        ..RunRequest::default()
    };
    let mut session = Session::new(request, 1 << 30).unwrap_or_else(|error| panic!("{program}\n{error}"));
    loop {
        match session.step(100_000) {
            Step::Pending => {}
            Step::Experiment(index) => {
                let result = experiment_json(&session.take_result(index).unwrap());
                return match result["data"]["counts"].as_object() {
                    Some(counts) => counts.clone(),
                    None => panic!("{program}\n{result:?}"),
                };
            }
            Step::Finished => panic!("{program} gives nothing"),
        }
    }
}

/// The outcome of a program that has only one, with the bits of `c`.
fn outcome(program: &str) -> u64 {
    let counts = counts(program, 3);
    let keys: Vec<&String> = counts.keys().collect();
    assert_eq!(keys.len(), 1, "{program}: {counts:?}");
    u64::from_str_radix(keys[0].trim_start_matches("0x"), 16).unwrap()
}

#[test]
fn plain_programs_are_those_of_version_2() {
    for (program, qubits, clbits, same) in [
        (
            "qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;",
            2,
            2,
            "h q[0]; cx q[0],q[1]; measure q -> c;",
        ),
        (
            "qreg q[3]; creg c[3]; h q; cx q[0], q[1:2]; measure q[1] -> c[2]; reset q; barrier q;",
            3,
            3,
            "h q; cx q[0],q[1]; cx q[0],q[2]; measure q[1] -> c[2]; reset q; barrier q;",
        ),
        (
            "qubit[3] q; gate g(a, b) x1, y1 { rx(a / 2) x1; cx x1, y1; rz(-b) y1; } g(pi, 0.5) q[2], q[0];",
            3,
            0,
            "rx(pi/2) q[2]; cx q[2],q[0]; rz(-0.5) q[0];",
        ),
        (
            "const int n = 3; qubit[n] q; for int i in [0:n - 2] { cx q[i], q[i + 1]; } for uint i in {2, 0} { x q[i]; }",
            3,
            0,
            "cx q[0],q[1]; cx q[1],q[2]; x q[2]; x q[0];",
        ),
        (
            "qubit[4] q; int k = 0; while (k < 4) { if (k == 2) { k += 1; continue; } x q[k]; k += 1; if (k == 4) break; }",
            4,
            0,
            "x q[0]; x q[1]; x q[3];",
        ),
        (
            "qubit[4] q; let a = q[0:1] ++ q[3]; x a[2]; h a; let b = a[-1]; z b; y q[{3, 1}];",
            4,
            0,
            "x q[3]; h q[0]; h q[1]; h q[3]; z q[3]; y q[3]; y q[1];",
        ),
        (
            "def f(qubit[2] a, int n) -> int { for int i in [1:n] { x a[0]; } cx a[0], a[1]; return n + 1; } \
          qubit[3] q; int k = f(q[1:2], 2); rz(k) q[0]; end; x q[0];",
            3,
            0,
            "x q[1]; x q[1]; cx q[1],q[2]; rz(3) q[0];",
        ),
        (
            "qubit[2] q; switch (3) { case 1 { x q[0]; } case 2, 3 { y q[0]; } default { z q[0]; } } \
          array[float, 2, 2] a = {{0.1, 0.2}, {0.3, 0.4}}; rx(a[1, 0]) q[1]; ry(a[0][1]) q[1]; rz(sizeof(a)) q[0];",
            2,
            0,
            "y q[0]; rx(0.3) q[1]; ry(0.2) q[1]; rz(2) q[0];",
        ),
        (
            "qubit[5] q; ctrl @ x q[0], q[1]; ctrl(2) @ x q[0], q[1], q[2]; ctrl @ ctrl @ z q[0], q[1], q[2]; inv @ s q[0]; \
          negctrl @ x q[0], q[1]; inv @ u3(0.1, 0.2, 0.3) q[0]; pow(3) @ h q[0]; pow(2) @ t q[0]; pow(0.5) @ x q[0]; \
          inv @ pow(-2) @ rx(0.5) q[0]; ctrl @ swap q[0], q[1], q[2]; ctrl @ p(0.5) q[0], q[1];",
            5,
            0,
            "cx q[0],q[1]; ccx q[0],q[1],q[2]; h q[2]; ccx q[0],q[1],q[2]; h q[2]; sdg q[0]; x q[0]; cx q[0],q[1]; x q[0]; \
          u3(-0.1,-0.3,-0.2) q[0]; h q[0]; t q[0]; t q[0]; sx q[0]; rx(1) q[0]; cswap q[0],q[1],q[2]; cp(0.5) q[0],q[1];",
        ),
        (
            "qubit[2] q; gate g(t) a, b { h a; ctrl @ gphase(t) a; cx a, b; } inv @ g(0.5) q[0], q[1];",
            2,
            0,
            "cx q[0],q[1]; p(-0.5) q[0]; h q[0];",
        ),
        ("x $1; cx $1, $0;", 2, 0, "x q[1]; cx q[1],q[0];"),
        (
            "stretch st; duration d = 2 * 1s; qubit q; box { delay[d] q; } @note here\nx q; \
          rz(durationof({ delay[d] q; delay[2s] q; })) q;",
            1,
            0,
            "opaque delay(t) a; delay(2) q[0]; x q[0]; rz(4) q[0];",
        ),
    ] {
        let ours = load(program);
        let theirs = version_2(qubits, clbits, same);
        assert_eq!((ours.num_qubits, ours.num_clbits), (qubits, clbits), "{program}");
        let ccz = |steps: &[Instruction]| {
            // Version 2 has no `ccz` to compare with; it is `ccx` between `h`.
            let mut list = Vec::new();
            for step in steps {
                if step.operation == Operation::Gate(Gate::Ccz, Default::default()) {
                    let h = Instruction::gate(Gate::H, [], [step.qubits[2]]);
                    list.extend([h.clone(), Instruction::gate(Gate::Ccx, [], step.qubits.clone()), h]);
                } else {
                    list.push(step.clone());
                }
            }
            list
        };
        assert_eq!(ccz(&ours.instructions), theirs, "{program}");
    }
}

/// What each program leaves in its bits, by hand. `one` is measured to be 1, so that nothing about it is known.
#[test]
fn classical_values_that_nobody_knows_before_the_run() {
    const ONE: &str = "qubit[4] q; bit one; x q[3]; one = measure q[3]; bit[8] c;";
    for (program, expected) in [
        ("uint[8] u = 5; if (one) { u += 3; } c = u;", 8),
        ("uint[8] u = 5; if (!one) { u += 3; } else { u <<= 1; } c = u;", 10),
        ("int[8] n = 0; for int i in [0:4] { if (one && i == 3) { break; } n += 1; } c = n;", 3),
        ("int[8] n = 0; for int i in [0:4] { if (one && i != 3) { continue; } n += i; } c = n;", 3),
        ("int[8] n = 0; while (n < 7) { n += 2; if (one && n > 3) { break; } } c = n;", 4),
        (
            "int[8] n = 0; bool go = one; while (go) { n += 1; if (n < 3) { continue; } go = false; } c = n;",
            3,
        ),
        ("int[8] n = 0; int k = 2; if (one) { k = 4; } for int i in [1:k] { n += i; } c = n;", 10),
        (
            "int[8] n = 0; int k = 2; if (one) { k = -2; } for int i in [9:k:2] { n += i; } c = n;",
            9 + 7 + 5 + 3,
        ),
        (
            "uint[8] n = 0; uint[2] k = 1; if (one) { k = 2; } switch (k) { case 1 { n = 1; } case 2 { n = 7; } default { n = 9; } } c = n;",
            7,
        ),
        ("int k = 0; if (one) { k = 2; } c[k] = 1; c[k - 3] = 1;", 0b1000_0100),
        ("int k = 0; if (one) { k = 1; } x q[k]; c[0:3] = measure q;", 0b1010),
        ("int k = 0; if (one) { k = -1; } cx q[k], q[0]; c[0] = measure q[0];", 1),
        (
            "array[uint[8], 4] a = {1, 2, 3, 4}; int k = 0; if (one) { k = 2; } a[k] = 9; c = a[2] + a[k + 1];",
            13,
        ),
        (
            "array[uint[8], 2, 3] a = {{1, 2, 3}, {4, 5, 6}}; int k = 0; if (one) { k = 1; } c = a[k, 2] * 10 + a[0, k];",
            62,
        ),
        ("const array[uint[8], 3] a = {7, 8, 9}; int k = 0; if (one) { k = 1; } c = a[k];", 8),
        (
            "def f(qubit a) -> bit { bit b = measure a; if (b) { return 1; } x a; return 0; } c[0] = f(q[3]); c[1] = f(q[0]); c[2] = f(q[0]);",
            0b101,
        ),
        (
            "def f(uint[8] n, bit b) -> uint[8] { for uint i in [0:9] { if (b && i == n) { return i + 1; } } return 99; } c = f(4, one) + f(2, one);",
            8,
        ),
        (
            "def inc(mutable array[uint[8], 2] a, bit b) { if (b) { a[0] += 1; return; } a[1] = 50; } array[uint[8], 2] a = {5, 6}; inc(a, one); inc(a, 0); c = a[0] + a[1];",
            56,
        ),
        (
            "def total(readonly array[uint[8], #dim = 1] a) -> uint[8] { uint[8] s = 0; for uint[8] v in a { s += v; } return s; } array[uint[8], 3] a = {1, 2, 3}; if (one) { a[1] = 7; } c = total(a);",
            11,
        ),
        (
            "def measured(qubit[2] a) -> bit[2] { return measure a; } x q[1]; bit[2] m = measured(q[0:1]); c[0:1] = m; c[7] = m == \"10\";",
            0b1000_0010,
        ),
        ("x q[0:1]; bit[4] m; m[2:3] = measure q[0:1]; c = m; c[0] = popcount(m) == 2;", 0b1101),
        ("let a = c[0:1] ++ c[6:7]; a[3] = one; a[0:1] = \"11\";", 0b1000_0011),
        ("c = 3; if (one) { c[2] = 1; } c[0] = 0;", 0b110),
        (
            "float f = 1.5; if (one) { f *= 2; } c = uint[8](f + 0.6); angle[8] a = pi; if (one) { a /= 2; } c[7] = a == pi / 2;",
            0b1000_0011,
        ),
        ("int[8] n = 200; c = uint[8](n) >> 1; if (one) { n = -n; } c[7] = n > 0;", 0b1110_0100),
        ("if (one) { c[1] = 1; end; } c[0] = 1;", 0b10),
        (
            "float a = 0; if (one) { a = pi; } rx(a) q[0]; ctrl @ rx(a) q[0], q[1]; inv @ rx(a) q[2]; c[0:2] = measure q[0:2];",
            0b111,
        ),
        ("int n = 0; while (true) { n += 1; if (one && n == 5) break; } c = n;", 5),
        (
            "for int i in [0:2] { for int j in [0:2] { if (one && j == 1) { break; } c[i] = 1; } if (one && i == 1) { break; } }",
            0b11,
        ),
        ("for int i in [0:1] { bit m; m = measure q[i]; if (m) { c[7] = 1; } m = 1; c[i] = m; }", 0b11),
    ] {
        // `one` is bit 0, `c` follows, and then what the program declares itself.
        assert_eq!(outcome(&format!("{ONE} {program}")) >> 1 & 0xff, expected, "{program}");
    }
}

/// The same with everything known: nothing but stores of constants is left, and the counts are the same.
#[test]
fn known_values_are_computed_at_once() {
    for (program, expected) in [
        ("c = 5 + 3;", 8),
        ("bit[4] a = \"0110\"; c = a << 1; c[7] = a[1];", 0b1000_1100),
        ("uint[4] a = 9; c[0:3] = a; c[4:7] = a[3:-1:0];", 0b1001_1001),
        ("angle[4] a = 3 * pi / 2; c[0:3] = bit[4](a);", 12),
        ("complex w = 2 + 3im; c = uint[8](real(w * w) + 6 + imag(w));", 4),
        ("array[int[8], 2, 2] a; a[0] = {1, 2}; a[1, 0:1] = a[0]; c = a[1][1] * 16 + a[1][0];", 33),
        ("uint[8] u = 0; u[3] = 1; u[0:1] = \"11\"; c = u;", 11),
        ("c = mod(17, 5) + 2 ** 3 + ceiling(0.5) + floor(2.9) + popcount(\"111\");", 16),
        ("c = 7; c[1] ^= 1; c |= 64;", 0b100_0101),
    ] {
        let text = format!("bit[8] c; {program}");
        // Counts are those of circuits that measure.
        let measured = format!("{text} qubit last; bit m; m = measure last;");
        assert_eq!(outcome(&measured) & 0xff, expected, "{program}");
        let only_constants = load(&text).instructions.into_iter().all(|step| match step.operation {
            Operation::Store(store) => store.value.value().is_some(),
            _ => false,
        });
        assert!(only_constants, "{program}");
    }
}

#[test]
fn a_definition_that_is_the_tables_gate_is_that_gate() {
    let named = |program: &str| {
        load(program).instructions.iter().map(|step| step.operation.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        named("qubit[2] q; gate rzz(t) a, b { cx a, b; rz(t) b; cx a, b; } rzz(0.5) q[0], q[1];"),
        ["rzz"]
    );
    // This one differs by a phase.
    assert_eq!(
        named("qubit[2] q; gate rzz(t) a, b { cx a, b; p(t) b; cx a, b; } rzz(0.5) q[0], q[1];"),
        ["cx", "p", "cx"]
    );
    assert_eq!(named("qubit q; gate sxdg a { s a; h a; s a; gphase(-pi / 4); } sxdg q;"), ["sxdg"]);
    let circuit = load("qubit q; gate g a { x a; gphase(0.25); } g q; g q; ctrl @ gphase(pi) q;");
    assert!((circuit.global_phase - 0.5).abs() < 1e-15);
    assert_eq!(circuit.instructions.last(), Some(&Instruction::gate(Gate::P, [std::f64::consts::PI], [0])));
}

/// Modifiers against the matrices that they stand for, from the table's own.
#[test]
fn modified_gates_are_the_matrices_they_stand_for() {
    use crate::linalg::Matrix;
    let product = |a: &Matrix, b: &Matrix| a.product(b).unwrap();
    let matrix = |program: &str, n: usize| {
        let circuit = load(&format!("qubit[{n}] q; {program}"));
        let mut total = Matrix::identity(1 << n);
        let wires: Vec<u32> = (0..n as u32).collect();
        for step in &circuit.instructions {
            let own = match &step.operation {
                Operation::Gate(gate, parameters) => gate.full_matrix(parameters, step.qubits.len()),
                Operation::Unitary(matrix) => (**matrix).clone(),
                other => panic!("{other:?}"),
            };
            // Spread over all qubits, entry by entry.
            let mut full = Matrix::zeros(1 << n, 1 << n);
            for row in 0..1usize << n {
                for column in 0..1usize << n {
                    let bits = |index: usize| -> usize {
                        step.qubits.iter().enumerate().map(|(i, q)| (index >> q & 1) << i).sum()
                    };
                    let rest = wires.iter().filter(|q| !step.qubits.contains(q));
                    if rest.map(|q| (row ^ column) >> q & 1).sum::<usize>() == 0 {
                        full.set(row, column, own.at(bits(row), bits(column)));
                    }
                }
            }
            total = product(&full, &total);
        }
        let phase = crate::linalg::Complex::cis(circuit.global_phase);
        product(&Matrix::diagonal(&vec![phase; 1 << n]), &total)
    };
    for (gate, n) in [
        ("x", 1),
        ("h", 1),
        ("t", 1),
        ("U(0.3, 1.2, -2.1)", 1),
        ("u2(0.3, 1.2)", 1),
        ("iswap", 2),
        ("rxx(0.7)", 2),
        ("ryy(0.7)", 2),
        ("rzx(0.7)", 2),
        ("rzz(0.7)", 2),
        ("ecr", 2),
        ("dcx", 2),
        ("cu(0.1, 0.2, 0.3, 0.4)", 2),
        ("cswap", 3),
        ("sx", 1),
        ("mine(0.4)", 2),
    ] {
        let mine = "gate mine(t) a, b { ry(t) a; gphase(t); cx a, b; rx(2 * t) b; ctrl @ h b, a; }";
        let operands = |n: usize| (0..n).map(|i| format!("q[{i}]")).collect::<Vec<_>>().join(", ");
        let plain = matrix(&format!("{mine} {gate} {};", operands(n)), n);
        // Controls come first, and so do the least significant bits of a controlled matrix.
        let of = |modifier: &str, controls: usize| {
            matrix(&format!("{mine} {modifier} {gate} {};", operands(n + controls)), n + controls)
        };
        assert!(of("inv @", 0).distance(&plain.adjoint()) < 1e-12, "inv {gate}");
        assert!(of("pow(3) @", 0).distance(&product(&plain, &product(&plain, &plain))) < 1e-12, "pow {gate}");
        let root = of("pow(1/2) @", 0);
        assert!(product(&root, &root).distance(&plain) < 1e-11, "root {gate}");
        assert!(of("ctrl @", 1).distance(&plain.controlled(1)) < 1e-12, "ctrl {gate}");
        assert!(of("ctrl(2) @", 2).distance(&plain.controlled(2)) < 1e-12, "ctrl(2) {gate}");
        assert!(
            of("ctrl @ inv @ pow(0.5) @", 1).distance(&root.adjoint().controlled(1)) < 1e-11,
            "all {gate}"
        );
        // Where the control is 0 instead: the two halves of the index change places.
        let negative = of("negctrl @", 1);
        let flip = Gate::X.target_matrix(&[]);
        let mut flips = Matrix::identity(2 << n);
        for i in 0..2usize << n {
            for j in 0..2usize << n {
                flips.set(
                    i,
                    j,
                    if i >> 1 == j >> 1 { flip.at(i & 1, j & 1) } else { crate::linalg::Complex::ZERO },
                );
            }
        }
        let expected = product(&flips, &product(&plain.controlled(1), &flips));
        assert!(negative.distance(&expected) < 1e-12, "negctrl {gate}");
    }
}

#[test]
fn inputs_are_bound_or_stay_parameters() {
    let program = "OPENQASM 3.0; include \"stdgates.inc\"; input float theta; input int[8] n; input bit[3] b; \
                   input array[float, 2] a; qubit[3] q; rx(theta / 2) q[0]; for int i in [1:n] { x q[i]; } \
                   if (b[1]) { z q[0]; } ry(a[1]) q[2];";
    let inputs = json!({"theta": 1.0, "n": 2, "b": "010", "a": [0.5, 0.25]});
    let circuit = with_inputs(program, &inputs).unwrap();
    assert_eq!(circuit.instructions, version_2(3, 0, "rx(0.5) q[0]; x q[1]; x q[2]; z q[0]; ry(0.25) q[2];"));
    for (inputs, code, hint) in [
        (json!({"theta": 1.0, "n": 2, "b": "010"}), ErrorCode::InvalidOption, "inputs"),
        (json!({"theta": 1.0, "n": 2, "b": "01", "a": [0, 0]}), ErrorCode::InvalidOption, ""),
        (json!({"theta": 1.0, "n": 200, "b": "010", "a": [0, 0]}), ErrorCode::InvalidOption, ""),
        (json!({"theta": "x", "n": 2, "b": "010", "a": [0, 0]}), ErrorCode::InvalidOption, ""),
        (
            json!({"theta": 1.0, "n": 2, "b": "010", "a": [0, 0], "thta": 1}),
            ErrorCode::InvalidOption,
            "theta",
        ),
    ] {
        let error = with_inputs(program, &inputs).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{inputs}");
    }
    let free = load(
        "input float theta; input angle[32] phi; qubit q; rx(2 * theta) q; gate g(a) x1 { rz(-a) x1; } g(phi) q;",
    );
    let names: Vec<Vec<&str>> = free
        .instructions
        .iter()
        .map(|step| match &step.operation {
            Operation::ComputedGate(_, parameters) => parameters.iter().flat_map(Expr::parameters).collect(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [["theta"], ["phi"]]);
}

#[test]
fn outputs_are_saved() {
    let circuit =
        load("output uint[4] n; output bit[2] c; qubit q; n = 3; c[0] = measure q; if (c[0]) { n = 5; }");
    assert_eq!(circuit.num_clbits, 2);
    let Some(Operation::Save(save)) = circuit.instructions.last().map(|step| &step.operation) else {
        panic!("nothing is saved")
    };
    assert_eq!((save.label.as_str(), save.kind.name()), ("n", "save_variable"));
    assert_eq!(circuit.variables.len(), 1);
}

#[test]
fn includes_come_from_the_options() {
    let files = json!({
        "a.inc": "include \"b.inc\"; gate ga a { gb a; }",
        "b.inc": "include \"stdgates.inc\"; gate gb a { x a; }",
        "loop.inc": "include \"loop.inc\";",
        "bad.inc": "\n  gate g a { nothing a; }",
    });
    let read = |program: &str| {
        qasm::load_v3_with(program, LoadOptions { includes: files.as_object(), ..LoadOptions::default() })
    };
    let circuit = read("include \"a.inc\"; qubit q; ga q; h q;").unwrap();
    assert_eq!(circuit.instructions, version_2(1, 0, "x q[0]; h q[0];"));
    let error = read("include \"loop.inc\";").unwrap_err();
    assert_eq!((error.code, error.place.file.as_deref()), (ErrorCode::SemanticError, Some("loop.inc")));
    let error = read("include \"bad.inc\";").unwrap_err();
    let place = (error.place.line, error.place.column, error.place.file.as_deref());
    assert_eq!(place, (Some(2), Some(14), Some("bad.inc")));
    let error = read("include \"other.inc\";").unwrap_err();
    assert!(error.hint.clone().unwrap().contains("includes"));
}

#[test]
fn pow_is_a_function_in_expressions_and_a_modifier_of_gates() {
    let circuit = load("qubit q; pow(2) @ s q; rx(pow(2.0, 3) * pi / 8) q;");
    assert_eq!(circuit.instructions.last(), version_2(1, 0, "rx(pi) q[0];").first());
}

#[test]
fn pragmas_of_aer_are_instructions() {
    let circuit = load(
        "qubit[2] q; h q;\npragma aer {\"name\": \"save_statevector\", \"qubits\": [0, 1]}\npragma other thing\nx q[0];",
    );
    let names: Vec<&str> = circuit.instructions.iter().map(|step| step.operation.name()).collect();
    assert_eq!(names, ["h", "h", "save_statevector", "x"]);
    let error = refused("qubit q;\npragma aer {\"name\": \"save_statevectr\", \"qubits\": [0]}\n");
    assert_eq!((error.code, error.place.line), (ErrorCode::UnknownGate, Some(2)));
}

#[test]
fn errors_have_their_place() {
    use ErrorCode as Code;
    for (program, code, line, column) in [
        ("qubit[2] q;\nx q[0];", Code::UnknownGate, 2, 1),
        ("include \"stdgates.inc\";\nqubit[2] q;\ncx q[0], q[2];", Code::QubitOutOfRange, 3, 12),
        ("include \"stdgates.inc\"; qubit[2] q;\ncx q[0], q[0];", Code::DuplicateQubit, 2, 10),
        ("include \"stdgates.inc\"; qubit[2] q;\ncx q[0];", Code::QubitCount, 2, 1),
        ("include \"stdgates.inc\"; qubit[2] q;\nrx q[0];", Code::ParameterCount, 2, 1),
        ("qubit[2] q;\nqubit q;", Code::SemanticError, 2, 7),
        ("qubit[2] q; bit[3] c;\nc = measure q;", Code::SemanticError, 2, 1),
        ("int a = 3;\na = b + 1;", Code::SemanticError, 2, 5),
        ("const int a = 3;\na = 1;", Code::SemanticError, 2, 1),
        ("int a = 1 / 0;", Code::InvalidParameter, 1, 9),
        ("qubit q; bit c; c = measure q;\nconst int a = c;", Code::SemanticError, 2, 15),
        ("bit[3] c; \n c[3] = 1;", Code::ClbitOutOfRange, 2, 4),
        ("bit[3] c = \"01\";", Code::SemanticError, 1, 12),
        ("break;", Code::SemanticError, 1, 1),
        ("return 1;", Code::SemanticError, 1, 1),
        ("def f(int n) -> int { return f(n); }\nint a = f(1);", Code::SemanticError, 1, 30),
        ("extern f(int) -> int;\nint a = f(1);", Code::UnsupportedInstruction, 2, 9),
        ("gate g a {\n  x a;\n}", Code::UnknownGate, 2, 3),
        ("int n = 0; while (true) { n += 1; }", Code::InsufficientMemory, 1, 12),
        ("include \"stdgates.inc\"; gate h a { x a; }", Code::SemanticError, 1, 30),
        ("qubit[2000000] q;", Code::SemanticError, 1, 7),
        ("OPENQASM 4.0;", Code::UnsupportedFormat, 1, 10),
        ("int x = 1; def f() { x = 2; }\nf();", Code::SemanticError, 1, 22),
        ("input int n;", Code::InvalidOption, 1, 11),
        ("int i = 3; switch (i) { case 1, 1 { } }", Code::SemanticError, 1, 33),
    ] {
        let error = refused(program);
        let found = (error.code, error.place.line, error.place.column);
        assert_eq!(
            (found, error.snippet.is_some()),
            ((code, Some(line), Some(column)), true),
            "{program}\n{error}"
        );
    }
}

#[test]
fn several_errors_are_told_and_no_more_than_twenty() {
    let error = refused("qubit[2] q;\nfoo q[0];\nqubit[0] r;\nU(0, 0, 0) r;\nint a = b;\nint c = a + d;\n");
    let lines: Vec<Option<u32>> =
        std::iter::once(&error).chain(&error.diagnostics).map(|error| error.place.line).collect();
    // What uses a broken name says nothing of its own.
    assert_eq!(lines, [Some(2), Some(3), Some(5)]);
    let error = refused(&"x;\n".repeat(1000));
    assert_eq!(error.diagnostics.len() + 1, MAX_DIAGNOSTICS);
}

#[test]
fn growth_is_bounded() {
    let mut doubling = String::from("include \"stdgates.inc\"; qubit q; gate g0 a { x a; }");
    for i in 1..60 {
        doubling.push_str(&format!("gate g{i} a {{ g{0} a; g{0} a; }}", i - 1));
    }
    load_ok(&doubling);
    assert_eq!(refused(&format!("{doubling} g59 q;")).code, ErrorCode::InsufficientMemory);
    let mut chain = String::from("qubit q; gate g0 a { }");
    for i in 1..300 {
        chain.push_str(&format!("gate g{i} a {{ g{} a; }}", i - 1));
    }
    assert_eq!(refused(&format!("{chain} g299 q;")).code, ErrorCode::SemanticError);
    for program in [
        "array[int, 1000, 1000, 1000] a;",
        "include \"stdgates.inc\"; qubit q; pow(1e12) @ s q; pow(1000000000000) @ sx q;",
        "bit[1048576] a; bit[1048576] b;",
    ] {
        refused(program);
    }
}

fn load_ok(program: &str) {
    qasm::load_v3(program).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_dynamic_branch_stores_what_it_assigns_and_nothing_else() {
    let circuit =
        load("qubit q; bit c; int a = 1; int b = 2; c = measure q; if (c) { a = 3; } rx(b) q; rx(a) q;");
    let stores = circuit.instructions.iter().filter(|step| matches!(step.operation, Operation::Store(_)));
    assert_eq!(stores.count(), 1);
    assert_eq!(circuit.variables.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["a"]);
    assert!(circuit.instructions.iter().any(|step| matches!(
        &step.operation,
        Operation::ControlFlow(flow) if matches!(**flow, ControlFlow::IfElse { .. })
    )));
    assert!(frontend::load("OPENQASM 3.0; qubit q;").is_ok());
}

#[test]
fn a_gate_without_qubits_is_a_phase() {
    let program = "gate g(t) { gphase(t); } gate f { g(0.5); } qubit q; g(0.25); f;";
    let phases = "qubit q; gphase(0.25); gphase(0.5);";
    assert_eq!(load(program).instructions, load(phases).instructions);
    assert!(refused("gate g a { U(0, 0, 0) a; } qubit q; g;").message.contains('g'));
}

#[test]
fn an_index_behind_a_slice_is_one_of_the_next_dimension() {
    for (value, expected) in [
        ("a[0:1, 2][1]", 6),
        ("a[0:1, 2][0]", 3),
        ("a[0:1, 1:2][1, 0]", 5),
        ("a[1, 0:1][1]", 5),
        ("a[0:1][1][2]", 6),
    ] {
        let program = format!(
            "qubit q; bit[4] c; array[int[8], 2, 3] a = {{{{1, 2, 3}}, {{4, 5, 6}}}};\nc = {value}; bit m = measure q;"
        );
        assert_eq!(outcome(&program), expected, "{value}");
    }
    refused("array[int[8], 2, 3] a; int[8] b = a[0:1, 0:1, 0];");
}

#[test]
fn what_doubles_again_and_again_is_refused() {
    let gates: String = (0..100).map(|i| format!("gate g{}(t) a {{ g{i}(t + t) a; }}\n", i + 1)).collect();
    let program = format!("input float t; gate g0(t) a {{ U(t, 0, 0) a; }} qubit q;\n{gates} g100(t) q;");
    assert!(refused(&program).message.contains("too large"));
    let aliases: String = (0..40).map(|i| format!("let b{} = b{i} ++ b{i};\n", i + 1)).collect();
    assert_eq!(refused(&format!("bit[1024] b0;\n{aliases}")).code, ErrorCode::InsufficientMemory);
}
