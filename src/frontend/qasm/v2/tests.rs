use std::f64::consts::PI;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::circuit::validate;
use crate::frontend::qasm::load_v2;

/// The program with version and include in front of it, on one line.
fn standard(program: &str) -> String {
    format!("OPENQASM 2.0; include \"qelib1.inc\"; {program}")
}

/// The circuit of a program with the include.
fn circuit(program: &str) -> Circuit {
    load_v2(&standard(program)).unwrap_or_else(|error| panic!("{program}\n{error}"))
}

/// Instructions as text: `name(parameters) qubits -> bits ?condition`.
fn listing(circuit: &Circuit) -> Vec<String> {
    let join = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let line = |step: &Instruction| {
        let name = step.operation.name();
        let mut parts = vec![match &step.operation {
            Operation::Gate(_, parameters) if !parameters.is_empty() => {
                let parameters: Vec<_> = parameters.iter().map(f64::to_string).collect();
                format!("{name}({})", parameters.join(","))
            }
            Operation::Delay(duration) => format!("{name}({duration})"),
            Operation::BooleanFunction(function) => {
                let Comparison { mask, relation, value } = &function.comparison;
                assert_eq!(*relation, Relation::Equal);
                format!("{name} {mask}=={value} -> {}", function.register)
            }
            _ => name.to_owned(),
        }];
        if !step.qubits.is_empty() {
            parts.push(join(&step.qubits));
        }
        if let Operation::Measure(measure) = &step.operation {
            assert_eq!(measure.memory, measure.register);
            parts.push(format!("-> {}", join(&measure.memory)));
        }
        parts.extend(step.condition.map(|bit| format!("?{bit}")));
        parts.join(" ")
    };
    circuit.instructions.iter().map(line).collect()
}

fn lists(program: &str, expected: &[&str]) {
    assert_eq!(listing(&circuit(program)), expected, "{program}");
}

/// The whole text fails with this code at this line and column.
fn fails(text: &str, code: ErrorCode, line: u32, column: u32) -> AerError {
    let error = match load_v2(text) {
        Ok(circuit) => panic!("{text}\nis accepted: {:?}", listing(&circuit)),
        Err(error) => error,
    };
    let place = (error.code, error.place.line, error.place.column);
    assert_eq!(place, (code, Some(line), Some(column)), "{text}\n{error}");
    assert!(error.snippet.is_some());
    error
}

/// The same with the include in front; `§` marks the place.
fn fails_at(program: &str, code: ErrorCode) -> AerError {
    let marked = standard(program);
    let at = marked.find('§').unwrap_or_else(|| panic!("no mark in {program}"));
    fails(&marked.replace('§', ""), code, 1, marked[..at].chars().count() as u32 + 1)
}

// Good programs.

#[test]
fn registers_are_laid_out_in_order() {
    let circuit = circuit("qreg a[2]; creg c[1]; qreg b[3]; creg d[4]; x b[0]; measure a[1]->d[2];");
    assert_eq!((circuit.num_qubits, circuit.num_clbits, circuit.num_register_bits), (5, 5, 5));
    assert_eq!(listing(&circuit), ["x 2", "measure 1 -> 3"]);
    let header = circuit.result_header();
    assert_eq!(header["name"], "circuit");
    assert_eq!(header["n_qubits"], 5);
    assert_eq!(header["memory_slots"], 5);
    assert_eq!(header["qreg_sizes"], serde_json::json!([["a", 2], ["b", 3]]));
    assert_eq!(header["creg_sizes"], serde_json::json!([["c", 1], ["d", 4]]));
}

#[test]
fn the_smallest_programs() {
    for text in ["", " \n", "OPENQASM 2.0;", "OPENQASM 2;", "OPENQASM 2.1;", "// end", ";;", "qreg q[1];"] {
        assert_eq!(load_v2(text).map(|circuit| circuit.instructions.len()), Ok(0), "{text}");
    }
    let bare = load_v2("qreg q[2]; U(0,pi,-pi/2) q[0]; CX q[0],q[1];").unwrap();
    assert_eq!(listing(&bare), [format!("U(0,{PI},{}) 0", -PI / 2.0), "CX 0,1".into()]);
    assert_eq!(
        load_v2("include 'qelib1.inc'; include \"qelib1.inc\"; qreg q[1]; h q;").unwrap().num_qubits,
        1
    );
}

