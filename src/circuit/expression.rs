//! Classical expressions: what conditions, assignments and computed gate parameters are made of.
//!
//! An [`Expr`] is a typed tree. Its leaves are constants, [`Slot`]s (a range of register bits read as a type)
//! and named parameters that a user binds later. The constructors check types, insert the conversions of
//! OpenQASM 3 (C99's ranks: `bool` < `uint`/`int` < `float` < `complex`, with `angle` apart) and fold whatever
//! is constant, so an expression without slots and parameters is always a single [`Value`]. Evaluation is the
//! same code at compile time and at run time. It can fail: division by zero, an index out of range, a number
//! that is not finite, a parameter that nobody bound.
//!
//! Integers wrap around in their width; `/` on integers cuts towards zero; an `angle` of `w` bits counts
//! multiples of `2π/2^w` and wraps around. `bit[n]` is `uint[n]` of any width; arithmetic needs at most 64 bits.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::classical::Bits;
use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

mod check;
mod evaluate;
mod types;

#[cfg(test)]
mod tests;

/// Widest number that arithmetic works on, in bits.
pub const MAX_WIDTH: u32 = 64;

/// Deepest nesting of an expression.
pub const MAX_DEPTH: u32 = 256;

/// Most operators and operands of an expression: a parameter that is passed on as `t + t` doubles each time.
pub const MAX_NODES: u32 = 1 << 14;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A truth value or a single bit.
    Bool,
    /// An unsigned integer, or a bit string, of this many bits.
    Uint(u32),
    /// A signed integer in two's complement of this many bits, at most 64.
    Int(u32),
    /// A fraction of a turn in this many bits, at most 64.
    Angle(u32),
    /// A real number in double precision, or rounded to single where the width is 32.
    Float(u32),
    /// A complex number in double precision.
    Complex,
}

/// A value; its type stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of [`Type::Bool`].
    Bool(bool),
    /// Of [`Type::Uint`] and, as a multiple of the smallest angle, of [`Type::Angle`].
    Uint(Bits),
    /// Of [`Type::Int`].
    Int(i64),
    /// Of [`Type::Float`].
    Float(f64),
    /// Of [`Type::Complex`]: real and imaginary part.
    Complex(f64, f64),
}

/// A place in the register that holds a value: a variable, a part of one, or an element of an array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// The first register bit, of element 0 if there is an index.
    pub first: u32,
    /// What the bits mean; the type gives their number.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Which of several elements in a row, where that is known only at run time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub index: Option<Box<SlotIndex>>,
}

/// An index that is known only at run time. Element `i` starts at bit `first + i * stride`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotIndex {
    /// Which element: an integer; negative ones count from the end.
    pub element: Expr,
    /// How many elements there are.
    pub count: u32,
    /// Bits from one element to the next.
    pub stride: u32,
}

/// A typed expression. Make it with the constructors: they check types and fold constants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Flat")]
pub struct Expr {
    /// The type of its value.
    #[serde(rename = "type")]
    pub ty: Type,
    /// What it is.
    #[serde(flatten)]
    pub kind: ExprKind,
}

/// Every field that an [`Expr`] may have: read as one object, which takes far less code than serde needs to look
/// for the kind among other fields.
#[derive(Deserialize)]
struct Flat {
    #[serde(rename = "type")]
    ty: Type,
    constant: Option<Value>,
    read: Option<Slot>,
    parameter: Option<Box<str>>,
    unary: Option<(UnaryOp, Box<Expr>)>,
    binary: Option<(BinaryOp, Box<(Expr, Expr)>)>,
    call: Option<(Function, Vec<Expr>)>,
    cast: Option<Box<Expr>>,
}

