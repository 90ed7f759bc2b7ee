//! Expressions as JavaScript builds them: a list of tokens in postfix order, which needs no nesting in JSON and
//! grows by concatenation. A token is a number or truth value, a leaf (see [`leaf`]) or `{op}`; an integer is a
//! `uint` as wide as it has to be, as in Qiskit.

use std::fmt::Write;

use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::convert::to_js;
use super::js_error::throw;
use crate::circuit::expression::{BinaryOp, ExprKind, Function, SlotIndex, UnaryOp};
use crate::circuit::{Bits, Expr, Slot, Type, Variable};
use crate::error::{AerError, ErrorCode};

/// What an expression is: `{type, text, parameters, value, tokens}`; the text and the tokens are those of an
/// expression of parameters. Throws where types do not fit or a constant has no value.
pub fn describe(tokens: String) -> Result<JsValue, JsValue> {
    let tokens: Vec<Value> = read_json(&tokens).map_err(throw)?;
    let expr = evaluate(&tokens, &[]).map_err(throw)?;
    Ok(to_js(&describe_expr(&expr)))
}

/// See [`describe`].
pub fn describe_expr(expr: &Expr) -> Value {
    let (mut text, mut tokens) = (String::new(), Vec::new());
    write_text(expr, 0, &mut text);
    write_tokens(expr, &mut tokens);
    json!({
        "type": expr.ty,
        "text": text,
        "parameters": expr.parameters(),
        "value": expr.as_f64(),
        "tokens": tokens,
    })
}

/// Reads JSON that our own JavaScript wrote.
pub fn read_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, AerError> {
    serde_json::from_str(text)
        .map_err(|error| AerError::new(ErrorCode::InvalidArgument, format!("This cannot be used: {error}.")))
}

/// The expression of tokens; `variables` are those of the circuit.
pub fn evaluate(tokens: &[Value], variables: &[Variable]) -> Result<Expr, AerError> {
    let mut stack: Vec<Expr> = Vec::new();
    for token in tokens {
        let next = match (token.get("op").and_then(Value::as_str), token.get("cast")) {
            (Some(op), _) => {
                let right = stack.pop().ok_or_else(|| malformed(token))?;
                apply(op, right, &mut stack)?
            }
            (None, Some(ty)) => {
                let operand = stack.pop().ok_or_else(|| malformed(token))?;
                operand.cast(read_type(ty)?)?
            }
            (None, None) => leaf(token, variables)?,
        };
        stack.push(next);
    }
    match (stack.pop(), stack.is_empty()) {
        (Some(expr), true) => Ok(expr),
        _ => Err(malformed(&Value::Null)),
    }
}

/// The expression of tokens as JSON text.
pub fn from_text(tokens: &str, variables: &[Variable]) -> Result<Expr, AerError> {
    evaluate(&read_json::<Vec<Value>>(tokens)?, variables)
}

/// `"bool"`, `{uint: n}`, `{float: 64}`.
pub fn read_type(ty: &Value) -> Result<Type, AerError> {
    let ty: Type = serde_json::from_value(ty.clone()).map_err(|_| malformed(ty))?;
    ty.check()?;
    Ok(ty)
}

fn malformed(token: &Value) -> AerError {
    AerError::new(ErrorCode::InvalidArgument, "This is not an expression.").found(token.to_string())
}