#[test]
fn gates_are_broadcast_over_registers() {
    lists("qreg q[2]; h q;", &["h 0", "h 1"]);
    lists("qreg q[2]; qreg r[2]; cx q,r;", &["cx 0,2", "cx 1,3"]);
    lists("qreg q[1]; qreg r[2]; cx q[0],r;", &["cx 0,1", "cx 0,2"]);
    lists("qreg q[2]; qreg r[1]; rzz(1) q,r[0];", &["rzz(1) 0,2", "rzz(1) 1,2"]);
    lists("qreg q[2]; qreg r[2]; qreg w[1]; ccx q,w[0],r;", &["ccx 0,4,2", "ccx 1,4,3"]);
    lists(
        "qreg q[2]; creg c[2]; reset q; measure q->c;",
        &["reset 0", "reset 1", "measure 0 -> 0", "measure 1 -> 1"],
    );
}

#[test]
fn barriers_take_anything() {
    lists(
        "qreg q[2]; qreg r[1]; barrier r[0],q; barrier; barrier q[1],q,q[1];",
        &["barrier 2,0,1", "barrier 0,1,2", "barrier 1,0"],
    );
    lists(
        "qreg q[3]; gate g a,b,c { barrier c,a,c; barrier; } g q[1],q[2],q[0];",
        &["barrier 0,1", "barrier 1,2,0"],
    );
}

#[test]
fn own_gates_are_expanded() {
    lists(
        "gate inner(t) a { rx(t/2) a; } gate outer(s,t,unused) a,b { inner(s+t) b; cx b,a; inner(-t) a; }
         qreg q[3]; outer(1,2,ln(2)) q[2],q[0];",
        &["rx(1.5) 0", "cx 0,2", "rx(-1) 2"],
    );
    lists(
        "gate none(x) a,b {} gate twice a,b { none(1) a,b; none(2) b,a; } qreg q[2]; twice q[0],q[1];",
        &[],
    );
    lists("gate g() a { ; x a; ; } qreg q[2]; g() q; g q[1];", &["x 0", "x 1", "x 1"]);
    // Parameters and qubits have names of their own, whatever gates and registers are called.
    lists(
        "qreg q[1]; gate g(h,rx) q { rx(h*rx) q; } gate k x { x x; h x; } g(2,3) q; k q;",
        &["rx(6) 0", "x 0", "h 0"],
    );
    lists("gate g(a,) b,c, { cx b,c,; } qreg q[2]; g(1,) q[0],q[1],;", &["cx 0,1"]);
}

#[test]
fn own_gates_may_have_the_names_of_standard_ones() {
    let text = "OPENQASM 2.0; gate h a { U(1,0,0) a; } qreg q[1]; h q;";
    assert_eq!(listing(&load_v2(text).unwrap()), ["U(1,0,0) 0"]);
    // Beyond the gates of the paper, a definition stands in for the included one, before or after it.
    lists("gate rzz(t) a,b { rz(t) b; } qreg q[2]; rzz(1) q[0],q[1];", &["rz(1) 1"]);
    let text = "gate sx a { U(1,0,0) a; } include \"qelib1.inc\"; qreg q[1]; sx q; x q;";
    assert_eq!(listing(&load_v2(text).unwrap()), ["U(1,0,0) 0", "x 0"]);
    lists("qreg p[1]; opaque cu a; gate u a { x a; } u p;", &["x 0"]);
    // The same definition again is the standard gate.
    lists("gate h q { u2(0,pi) q; } qreg q[1]; h q;", &["h 0"]);
    lists("gate rz(angle) q { u1(angle) q; } qreg q[1]; rz(2) q;", &["rz(2) 0"]);
    lists("gate cz x,y { h y; cx x,y; h y; } qreg q[2]; cz q[0],q[1];", &["cz 0,1"]);
}

#[test]
fn nesting_of_gates_is_not_bounded_by_the_stack() {
    let gates: Vec<_> = (1..=20_000).map(|i| format!("gate g{i} a {{ g{} a; }}", i - 1)).collect();
    lists(&format!("gate g0 a {{ x a; }} {} qreg q[1]; g20000 q;", gates.concat()), &["x 0"]);
}