impl TryFrom<Flat> for Expr {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let Flat { ty, constant, read, parameter, unary, binary, call, cast } = flat;
        let mut kinds = [
            constant.map(ExprKind::Constant),
            read.map(ExprKind::Read),
            parameter.map(ExprKind::Parameter),
            unary.map(|(op, operand)| ExprKind::Unary(op, operand)),
            binary.map(|(op, operands)| ExprKind::Binary(op, operands)),
            call.map(|(function, arguments)| ExprKind::Call(function, arguments)),
            cast.map(ExprKind::Cast),
        ]
        .into_iter()
        .flatten();
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) => Ok(Self { ty, kind }),
            _ => Err("an expression has one of constant, read, parameter, unary, binary, call and cast"),
        }
    }
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExprKind {
    /// A constant.
    Constant(Value),
    /// The value in a place of the register.
    Read(Slot),
    /// A parameter that is bound before the run, by name; of type `float[64]`.
    Parameter(Box<str>),
    /// An operator on one operand.
    Unary(UnaryOp, Box<Expr>),
    /// An operator on two operands, which have been brought to the types it needs.
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// A function.
    Call(Function, Vec<Expr>),
    /// The operand converted to this expression's type.
    Cast(Box<Expr>),
}

/// An operator on one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// Sign change.
    #[serde(rename = "-")]
    Negate,
    /// Every bit inverted.
    #[serde(rename = "~")]
    BitNot,
    /// Logical not.
    #[serde(rename = "!")]
    Not,
}

macro_rules! binary_ops {
    ($($variant:ident $symbol:literal $precedence:literal;)*) => {
        /// An operator on two operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum BinaryOp { $(#[doc = concat!("`", $symbol, "`")] #[serde(rename = $symbol)] $variant,)* }

        impl BinaryOp {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As OpenQASM 3 writes it.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol),* }
            }

            /// How strongly it binds in OpenQASM 3: a higher number binds more strongly. `**` associates to the
            /// right, all others to the left.
            pub const fn precedence(self) -> u8 {
                match self { $(Self::$variant => $precedence),* }
            }
        }
    };
}

binary_ops! {
    Or "||" 1;
    And "&&" 2;
    BitOr "|" 3;
    BitXor "^" 4;
    BitAnd "&" 5;
    Equal "==" 6;
    NotEqual "!=" 6;
    Less "<" 7;
    LessEqual "<=" 7;
    Greater ">" 7;
    GreaterEqual ">=" 7;
    ShiftLeft "<<" 8;
    ShiftRight ">>" 8;
    Add "+" 9;
    Subtract "-" 9;
    Multiply "*" 10;
    Divide "/" 10;
    Remainder "%" 10;
    Power "**" 12;
}