/// A number, a truth value, `{float}`, `{hex}`, `{bit}`, `{register: [first, size]}`, `{var: name}`,
/// `{parameter: name}`, or `{typed}`: some value of a type.
fn leaf(token: &Value, variables: &[Variable]) -> Result<Expr, AerError> {
    let wrong = || malformed(token);
    let index = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok()).ok_or_else(wrong);
    let object = match token {
        Value::Bool(value) => return Ok(Expr::bool(*value)),
        Value::Number(number) => {
            let uint = number.as_u64().map(|n| uint(Bits::from_u64(n)));
            return uint.or_else(|| number.as_f64().map(Expr::float)).ok_or_else(wrong);
        }
        Value::Object(object) => object,
        _ => return Err(wrong()),
    };
    let Some((key, value)) = object.iter().next() else { return Err(wrong()) };
    Ok(match (key.as_str(), value) {
        ("float", value) => Expr::float(value.as_f64().ok_or_else(wrong)?),
        ("hex", Value::String(text)) => uint(Bits::from_hex(text).ok_or_else(wrong)?),
        ("bit", bit) => Expr::bit(index(bit)?),
        ("register", Value::Array(pair)) => match pair.as_slice() {
            [first, size] => Expr::read(Slot::new(index(first)?, Type::Uint(index(size)?))),
            _ => return Err(wrong()),
        },
        ("parameter", Value::String(name)) => Expr::parameter(name),
        ("typed", ty) => Expr::read(Slot::new(0, read_type(ty)?)),
        ("var", Value::String(name)) => match variables.iter().find(|variable| variable.name == *name) {
            Some(variable) => Expr::read(variable.slot.clone()),
            None => {
                return Err(AerError::new(
                    ErrorCode::InvalidArgument,
                    format!("The circuit has no variable \"{name}\"."),
                )
                .hint("Add it with add_var."));
            }
        },
        _ => return Err(wrong()),
    })
}

fn uint(bits: Bits) -> Expr {
    let width = bits.highest().map_or(1, |top| top + 1);
    Expr::uint(bits, width)
}

/// An operator on `right` and, where it takes two operands, what lies below it on the stack.
fn apply(op: &str, right: Expr, stack: &mut Vec<Expr>) -> Result<Expr, AerError> {
    use BinaryOp as B;
    let unary = match op {
        "bit_not" => Some(UnaryOp::BitNot),
        "logic_not" => Some(UnaryOp::Not),
        "neg" => Some(UnaryOp::Negate),
        _ => None,
    };
    if let Some(unary) = unary {
        return Expr::unary(unary, right);
    }
    if let Some(function) = Function::by_name(op).filter(|function| function.arity() == 1) {
        return Expr::call(function, vec![right]);
    }
    let left = stack.pop().ok_or_else(|| malformed(&op.into()))?;
    let binary = match op {
        "index" => return index(left, right),
        "bit_and" => B::BitAnd,
        "bit_or" => B::BitOr,
        "bit_xor" => B::BitXor,
        "logic_and" => B::And,
        "logic_or" => B::Or,
        "equal" => B::Equal,
        "not_equal" => B::NotEqual,
        "less" => B::Less,
        "less_equal" => B::LessEqual,
        "greater" => B::Greater,
        "greater_equal" => B::GreaterEqual,
        "shift_left" => B::ShiftLeft,
        "shift_right" => B::ShiftRight,
        "add" => B::Add,
        "sub" => B::Subtract,
        "mul" => B::Multiply,
        "div" => B::Divide,
        "pow" => B::Power,
        _ => return Err(malformed(&op.into())),
    };
    Expr::binary(binary, left, right)
}

/// One bit of an unsigned number.
fn index(target: Expr, which: Expr) -> Result<Expr, AerError> {
    let Type::Uint(width) = target.ty else {
        return Err(AerError::new(ErrorCode::SemanticError, "Only an unsigned number has bits to index.")
            .found(target.ty.to_string())
            .expected("uint"));
    };
    if let Some(bit) = which.as_i64()
        && !(0..i64::from(width)).contains(&bit)
    {
        return Err(AerError::new(ErrorCode::ClbitOutOfRange, "The index is out of range.")
            .found(bit.to_string())
            .expected(format!("0 to {}", width.saturating_sub(1))));
    }
    match (&target.kind, which.as_i64()) {
        (ExprKind::Read(slot), Some(bit)) if slot.index.is_none() => {
            Ok(Expr::bit(slot.first.saturating_add(bit as u32)))
        }
        (ExprKind::Read(slot), None) if slot.index.is_none() => {
            let index = SlotIndex { element: which, count: width, stride: 1 };
            Ok(Expr::read(Slot { index: Some(Box::new(index)), ..Slot::new(slot.first, Type::Bool) }))
        }
        _ => {
            let shifted = Expr::binary(BinaryOp::ShiftRight, target, which)?;
            Expr::binary(BinaryOp::BitAnd, shifted, Expr::uint(Bits::from_u64(1), 1))?.cast(Type::Bool)
        }
    }
}