#[test]
fn opaque_gates_matter_only_where_they_are_used() {
    lists("opaque o(a,b) q,r; opaque p q; gate g a { p a; } qreg q[1]; x q;", &["x 0"]);
    lists("opaque delay(t) q; qreg q[1]; delay(100) q;", &["delay(100) 0"]);
}

#[test]
fn conditions_compare_once_and_before_everything_else() {
    let circuit = circuit(
        "qreg q[2]; creg c[2]; creg d[3]; gate g a,b { h a; barrier a,b; cx a,b; }
         if(d==5) x q; if (c == 2) g q[0],q[1]; if(d==0)measure q->c; if(c==1) reset q[0];
         creg late[2]; if(late==3) z q[0];",
    );
    assert_eq!(
        listing(&circuit),
        [
            "bfunc 0x1c==0x14 -> 7",
            "x 0 ?7",
            "x 1 ?7",
            "bfunc 0x3==0x2 -> 7",
            "h 0 ?7",
            "barrier 0,1",
            "cx 0,1 ?7",
            "bfunc 0x1c==0x0 -> 7",
            "measure 0 -> 0 ?7",
            "measure 1 -> 1 ?7",
            "bfunc 0x3==0x1 -> 7",
            "reset 0 ?7",
            "bfunc 0x60==0x60 -> 7",
            "z 0 ?7",
        ]
    );
    assert_eq!((circuit.num_clbits, circuit.num_register_bits), (7, 8));
}

#[test]
fn a_value_that_does_not_fit_never_holds() {
    let evaluate = |size: u32, value: &str, ones: &[u32]| {
        let circuit =
            circuit(&format!("qreg q[1]; creg b[7]; creg c[{size}]; creg d[2]; if(c=={value}) x q;"));
        let Operation::BooleanFunction(function) = &circuit.instructions[0].operation else {
            panic!("no comparison")
        };
        let mut register = Bits::zeros(7 + size + 3);
        // What is outside of the register does not matter.
        register.set(3, true);
        register.set(7 + size, true);
        register.set(7 + size + 1, true);
        for bit in ones {
            register.set(7 + bit, true);
        }
        function.evaluate(&register)
    };
    assert!(evaluate(2, "3", &[0, 1]) && !evaluate(2, "3", &[0]));
    for value in ["4", "7", "8", "4294967296", "18446744073709551616", "99999999999999999999999999999999"] {
        for ones in [&[][..], &[0], &[1], &[0, 1]] {
            assert!(!evaluate(2, value, ones), "{value} {ones:?}");
        }
    }
    // 2^64 + 2^32 + 1 and 2^70.
    assert!(evaluate(70, "18446744078004518913", &[0, 32, 64]));
    assert!(!evaluate(70, "18446744078004518913", &[0, 32]));
    assert!(!evaluate(70, "1180591620717411303424", &[]));
    assert!(evaluate(71, "1180591620717411303424", &[70]));
    assert!(!evaluate(70, &"9".repeat(100_000), &[]));
}

#[test]
fn comments_and_blanks_go_anywhere() {
    let text =
        "// é\r\nOPENQASM/* */2.0;\tinclude\n\"qelib1.inc\"// x\n;qreg q [ 2 ];cx q[ 0 ] , q[1]; /* y\n*/";
    assert_eq!(listing(&load_v2(text).unwrap()), ["cx 0,1"]);
}

// Bad programs.