macro_rules! functions {
    ($($variant:ident $name:literal $arity:literal;)*) => {
        /// A function of OpenQASM 3, or of Qiskit's parameter expressions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Function { $(#[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $variant,)* }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As OpenQASM 3 writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How many arguments it takes.
            pub const fn arity(self) -> usize {
                match self { $(Self::$variant => $arity),* }
            }

            /// The function of this name.
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

functions! {
    Abs "abs" 1;
    Arccos "arccos" 1;
    Arcsin "arcsin" 1;
    Arctan "arctan" 1;
    Ceiling "ceiling" 1;
    Cos "cos" 1;
    Exp "exp" 1;
    Floor "floor" 1;
    Imag "imag" 1;
    Log "log" 1;
    Mod "mod" 2;
    Popcount "popcount" 1;
    Pow "pow" 2;
    Real "real" 1;
    Rotl "rotl" 2;
    Rotr "rotr" 2;
    Sign "sign" 1;
    Sin "sin" 1;
    Sqrt "sqrt" 1;
    Tan "tan" 1;
}

impl Type {
    /// The type of real numbers where nothing else is said.
    pub const FLOAT: Self = Self::Float(64);
    /// The type of whole numbers where nothing else is said.
    pub const INT: Self = Self::Int(64);

    /// Bits that a value takes in the register.
    pub const fn width(self) -> u32 {
        match self {
            Self::Bool => 1,
            Self::Uint(width) | Self::Int(width) | Self::Angle(width) | Self::Float(width) => width,
            Self::Complex => 128,
        }
    }

    /// Checks that the type can exist: its width.
    pub fn check(self) -> Result<(), AerError> {
        types::check_type(self)
    }

    /// Whether it is `bool`, `uint` or `int`.
    pub const fn is_integer(self) -> bool {
        matches!(self, Self::Bool | Self::Uint(_) | Self::Int(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Uint(width) => write!(f, "uint[{width}]"),
            Self::Int(width) => write!(f, "int[{width}]"),
            Self::Angle(width) => write!(f, "angle[{width}]"),
            Self::Float(width) => write!(f, "float[{width}]"),
            Self::Complex => f.write_str("complex[float[64]]"),
        }
    }
}

impl Slot {
    /// A place that is known.
    pub const fn new(first: u32, ty: Type) -> Self {
        Self { first, ty, index: None }
    }

    /// One more than the highest register bit that it may be, or that its index reads; saturates.
    pub fn end(&self) -> u32 {
        self.range_end().max(self.index.as_ref().map_or(0, |index| index.element.end()))
    }

    /// One more than the highest register bit that it may be; saturates.
    pub fn range_end(&self) -> u32 {
        let last = self.index.as_ref().map_or(0, |i| i.count.saturating_sub(1).saturating_mul(i.stride));
        self.first.saturating_add(last).saturating_add(self.ty.width())
    }
}

impl Expr {
    /// A constant of a type; the value is brought into the type's range.
    pub fn constant(value: Value, ty: Type) -> Self {
        Self { ty, kind: ExprKind::Constant(value) }
    }

    /// A truth value.
    pub fn bool(value: bool) -> Self {
        Self::constant(Value::Bool(value), Type::Bool)
    }

    /// A whole number of 64 bits.
    pub fn int(value: i64) -> Self {
        Self::constant(Value::Int(value), Type::INT)
    }

    /// An unsigned number, or a bit string, of `width` bits.
    pub fn uint(value: Bits, width: u32) -> Self {
        Self::constant(Value::Uint(value.slice(0, width)), Type::Uint(width))
    }

    /// A real number.
    pub fn float(value: f64) -> Self {
        Self::constant(Value::Float(value), Type::FLOAT)
    }

    /// The value in a place of the register.
    pub fn read(slot: Slot) -> Self {
        Self { ty: slot.ty, kind: ExprKind::Read(slot) }
    }

    /// One register bit.
    pub fn bit(index: u32) -> Self {
        Self::read(Slot::new(index, Type::Bool))
    }

    /// A named parameter.
    pub fn parameter(name: &str) -> Self {
        Self { ty: Type::FLOAT, kind: ExprKind::Parameter(name.into()) }
    }

    /// An operator on one operand.
    pub fn unary(op: UnaryOp, operand: Self) -> Result<Self, AerError> {
        let (ty, operand) = types::unary(op, operand)?;
        Self { ty, kind: ExprKind::Unary(op, Box::new(operand)) }.folded()
    }

    /// An operator on two operands of any types that fit it.
    pub fn binary(op: BinaryOp, left: Self, right: Self) -> Result<Self, AerError> {
        let (ty, left, right) = types::binary(op, left, right)?;
        Self { ty, kind: ExprKind::Binary(op, Box::new((left, right))) }.folded()
    }

    /// A function.
    pub fn call(function: Function, arguments: Vec<Self>) -> Result<Self, AerError> {
        let (ty, arguments) = types::call(function, arguments)?;
        Self { ty, kind: ExprKind::Call(function, arguments) }.folded()
    }

    /// The expression converted to a type, as an assignment converts it.
    pub fn cast(self, ty: Type) -> Result<Self, AerError> {
        if self.ty == ty {
            return Ok(self);
        }
        types::check_cast(self.ty, ty)?;
        Self { ty, kind: ExprKind::Cast(Box::new(self)) }.folded()
    }

    /// As the condition of an `if`: anything but 0 is true.
    pub fn condition(self) -> Result<Self, AerError> {
        self.cast(Type::Bool)
    }

    /// The value, where it is constant.
    pub fn value(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The value as a real number, where it is constant and one: an angle in radians.
    pub fn as_f64(&self) -> Option<f64> {
        evaluate::to_f64(self.value()?, self.ty)
    }

    /// The value as a whole number, where it is constant and of an integer type (or a bit string) that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match (self.value()?, self.ty) {
            (Value::Bool(value), _) => Some(i64::from(*value)),
            (Value::Int(value), _) => Some(*value),
            (Value::Uint(bits), Type::Uint(_)) if bits.highest().is_none_or(|top| top < 63) => {
                Some(bits.low_u64().cast_signed())
            }
            _ => None,
        }
    }

    /// The value as a truth value, where it is constant and one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value()? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Computes the value, reading the register.
    pub fn evaluate(&self, register: &Bits) -> Result<Value, AerError> {
        evaluate::evaluate(self, register)
    }

    /// Computes the value as a real number; an angle in radians.
    pub fn evaluate_f64(&self, register: &Bits) -> Result<f64, AerError> {
        let value = self.evaluate(register)?;
        let number = evaluate::to_f64(&value, self.ty).filter(|number| number.is_finite());
        number.ok_or_else(|| {
            AerError::new(ErrorCode::InvalidParameter, "The value is not a finite real number.")
                .found(format!("{value}"))
        })
    }

    /// Computes the value as a truth value.
    pub fn evaluate_bool(&self, register: &Bits) -> Result<bool, AerError> {
        Ok(match self.evaluate(register)? {
            Value::Bool(value) => value,
            Value::Uint(bits) => bits.any(),
            Value::Int(value) => value != 0,
            Value::Float(value) => value != 0.0,
            Value::Complex(re, im) => re != 0.0 || im != 0.0,
        })
    }

    /// The expression with parameters replaced, where `value` has an expression for them.
    pub fn substitute(&self, value: &dyn Fn(&str) -> Option<Self>) -> Result<Self, AerError> {
        let again = |expression: &Self| expression.substitute(value);
        match &self.kind {
            ExprKind::Constant(_) => Ok(self.clone()),
            ExprKind::Parameter(name) => Ok(value(name).unwrap_or_else(|| self.clone())),
            ExprKind::Read(slot) => Ok(Self::read(slot.substitute(value)?)),
            ExprKind::Unary(op, operand) => Self::unary(*op, again(operand)?),
            ExprKind::Binary(op, operands) => Self::binary(*op, again(&operands.0)?, again(&operands.1)?),
            ExprKind::Call(function, arguments) => {
                Self::call(*function, arguments.iter().map(again).collect::<Result<_, _>>()?)
            }
            ExprKind::Cast(operand) => again(operand)?.cast(self.ty),
        }
    }

    /// The expression as the constructors make it, with all its types checked and its places within a register
    /// of so many bits: for one that comes from a text.
    pub fn rebuilt(&self, num_register_bits: u32) -> Result<Self, AerError> {
        check::rebuild(self, num_register_bits, 0)
    }

    /// Calls `visit` for this expression and every one inside it.
    pub fn visit(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::Parameter(_) => {}
            ExprKind::Read(slot) => {
                if let Some(index) = &slot.index {
                    index.element.visit(visit);
                }
            }
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => operand.visit(visit),
            ExprKind::Binary(_, operands) => {
                operands.0.visit(visit);
                operands.1.visit(visit);
            }
            ExprKind::Call(_, arguments) => arguments.iter().for_each(|argument| argument.visit(visit)),
        }
    }

    /// One more than the highest register bit that it may read; 0 if it reads none.
    pub fn end(&self) -> u32 {
        let mut end = 0;
        self.visit(&mut |expression| {
            if let ExprKind::Read(slot) = &expression.kind {
                end = end.max(slot.end());
            }
        });
        end
    }

    /// The names of its parameters, in order of appearance, each once.
    pub fn parameters(&self) -> Vec<&str> {
        // A tree of borrows cannot be collected through `visit`.
        fn collect<'a>(expression: &'a Expr, names: &mut Vec<&'a str>) {
            match &expression.kind {
                ExprKind::Constant(_) => {}
                ExprKind::Parameter(name) if names.contains(&&**name) => {}
                ExprKind::Parameter(name) => names.push(name),
                ExprKind::Read(slot) => {
                    if let Some(index) = &slot.index {
                        collect(&index.element, names);
                    }
                }
                ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => collect(operand, names),
                ExprKind::Binary(_, operands) => {
                    collect(&operands.0, names);
                    collect(&operands.1, names);
                }
                ExprKind::Call(_, arguments) => arguments.iter().for_each(|a| collect(a, names)),
            }
        }
        let mut names = Vec::new();
        collect(self, &mut names);
        names
    }

    /// Computes at once what is constant.
    fn folded(self) -> Result<Self, AerError> {
        let constant = match &self.kind {
            ExprKind::Constant(_) => return Ok(self),
            ExprKind::Read(_) | ExprKind::Parameter(_) => false,
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => operand.value().is_some(),
            ExprKind::Binary(_, operands) => operands.0.value().is_some() && operands.1.value().is_some(),
            ExprKind::Call(_, arguments) => arguments.iter().all(|argument| argument.value().is_some()),
        };
        if constant {
            let value = self.evaluate(&Bits::default())?;
            return Ok(Self::constant(value, self.ty));
        }
        let (depth, nodes) = self.extent();
        if depth > MAX_DEPTH {
            return Err(types::too_deep());
        }
        if nodes > MAX_NODES {
            return Err(types::too_large(nodes));
        }
        Ok(self)
    }

    /// Depth and number of nodes.
    fn extent(&self) -> (u32, u32) {
        let add = |(depth, nodes): (u32, u32), part: &Self| {
            let (below, more) = part.extent();
            (depth.max(1 + below), nodes + more)
        };
        let leaf = (1, 1);
        match &self.kind {
            ExprKind::Constant(_) | ExprKind::Parameter(_) => leaf,
            ExprKind::Read(slot) => slot.index.as_ref().map_or(leaf, |index| add(leaf, &index.element)),
            ExprKind::Unary(_, operand) | ExprKind::Cast(operand) => add(leaf, operand),
            ExprKind::Binary(_, operands) => add(add(leaf, &operands.0), &operands.1),
            ExprKind::Call(_, arguments) => arguments.iter().fold(leaf, add),
        }
    }
}

