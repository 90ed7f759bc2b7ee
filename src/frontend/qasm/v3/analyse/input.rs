//! What goes in (`input`, by the option `inputs`) and what comes out (`output`).

use serde_json::Value as Json;

use super::variable::{Shape, bit_values};
use super::{Analyser, Fallible, Symbol};
use crate::circuit::expression::Expr;
use crate::circuit::operation::{Save, SaveKind, SaveSubtype};
use crate::circuit::{ClassicalValue as Value, Instruction, Operation, Slot, Type};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{near_hint, quoted};
use crate::frontend::qasm::v3::syntax::{Name, TypeSyntax};

impl<'a> Analyser<'a> {
    /// `input type name;`
    pub(super) fn input(&mut self, ty: &TypeSyntax<'a>, name: Name<'a>) -> Fallible<()> {
        self.check_new(name)?;
        let shape = self.shape(ty)?;
        self.used_inputs.push(name.text);
        let real = matches!(shape.element, Type::Float(_) | Type::Angle(_)) && shape.sizes.is_empty();
        let given = match self.options.inputs {
            // Without any inputs a number stays a parameter of the circuit.
            None if real => {
                return self.declare(name, Symbol::Value(Expr::parameter(name.text)));
            }
            None => None,
            Some(inputs) => inputs.get(name.text),
        };
        let Some(given) = given else {
            let error = AerError::new(
                ErrorCode::InvalidOption,
                format!("The input {} has no value.", quoted(name.text)),
            )
            .expected(describe(&shape))
            .hint("Give it in the option `inputs`, by its name.");
            return Err(self.at(error, name.span));
        };
        let mut values = Vec::new();
        if let Err(error) = read(given, &shape, &shape.sizes, &mut values) {
            let message = format!("The value of the input {} does not fit its type.", quoted(name.text));
            return Err(self.at(error.message(message), name.span));
        }
        if shape.is_bit && shape.sizes.is_empty() {
            // An input is no outcome: it is a plain variable.
            let cell = self.new_cell(name.text, shape, values);
            return self.declare(name, Symbol::Variable(cell));
        }
        let cell = self.new_cell(name.text, shape, values);
        self.declare(name, Symbol::Variable(cell))
    }

    /// The error of an input that the program does not have.
    pub(super) fn unknown_input(&self) -> Option<AerError> {
        let inputs = self.options.inputs.filter(|_| !self.ended)?;
        let name = inputs.keys().find(|name| !self.used_inputs.contains(&name.as_str()))?;
        let error =
            AerError::new(ErrorCode::InvalidOption, format!("The program has no input {}.", quoted(name)));
        Some(near_hint(error, name, self.used_inputs.iter().copied()))
    }

    /// Saves what is an output and no memory bit.
    pub(super) fn save_outputs(&mut self) {
        for name in std::mem::take(&mut self.outputs) {
            let Some(Symbol::Variable(index)) = self.find(name).map(|entry| entry.symbol.clone()) else {
                continue;
            };
            let Ok(cell) = self.cell(index) else { continue };
            if cell.clbit {
                continue;
            }
            let (ty, count) = (cell.shape.element, cell.shape.count());
            let single = cell.shape.sizes.is_empty();
            // The bits that are taken last for what was known all along.
            let Ok(first) = self.make_stored(index) else { continue };
            for i in 0..count {
                let slot = Slot::new(first + i * ty.width(), ty);
                let label = if single { name.to_owned() } else { format!("{name}[{i}]") };
                let save = Save { kind: SaveKind::Variable(slot), label, subtype: SaveSubtype::List };
                self.out.push(Instruction::new(Operation::Save(Box::new(save)), []));
            }
        }
    }
}

fn describe(shape: &Shape) -> String {
    let element = match (shape.is_bit, shape.element) {
        (true, Type::Uint(width)) => format!("a string of {width} bits"),
        (true, _) => "0 or 1".to_owned(),
        (_, ty) => format!("a value of type {ty}"),
    };
    shape.sizes.iter().rev().fold(element, |inner, size| format!("a list of {size} times {inner}"))
}

fn read(given: &Json, shape: &Shape, sizes: &[u32], values: &mut Vec<Value>) -> Result<(), AerError> {
    let wrong = || {
        let mut found = given.to_string();
        if found.len() > 40 {
            found = format!("{}…", found.chars().take(40).collect::<String>());
        }
        AerError::new(ErrorCode::InvalidOption, "").found(found).expected(describe(shape))
    };
    if let Some((size, rest)) = sizes.split_first() {
        let list = given.as_array().filter(|list| list.len() == *size as usize).ok_or_else(wrong)?;
        return list.iter().try_for_each(|item| read(item, shape, rest, values));
    }
    let value = match given {
        Json::Bool(value) => Expr::bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), _, _) => Expr::int(whole),
            (_, Some(whole), _) => Expr::uint(crate::circuit::Bits::from_u64(whole), 64),
            (_, _, Some(real)) if !shape.element.is_integer() || real.fract() == 0.0 => Expr::float(real),
            _ => return Err(wrong()),
        },
        Json::String(text) => bit_values(text, shape).ok_or_else(wrong)?,
        Json::Array(pair) if shape.element == Type::Complex => {
            match (pair.first().and_then(Json::as_f64), pair.get(1).and_then(Json::as_f64), pair.len()) {
                (Some(re), Some(im), 2) => Expr::constant(Value::Complex(re, im), Type::Complex),
                _ => return Err(wrong()),
            }
        }
        _ => return Err(wrong()),
    };
    // A whole number must not be cut silently.
    let whole = value.as_i64();
    let cast = value.cast(shape.element).map_err(|_| wrong())?;
    if shape.element.is_integer() && whole.is_some() && cast.as_i64() != whole && shape.element.width() < 64 {
        return Err(wrong());
    }
    values.push(cast.value().cloned().ok_or_else(wrong)?);
    Ok(())
}