#[test]
fn syntax_errors() {
    use ErrorCode::{SemanticError, SyntaxError, UnsupportedFormat};
    for program in [
        "qreg §[2];",
        "qreg q§;",
        "qreg q[§a];",
        "qreg q[§-1];",
        "qreg q[§2.0];",
        "qreg q[§02];",
        "qreg q[§1_0];",
        "qreg q[§2a];",
        "qreg q[2§;",
        "qreg q[2]§",
        "qreg §pi[2];",
        "qreg §sin[2];",
        "qreg §acos[2];",
        "qreg §gate[2];",
        "qreg §Q[2];",
        "qreg §_q[2];",
        "qreg §é[2];",
        "gate §U a {}",
        "gate §measure a {}",
        "gate g §{}",
        "gate g(a) §{}",
        "gate g a §}",
        "gate g a { x a §}",
        "gate g a { x a§[0]; }",
        "gate g a { §measure a; }",
        "gate g a { §reset a; }",
        "gate g a { §2; }",
        "gate g a { x a;§",
        "gate g(§1) a {}",
        "gate g(§U) a {}",
        "qreg q[2]; h q §q;",
        "qreg q[2]; cx q[0] §q[1];",
        "qreg q[2]; h q[0]§]",
        "qreg q[2]; h q[0§;",
        "qreg q[2]; h q[§];",
        "qreg q[2]; rx(1 §q;",
        "qreg q[2]; rx(1 §2) q;",
        "qreg q[2]; rx(§*2) q;",
        "qreg q[2]; rx(§,) q;",
        "qreg q[2]; rx(§1e) q;",
        "qreg q[2]; rx(§0x1) q;",
        "qreg q[2]; rx(sin§) q;",
        "qreg q[2]; rx(2 §% 2) q;",
        "qreg q[2]; rx(2 §** 2) q;",
        "qreg q[2]; creg c[2]; measure q§;",
        "qreg q[2]; creg c[2]; measure q §= c;",
        "qreg q[2]; creg c[2]; if §c==1 x q;",
        "qreg q[2]; creg c[2]; if(c§=1) x q;",
        "qreg q[2]; creg c[2]; if(c§[0]==1) x q;",
        "qreg q[2]; creg c[2]; if(c==§1.0) x q;",
        "qreg q[2]; creg c[2]; if(c==§-1) x q;",
        "qreg q[2]; creg c[2]; if(c==1) §barrier q;",
        "qreg q[2]; creg c[2]; if(c==1) §if(c==1) x q;",
        "qreg q[2]; creg c[2]; if(c==1) §qreg r[2];",
        "qreg q[2]; creg c[2]; if(c==1)§;",
        "qreg q[2]; §@ q;",
        "qreg q[2]; §\u{0}",
        "qreg q[2]; §€",
        "qreg q[2]; §#pragma x",
        "§/* never closed",
        "§\"text\";",
        "§pi;",
        "§OPENQASM 2.0;",
        "include §qelib1;",
        "include §\"qelib1.inc;",
        "include \"qelib1.inc\"§",
    ] {
        fails_at(program, SyntaxError);
    }
    fails("OPENQASM x;", SyntaxError, 1, 10);
    fails("OPENQASM 2.0", SyntaxError, 1, 13);
    fails("OPENQASM 2.0e0;", UnsupportedFormat, 1, 10);
    fails("OPENQASM 1.0;", UnsupportedFormat, 1, 10);
    fails("OPENQASM 3;", UnsupportedFormat, 1, 10);
    let error = fails_at("include §\"other.inc\";", SemanticError);
    assert!(error.hint.is_some());
    fails("include \"stdgates.inc\";", SemanticError, 1, 9);
}

#[test]
fn a_missing_semicolon_is_reported_where_it_is_missing() {
    let text = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\nh q[0]  // here\ncx q[0],q[1];\n";
    let error = fails(text, ErrorCode::SyntaxError, 4, 7);
    assert_eq!(
        error.to_string(),
        "line 4, column 7: Unexpected token. Found `cx`, expected `;`.\n4 | h q[0]  // here\n  |       ^"
    );
    fails("qreg q[1]; CX q\n", ErrorCode::SyntaxError, 1, 16);
}

#[test]
fn columns_count_characters() {
    fails("// π\n/* ééé */ qreg q[1]; y q;", ErrorCode::UnknownGate, 2, 22);
}

