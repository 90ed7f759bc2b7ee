#![allow(clippy::format_push_string, clippy::format_collect, clippy::default_trait_access, reason = "a test")]

use std::fmt::Write as _;

use super::*;
use crate::frontend::qasm::v3::syntax::{ArraySizes, ParameterType};

fn parse(source: &str) -> Vec<Result<Statement<'_>, AerError>> {
    let mut parser = Parser::new(source);
    std::iter::from_fn(|| parser.next_statement()).collect()
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// An expression as nested lists, the operator or what it is first.
fn tree(expression: &Expression) -> String {
    let each = |items: &[Expression]| list(items, tree);
    match &expression.kind {
        ExpressionKind::Name(name) => (*name).to_owned(),
        ExpressionKind::HardwareQubit(index) => format!("${index}"),
        ExpressionKind::Integer(value) => value.to_string(),
        ExpressionKind::Real(value) => format!("{value:?}"),
        ExpressionKind::Imaginary(value) => format!("{value:?}i"),
        ExpressionKind::Boolean(value) => format!("#{value}"),
        ExpressionKind::BitString(digits) => format!("\"{digits}\""),
        ExpressionKind::Duration(value) => format!("{value:?}s"),
        ExpressionKind::Parenthesis(inner) => format!("({})", tree(inner)),
        ExpressionKind::Unary(op, operand) => {
            format!("[{op:?} {}]", tree(operand))
        }
        ExpressionKind::Binary(op, operands) => {
            format!("[{} {} {}]", op.symbol(), tree(&operands.0), tree(&operands.1))
        }
        ExpressionKind::Cast(ty, value) => format!("[{} <- {}]", type_tree(ty), tree(value)),
        ExpressionKind::Call(name, arguments) => format!("[{}: {}]", name.text, each(arguments)),
        ExpressionKind::DurationOf(block) => format!("[durationof {}]", block_tree(block)),
        ExpressionKind::Index(value, indices) => format!("[at {} {}]", tree(value), each(indices)),
        ExpressionKind::Element { name, index, .. } => format!("[at {name} {index}]"),
        ExpressionKind::Range(parts) => {
            list(&parts[..], |part| part.as_ref().map_or("_".to_owned(), tree)).replace(' ', ":")
        }
        ExpressionKind::Set(values) => format!("{{{}}}", each(values)),
        ExpressionKind::Concatenation(parts) => format!("[++ {}]", each(parts)),
        ExpressionKind::Measure(qubits) => format!("[measure {}]", tree(qubits)),
    }
}

fn option(expression: Option<&Expression>) -> String {
    expression.map_or("_".to_owned(), tree)
}

fn type_tree(ty: &TypeSyntax) -> String {
    match &ty.kind {
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Bit(size) => format!("bit {}", option(size.as_ref())),
        TypeKind::Int(size) => format!("int {}", option(size.as_ref())),
        TypeKind::Uint(size) => format!("uint {}", option(size.as_ref())),
        TypeKind::Float(size) => format!("float {}", option(size.as_ref())),
        TypeKind::Angle(size) => format!("angle {}", option(size.as_ref())),
        TypeKind::Complex(part) => {
            format!("complex {}", part.as_ref().map_or("_".to_owned(), |part| type_tree(part)))
        }
        TypeKind::Duration => "duration".to_owned(),
        TypeKind::Stretch => "stretch".to_owned(),
        TypeKind::Array(element, sizes) => format!("array ({}) {}", type_tree(element), list(sizes, tree)),
    }
}

fn block_tree(block: &Block) -> String {
    format!("{{{}}}", list(block, statement_tree))
}

fn modifier_tree(modifier: &Modifier) -> String {
    match modifier {
        Modifier::Inverse(_) => "inv@".to_owned(),
        Modifier::Power(power) => format!("pow {}@", tree(power)),
        Modifier::Control(count, _) => format!("ctrl {}@", option(count.as_ref())),
        Modifier::NegativeControl(count, _) => format!("negctrl {}@", option(count.as_ref())),
    }
}

