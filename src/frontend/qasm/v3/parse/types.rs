//! Types, and the signatures of subroutines.

use super::{Parsed, Parser};
use crate::frontend::qasm::lex::TokenKind;
use crate::frontend::qasm::v3::syntax::{
    ArraySizes, Expression, Parameter, ParameterType, StatementKind, TypeKind, TypeSyntax,
};

/// The types of single values.
const SCALARS: [&str; 9] = ["bit", "bool", "int", "uint", "float", "angle", "complex", "duration", "stretch"];

impl<'a> Parser<'a> {
    /// Whether a type of a single value or an array is ahead.
    pub(super) fn at_type(&self) -> bool {
        let text = self.cursor.text();
        SCALARS.contains(&text) || text == "array"
    }

    /// `[size]`, if it is there.
    pub(super) fn designator(&mut self) -> Parsed<Option<Expression<'a>>> {
        if !self.cursor.accept(TokenKind::LeftBracket) {
            return Ok(None);
        }
        let size = self.expression()?;
        self.expect(TokenKind::RightBracket, "`]`")?;
        Ok(Some(size))
    }

    /// A type of a single value or an array.
    pub(super) fn any_type(&mut self) -> Parsed<TypeSyntax<'a>> {
        if self.cursor.text() != "array" {
            return self.scalar_type();
        }
        let start = self.cursor.advance().span;
        let element = self.array_element()?;
        let sizes = self.list(TokenKind::RightBracket, "")?;
        if sizes.is_empty() {
            return self.unexpected("a size");
        }
        self.cursor.advance();
        Ok(TypeSyntax { kind: TypeKind::Array(element, sizes), span: self.since(start) })
    }

    /// `[type,` of an array.
    fn array_element(&mut self) -> Parsed<Box<TypeSyntax<'a>>> {
        self.expect(TokenKind::LeftBracket, "`[` and the type of the elements")?;
        let element = self.scalar_type()?;
        self.expect(TokenKind::Comma, "`,` and the size")?;
        Ok(Box::new(element))
    }

    /// A type of a single value.
    pub(super) fn scalar_type(&mut self) -> Parsed<TypeSyntax<'a>> {
        let (text, start) = (self.cursor.text(), self.cursor.token().span);
        self.height = 0;
        if !SCALARS.contains(&text) {
            let what = "a type";
            return match text {
                "array" => self.unexpected_hint(what, "An array cannot stand here."),
                "qubit" | "qreg" | "creg" => self.unexpected(what),
                _ => {
                    let error = self.cursor.unexpected(what);
                    Err(super::near_hint(error, text, SCALARS))
                }
            };
        }
        self.cursor.advance();
        let kind = match text {
            "bool" => TypeKind::Bool,
            "duration" => TypeKind::Duration,
            "stretch" => TypeKind::Stretch,
            "bit" => TypeKind::Bit(self.designator()?),
            "int" => TypeKind::Int(self.designator()?),
            "uint" => TypeKind::Uint(self.designator()?),
            "float" => TypeKind::Float(self.designator()?),
            "angle" => TypeKind::Angle(self.designator()?),
            _ => TypeKind::Complex(self.component()?),
        };
        Ok(TypeSyntax { kind, span: self.since(start) })
    }

    /// `[float[n]]` of a complex type.
    fn component(&mut self) -> Parsed<Option<Box<TypeSyntax<'a>>>> {
        if !self.cursor.accept(TokenKind::LeftBracket) {
            return Ok(None);
        }
        let start = self.cursor.token().span;
        if !self.accept_word("float") {
            return self.unexpected_hint("`float`", "A complex number is written as `complex[float[64]]`.");
        }
        let kind = TypeKind::Float(self.designator()?);
        let component = TypeSyntax { kind, span: self.since(start) };
        self.expect(TokenKind::RightBracket, "`]`")?;
        Ok(Some(Box::new(component)))
    }

    /// `def name(parameters) -> type { … }`
    pub(super) fn subroutine(&mut self) -> Parsed<StatementKind<'a>> {
        self.cursor.advance();
        let name = self.name("the name of the subroutine")?;
        self.expect(TokenKind::LeftParenthesis, "`(`")?;
        let mut parameters = Vec::new();
        while self.cursor.kind() != TokenKind::RightParenthesis {
            parameters.push(self.parameter()?);
            if !self.cursor.accept(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RightParenthesis, "`,` or `)`")?;
        let returns = if self.cursor.accept(TokenKind::Arrow) { Some(self.scalar_type()?) } else { None };
        if self.cursor.kind() != TokenKind::LeftBrace {
            return self.unexpected(if returns.is_some() { "`{`" } else { "`->` or `{`" });
        }
        Ok(StatementKind::Subroutine { name, parameters, returns, body: self.block()? })
    }

    /// A parameter of a subroutine.
    fn parameter(&mut self) -> Parsed<Parameter<'a>> {
        let start = self.cursor.token().span;
        let keyword = self.cursor.text();
        let what = "the name of the parameter";
        let ty = match keyword {
            "qubit" => {
                self.cursor.advance();
                ParameterType::Qubits(self.designator()?)
            }
            "qreg" | "creg" => {
                self.cursor.advance();
                let name = self.name(what)?;
                let size = self.designator()?;
                let ty = if keyword == "qreg" {
                    ParameterType::Qubits(size)
                } else {
                    let kind = TypeKind::Bit(size);
                    ParameterType::Classical(TypeSyntax { kind, span: self.since(start) })
                };
                return Ok(Parameter { ty, name });
            }
            "readonly" | "mutable" => {
                self.cursor.advance();
                if !self.accept_word("array") {
                    return self.unexpected("`array`");
                }
                let element = self.array_element()?;
                let sizes = self.array_sizes()?;
                ParameterType::Array { mutable: keyword == "mutable", element, sizes }
            }
            "array" => {
                let hint = "An array is passed as `readonly array[…]` or `mutable array[…]`.";
                return self.unexpected_hint("`readonly` or `mutable`", hint);
            }
            _ if self.at_name() && !matches!(keyword, "qbit" | "qubits") => {
                let hint = format!("Give the parameter a type: `qubit {keyword}` or `float {keyword}`.");
                return self.unexpected_hint("a type", hint);
            }
            _ => ParameterType::Classical(self.scalar_type()?),
        };
        Ok(Parameter { ty, name: self.name(what)? })
    }

    /// `n, m]` or `#dim = n]`
    fn array_sizes(&mut self) -> Parsed<ArraySizes<'a>> {
        const DIMENSIONS: &str = "#dim";
        let sizes = if self.cursor.kind() == TokenKind::Pragma && self.cursor.text().starts_with(DIMENSIONS) {
            // The lexer takes `#` for the beginning of a pragma.
            self.cursor.take_part(DIMENSIONS.len() as u32);
            self.expect(TokenKind::Assign, "`=`")?;
            ArraySizes::Dimensions(self.expression()?)
        } else {
            let sizes = self.list(TokenKind::RightBracket, "")?;
            if sizes.is_empty() {
                return self.unexpected("a size or `#dim = n`");
            }
            ArraySizes::Each(sizes)
        };
        self.expect(TokenKind::RightBracket, "`]`")?;
        Ok(sizes)
    }
}
