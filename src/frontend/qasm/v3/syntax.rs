//! The tree of an OpenQASM 3 program. Names and literals stay in the source: a node has their spans, or the
//! text they stand for.

use crate::circuit::expression::{BinaryOp, UnaryOp};
use crate::frontend::qasm::lex::Span;

/// A name where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The name.
    pub text: &'a str,
    /// Where it stands.
    pub span: Span,
}

/// A statement with its annotations.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement<'a> {
    /// `@name text` lines before it, without the `@`.
    pub annotations: Vec<&'a str>,
    /// What it is.
    pub kind: StatementKind<'a>,
    /// From its first token to its last.
    pub span: Span,
}

/// Statements in braces, or a single one without.
pub type Block<'a> = Vec<Statement<'a>>;

/// What a statement is.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind<'a> {
    /// `OPENQASM 3.1;`
    Version(&'a str),
    /// `include "file";` the name without quotes.
    Include(Name<'a>),
    /// `pragma text` or `#pragma text`: the text up to the end of the line.
    Pragma(&'a str),
    /// `qubit[n] name;` or `qreg name[n];`
    Qubits {
        /// The name.
        name: Name<'a>,
        /// How many; a single qubit without a size is no register.
        size: Option<Expression<'a>>,
    },
    /// A classical declaration, also `creg name[n];`.
    Declaration {
        /// What stands before the type.
        qualifier: Qualifier,
        /// The type.
        ty: TypeSyntax<'a>,
        /// The name.
        name: Name<'a>,
        /// The value, if one is given.
        initial: Option<Expression<'a>>,
    },
    /// `let name = a ++ b;` the parts.
    Alias {
        /// The name.
        name: Name<'a>,
        /// What is joined.
        value: Vec<Expression<'a>>,
    },
    /// `gate name(p, …) q, … { … }`
    Gate {
        /// The name.
        name: Name<'a>,
        /// Names of the parameters.
        parameters: Vec<Name<'a>>,
        /// Names of the qubits.
        qubits: Vec<Name<'a>>,
        /// The body.
        body: Block<'a>,
    },
    /// `def name(type p, …) -> type { … }`
    Subroutine {
        /// The name.
        name: Name<'a>,
        /// The parameters.
        parameters: Vec<Parameter<'a>>,
        /// What it gives back.
        returns: Option<TypeSyntax<'a>>,
        /// The body.
        body: Block<'a>,
    },
    /// `extern name(…) …;`
    Extern(Name<'a>),
    /// `cal { … }`, `defcal … { … }` or `defcalgrammar …;`: which of them, and the name that is defined if any.
    Calibration(&'static str, Option<Name<'a>>),
    /// A gate with its modifiers; `gphase` and `U` are among them.
    GateCall(GateCall<'a>),
    /// `measure q;` without a target, or `measure q -> c;`.
    Measure {
        /// What is measured.
        qubits: Expression<'a>,
        /// Where to.
        target: Option<Expression<'a>>,
    },
    /// `target = value;` or `target op= value;`; the value may be a measurement.
    Assign {
        /// A name, indexed or not.
        target: Expression<'a>,
        /// The operator of `op=`.
        op: Option<BinaryOp>,
        /// The value.
        value: Expression<'a>,
    },
    /// `reset q;`
    Reset(Expression<'a>),
    /// `barrier q, …;`; on everything if none are given. `nop` too.
    Barrier(Vec<Expression<'a>>),
    /// `delay[duration] q, …;`
    Delay {
        /// How long.
        duration: Expression<'a>,
        /// On what; everything if none are given.
        qubits: Vec<Expression<'a>>,
    },
    /// `box[duration] { … }`
    Box {
        /// How long.
        duration: Option<Expression<'a>>,
        /// The body.
        body: Block<'a>,
    },
    /// `if (condition) … else …`
    If {
        /// The condition.
        condition: Expression<'a>,
        /// Where it holds.
        then: Block<'a>,
        /// Where it does not.
        otherwise: Block<'a>,
    },
    /// `for type name in values …`
    For {
        /// The type of the variable.
        ty: TypeSyntax<'a>,
        /// The variable.
        name: Name<'a>,
        /// A range `[a:s:b]`, a set `{a, b}`, or an array or bit register.
        values: Expression<'a>,
        /// The body.
        body: Block<'a>,
    },
    /// `while (condition) …`
    While {
        /// The condition.
        condition: Expression<'a>,
        /// The body.
        body: Block<'a>,
    },
    /// `switch (target) { case a, b { … } default { … } }`
    Switch {
        /// What is looked at.
        target: Expression<'a>,
        /// Values and their block.
        cases: Vec<(Vec<Expression<'a>>, Block<'a>)>,
        /// The block of `default`.
        default: Option<Block<'a>>,
    },
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `end;`
    End,
    /// `return value;`
    Return(Option<Expression<'a>>),
    /// An expression on its own: a call of a subroutine.
    Expression(Expression<'a>),
    /// `{ … }` on its own.
    Scope(Block<'a>),
}

/// What stands before the type of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// Nothing.
    None,
    /// `const`
    Const,
    /// `input`
    Input,
    /// `output`
    Output,
}

/// A parameter of a subroutine.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter<'a> {
    /// Its type.
    pub ty: ParameterType<'a>,
    /// Its name.
    pub name: Name<'a>,
}

/// The type of a subroutine's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterType<'a> {
    /// `qubit` or `qubit[n]`, also `qreg name[n]`.
    Qubits(Option<Expression<'a>>),
    /// A classical value, copied.
    Classical(TypeSyntax<'a>),
    /// `readonly array[…]` or `mutable array[…]`, by reference.
    Array {
        /// Whether the subroutine may change it.
        mutable: bool,
        /// The type of the elements.
        element: Box<TypeSyntax<'a>>,
        /// The sizes, or with `#dim = n` how many there are.
        sizes: ArraySizes<'a>,
    },
}

/// The shape of an array parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ArraySizes<'a> {
    /// Each size.
    Each(Vec<Expression<'a>>),
    /// `#dim = n`
    Dimensions(Expression<'a>),
}

/// A classical type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeSyntax<'a> {
    /// What it is.
    pub kind: TypeKind<'a>,
    /// Where it stands.
    pub span: Span,
}

/// What a type is; a size that is not written is `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind<'a> {
    /// `bool`
    Bool,
    /// `bit[n]`
    Bit(Option<Expression<'a>>),
    /// `int[n]`
    Int(Option<Expression<'a>>),
    /// `uint[n]`
    Uint(Option<Expression<'a>>),
    /// `float[n]`
    Float(Option<Expression<'a>>),
    /// `angle[n]`
    Angle(Option<Expression<'a>>),
    /// `complex[float[n]]`
    Complex(Option<Box<TypeSyntax<'a>>>),
    /// `duration`
    Duration,
    /// `stretch`
    Stretch,
    /// `array[type, n, m]`
    Array(Box<TypeSyntax<'a>>, Vec<Expression<'a>>),
}

/// A gate call.
#[derive(Clone, Debug, PartialEq)]
pub struct GateCall<'a> {
    /// Modifiers in the order they are written.
    pub modifiers: Vec<Modifier<'a>>,
    /// The gate; `gphase` has no operands of its own.
    pub name: Name<'a>,
    /// The parameters.
    pub arguments: Vec<Expression<'a>>,
    /// `[duration]`, which has no effect.
    pub duration: Option<Expression<'a>>,
    /// The qubits.
    pub qubits: Vec<Expression<'a>>,
}

/// A gate modifier.
#[derive(Clone, Debug, PartialEq)]
pub enum Modifier<'a> {
    /// `inv @`
    Inverse(Span),
    /// `pow(k) @`
    Power(Expression<'a>),
    /// `ctrl(n) @`
    Control(Option<Expression<'a>>, Span),
    /// `negctrl(n) @`
    NegativeControl(Option<Expression<'a>>, Span),
}

/// An expression where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression<'a> {
    /// What it is.
    pub kind: ExpressionKind<'a>,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind<'a> {
    /// A name, also `pi`, `π`, `tau`, `τ`, `euler`, `ℇ`.
    Name(&'a str),
    /// `$3`
    HardwareQubit(u32),
    /// A whole number; a larger one than 64 bits hold is a real number.
    Integer(u64),
    /// A real number.
    Real(f64),
    /// The imaginary part of an imaginary number.
    Imaginary(f64),
    /// `true` or `false`
    Boolean(bool),
    /// `"0110"` with the digits, underscores taken out.
    BitString(String),
    /// A duration in seconds; `dt` counts as 1 ns.
    Duration(f64),
    /// `(a)`
    Parenthesis(Box<Expression<'a>>),
    /// An operator on one operand.
    Unary(UnaryOp, Box<Expression<'a>>),
    /// An operator on two operands.
    Binary(BinaryOp, Box<(Expression<'a>, Expression<'a>)>),
    /// `type(value)`
    Cast(Box<TypeSyntax<'a>>, Box<Expression<'a>>),
    /// `name(…)`: a built-in function or a subroutine. `sizeof` too.
    Call(Name<'a>, Vec<Expression<'a>>),
    /// `durationof({ … })`
    DurationOf(Block<'a>),
    /// `value[i]`, `value[i, j]`, `value[a:b]`, `value[{a, b}]`: one entry per dimension.
    Index(Box<Expression<'a>>, Vec<Expression<'a>>),
    /// `name[3]` where a qubit is named: an `Index` in short, as programs consist of little else.
    Element {
        /// The name.
        name: &'a str,
        /// The index.
        index: u32,
        /// Where the index starts; it ends before the bracket that ends the expression.
        index_start: u32,
    },
    /// `start:step:stop`, each of which may be missing; only within an index or a `for`.
    Range(Box<[Option<Expression<'a>>; 3]>),
    /// `{a, b}`: a set of indices, or the values of an array.
    Set(Vec<Expression<'a>>),
    /// `a ++ b`, only where a `let` or an array takes it.
    Concatenation(Vec<Expression<'a>>),
    /// `measure q`, only as the value of an assignment or a declaration, or what `return` gives.
    Measure(Box<Expression<'a>>),
}

impl Expression<'_> {
    /// The same with an `Index` in the place of an `Element`.
    #[must_use]
    pub fn spelled_out(self) -> Self {
        let ExpressionKind::Element { name, index, index_start } = self.kind else { return self };
        let Span { start, end } = self.span;
        let base =
            Self { kind: ExpressionKind::Name(name), span: Span { start, end: start + name.len() as u32 } };
        let index = Self {
            kind: ExpressionKind::Integer(index.into()),
            span: Span { start: index_start, end: end - 1 },
        };
        Self { kind: ExpressionKind::Index(Box::new(base), vec![index]), span: self.span }
    }
}