#[test]
fn names_must_be_known_and_new() {
    use ErrorCode::{SemanticError, UnknownGate};
    for program in [
        "qreg q[1]; h §r;",
        "qreg q[1]; h §h;",
        "creg c[1]; x §c;",
        "qreg q[1]; creg c[1]; measure q->§q;",
        "qreg q[1]; measure q->§c;",
        "qreg q[1]; creg c[1]; measure §c->c;",
        "qreg q[1]; if(§q==1) x q;",
        "qreg q[1]; if(§c==1) x q;",
        "qreg q[1]; creg §q[1];",
        "qreg q[1]; qreg §q[1];",
        "qreg §t[1];",
        "qreg q[1]; gate §q a {}",
        "gate g a {} qreg §g[1];",
        "gate g a {} gate §g a {}",
        "gate g a {} opaque §g a;",
        "opaque g a; gate §g a {}",
        "gate §h a { x a; }",
        "gate §h a,b { u2(0,pi) a; }",
        "gate §u1(a) b { U(0,0,2*a) b; }",
        "gate g(a,§a) b {}",
        "gate g(a) §a {}",
        "gate g a,§a {}",
        "gate g a { x §b; }",
        "gate g(p) a { x §p; }",
        "qreg q[1]; gate g a { x §q; }",
        "gate g a { §g a; }",
        "qreg q[1]; rx(§x) q;",
        "qreg q[1]; rx(2*§sine(1)) q;",
        "gate g(p) a { rx(§a) a; }",
        "qreg q[§0];",
        "creg c[§0];",
    ] {
        fails_at(program, SemanticError);
    }
    fails("gate h a { U(1,0,0) a; }\ninclude \"qelib1.inc\";", SemanticError, 2, 9);
    fails("qreg z[1];\ninclude \"qelib1.inc\";", SemanticError, 2, 9);
    for program in [
        "qreg q[1]; §foo q;",
        "qreg q[1]; §q q;",
        "gate g a { §later a; } gate later a {}",
        "opaque o a; qreg q[1]; §o q;",
        "opaque o a; gate g a { o a; } qreg q[1]; §g q;",
        "qreg q[1]; §delay(100) q;",
        "qreg q[2]; §ecr q[0],q[1];",
        "qreg q[1]; creg c[1]; if(c==1) §foo q;",
    ] {
        fails_at(program, UnknownGate);
    }
}

#[test]
fn hints_tell_what_to_do() {
    let hint = |error: AerError| error.hint.clone().unwrap_or_default();
    assert!(
        hint(fails("qreg q[1];\nh q;", ErrorCode::UnknownGate, 2, 1)).contains("include \"qelib1.inc\";")
    );
    assert!(hint(fails_at("qreg q[1]; §sdag q;", ErrorCode::UnknownGate)).contains("`sdg`"));
    assert!(hint(fails_at("qreg qubits[1]; x §qubit;", ErrorCode::SemanticError)).contains("`qubits`"));
    assert!(hint(fails_at("qreg q[1]; rx(§sqr(2)) q;", ErrorCode::SemanticError)).contains("`sqrt`"));
    // The hint for a gate that qelib1.inc lacks is a definition that works, and is known for the gate's own.
    let error = fails_at("qreg q[2]; §rzx(1) q[0],q[1];", ErrorCode::UnknownGate);
    let definition = hint(error).replace("Define it before: ", "");
    lists(&format!("{definition} qreg q[2]; rzx(1) q[0],q[1];"), &["rzx(1) 0,1"]);
}