/// A statement in one line: the variant, then what it holds.
fn statement_tree(statement: &Statement) -> String {
    let names = |names: &[Name]| list(names, |name| name.text.to_owned());
    let mut text: String = statement.annotations.iter().fold(String::new(), |mut text, annotation| {
        let _ = write!(text, "@{annotation}@ ");
        text
    });
    text += &match &statement.kind {
        StatementKind::Version(version) => format!("version {version}"),
        StatementKind::Include(file) => format!("include {}", file.text),
        StatementKind::Pragma(pragma) => format!("pragma {pragma}"),
        StatementKind::Qubits { name, size } => format!("qubits {} {}", name.text, option(size.as_ref())),
        StatementKind::Declaration { qualifier, ty, name, initial } => {
            format!("{qualifier:?} {} {} = {}", type_tree(ty), name.text, option(initial.as_ref()))
        }
        StatementKind::Alias { name, value } => format!("let {} = {}", name.text, list(value, tree)),
        StatementKind::Gate { name, parameters, qubits, body } => {
            format!("gate {} ({}) {} {}", name.text, names(parameters), names(qubits), block_tree(body))
        }
        StatementKind::Subroutine { name, parameters, returns, body } => {
            let parameters = list(parameters, |parameter| {
                let ty = match &parameter.ty {
                    ParameterType::Qubits(size) => format!("qubit {}", option(size.as_ref())),
                    ParameterType::Classical(ty) => type_tree(ty),
                    ParameterType::Array { mutable, element, sizes } => {
                        let sizes = match sizes {
                            ArraySizes::Each(sizes) => list(sizes, tree),
                            ArraySizes::Dimensions(count) => format!("#{}", tree(count)),
                        };
                        format!("array {mutable} ({}) {sizes}", type_tree(element))
                    }
                };
                format!("<{ty} {}>", parameter.name.text)
            });
            let returns = returns.as_ref().map_or("_".to_owned(), type_tree);
            format!("def {} ({parameters}) {returns} {}", name.text, block_tree(body))
        }
        StatementKind::Extern(name) => format!("extern {}", name.text),
        StatementKind::Calibration(what, name) => {
            format!("{what} {}", name.map_or("_", |name| name.text))
        }
        StatementKind::GateCall(call) => {
            let modifiers: Vec<_> = call.modifiers.iter().map(modifier_tree).collect();
            format!(
                "call {}{} ({}) {} on {}",
                modifiers.concat(),
                call.name.text,
                list(&call.arguments, tree),
                option(call.duration.as_ref()),
                list(&call.qubits, tree)
            )
        }
        StatementKind::Measure { qubits, target } => {
            format!("measure {} {}", tree(qubits), option(target.as_ref()))
        }
        StatementKind::Assign { target, op, value } => {
            format!("{} {}= {}", tree(target), op.map_or("", BinaryOp::symbol), tree(value))
        }
        StatementKind::Reset(qubits) => format!("reset {}", tree(qubits)),
        StatementKind::Barrier(qubits) => format!("barrier {}", list(qubits, tree)),
        StatementKind::Delay { duration, qubits } => {
            format!("delay {} {}", tree(duration), list(qubits, tree))
        }
        StatementKind::Box { duration, body } => {
            format!("box {} {}", option(duration.as_ref()), block_tree(body))
        }
        StatementKind::If { condition, then, otherwise } => {
            format!("if {} {} {}", tree(condition), block_tree(then), block_tree(otherwise))
        }
        StatementKind::For { ty, name, values, body } => {
            format!("for {} {} {} {}", type_tree(ty), name.text, tree(values), block_tree(body))
        }
        StatementKind::While { condition, body } => {
            format!("while {} {}", tree(condition), block_tree(body))
        }
        StatementKind::Switch { target, cases, default } => {
            let cases = list(cases, |(values, body)| format!("{} {}", list(values, tree), block_tree(body)));
            let default = default.as_ref().map_or("_".to_owned(), block_tree);
            format!("switch {} <{cases}> {default}", tree(target))
        }
        StatementKind::Break => "break".to_owned(),
        StatementKind::Continue => "continue".to_owned(),
        StatementKind::End => "end".to_owned(),
        StatementKind::Return(value) => format!("return {}", option(value.as_ref())),
        StatementKind::Expression(value) => format!("do {}", tree(value)),
        StatementKind::Scope(block) => block_tree(block),
    };
    format!("{};", text.trim_end())
}