/// The tokens that give an expression of parameters again.
fn write_tokens(expr: &Expr, tokens: &mut Vec<Value>) {
    match &expr.kind {
        ExprKind::Constant(_) => tokens.push(json!({"float": expr.as_f64()})),
        ExprKind::Parameter(name) => tokens.push(json!({"parameter": name})),
        ExprKind::Read(_) => tokens.push(json!({"typed": expr.ty})),
        ExprKind::Cast(operand) => {
            write_tokens(operand, tokens);
            tokens.push(json!({"cast": expr.ty}));
        }
        ExprKind::Unary(op, operand) => {
            write_tokens(operand, tokens);
            let op = match op {
                UnaryOp::Negate => "neg",
                UnaryOp::BitNot => "bit_not",
                UnaryOp::Not => "logic_not",
            };
            tokens.push(json!({"op": op}));
        }
        ExprKind::Call(function, arguments) => {
            for argument in arguments {
                write_tokens(argument, tokens);
            }
            tokens.push(json!({"op": function.name()}));
        }
        ExprKind::Binary(op, operands) => {
            write_tokens(&operands.0, tokens);
            write_tokens(&operands.1, tokens);
            let op = match op {
                BinaryOp::Add => "add",
                BinaryOp::Subtract => "sub",
                BinaryOp::Multiply => "mul",
                BinaryOp::Divide => "div",
                BinaryOp::Power => "pow",
                other => other.symbol(),
            };
            tokens.push(json!({"op": op}));
        }
    }
}

/// The formula, with as few parentheses as precedence allows; writing to a String cannot fail.
fn write_text(expr: &Expr, outer: u8, text: &mut String) {
    const UNARY: u8 = 11;
    let precedence = match &expr.kind {
        ExprKind::Binary(op, _) => op.precedence(),
        ExprKind::Unary(..) => UNARY,
        ExprKind::Constant(_) if expr.as_f64().is_some_and(|x| x < 0.0) => UNARY,
        _ => u8::MAX,
    };
    let parentheses = precedence < outer;
    if parentheses {
        text.push('(');
    }
    match &expr.kind {
        ExprKind::Constant(value) => {
            let _ = write!(text, "{value}");
        }
        ExprKind::Parameter(name) => text.push_str(name),
        ExprKind::Read(slot) => {
            let _ = write!(text, "c[{}:{}]", slot.first, slot.end());
        }
        ExprKind::Cast(operand) => write_text(operand, outer, text),
        ExprKind::Unary(op, operand) => {
            text.push_str(op.symbol());
            write_text(operand, UNARY, text);
        }
        ExprKind::Call(function, arguments) => {
            text.push_str(function.name());
            for (i, argument) in arguments.iter().enumerate() {
                text.push_str(if i == 0 { "(" } else { ", " });
                write_text(argument, 0, text);
            }
            text.push(')');
        }
        ExprKind::Binary(op, operands) => {
            let right_associative = u8::from(*op == BinaryOp::Power);
            write_text(&operands.0, precedence + right_associative, text);
            let tight = matches!(op, BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Power);
            let _ = if tight { write!(text, "{}", op.symbol()) } else { write!(text, " {} ", op.symbol()) };
            write_text(&operands.1, precedence + 1 - right_associative, text);
        }
    }
    if parentheses {
        text.push(')');
    }
}