#[test]
fn counts_ranges_and_repetitions() {
    use ErrorCode::{
        ClbitOutOfRange, DuplicateQubit, InvalidParameter, ParameterCount, QubitCount, QubitOutOfRange,
        SemanticError,
    };
    for (program, code) in [
        ("qreg q[2]; §rx q;", ParameterCount),
        ("qreg q[2]; §rx() q;", ParameterCount),
        ("qreg q[2]; §rx(1,2) q;", ParameterCount),
        ("qreg q[2]; §h(1) q;", ParameterCount),
        ("qreg q[2]; §U q;", ParameterCount),
        ("gate g(p) a {} qreg q[2]; §g q;", ParameterCount),
        ("gate g a { §u1 a; }", ParameterCount),
        ("qreg q[3]; §h q[0],q[1];", QubitCount),
        ("qreg q[3]; §cx q[0];", QubitCount),
        ("qreg q[3]; §cx q;", QubitCount),
        ("qreg q[3]; §h;", QubitCount),
        ("gate g a,b {} qreg q[3]; §g q[0];", QubitCount),
        ("gate g a,b { §cx a; }", QubitCount),
        ("qreg q[3]; h §q[3];", QubitOutOfRange),
        ("qreg q[3]; cx q[0],§q[99999999999999999999];", QubitOutOfRange),
        ("qreg q[3]; reset §q[3];", QubitOutOfRange),
        ("qreg q[3]; barrier q[0],§q[3];", QubitOutOfRange),
        ("qreg q[3]; qreg r[1]; h §r[1];", QubitOutOfRange),
        ("qreg q[3]; creg c[2]; measure §q[3]->c[0];", QubitOutOfRange),
        ("qreg q[3]; creg c[2]; measure q[0]->§c[2];", ClbitOutOfRange),
        ("qreg q[3]; cx q[1],§q[1];", DuplicateQubit),
        ("qreg q[3]; ccx q[1],q[0],§q[1];", DuplicateQubit),
        ("qreg q[3]; ccx q[2],§q[2],q[1];", DuplicateQubit),
        ("qreg q[3]; cx q,§q;", DuplicateQubit),
        ("qreg q[3]; cx q[2],§q;", DuplicateQubit),
        ("qreg q[3]; qreg r[3]; ccx q,r,§q[1];", DuplicateQubit),
        ("gate g a,b { cx a,§a; }", DuplicateQubit),
        ("qreg q[3]; qreg r[2]; cx q,§r;", SemanticError),
        ("qreg q[1]; qreg r[2]; cx q,§r;", SemanticError),
        ("qreg q[3]; creg c[2]; measure q->§c;", SemanticError),
        ("qreg q[3]; creg c[2]; measure q[0]->§c;", SemanticError),
        ("qreg q[3]; creg c[3]; measure q->§c[0];", SemanticError),
        ("qreg q[1]; rx(1§/0) q;", InvalidParameter),
        ("qreg q[1]; rx(§ln(-1)) q;", InvalidParameter),
        ("qreg q[1]; rx(§1e999) q;", InvalidParameter),
        ("gate g(p) a { rx(p+1§/0) a; }", InvalidParameter),
        ("gate g(p) a { rx(1/p) a; } qreg q[1]; g(1) q; §g(0) q;", InvalidParameter),
        ("gate g(p) a { rx(exp(p)) a; } gate k(p) a { g(p^2) a; } qreg q[1]; §k(100) q;", InvalidParameter),
    ] {
        fails_at(program, code);
    }
    let error = fails_at("qreg q[3]; h §q[3];", QubitOutOfRange);
    assert_eq!(error.expected.as_deref(), Some("`q[0]` to `q[2]`"));
    let wide = (0..20).map(|i| format!("a{i}")).collect::<Vec<_>>().join(",");
    fails_at(
        &format!("gate g {wide} {{}} gate k {wide} {{ §g {wide}; }}").replace("19; }", "0; }"),
        DuplicateQubit,
    );
}

#[test]
fn sizes_are_bounded() {
    use ErrorCode::InsufficientMemory;
    fails_at("qreg q[§65537];", InsufficientMemory);
    fails_at("qreg q[65536]; qreg r[§1];", InsufficientMemory);
    fails_at("creg c[§4294967296];", InsufficientMemory);
    fails_at("qreg q[1]; creg c[1]; creg d[§99999999999999999999999];", InsufficientMemory);

    let doubling: Vec<_> = (1..=64).map(|i| format!("gate g{i} a {{ g{0} a; g{0} a; }}", i - 1)).collect();
    let doubling = doubling.concat();
    let error = fails_at(&format!("gate g0 a {{ x a; }} {doubling} qreg q[1]; §g64 q;"), InsufficientMemory);
    assert!(error.expected.clone().unwrap().contains("8000000"));
    lists(&format!("gate g0 a {{}} {doubling} qreg q[1]; g64 q;"), &[]);

    let barriers = "barrier q;".repeat(1000);
    let error = load_v2(&format!("qreg q[65536]; {barriers}")).unwrap_err();
    assert_eq!(error.code, InsufficientMemory);
}

#[test]
fn progress_is_told_every_64_kilobytes_and_at_the_end() {
    let lines = 30_000;
    let text = standard(&format!("qreg q[2];\n{}// the end", "cx q[0],q[1];\n".repeat(lines)));
    let told = std::cell::RefCell::new(Vec::new());
    let progress = |reading: Reading| told.borrow_mut().push(reading);
    load(&text, LoadOptions { progress: Some(&progress), ..Default::default() }).unwrap();
    let told = told.into_inner();
    assert_eq!(told.len(), text.len() / PROGRESS_BYTES + 1);
    let end = Reading { bytes: text.len(), total_bytes: text.len(), instructions: lines };
    assert_eq!(told.last(), Some(&end));
    for pair in told.windows(2) {
        let (step, grown) = (pair[1].bytes - pair[0].bytes, pair[1].instructions - pair[0].instructions);
        assert!(step <= PROGRESS_BYTES + 14, "{step}");
        // Each instruction has 14 bytes.
        assert!(grown.abs_diff(step / 14) <= 1, "{grown} in {step}");
    }
}

