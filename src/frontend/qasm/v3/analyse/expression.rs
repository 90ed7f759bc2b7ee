//! Expressions: names, literals, indices and calls become [`Expr`]s, which do the rest.

use std::f64::consts;

use super::variable::{Data, Elements, Index, Located, Place, Selection, Shape, extract, join};
use super::{Analyser, Fallible, Symbol};
use crate::circuit::classical::Bits;
use crate::circuit::expression::{BinaryOp, Expr, Function, UnaryOp};
use crate::circuit::{ClassicalValue as Value, MAX_BITS, Type};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{near_hint, quoted};
use crate::frontend::qasm::lex::Span;
use crate::frontend::qasm::v3::syntax::{
    Expression, ExpressionKind, GateCall, Name, Statement, StatementKind,
};

/// The built-in constant of a name.
pub(super) fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" | "π" => Some(consts::PI),
        "tau" | "τ" => Some(consts::TAU),
        "euler" | "ℇ" => Some(consts::E),
        _ => None,
    }
}

impl<'a> Analyser<'a> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, expression: &Expression<'a>) -> Fallible<Expr> {
        self.value(expression).map_err(|error| self.at(error, expression.span))
    }

    /// The value of a formula of real literals, real parameters and constants, if it is one that has no error:
    /// the usual case of [`Self::expression`] without a detour.
    pub(super) fn real(&self, expression: &Expression<'a>) -> Option<f64> {
        let whole = |operand: &Expression<'a>| match operand.kind {
            ExpressionKind::Integer(value) => i64::try_from(value).ok().map(|value| value as f64),
            _ => None,
        };
        let value = match &expression.kind {
            ExpressionKind::Real(value) => *value,
            ExpressionKind::Name(name) => match self.find(name).map(|entry| &entry.symbol) {
                None => constant(name)?,
                Some(Symbol::Value(value)) if value.ty == Type::FLOAT => value.as_f64()?,
                Some(_) => return None,
            },
            ExpressionKind::Parenthesis(inner) => self.real(inner)?,
            ExpressionKind::Unary(UnaryOp::Negate, operand) => -self.real(operand)?,
            ExpressionKind::Binary(op, operands) => {
                let (left, right) = match (self.real(&operands.0), self.real(&operands.1)) {
                    (Some(left), Some(right)) => (left, right),
                    (Some(left), None) => (left, whole(&operands.1)?),
                    (None, Some(right)) => (whole(&operands.0)?, right),
                    (None, None) => return None,
                };
                match op {
                    BinaryOp::Add => left + right,
                    BinaryOp::Subtract => left - right,
                    BinaryOp::Multiply => left * right,
                    BinaryOp::Divide => left / right,
                    _ => return None,
                }
            }
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    fn value(&mut self, expression: &Expression<'a>) -> Fallible<Expr> {
        use ExpressionKind as Kind;
        Ok(match &expression.kind {
            Kind::Real(value) => Expr::float(*value),
            Kind::Integer(value) => match i64::try_from(*value) {
                Ok(value) => Expr::int(value),
                Err(_) => Expr::uint(Bits::from_u64(*value), 64),
            },
            Kind::Imaginary(value) => Expr::constant(Value::Complex(0.0, *value), Type::Complex),
            Kind::Boolean(value) => Expr::bool(*value),
            Kind::Duration(seconds) => Expr::float(*seconds),
            Kind::BitString(digits) => bit_string(digits)?,
            Kind::Name(name) => return self.named(name, expression),
            Kind::Parenthesis(inner) => return self.expression(inner),
            Kind::Unary(op, operand) => Expr::unary(*op, self.expression(operand)?)?,
            Kind::Binary(op, operands) => {
                let left = self.expression(&operands.0)?;
                // The right side of a decided `&&` or `||` is not looked at.
                match (op, left.as_bool()) {
                    (BinaryOp::And, Some(false)) => return Ok(Expr::bool(false)),
                    (BinaryOp::Or, Some(true)) => return Ok(Expr::bool(true)),
                    _ => Expr::binary(*op, left, self.expression(&operands.1)?)?,
                }
            }
            Kind::Cast(ty, operand) => {
                let shape = self.shape(ty)?;
                if !shape.sizes.is_empty() {
                    return self.error(ErrorCode::SemanticError, ty.span, "Nothing can become an array.");
                }
                self.expression(operand)?.cast(shape.element)?
            }
            Kind::Call(name, arguments) => {
                if let Some(value) = self.call(*name, arguments)? {
                    value
                } else {
                    let message = format!("{} gives no value.", quoted(name.text));
                    return self.error(ErrorCode::SemanticError, name.span, message);
                }
            }
            Kind::DurationOf(block) => Expr::float(self.duration_of(block)?),
            Kind::Index(base, entries) => {
                if let Some(located) = self.locate(expression)? {
                    return self.scalar(&located, expression.span);
                }
                let mut value = self.expression(base)?;
                for entry in entries {
                    let width = value.ty.width();
                    if matches!(value.ty, Type::Float(_) | Type::Complex | Type::Bool) {
                        return self.error(ErrorCode::SemanticError, entry.span, "This value has no parts.");
                    }
                    value = match self.index(entry, width, false)? {
                        Index::One(bit) => extract(value, bit, None)?,
                        Index::These(list) => {
                            let parts: Vec<Expr> = list
                                .iter()
                                .map(|bit| extract(value.clone(), *bit, None))
                                .collect::<Fallible<_>>()?;
                            join(&parts)?
                        }
                        Index::Computed(bit) => {
                            let shifted = Expr::binary(BinaryOp::ShiftRight, value, bit)?;
                            extract(shifted, 0, None)?
                        }
                    };
                }
                value
            }
            Kind::Element { .. } => return self.value(&expression.clone().spelled_out()),
            Kind::Measure(qubits) => return self.measured(qubits),
            Kind::HardwareQubit(_) => return self.no_value(expression.span, "a qubit"),
            Kind::Range(_) => return self.no_value(expression.span, "a range"),
            Kind::Set(_) => return self.no_value(expression.span, "a set"),
            Kind::Concatenation(parts) => {
                let parts: Vec<Expr> =
                    parts.iter().map(|part| self.expression(part)).collect::<Fallible<_>>()?;
                join(&parts)?
            }
        })
    }

    fn no_value(&self, span: Span, found: &str) -> Fallible<Expr> {
        let error = AerError::new(ErrorCode::SemanticError, "This is no value.")
            .found(found)
            .expected("a number, a truth value or bits");
        Err(self.at(error, span))
    }

    fn named(&mut self, name: &'a str, expression: &Expression<'a>) -> Fallible<Expr> {
        let found = match self.find(name).map(|entry| &entry.symbol) {
            Some(Symbol::Variable(cell) | Symbol::ReadOnly(cell)) => {
                let cell = *cell;
                if self.cell(cell)?.shape.sizes.is_empty() {
                    return self.element(cell, 0);
                }
                "an array"
            }
            Some(Symbol::Value(value)) => return Ok(value.clone()),
            Some(Symbol::Bits(_)) => {
                return match self.locate(expression)? {
                    Some(located) => self.scalar(&located, expression.span),
                    None => self.no_value(expression.span, "bits"),
                };
            }
            Some(Symbol::Broken) => return Err(AerError::new(ErrorCode::SemanticError, "")),
            Some(Symbol::Qubits(_)) => "qubits",
            Some(Symbol::Gate(_)) => "a gate",
            Some(Symbol::Subroutine(_)) => "a subroutine",
            Some(Symbol::Foreign(what)) => what,
            None => {
                return match constant(name) {
                    Some(value) => Ok(Expr::float(value)),
                    None => self.unknown(name, expression.span, "a variable"),
                };
            }
        };
        let error = AerError::new(ErrorCode::SemanticError, format!("{} is no value.", quoted(name)))
            .found(found)
            .expected("a number, a truth value or bits");
        Err(self.at(error, expression.span))
    }

    fn scalar(&mut self, located: &Located, span: Span) -> Fallible<Expr> {
        match self.located_value(located)? {
            Data::Scalar(value) => Ok(value),
            Data::Array { .. } => self.no_value(span, "an array"),
        }
    }

    /// A value for a variable of this shape: an array, or a single one.
    pub(super) fn data(&mut self, expression: &Expression<'a>, shape: &Shape) -> Fallible<Data> {
        let wanted = shape.sizes.as_slice();
        match &expression.kind {
            ExpressionKind::Set(parts) if !wanted.is_empty() => {
                let size = wanted.first().copied().unwrap_or(0);
                if parts.len() != size as usize {
                    let error =
                        AerError::new(ErrorCode::SemanticError, "The array has the wrong number of values.")
                            .found(parts.len().to_string())
                            .expected(size.to_string());
                    return Err(self.at(error, expression.span));
                }
                let inner = Shape { sizes: wanted.get(1..).unwrap_or(&[]).to_vec(), ..shape.clone() };
                let mut elements = Vec::new();
                for part in parts {
                    match self.data(part, &inner)? {
                        Data::Scalar(value) => elements.push(value),
                        Data::Array { elements: more, .. } => elements.extend(more),
                    }
                }
                Ok(Data::Array { elements, sizes: shape.sizes.clone() })
            }
            ExpressionKind::Parenthesis(inner) => self.data(inner, shape),
            ExpressionKind::Concatenation(parts) if !wanted.is_empty() => {
                let mut elements = Vec::new();
                let mut length = 0;
                for part in parts {
                    let Some(located) = self.locate(part)? else {
                        return self.error(ErrorCode::SemanticError, part.span, "This is no array.");
                    };
                    match self.located_value(&located)? {
                        Data::Array { elements: more, sizes } if sizes.get(1..) == wanted.get(1..) => {
                            length += sizes.first().copied().unwrap_or(0);
                            elements.extend(more);
                        }
                        _ => {
                            return self.error(ErrorCode::SemanticError, part.span, "The arrays do not fit.");
                        }
                    }
                }
                let mut sizes = wanted.to_vec();
                if let Some(first) = sizes.first_mut() {
                    *first = length;
                }
                Ok(Data::Array { elements, sizes })
            }
            _ => {
                if !wanted.is_empty()
                    && let Some(located) = self.locate(expression)?
                {
                    return self.located_value(&located);
                }
                if !wanted.is_empty() {
                    let error = AerError::new(ErrorCode::SemanticError, "One value is assigned to an array.")
                        .expected("an array of the same shape");
                    return Err(self.at(error, expression.span));
                }
                let value = self.expression(expression)?;
                if let (ExpressionKind::BitString(digits), true) = (&expression.kind, shape.is_bit)
                    && digits.len() != shape.element.width() as usize
                {
                    let error =
                        AerError::new(ErrorCode::SemanticError, "The bit string has the wrong length.")
                            .found(digits.len().to_string())
                            .expected(shape.element.width().to_string());
                    return Err(self.at(error, expression.span));
                }
                let span = expression.span;
                Ok(Data::Scalar(value.cast(shape.element).map_err(|error| self.at(error, span))?))
            }
        }
    }

    /// A condition: a truth value.
    pub(super) fn condition(&mut self, expression: &Expression<'a>) -> Fallible<Expr> {
        let value = self.expression(expression)?;
        value.condition().map_err(|error| self.at(error, expression.span))
    }

    /// Whether an expression on its own is a gate without qubits.
    pub(super) fn is_phase_gate(&self, expression: &Expression<'a>) -> bool {
        let name = match &expression.kind {
            ExpressionKind::Call(name, _) => name.text,
            ExpressionKind::Name(name) => name,
            _ => return false,
        };
        matches!(self.find(name).map(|entry| &entry.symbol), Some(Symbol::Gate(_)))
    }

    /// An expression on its own.
    pub(super) fn expression_statement(&mut self, expression: &Expression<'a>) -> Fallible<()> {
        let (name, arguments) = match &expression.kind {
            ExpressionKind::Call(name, arguments) => (*name, arguments.as_slice()),
            ExpressionKind::Name(text) => (Name { text, span: expression.span }, &[][..]),
            _ => return self.expression(expression).map(|_| ()),
        };
        match &expression.kind {
            _ if self.is_phase_gate(expression) => self.gate_call(&GateCall {
                modifiers: Vec::new(),
                name,
                arguments: arguments.to_vec(),
                duration: None,
                qubits: Vec::new(),
            }),
            ExpressionKind::Call(..) => self.call(name, arguments).map(|_| ()),
            _ => self.expression(expression).map(|_| ()),
        }
    }

    /// A call of a built-in function or a subroutine.
    fn call(&mut self, name: Name<'a>, arguments: &[Expression<'a>]) -> Fallible<Option<Expr>> {
        match self.find(name.text).map(|entry| &entry.symbol) {
            Some(Symbol::Subroutine(subroutine)) => {
                let subroutine = subroutine.clone();
                return self.call_subroutine(&subroutine, name, arguments);
            }
            Some(Symbol::Broken) => return Err(AerError::new(ErrorCode::SemanticError, "")),
            Some(Symbol::Foreign(what)) => {
                let error = AerError::new(
                    ErrorCode::UnsupportedInstruction,
                    format!("{} is only declared, as {what}; it cannot be simulated.", quoted(name.text)),
                )
                .hint("Define it with `def` instead.");
                return Err(self.at(error, name.span));
            }
            _ => {}
        }
        if name.text == "sizeof" {
            return self.size_of(name, arguments).map(Some);
        }
        let function = match name.text {
            "acos" => Some(Function::Arccos),
            "asin" => Some(Function::Arcsin),
            "atan" => Some(Function::Arctan),
            "ln" => Some(Function::Log),
            "ceil" => Some(Function::Ceiling),
            text => Function::by_name(text),
        };
        let Some(function) = function else {
            let error = AerError::new(
                ErrorCode::SemanticError,
                format!("No function of the name {} is known.", quoted(name.text)),
            );
            let subroutines = self.scopes.first().into_iter().flat_map(|scope| scope.names.iter());
            let subroutines = subroutines
                .filter(|(_, entry)| matches!(entry.symbol, Symbol::Subroutine(_)))
                .map(|(name, _)| *name);
            let known = Function::ALL.iter().map(|function| function.name()).chain(subroutines);
            return Err(self.at(near_hint(error, name.text, known.chain(["sizeof"])), name.span));
        };
        let values = arguments.iter().map(|a| self.expression(a)).collect::<Fallible<Vec<_>>>()?;
        Expr::call(function, values).map(Some).map_err(|error| self.at(error, name.span))
    }

    fn size_of(&mut self, name: Name<'a>, arguments: &[Expression<'a>]) -> Fallible<Expr> {
        let (array, dimension) = match arguments {
            [array] => (array, 0),
            [array, dimension] => (array, self.known_integer(dimension, "A dimension")?),
            _ => {
                let message = "`sizeof` takes an array and, if wanted, a dimension.";
                return self.error(ErrorCode::SemanticError, name.span, message);
            }
        };
        let sizes = match self.locate(array)? {
            Some(Located::Place(Place { cell, elements, bits: Selection::Whole })) => {
                let shape = &self.cell(cell)?.shape;
                match elements {
                    Elements::Whole if shape.sizes.is_empty() => vec![shape.element.width()],
                    Elements::Whole => shape.sizes.clone(),
                    Elements::These(_, sizes) => sizes,
                    Elements::Computed { .. } => shape.sizes.get(1..).unwrap_or(&[]).to_vec(),
                }
            }
            Some(Located::Bits(bits, _)) => vec![bits.len() as u32],
            Some(Located::Place(_)) => Vec::new(),
            None => vec![self.wires(array)?.known(self, array.span)?.len() as u32],
        };
        if let Some(size) = usize::try_from(dimension).ok().and_then(|dimension| sizes.get(dimension)) {
            Ok(Expr::uint(Bits::from_u64((*size).into()), 64).cast(Type::INT)?)
        } else {
            let error = AerError::new(ErrorCode::SemanticError, "The array has no such dimension.")
                .found(dimension.to_string())
                .expected(format!("below {}", sizes.len()));
            Err(self.at(error, array.span))
        }
    }

    /// The longest path of delays through a block; everything else takes no time.
    fn duration_of(&mut self, block: &[Statement<'a>]) -> Fallible<f64> {
        let mut ends: std::collections::HashMap<u32, f64> = std::collections::HashMap::new();
        let mut total: f64 = 0.0;
        for statement in block {
            let qubits = match &statement.kind {
                StatementKind::Delay { qubits, .. } | StatementKind::Barrier(qubits) => qubits.as_slice(),
                StatementKind::GateCall(call) => call.qubits.as_slice(),
                _ => &[],
            };
            let mut list: Vec<u32> = Vec::new();
            for qubit in qubits {
                list.extend(self.wires(qubit)?.known(self, qubit.span)?.iter());
            }
            let time = match &statement.kind {
                StatementKind::Delay { duration, .. } => self.known_duration(duration)?,
                StatementKind::Box { body, .. } | StatementKind::Scope(body) => self.duration_of(body)?,
                _ => 0.0,
            };
            if list.is_empty() {
                list = ends.keys().copied().collect();
                if list.is_empty() {
                    total += time;
                    continue;
                }
            }
            let synchronous = !matches!(statement.kind, StatementKind::Delay { .. });
            let latest = list.iter().filter_map(|q| ends.get(q)).copied().fold(0.0, f64::max);
            for qubit in list {
                let start = if synchronous { latest } else { ends.get(&qubit).copied().unwrap_or(0.0) };
                ends.insert(qubit, start + time);
            }
        }
        Ok(total + ends.values().copied().fold(0.0, f64::max))
    }

    /// A duration in seconds.
    pub(super) fn known_duration(&mut self, expression: &Expression<'a>) -> Fallible<f64> {
        match self.expression(expression)?.as_f64() {
            Some(seconds) => Ok(seconds),
            None => self.error(ErrorCode::SemanticError, expression.span, "A duration must be known."),
        }
    }
}

/// The value of a bit string; the last digit is bit 0.
pub(super) fn bit_string(digits: &str) -> Fallible<Expr> {
    let width = digits.len();
    if width == 0 || width > MAX_BITS as usize {
        return Err(AerError::new(ErrorCode::SemanticError, "A bit string cannot have this length.")
            .found(width.to_string())
            .expected(format!("1 to {MAX_BITS}")));
    }
    let mut bits = Bits::zeros(width as u32);
    for (i, digit) in digits.bytes().rev().enumerate() {
        bits.set(i as u32, digit == b'1');
    }
    Ok(Expr::uint(bits, width as u32))
}