#[track_caller]
fn the_tree(source: &str) -> String {
    let shown = |statement: Result<Statement, AerError>| match statement {
        Ok(statement) => statement_tree(&statement),
        Err(error) => panic!("{source}\n{error}\n{}", error.snippet.clone().unwrap_or_default()),
    };
    parse(source).into_iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// A program with every kind of statement.
const SAMPLE: &str = include_str!("sample.qasm");

#[test]
fn statements() {
    for (source, expected) in [
        ("OPENQASM 3.1;", "version 3.1;"),
        ("OPENQASM 3;", "version 3;"),
        ("include 'a.inc';", "include a.inc;"),
        ("pragma aer {\"a\": 1} // b;\nx q;", "pragma aer {\"a\": 1} // b;; call x () _ on q;"),
        ("#pragma  a /* \r\nx q;", "pragma a /*; call x () _ on q;"),
        ("pragma", "pragma;"),
        ("@a.b c \"d\n@e\nx q;", "@a.b c \"d@ @e@ call x () _ on q;"),
        ("qubit q; qubit[n + 1] r;", "qubits q _; qubits r [+ n 1];"),
        ("qreg q[2]; creg c[3]; creg d;", "qubits q 2; None bit 3 c = _; None bit _ d = _;"),
        ("bit b; bit[2] c = \"1_0\";", "None bit _ b = _; None bit 2 c = \"10\";"),
        ("const uint[8] n = 3;", "Const uint 8 n = 3;"),
        ("input float x; output bool y;", "Input float _ x = _; Output bool y = _;"),
        ("angle[4] a = pi; stretch s;", "None angle 4 a = pi; None stretch s = _;"),
        (
            "complex z; complex[float] y; complex[float[32]] x;",
            "None complex _ z = _; None complex float _ y = _; None complex float 32 x = _;",
        ),
        ("array[int[8], 2, n] a = {{1, 2,}, {}};", "None array (int 8) 2 n a = {{1 2} {}};"),
        ("output array[bit, 2] a;", "Output array (bit _) 2 a = _;"),
        ("array[uint, 2] a = b ++ c;", "None array (uint _) 2 a = [++ b c];"),
        ("let a = b;", "let a = b;"),
        ("let a = b[0:1] ++ c[{0, 2}] ++ $3;", "let a = [at b 0:_:1] [at c {0 2}] $3;"),
        ("gate g a { }", "gate g () a {};"),
        (
            "gate g(x, y,) a, b, { h a; U(x, 0, y) b; }",
            "gate g (x y) a b {call h () _ on a; call U (x 0 y) _ on b;};",
        ),
        ("def f() { }", "def f () _ {};"),
        (
            "def f(int[8] a, qubit b, qubit[2] c, qreg d[2], creg e[3],) -> bit[2] { return a; }",
            "def f (<int 8 a> <qubit _ b> <qubit 2 c> <qubit 2 d> <bit 3 e>) bit 2 {return a;};",
        ),
        (
            "def f(readonly array[int, 2, 3] a, mutable array[float[32], #dim = 1 + 1] b) {}",
            "def f (<array false (int _) 2 3 a> <array true (float 32) #[+ 1 1] b>) _ {};",
        ),
        ("extern f(int[8], readonly array[int, 3]) -> bit; extern g();", "extern f; extern g;"),
        ("cal { a ; \" { b } } x q;", "cal _; call x () _ on q;"),
        ("defcal x(a[0]) $0 -> bit { {}; }", "defcal x;"),
        ("defcal measure q {} defcalgrammar \"openpulse\";", "defcal measure; defcalgrammar _;"),
        ("x q; cx $0, q[1];", "call x () _ on q; call cx () _ on $0 [at q 1];"),
        ("u(a, b,) q, r,;", "call u (a b) _ on q r;"),
        ("x[10ns] q; rx(1)[2dt] q[0][1];", "call x () 1e-8s on q; call rx (1) 2e-9s on [at [at q 0] 1];"),
        ("x() q;", "call x () _ on q;"),
        ("gphase(pi); gphase(a) q;", "call gphase (pi) _ on; call gphase (a) _ on q;"),
        (
            "ctrl(2) @ negctrl @ inv @ pow(-1/2) @ x a, b; ctrl @ gphase(1) a;",
            "call ctrl 2@negctrl _@inv@pow [/ [Negate 1] 2]@x () _ on a b; call ctrl _@gphase (1) _ on a;",
        ),
        ("measure q; measure q[0] -> c[1];", "measure q _; measure [at q 0] [at c 1];"),
        ("c = measure q; bit b = measure $0;", "c = [measure q]; None bit _ b = [measure $0];"),
        ("a = 1; a[0] += b; a **= 2; a >>= 1;", "a = 1; [at a 0] += b; a **= 2; a >>= 1;"),
        ("a[0][1, 2] = -b;", "[at [at a 0] 1 2] = [Negate b];"),
        (
            "f(a); f(a, b)[0]; f() + 1; g[0] + 1;",
            "do [f: a]; do [at [f: a b] 0]; do [+ [f: ] 1]; do [+ [at g 0] 1];",
        ),
        ("f(a) q -> c; f q, r -> c; c = f(a) q;", "c = [f: a q]; c = [f: q r]; c = [f: a q];"),
        ("1 + a; int(a) + 1; -a; true;", "do [+ 1 a]; do [+ [int _ <- a] 1]; do [Negate a]; do #true;"),
        (
            "reset q; reset $0; barrier; barrier q, r[0:1];",
            "reset q; reset $0; barrier; barrier q [at r 0:_:1];",
        ),
        ("nop; nop q; delay[10us] q; delay[a + b];", "barrier; barrier q; delay 1e-5s q; delay [+ a b];"),
        ("box { x q; } box[1ms] { }", "box _ {call x () _ on q;}; box 0.001s {};"),
        ("if (c == 1) x q;", "if [== c 1] {call x () _ on q;} {};"),
        (
            "if(a) {} else if (b) x q; else { y q; }",
            "if a {} {if b {call x () _ on q;} {call y () _ on q;};};",
        ),
        ("if (a) if (b) x q; else y q;", "if a {if b {call x () _ on q;} {call y () _ on q;};} {};"),
        (
            "for int i in [0:n] x q[i];",
            "for int _ i 0:_:n {call x () _ on [at q i]};".replace("]}", "];}").as_str(),
        ),
        ("for uint[8] i in [0:2:8] { break; }", "for uint 8 i 0:2:8 {break;};"),
        ("for int i in {1, a,} continue;", "for int _ i {1 a} {continue;};"),
        ("for bit b in c[0:1] {}", "for bit _ b [at c 0:_:1] {};"),
        ("while (a < b) { end; }", "while [< a b] {end;};"),
        (
            "switch (a) { case 1, b {} case 2 { x q; } default { } }",
            "switch a <1 b {} 2 {call x () _ on q;}> {};",
        ),
        ("switch (a) { }", "switch a <> _;"),
        ("return; return a; return measure q;", "return _; return a; return [measure q];"),
        ("{ x q; { } };;", "{call x () _ on q; {};};"),
        ("", ""),
    ] {
        assert_eq!(the_tree(source), expected, "{source}");
    }
}

#[test]
fn expressions() {
    for (source, expected) in [
        ("a + b * c", "[+ a [* b c]]"),
        ("a - b - c", "[- [- a b] c]"),
        ("a ** b ** c", "[** a [** b c]]"),
        ("-a ** b", "[Negate [** a b]]"),
        ("a ** -b ** c * d", "[* [** a [Negate [** b c]]] d]"),
        ("-a * b", "[* [Negate a] b]"),
        ("!a == ~b", "[== [Not a] [BitNot b]]"),
        ("- -!a", "[Negate [Negate [Not a]]]"),
        ("a || b && c | d ^ e & f", "[|| a [&& b [| c [^ d [& e f]]]]]"),
        ("a & b == c < d << e + f % g", "[& a [== b [< c [<< d [+ e [% f g]]]]]]"),
        ("a < b == c >= d != e", "[!= [== [< a b] [>= c d]] e]"),
        ("a >> b > c <= d", "[<= [> [>> a b] c] d]"),
        ("(a + b) / c", "[/ ([+ a b]) c]"),
        ("a[1] ** b[0][-1]", "[** [at a 1] [at [at b 0] [Negate 1]]]"),
        ("a[1:2, ::, :3, 4:, 0:2:8, :2:]", "[at a 1:_:2 _:_:_ _:_:3 4:_:_ 0:2:8 _:2:_]"),
        ("a[:]", "[at a _:_:_]"),
        ("f(a, g(), )", "[f: a [g: ]]"),
        ("int[8](a) + float(b)[0]", "[+ [int 8 <- a] [at [float _ <- b] 0]]"),
        ("array[int, 2](a)", "[array (int _) 2 <- a]"),
        ("durationof({ x $0; })", "[durationof {call x () _ on $0;}]"),
        ("0x1F + 0b1_1 + 0o17 + 1_000", "[+ [+ [+ 31 3] 15] 1000]"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e19"),
        ("0x10000000000000000", "1.8446744073709552e19"),
        ("1. + .5 + 1.5e-3 + 2E8", "[+ [+ [+ 1.0 0.5] 0.0015] 200000000.0]"),
        ("2im + 1.5 im", "[+ 2.0i 1.5i]"),
        ("1s + 2ms + 3us + 4µs + 5 μs", "[+ [+ [+ [+ 1.0s 0.002s] 3e-6s] 4e-6s] 5e-6s]"),
        ("1 ns + 3dt", "[+ 1e-9s 3e-9s]"),
        ("1e3ns", "1e-6s"),
        ("π + τ_1 + ℇ", "[+ [+ π τ_1] ℇ]"),
        ("\"01_1\"", "\"011\""),
        ("true || false", "[|| #true #false]"),
    ] {
        let program = format!("a = {source};");
        assert_eq!(the_tree(&program), format!("a = {expected};"), "{source}");
    }
}

#[test]
fn the_sample_has_no_errors() {
    assert_eq!(parse(SAMPLE).len(), 56);
    assert!(!the_tree(SAMPLE).is_empty());
}

#[track_caller]
fn errors(source: &str) -> Vec<AerError> {
    parse(source).into_iter().filter_map(Result::err).collect()
}

#[test]
fn errors_tell_their_place_and_what_to_do() {
    for (source, line, column, words) in [
        ("x q", 1, 4, "end of the program"),
        ("x q\ny q;", 1, 4, "`;`"),
        ("x q[0;", 1, 6, "`]`"),
        ("opaque g q;", 1, 1, "no opaque gates"),
        ("int i = 0;\ni++;", 2, 2, "`i += 1;`"),
        ("if (c = 1) x q;", 1, 7, "`==`"),
        ("if (a || (c = 1)) x q;", 1, 13, "`==`"),
        ("while (c = 1) { }", 1, 10, "`==`"),
        ("if (a) { } elif (b) { }", 1, 12, "`else if`"),
        ("else x q;", 1, 1, "`if`"),
        ("qubit q[2];", 1, 8, "`qubit[n] q`"),
        ("bit c[2];", 1, 6, "`bit[n] c`"),
        ("int a, b;", 1, 6, "declaration of its own"),
        ("int if;", 1, 5, "word of OpenQASM 3"),
        ("const n = 2;", 1, 7, "`const int n"),
        ("const int n;", 1, 12, "needs its value"),
        ("input float x = 1;", 1, 15, "no value"),
        ("for i in [0:3] x q;", 1, 5, "`for int i in"),
        ("for (int i in [0:3]) x q;", 1, 5, "for int i in"),
        ("for int i in [3] x q;", 1, 16, "[first:last]"),
        ("foor int i in [0:3] x q;", 1, 6, "`for`"),
        ("whlie (a) { }", 1, 11, "`while`"),
        ("switch (a) { case 1: x q; }", 1, 20, "braces"),
        ("switch (a) { default { } case 1 { } }", 1, 26, "`default`"),
        ("switch (a) { default { } default { } }", 1, 26, "two"),
        ("mesure q -> c, d;", 1, 14, "`;`"),
        ("a = 1 + measure q;", 1, 9, "bit b = measure q"),
        ("gate g qubit a { }", 1, 8, "no type"),
        ("def f(a) { }", 1, 7, "qubit a"),
        ("def f(array[int, 2] a) { }", 1, 7, "readonly"),
        ("complex[int] z;", 1, 9, "`float`"),
        ("h() ;", 1, 1, ""),
        ("ctrl @ x;", 1, 8, "no qubits"),
        ("inv(2) @ x q;", 1, 1, "no argument"),
        ("pow @ x q;", 1, 5, "the power"),
        ("delay q;", 1, 7, "delay[100ns] q;"),
        ("x q; OPENQASM 3.0;", 1, 6, "first statement"),
        ("OPENQASM 2.0;", 1, 10, "3.0 or 3.1"),
        ("# a comment\nx q;", 1, 1, "`//`"),
        ("a = \"012\";", 1, 5, "bit string"),
        ("a = 1__0;", 1, 5, "underscore"),
        ("a = 0b12;", 1, 5, "digits below 2"),
        ("a = 1e999;", 1, 5, "too large"),
        ("a = $99999999999;", 1, 5, "no such qubit"),
        ("x q; }", 1, 6, "No `{` is open"),
        ("{ x q;\n", 2, 1, "line 1 is not closed"),
        ("cal { {", 1, 5, "not closed"),
        ("@a b", 1, 5, "annotation"),
        ("/* a", 1, 1, "`*/`"),
        ("if (a);", 1, 7, "`{ }`"),
        ("x q; §", 1, 6, "character"),
        ("flaot x = 1;", 1, 9, "`float`"),
    ] {
        let found = errors(source);
        let Some(error) = found.first() else {
            assert_eq!(words, "", "{source} has no error");
            continue;
        };
        assert_eq!((error.place.line, error.place.column), (Some(line), Some(column)), "{source}: {error}");
        assert!(error.snippet.is_some(), "{source}");
        let text = format!("{error} {}", error.hint.clone().unwrap_or_default());
        assert!(text.contains(words), "{source}: {text}");
    }
}

#[test]
fn several_errors_and_what_is_sound_between_them() {
    let source = "x q\ny q[;\nz q;\nif (a = 1) { x q; } else { y q; }\ngate g a { h a\n t; a[; s a; }\n\
                  switch (a) { foo case 1 { x q } case 2: }\nend;";
    let shown: Vec<_> = parse(source)
        .into_iter()
        .map(|statement| match statement {
            Ok(statement) => statement_tree(&statement),
            Err(error) => format!("{}", error.place.line.unwrap()),
        })
        .collect();
    assert_eq!(shown, ["1", "2", "call z () _ on q;", "4", "5", "6", "7", "7", "7", "end;"]);
    assert_eq!(errors(&"x x x;\n".repeat(100)).len(), MAX_ERRORS);
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, middle: &str, close: &str, count: usize| {
        [&open.repeat(count), middle, &close.repeat(count)].concat()
    };
    for (open, middle, close) in [
        ("{", "", "}"),
        ("if (a) {", "", "}"),
        ("if (a) ", "x q;", ""),
        ("if (a) x q; else ", "x q;", ""),
        ("while (a) ", "x q;", ""),
        ("switch (a) { case 1 {", "", "}}"),
        ("box {", "", "}"),
        ("gate g a {", "", "}"),
    ] {
        assert_eq!(errors(&deep(open, middle, close, 40)).len(), 0, "{open}");
        let found = errors(&deep(open, middle, close, 100_000));
        assert!(!found.is_empty(), "{open}");
    }
    for (before, open, middle, close) in [
        ("a = ", "(", "1", ")"),
        ("a = ", "-", "1", ""),
        ("a = ", "1 + ", "1", ""),
        ("a = ", "1 ** ", "1", ""),
        ("a = ", "f(", "1", ")"),
        ("a = b", "[0]", "", ""),
        ("a = b", "[0", "", "]"),
        ("a = ", "int(", "1", ")"),
        ("a = ", "{", "", "}"),
        ("a = ", "durationof({ b = ", "1", "; })"),
        ("x q", "[0]", "", ""),
        ("q", "[0]", " = 1", ""),
    ] {
        let shallow = format!("{before}{};", deep(open, middle, close, 100));
        let legal = open != "durationof({ b = ";
        assert_eq!(errors(&shallow).is_empty(), legal, "{shallow}");
        let found = errors(&format!("{before}{};", deep(open, middle, close, 300_000)));
        assert!(!found.is_empty(), "{open}");
        if legal {
            assert!(found[0].message.contains("too deeply"), "{open}: {}", found[0]);
        }
    }
}

#[test]
fn a_text_that_ends_anywhere_never_panics() {
    for (end, _) in SAMPLE.char_indices() {
        parse(&SAMPLE[..end]);
        parse(&SAMPLE[end..]);
    }
}

#[test]
fn any_tokens_never_panic_and_come_to_an_end() {
    // A fixed linear congruence; nothing but the absence of panics is claimed.
    let mut state = 7_u64;
    let words: Vec<&str> = SAMPLE.split_inclusive([' ', '\n', ';', '(', '[', '{', '}']).collect();
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..30 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text += words[(state >> 33) as usize % words.len()];
        }
        assert!(parse(&text).len() <= text.len());
    }
}

#[test]
fn spans_cover_their_statement() {
    let source = " x q ;\n@a\nif (b) { c = 1 + d[2]; }";
    let statements: Vec<_> = parse(source).into_iter().map(Result::unwrap).collect();
    let text = |span: Span| span.text(source);
    assert_eq!(text(statements[0].span), "x q ;");
    assert_eq!(text(statements[1].span), "@a\nif (b) { c = 1 + d[2]; }");
    let StatementKind::If { then, .. } = &statements[1].kind else { panic!() };
    let StatementKind::Assign { value, .. } = &then[0].kind else { panic!() };
    assert_eq!(text(value.span), "1 + d[2]");
}