// Any input.

/// A random test: 2,000 inputs from a fixed seed, so it fails always or never.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(2024),
        failure_persistence: None,
        ..Default::default()
    }
}

/// Pieces that programs are made of, whole and broken.
const PIECES: &[&str] = &[
    "OPENQASM",
    "2.0",
    "include",
    "\"qelib1.inc\"",
    "qreg",
    "creg",
    "gate",
    "opaque",
    "measure",
    "reset",
    "barrier",
    "if",
    "pi",
    "sin",
    "ln",
    "U",
    "CX",
    "h",
    "cx",
    "rx",
    "u3",
    "ccx",
    "rzz",
    "foo",
    "q",
    "r",
    "c",
    "a",
    "b",
    "0",
    "1",
    "2",
    "3",
    "1.5",
    "1e9",
    "007",
    "99999999999999999999",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ";",
    ";",
    ",",
    "->",
    "==",
    "+",
    "-",
    "*",
    "/",
    "^",
    "//",
    "/*",
    "*/",
    "\"",
    "'",
    "\n",
    "π",
    "\u{0}",
    "@",
    "qreg q[2];",
    "creg c[2];",
    "h q;",
    "gate g(a) b {",
    "if(c==1)",
    "q[0]",
    "c[1]",
    "(1)",
    "measure q->c;",
    "include \"qelib1.inc\";",
];

const PROGRAMS: &[&str] = &[
    include_str!("../../../../examples/teleport.qasm"),
    include_str!("../../../../examples/qft.qasm"),
    include_str!("../../../../examples/grover.qasm"),
    "OPENQASM 2.0; include \"qelib1.inc\"; gate g(a,b) x,y { rx(a/b) x; barrier x,y; cu3(-a,2*b,sin(a^b)) x,y; }
     opaque delay(t) q; qreg q[3]; qreg r[3]; creg c[3]; delay(5) q; g(1,2) q,r; g(pi,3) q[1],r;
     if(c==5) g(0.5,1e-3) q[0],q[2]; measure q->c; reset r; barrier q,r[1]; if(c==9) measure q[0]->c[1];",
];

/// Whatever comes out is valid, or an error with a place.
fn is_sane(text: &str) -> Result<(), TestCaseError> {
    match load_v2(text) {
        Ok(circuit) => prop_assert_eq!(validate::circuit(&circuit), Ok(())),
        Err(error) => {
            let lines = text.split('\n').count() as u32;
            let Some((line, column)) = error.place.line.zip(error.place.column) else {
                return Err(TestCaseError::fail("no place"));
            };
            prop_assert!(line >= 1 && line <= lines, "line {line} of {lines}");
            let length =
                text.split('\n').nth(line as usize - 1).map_or(0, |line| line.chars().count() as u32);
            prop_assert!(column >= 1 && column <= length + 1, "column {column} of {length}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn token_soup_never_panics(pieces in prop::collection::vec(0..PIECES.len(), 0..60), blanks in any::<bool>()) {
        let words: Vec<_> = pieces.into_iter().filter_map(|i| PIECES.get(i).copied()).collect();
        is_sane(&words.join(if blanks { " " } else { "" }))?;
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) {
        is_sane(&text)?;
    }

    #[test]
    fn mutated_programs_never_panic(
        program in 0..PROGRAMS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, 0..PIECES.len(), 1..12usize), 1..5),
    ) {
        let mut text: Vec<char> = PROGRAMS[program].chars().collect();
        for (at, edit, piece, length) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            match edit {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, PIECES[piece].chars())),
                2 => drop(text.splice(at..end, PIECES[piece].chars())),
                _ => text.truncate(at),
            }
        }
        is_sane(&text.into_iter().collect::<String>())?;
    }
}