impl Slot {
    fn substitute(&self, value: &dyn Fn(&str) -> Option<Expr>) -> Result<Self, AerError> {
        let index = match &self.index {
            None => None,
            Some(index) => {
                Some(Box::new(SlotIndex { element: index.element.substitute(value)?, ..(**index).clone() }))
            }
        };
        Ok(Self { index, ..self.clone() })
    }

    /// The place with its index as the constructors make it; see [`Expr::rebuilt`].
    pub fn rebuilt(&self, num_register_bits: u32) -> Result<Self, AerError> {
        check::rebuild_slot(self, num_register_bits, 0)
    }

    /// The first register bit, once the index is known.
    pub fn locate(&self, register: &Bits) -> Result<u32, AerError> {
        evaluate::locate(self, register)
    }
}

impl Value {
    /// The bits of the value of this type, as they stand in the register.
    pub fn to_bits(&self, ty: Type) -> Bits {
        evaluate::to_bits(self, ty)
    }

    /// A value of this type from its bits.
    pub fn from_bits(bits: &Bits, ty: Type) -> Self {
        evaluate::from_bits(bits, ty)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Uint(bits) if bits.highest().is_none_or(|top| top < 64) => {
                write!(f, "{}", bits.low_u64())
            }
            Self::Uint(bits) => write!(f, "{bits}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Complex(re, im) => write!(f, "{}", Complex::new(*re, *im)),
        }
    }
}
