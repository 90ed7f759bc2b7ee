//! Classical variables: what is known of them, where they are stored, and how parts of them are read and
//! assigned.
//!
//! A [`Cell`] is a variable. While its values are `known` they stand here, element by element; otherwise they
//! stand in the register from `slot` on. The `bit`s of the top level have their slot from the beginning, and
//! what is assigned to them is stored even while it is known, so that it shows in the counts.

use super::{Analyser, Fallible, STORED, Symbol};
use crate::circuit::classical::Bits;
use crate::circuit::expression::{BinaryOp, Expr, SlotIndex};
use crate::circuit::operation::Store;
use crate::circuit::{ClassicalValue as Value, Instruction, MAX_BITS, Operation, Register, Slot, Type};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::quoted;
use crate::frontend::qasm::lex::Span;
use crate::frontend::qasm::v3::syntax::{Expression, ExpressionKind, Name, TypeKind, TypeSyntax};

/// A type as declared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// Of each element.
    pub element: Type,
    /// Whether it is `bit` or `bit[n]`.
    pub is_bit: bool,
    /// The sizes of an array; none for a single value.
    pub sizes: Vec<u32>,
}

impl Shape {
    pub fn scalar(element: Type) -> Self {
        Self { element, is_bit: false, sizes: Vec::new() }
    }

    /// How many elements there are.
    pub fn count(&self) -> u32 {
        self.sizes.iter().product()
    }

    /// Bits in the register.
    pub fn bits(&self) -> u32 {
        self.count().saturating_mul(self.element.width())
    }
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Cell<'a> {
    pub name: &'a str,
    pub shape: Shape,
    /// Its elements, where they are known.
    pub known: Option<Vec<Value>>,
    /// Its first register bit, if it has any.
    pub slot: Option<u32>,
    /// Whether its bits are memory bits.
    pub clbit: bool,
    pub constant: bool,
    /// Whether it is none of the program's own.
    pub hidden: bool,
    /// How many dynamic blocks are around it.
    pub depth: u32,
}

/// A value that may be an array.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Scalar(Expr),
    Array { elements: Vec<Expr>, sizes: Vec<u32> },
}

/// A variable or a part of it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub cell: u32,
    pub elements: Elements,
    pub bits: Selection,
}

/// Some elements of an array.
#[derive(Clone, Debug)]
pub(super) enum Elements {
    /// The whole variable.
    Whole,
    /// These; sizes as those of an array, none for a single element.
    These(Vec<u32>, Vec<u32>),
    /// Element `first + index * stride`, where the index is known only at run time.
    Computed { first: u32, index: Expr, count: u32, stride: u32 },
}

/// Some bits of a value.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    Whole,
    One(u32),
    These(Vec<u32>),
    Computed(Expr),
}

/// What can be assigned.
#[derive(Clone, Debug)]
pub(super) enum Located {
    Place(Place),
    /// Bits of several variables; one of them if it was indexed so.
    Bits(Vec<(u32, u32)>, bool),
}

/// An index as far as it is known.
pub(super) enum Index {
    One(u32),
    These(Vec<u32>),
    Computed(Expr),
}

/// The value 0 of a type.
pub(super) fn zero(ty: Type) -> Value {
    Value::from_bits(&Bits::default(), ty)
}

/// Bits joined two and two, so that the expression stays flat.
fn tree(parts: &[Expr], first: u32, total: u32) -> Fallible<Expr> {
    if let [part] = parts {
        let part = part.clone().cast(Type::Uint(part.ty.width()))?.cast(Type::Uint(total))?;
        return if first == 0 {
            Ok(part)
        } else {
            Expr::binary(BinaryOp::ShiftLeft, part, Expr::int(first.into()))
        };
    }
    let (left, right) = parts.split_at(parts.len() / 2);
    let offset: u32 = left.iter().map(|part| part.ty.width()).sum();
    Expr::binary(BinaryOp::BitOr, tree(left, first, total)?, tree(right, first + offset, total)?)
}

/// The bits of a value as a number, from its bits.
fn low_bits(list: &[u32]) -> bool {
    list.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Bits `first..` of an expression, `width` of them.
pub(super) fn extract(value: Expr, first: u32, width: Option<u32>) -> Fallible<Expr> {
    let ty = value.ty;
    if let Some(constant) = value.value() {
        let bits = constant.to_bits(ty).slice(first, width.unwrap_or(1));
        return Ok(match width {
            None => Expr::bool(bits.any()),
            Some(width) => Expr::uint(bits, width),
        });
    }
    if let crate::circuit::expression::ExprKind::Read(slot) = &value.kind {
        let ty = width.map_or(Type::Bool, Type::Uint);
        return Ok(Expr::read(Slot {
            first: slot.first.saturating_add(first),
            ty,
            index: slot.index.clone(),
        }));
    }
    let shifted =
        Expr::binary(BinaryOp::ShiftRight, value.cast(Type::Uint(ty.width()))?, Expr::int(first.into()))?;
    match width {
        Some(width) => shifted.cast(Type::Uint(width)),
        None => Expr::binary(BinaryOp::BitAnd, shifted, Expr::int(1))?.cast(Type::Bool),
    }
}

/// Values side by side, the first one least significant, as a bit string.
pub(super) fn join(parts: &[Expr]) -> Fallible<Expr> {
    let width = |part: &Expr| part.ty.width();
    let total: u32 = parts.iter().map(width).sum();
    if total == 0 || total > MAX_BITS {
        return Err(AerError::new(ErrorCode::SemanticError, "A bit string cannot have this length.")
            .found(total.to_string())
            .expected(format!("1 to {MAX_BITS}")));
    }
    if parts.iter().all(|part| part.value().is_some()) {
        let mut bits = Bits::zeros(total);
        let mut first = 0;
        for part in parts {
            if let Some(value) = part.value() {
                bits.write(first, width(part), &value.to_bits(part.ty));
            }
            first += width(part);
        }
        return Ok(Expr::uint(bits, total));
    }
    tree(parts, 0, total)
}

impl<'a> Analyser<'a> {
    /// The shape of a type as written.
    pub(super) fn shape(&mut self, ty: &TypeSyntax<'a>) -> Fallible<Shape> {
        let shape = self.shape_of(ty).map_err(|error| self.at(error, ty.span))?;
        shape.element.check().map_err(|error| self.at(error, ty.span))?;
        Ok(shape)
    }

    fn shape_of(&mut self, ty: &TypeSyntax<'a>) -> Fallible<Shape> {
        let mut width = |size: &Option<Expression<'a>>| match size {
            Some(size) => self.size(size, "The width of a type"),
            None => Ok(64),
        };
        Ok(Shape::scalar(match &ty.kind {
            TypeKind::Bool => Type::Bool,
            TypeKind::Bit(None) => return Ok(Shape { element: Type::Bool, is_bit: true, sizes: Vec::new() }),
            TypeKind::Bit(size) => {
                return Ok(Shape { element: Type::Uint(width(size)?), is_bit: true, sizes: Vec::new() });
            }
            TypeKind::Int(size) => Type::Int(width(size)?),
            TypeKind::Uint(size) => Type::Uint(width(size)?),
            TypeKind::Angle(size) => Type::Angle(width(size)?),
            TypeKind::Float(size) => Type::Float(width(size)?),
            TypeKind::Complex(None) => Type::Complex,
            TypeKind::Complex(Some(part)) => {
                self.shape(part)?;
                Type::Complex
            }
            TypeKind::Duration | TypeKind::Stretch => Type::FLOAT,
            TypeKind::Array(element, sizes) => {
                let element = self.shape(element)?;
                let sizes: Vec<u32> = sizes
                    .iter()
                    .map(|size| self.size(size, "The size of an array"))
                    .collect::<Fallible<_>>()?;
                let total =
                    sizes.iter().try_fold(element.element.width(), |all, size| all.checked_mul(*size));
                if total.is_none_or(|total| total > MAX_BITS) || !element.sizes.is_empty() {
                    return Err(AerError::new(ErrorCode::InsufficientMemory, "The array is too large.")
                        .expected(format!("at most {MAX_BITS} bits in all")));
                }
                return Ok(Shape { sizes, ..element });
            }
        }))
    }

    pub(super) fn cell(&self, index: u32) -> Fallible<&Cell<'a>> {
        self.cells
            .get(index as usize)
            .ok_or_else(|| AerError::new(ErrorCode::Internal, "A variable is gone."))
    }

    fn cell_mut(&mut self, index: u32) -> Fallible<&mut Cell<'a>> {
        self.cells
            .get_mut(index as usize)
            .ok_or_else(|| AerError::new(ErrorCode::Internal, "A variable is gone."))
    }

    /// A new variable with values that are known.
    pub(super) fn new_cell(&mut self, name: &'a str, shape: Shape, known: Vec<Value>) -> u32 {
        let index = self.cells.len() as u32;
        self.cells.push(Cell {
            name,
            shape,
            known: Some(known),
            slot: None,
            clbit: false,
            constant: false,
            hidden: false,
            depth: self.depth,
        });
        index
    }

    /// Bits of the register for a value.
    pub(super) fn allocate(&mut self, width: u32) -> Fallible<u32> {
        if let Some(first) = self.free.get_mut(&width).and_then(Vec::pop) {
            return Ok(first);
        }
        let first = self.stored;
        match first.checked_add(width).filter(|end| *end <= MAX_BITS) {
            Some(end) => {
                self.stored = end;
                Ok(STORED + first)
            }
            None => Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "The program's classical variables need too many bits.",
            )
            .expected(format!("at most {MAX_BITS}"))),
        }
    }

    /// Bits of the register that are free again after the statement.
    pub(super) fn temporary(&mut self, ty: Type) -> Fallible<Slot> {
        let first = self.allocate(ty.width())?;
        self.freed.push((first, ty.width()));
        Ok(Slot::new(first, ty))
    }

    pub(super) fn store(&mut self, target: Slot, value: Expr) -> Fallible<()> {
        let value = value.cast(target.ty)?;
        self.push(Instruction::new(Operation::Store(Box::new(Store { target, value })), []))
    }

    /// Makes a variable stored, if it is not, and gives its first bit.
    pub(super) fn make_stored(&mut self, index: u32) -> Fallible<u32> {
        let cell = self.cell(index)?;
        if let (None, Some(slot)) = (&cell.known, cell.slot) {
            return Ok(slot);
        }
        let (ty, width, clbit) = (cell.shape.element, cell.shape.bits(), cell.clbit);
        let slot = match cell.slot {
            Some(slot) => slot,
            None => self.allocate(width)?,
        };
        let cell = self.cell_mut(index)?;
        cell.slot = Some(slot);
        let known = cell.known.take().unwrap_or_default();
        if !clbit {
            for (i, value) in known.into_iter().enumerate() {
                self.store(Slot::new(slot + i as u32 * ty.width(), ty), Expr::constant(value, ty))?;
            }
        }
        Ok(slot)
    }

    /// Makes a variable stored of which nothing that is known will remain.
    pub(super) fn forget_all(&mut self, place: &Place) -> Fallible<()> {
        let cell = self.cell(place.cell)?;
        let whole = matches!(place.elements, Elements::Whole) && place.bits_are_whole();
        if whole && cell.known.is_some() && cell.depth == self.depth && !cell.clbit {
            let width = cell.shape.bits();
            let slot = match cell.slot {
                Some(slot) => slot,
                None => self.allocate(width)?,
            };
            let cell = self.cell_mut(place.cell)?;
            (cell.slot, cell.known) = (Some(slot), None);
        }
        Ok(())
    }

    /// Element `i` of a variable.
    pub(super) fn element(&self, index: u32, i: u32) -> Fallible<Expr> {
        let cell = self.cell(index)?;
        let ty = cell.shape.element;
        match (&cell.known, cell.slot) {
            (Some(known), _) => match known.get(i as usize) {
                Some(value) => Ok(Expr::constant(value.clone(), ty)),
                None => Err(AerError::new(ErrorCode::ClbitOutOfRange, "An index is out of range.")),
            },
            (None, Some(slot)) => Ok(Expr::read(Slot::new(slot + i * ty.width(), ty))),
            (None, None) => Err(AerError::new(ErrorCode::Internal, "A variable has no value.")),
        }
    }

    /// Where a variable stands in the register so that it can be indexed at run time: itself, or a copy where
    /// it is known and must stay so.
    fn indexable(&mut self, index: u32) -> Fallible<u32> {
        let cell = self.cell(index)?;
        if cell.known.is_none() || (cell.depth == self.depth && !cell.constant && !self.conditional()) {
            return self.make_stored(index);
        }
        if let (Some(slot), true) = (cell.slot, cell.clbit) {
            return Ok(slot);
        }
        let (ty, count, bits) = (cell.shape.element, cell.shape.count(), cell.shape.bits());
        let first = self.allocate(bits)?;
        self.freed.push((first, bits));
        self.charge(count.into())?;
        for i in 0..count {
            let value = self.element(index, i)?;
            self.store(Slot::new(first + i * ty.width(), ty), value)?;
        }
        Ok(first)
    }

    /// The value of a place.
    pub(super) fn read(&mut self, place: &Place) -> Fallible<Data> {
        let cell = self.cell(place.cell)?;
        let (ty, sizes) = (cell.shape.element, cell.shape.sizes.clone());
        let value = match &place.elements {
            Elements::Whole if sizes.is_empty() => match &place.bits {
                Selection::Computed(bit) => {
                    let slot = self.indexable(place.cell)?;
                    let index = SlotIndex { element: bit.clone(), count: ty.width(), stride: 1 };
                    let slot = Slot { first: slot, ty: Type::Bool, index: Some(Box::new(index)) };
                    return Ok(Data::Scalar(Expr::read(slot)));
                }
                _ => self.element(place.cell, 0)?,
            },
            Elements::Whole => {
                let count = cell.shape.count();
                self.charge(u64::from(count) / 8)?;
                let elements = (0..count).map(|i| self.element(place.cell, i)).collect::<Fallible<_>>()?;
                return Ok(Data::Array { elements, sizes });
            }
            Elements::These(list, sizes) if !sizes.is_empty() => {
                self.charge(list.len() as u64 / 8)?;
                let elements = list.iter().map(|i| self.element(place.cell, *i)).collect::<Fallible<_>>()?;
                return Ok(Data::Array { elements, sizes: sizes.clone() });
            }
            Elements::These(list, _) => self.element(place.cell, list.first().copied().unwrap_or(0))?,
            Elements::Computed { first, index, count, stride } => {
                let slot = self.indexable(place.cell)?;
                let index = SlotIndex { element: index.clone(), count: *count, stride: stride * ty.width() };
                let first = slot + first * ty.width();
                Expr::read(Slot { first, ty, index: Some(Box::new(index)) })
            }
        };
        Ok(Data::Scalar(match &place.bits {
            Selection::Whole => value,
            Selection::One(bit) => extract(value, *bit, None)?,
            Selection::These(list) if low_bits(list) && !list.is_empty() => {
                extract(value, list[0], Some(list.len() as u32))?
            }
            Selection::These(list) => {
                let parts: Vec<Expr> =
                    list.iter().map(|bit| extract(value.clone(), *bit, None)).collect::<Fallible<_>>()?;
                join(&parts)?
            }
            Selection::Computed(bit) => {
                let width = Type::Uint(ty.width());
                let shifted = Expr::binary(BinaryOp::ShiftRight, value.cast(width)?, bit.clone())?;
                extract(shifted, 0, None)?
            }
        }))
    }

    /// One bit of a variable.
    pub(super) fn read_bit(&self, cell: u32, bit: u32) -> Fallible<Expr> {
        let width = self.cell(cell)?.shape.element.width();
        extract(self.element(cell, bit / width)?, bit % width, None)
    }

    pub(super) fn located_value(&mut self, located: &Located) -> Fallible<Data> {
        match located {
            Located::Place(place) => self.read(place),
            Located::Bits(bits, single) => {
                let parts: Vec<Expr> =
                    bits.iter().map(|(cell, bit)| self.read_bit(*cell, *bit)).collect::<Fallible<_>>()?;
                match parts.as_slice() {
                    [part] if *single => Ok(Data::Scalar(part.clone())),
                    parts => Ok(Data::Scalar(join(parts)?)),
                }
            }
        }
    }

    /// What an expression names, if it names a variable or a part of one.
    pub(super) fn locate(&mut self, expression: &Expression<'a>) -> Fallible<Option<Located>> {
        let located = self.locate_inner(expression);
        located.map_err(|error| self.at(error, expression.span))
    }

    fn locate_inner(&mut self, expression: &Expression<'a>) -> Fallible<Option<Located>> {
        match &expression.kind {
            ExpressionKind::Parenthesis(inner) => self.locate(inner),
            ExpressionKind::Name(name) => Ok(match self.find(name).map(|entry| &entry.symbol) {
                Some(Symbol::Variable(cell) | Symbol::ReadOnly(cell)) => Some(Located::Place(Place {
                    cell: *cell,
                    elements: Elements::Whole,
                    bits: Selection::Whole,
                })),
                Some(Symbol::Bits(bits)) => Some(Located::Bits(bits.to_vec(), false)),
                _ => None,
            }),
            ExpressionKind::Index(base, entries) => {
                let Some(mut located) = self.locate(base)? else { return Ok(None) };
                // Entries of one pair of brackets go over the dimensions in order; a slice keeps its own.
                let mut kept = 0;
                for entry in entries {
                    located = match located {
                        Located::Place(place) => self.index_place(place, entry, &mut kept)?,
                        Located::Bits(bits, false) => match self.index(entry, bits.len() as u32, false)? {
                            Index::One(i) => {
                                Located::Bits(bits.get(i as usize).copied().into_iter().collect(), true)
                            }
                            Index::These(list) => Located::Bits(
                                list.iter().filter_map(|i| bits.get(*i as usize).copied()).collect(),
                                false,
                            ),
                            Index::Computed(_) => {
                                let message = "An index into an alias must be known.";
                                return self.error(ErrorCode::SemanticError, entry.span, message);
                            }
                        },
                        Located::Bits(_, true) => {
                            return self.error(
                                ErrorCode::SemanticError,
                                entry.span,
                                "A single bit has no parts.",
                            );
                        }
                    };
                }
                Ok(Some(located))
            }
            _ => Ok(None),
        }
    }

    /// Indexes the dimension behind the `kept` ones.
    fn index_place(&mut self, place: Place, entry: &Expression<'a>, kept: &mut usize) -> Fallible<Located> {
        let cell = self.cell(place.cell)?;
        let (ty, is_bit) = (cell.shape.element, cell.shape.is_bit);
        let (list, sizes) = match &place.elements {
            Elements::Whole => ((0..cell.shape.count()).collect(), cell.shape.sizes.clone()),
            Elements::These(list, sizes) => (list.clone(), sizes.clone()),
            Elements::Computed { .. } => (Vec::new(), Vec::new()),
        };
        if let Elements::Computed { first: from, index, count, stride } = &place.elements
            && *stride > 1
            && place.bits_are_whole()
        {
            // A row that is known only at run time, and an element of it.
            return self.index_row(place.cell, *from, index.clone(), *count, *stride, entry);
        }
        if let Some(size) = sizes.get(*kept).copied() {
            let (before, rest) = (sizes.get(..*kept).unwrap_or(&[]), sizes.get(*kept + 1..).unwrap_or(&[]));
            let (outer, inner): (u32, u32) = (before.iter().product(), rest.iter().product());
            let pick = |chosen: &[u32]| -> Vec<u32> {
                let blocks = (0..outer).flat_map(|row| chosen.iter().map(move |i| row * size + i));
                let block = |i: u32| list.iter().skip((i * inner) as usize).take(inner as usize).copied();
                blocks.flat_map(block).collect()
            };
            self.charge(list.len() as u64 / 64)?;
            let elements = match self.index(entry, size, false)? {
                Index::One(i) => Elements::These(pick(&[i]), [before, rest].concat()),
                Index::These(chosen) => {
                    *kept += 1;
                    Elements::These(pick(&chosen), [before, &[chosen.len() as u32], rest].concat())
                }
                Index::Computed(_) if *kept > 0 => {
                    let message = "An index behind a slice must be known.";
                    return self.error(ErrorCode::SemanticError, entry.span, message);
                }
                Index::Computed(index) => {
                    let whole = list.windows(2).all(|pair| pair[1] == pair[0] + 1);
                    if !whole {
                        let message = "An index into a part of an array must be known.";
                        return self.error(ErrorCode::SemanticError, entry.span, message);
                    }
                    let first = list.first().copied().unwrap_or(0);
                    Elements::Computed { first, index, count: size, stride: inner }
                }
            };
            return Ok(Located::Place(Place { elements, ..place }));
        }
        if !sizes.is_empty() {
            return self.error(ErrorCode::SemanticError, entry.span, "The array has fewer dimensions.");
        }
        let width = match (ty, &place.bits) {
            (Type::Uint(width) | Type::Int(width) | Type::Angle(width), Selection::Whole) => width,
            (Type::Bool, Selection::Whole) if is_bit => 1,
            (_, Selection::These(list)) => list.len() as u32,
            _ => {
                let error = AerError::new(ErrorCode::SemanticError, "This value has no parts.")
                    .found(ty.to_string())
                    .expected("an array, bits or an integer");
                return Err(self.at(error, entry.span));
            }
        };
        let index = self.index(entry, width, false)?;
        let bits = match (index, &place.bits) {
            (Index::One(i), Selection::These(list)) => {
                Selection::One(list.get(i as usize).copied().unwrap_or(0))
            }
            (Index::These(chosen), Selection::These(list)) => {
                Selection::These(chosen.iter().filter_map(|i| list.get(*i as usize).copied()).collect())
            }
            (Index::One(i), _) => Selection::One(i),
            (Index::These(list), _) => Selection::These(list),
            (Index::Computed(_), Selection::These(_)) => {
                let message = "An index into a slice must be known.";
                return self.error(ErrorCode::SemanticError, entry.span, message);
            }
            (Index::Computed(index), _) => Selection::Computed(index),
        };
        Ok(Located::Place(Place { bits, ..place }))
    }

    fn index_row(
        &mut self,
        cell: u32,
        from: u32,
        row: Expr,
        rows: u32,
        stride: u32,
        entry: &Expression<'a>,
    ) -> Fallible<Located> {
        let sizes = &self.cell(cell)?.shape.sizes;
        // The dimensions that one step of the row goes over.
        let mut inner = 1;
        let mut size = 1;
        for n in sizes.iter().rev() {
            if inner * n > stride {
                break;
            }
            size = *n;
            inner *= n;
        }
        let below = stride / size.max(1);
        let elements = match self.index(entry, size, false)? {
            Index::One(i) => Elements::Computed { first: from + i * below, index: row, count: rows, stride },
            Index::Computed(column) => {
                let size_of = Expr::int(size.into());
                let flat = Expr::binary(
                    BinaryOp::Add,
                    Expr::binary(BinaryOp::Multiply, row.cast(Type::INT)?, size_of)?,
                    column.cast(Type::INT)?,
                )?;
                Elements::Computed {
                    first: from,
                    index: flat,
                    count: rows.saturating_mul(size),
                    stride: below,
                }
            }
            Index::These(_) => {
                let message = "A slice of a row must have an index that is known.";
                return self.error(ErrorCode::SemanticError, entry.span, message);
            }
        };
        Ok(Located::Place(Place { cell, elements, bits: Selection::Whole }))
    }

    /// An index below `size`; negative ones count from the end.
    pub(super) fn index(&mut self, entry: &Expression<'a>, size: u32, qubit: bool) -> Fallible<Index> {
        let one = |analyser: &Self, index: i64, span: Span| {
            let found = if index < 0 { index + i64::from(size) } else { index };
            u32::try_from(found).ok().filter(|i| *i < size).ok_or_else(|| {
                let code = if qubit { ErrorCode::QubitOutOfRange } else { ErrorCode::ClbitOutOfRange };
                let error = AerError::new(code, "An index is out of range.")
                    .found(index.to_string())
                    .expected(match size {
                        0 => "none, as there is nothing to choose from".to_owned(),
                        1 => "0".to_owned(),
                        size => format!("0 to {}", size - 1),
                    });
                analyser.at(error, span)
            })
        };
        match &entry.kind {
            ExpressionKind::Range(_) => {
                let (start, step, stop) = self.range(entry, Some(size))?;
                let mut list = Vec::new();
                let mut at = start;
                while if step > 0 { at <= stop } else { at >= stop } {
                    list.push(one(self, at, entry.span)?);
                    at = at.saturating_add(step);
                }
                self.charge(list.len() as u64 / 8)?;
                Ok(Index::These(list))
            }
            ExpressionKind::Set(entries) => {
                let mut list = Vec::new();
                for entry in entries {
                    let index = self.known_integer(entry, "An index in a set")?;
                    list.push(one(self, index, entry.span)?);
                }
                Ok(Index::These(list))
            }
            _ => {
                let value = self.expression(entry)?;
                if let Some(index) = value.as_i64() {
                    return Ok(Index::One(one(self, index, entry.span)?));
                }
                if value.value().is_some() || !value.ty.is_integer() {
                    let error = AerError::new(ErrorCode::SemanticError, "An index must be a whole number.")
                        .found(value.ty.to_string());
                    return Err(self.at(error, entry.span));
                }
                Ok(Index::Computed(value))
            }
        }
    }

    /// Start, step and stop of a range whose parts are known; negative ones count from the end of what is
    /// indexed.
    pub(super) fn range(&mut self, entry: &Expression<'a>, size: Option<u32>) -> Fallible<(i64, i64, i64)> {
        let ExpressionKind::Range(parts) = &entry.kind else {
            return self.error(ErrorCode::SemanticError, entry.span, "This is no range.");
        };
        let [start, step, stop] = &**parts;
        let mut part = |part: &Option<Expression<'a>>| match part {
            None => Ok(None),
            Some(part) => self.known_integer(part, "A part of a range").map(Some),
        };
        let (start, step, stop) = (part(start)?, part(step)?.unwrap_or(1), part(stop)?);
        if step == 0 {
            return self.error(ErrorCode::SemanticError, entry.span, "The step of a range is 0.");
        }
        let Some(size) = size.map(i64::from) else {
            return match (start, stop) {
                (Some(start), Some(stop)) => Ok((start, step, stop)),
                _ => self.error(ErrorCode::SemanticError, entry.span, "The range has no start or no end."),
            };
        };
        let from_end = |index: i64| if index < 0 { index + size } else { index };
        let (first, last) = if step > 0 { (0, size - 1) } else { (size - 1, 0) };
        Ok((start.map_or(first, from_end), step, stop.map_or(last, from_end)))
    }

    /// `type name = value;`
    pub(super) fn declaration(
        &mut self,
        constant: bool,
        ty: &TypeSyntax<'a>,
        name: Name<'a>,
        initial: Option<&Expression<'a>>,
    ) -> Fallible<()> {
        self.check_new(name)?;
        let shape = self.shape(ty)?;
        if shape.is_bit && shape.sizes.is_empty() && self.scopes.len() == 1 && !constant {
            return self.declare_clbits(name, shape, initial);
        }
        if let (Some(initial), true) = (initial, shape.is_bit && shape.sizes.is_empty())
            && let ExpressionKind::Measure(qubits) = &initial.kind
        {
            let zeros = vec![zero(shape.element)];
            let cell = self.new_cell(name.text, shape, zeros);
            self.declare(name, Symbol::Variable(cell))?;
            let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
            return self.measure_into(qubits, Located::Place(place), name.span);
        }
        let data = match initial {
            Some(initial) => Some(self.data(initial, &shape)?),
            None => None,
        };
        let count = shape.count();
        self.charge(u64::from(count) / 8)?;
        let cell = self.new_cell(name.text, shape.clone(), vec![zero(shape.element); count as usize]);
        self.declare(name, Symbol::Variable(cell))?;
        if let Some(data) = data {
            let span = initial.map_or(name.span, |initial| initial.span);
            let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
            self.write(place, data).map_err(|error| self.at(error, span))?;
        }
        let cell = self.cell_mut(cell)?;
        cell.constant = constant;
        if constant && (cell.known.is_none() || initial.is_none()) {
            let error = AerError::new(
                ErrorCode::SemanticError,
                format!("The constant {} has no known value.", quoted(name.text)),
            )
            .expected("a value that no measurement or input without a value decides");
            return Err(self.at(error, initial.map_or(name.span, |initial| initial.span)));
        }
        Ok(())
    }

    /// A `bit` of the top level: memory bits.
    fn declare_clbits(
        &mut self,
        name: Name<'a>,
        shape: Shape,
        initial: Option<&Expression<'a>>,
    ) -> Fallible<()> {
        let value = match initial.map(|initial| (&initial.kind, initial)) {
            None | Some((ExpressionKind::Measure(_), _)) => None,
            Some((_, initial)) => Some(self.data(initial, &shape)?),
        };
        let (first, size) = (self.circuit.num_clbits, shape.element.width());
        let Some(total) = first.checked_add(size).filter(|total| *total <= MAX_BITS) else {
            let error =
                AerError::new(ErrorCode::InsufficientMemory, "The program has too many classical bits.")
                    .found(format!("{size} more than {first}"))
                    .expected(format!("at most {MAX_BITS}"));
            return Err(self.at(error, name.span));
        };
        self.circuit.num_clbits = total;
        self.circuit.cregs.push(Register { name: name.text.to_owned(), size });
        let zeros = vec![zero(shape.element)];
        let index = self.new_cell(name.text, shape, zeros);
        let cell = self.cell_mut(index)?;
        cell.slot = Some(first);
        cell.clbit = true;
        self.declare(name, Symbol::Variable(index))?;
        let place = Place { cell: index, elements: Elements::Whole, bits: Selection::Whole };
        match (initial.map(|initial| &initial.kind), value) {
            (Some(ExpressionKind::Measure(qubits)), _) => {
                self.measure_into(qubits, Located::Place(place), name.span)
            }
            (_, Some(data)) => self.write(place, data),
            _ => Ok(()),
        }
    }

    /// `let name = a ++ b;`
    pub(super) fn alias(&mut self, name: Name<'a>, parts: &[Expression<'a>]) -> Fallible<()> {
        self.check_new(name)?;
        let mut bits = Vec::new();
        let mut qubits = Vec::new();
        for part in parts {
            match self.locate(part)? {
                Some(located) => bits.extend(self.bits_of(&located, part.span)?),
                None => qubits.extend(self.wires(part)?.known(self, part.span)?.iter().copied()),
            }
            if !bits.is_empty() && !qubits.is_empty() {
                let message = "An alias cannot join classical bits and qubits.";
                return self.error(ErrorCode::SemanticError, part.span, message);
            }
        }
        self.charge((bits.len() + qubits.len() / 8) as u64)?;
        if bits.len() > MAX_BITS as usize {
            let error = AerError::new(ErrorCode::InsufficientMemory, "The alias has too many bits.")
                .found(bits.len().to_string())
                .expected(format!("at most {MAX_BITS}"));
            return Err(self.at(error, name.span));
        }
        let symbol = if bits.is_empty() {
            super::quantum::different(&qubits).map_err(|error| self.at(error, name.span))?;
            Symbol::Qubits(super::quantum::Wires::Many(qubits.into()))
        } else {
            Symbol::Bits(bits.into())
        };
        self.declare(name, symbol)
    }

    /// The bits of a place, as offsets in their variable.
    pub(super) fn bits_of(&self, located: &Located, span: Span) -> Fallible<Vec<(u32, u32)>> {
        let place = match located {
            Located::Bits(bits, _) => return Ok(bits.clone()),
            Located::Place(place) => place,
        };
        let shape = &self.cell(place.cell)?.shape;
        let width = shape.element.width();
        let is_bits = shape.is_bit || matches!(shape.element, Type::Bool | Type::Uint(_));
        let element = match &place.elements {
            Elements::Whole if shape.sizes.is_empty() => Some(0),
            Elements::These(list, sizes) if sizes.is_empty() => list.first().copied(),
            Elements::Whole | Elements::These(..) if shape.is_bit && width == 1 => {
                let list: Vec<u32> = match &place.elements {
                    Elements::These(list, _) => list.clone(),
                    _ => (0..shape.count()).collect(),
                };
                return Ok(list.into_iter().map(|bit| (place.cell, bit)).collect());
            }
            _ => None,
        };
        let Some(element) = element.filter(|_| is_bits || !place.bits_are_whole()) else {
            let error = AerError::new(ErrorCode::SemanticError, "These are not bits.")
                .found(shape.element.to_string())
                .expected("bit or bit[n]");
            return Err(self.at(error, span));
        };
        let first = element * width;
        Ok(match &place.bits {
            Selection::Whole => (0..width).map(|bit| (place.cell, first + bit)).collect(),
            Selection::One(bit) => vec![(place.cell, first + bit)],
            Selection::These(list) => list.iter().map(|bit| (place.cell, first + bit)).collect(),
            Selection::Computed(_) => {
                return self.error(ErrorCode::SemanticError, span, "The index must be known here.");
            }
        })
    }

    /// `target = value;` or `target op= value;`
    pub(super) fn assignment(
        &mut self,
        target: &Expression<'a>,
        op: Option<BinaryOp>,
        value: &Expression<'a>,
    ) -> Fallible<()> {
        let located = self.assignable(target)?;
        if let (ExpressionKind::Measure(qubits), None) = (&value.kind, op) {
            return self.measure_into(qubits, located, target.span);
        }
        let shape = match &located {
            Located::Place(place) => self.place_shape(place)?,
            Located::Bits(_, true) => Shape { element: Type::Bool, is_bit: true, sizes: Vec::new() },
            Located::Bits(bits, false) => {
                Shape { element: Type::Uint(bits.len() as u32), is_bit: true, sizes: Vec::new() }
            }
        };
        let data = match op {
            None => self.data(value, &shape)?,
            Some(op) => {
                let right = self.expression(value)?;
                let Data::Scalar(left) = self.located_value(&located)? else {
                    let message = format!("`{}=` does not work on arrays.", op.symbol());
                    return self.error(ErrorCode::SemanticError, target.span, message);
                };
                Data::Scalar(Expr::binary(op, left, right)?.cast(shape.element)?)
            }
        };
        match located {
            Located::Place(place) => self.write(place, data),
            Located::Bits(bits, _) => {
                let Data::Scalar(value) = data else {
                    return self.error(ErrorCode::SemanticError, value.span, "An array cannot become bits.");
                };
                self.write_bits(&bits, value)
            }
        }
    }

    /// The place that an expression names, if it may be assigned.
    pub(super) fn assignable(&mut self, target: &Expression<'a>) -> Fallible<Located> {
        let mut base = target;
        while let ExpressionKind::Index(inner, _) | ExpressionKind::Parenthesis(inner) = &base.kind {
            base = inner;
        }
        let ExpressionKind::Name(name) = &base.kind else {
            return self.error(ErrorCode::SemanticError, target.span, "This cannot be assigned.");
        };
        let what = match self.find(name).map(|entry| &entry.symbol) {
            None => return self.unknown(name, base.span, "a variable"),
            Some(Symbol::Broken) => return Err(AerError::new(ErrorCode::SemanticError, "")),
            Some(Symbol::Variable(cell)) => {
                if self.cell(*cell)?.constant {
                    "a constant"
                } else {
                    ""
                }
            }
            Some(Symbol::Bits(_)) => "",
            Some(Symbol::ReadOnly(_)) => "a readonly array",
            Some(Symbol::Value(_)) => "a parameter",
            Some(Symbol::Qubits(_)) => "qubits",
            Some(Symbol::Gate(_)) => "a gate",
            Some(Symbol::Subroutine(_)) => "a subroutine",
            Some(Symbol::Foreign(what)) => what,
        };
        if !what.is_empty() {
            let error =
                AerError::new(ErrorCode::SemanticError, format!("{} cannot be assigned.", quoted(name)))
                    .found(what)
                    .expected("a variable");
            return Err(self.at(error, base.span));
        }
        match self.locate(target)? {
            Some(located) => Ok(located),
            None => self.error(ErrorCode::SemanticError, target.span, "This cannot be assigned."),
        }
    }

    /// The type of what a place holds.
    fn place_shape(&self, place: &Place) -> Fallible<Shape> {
        let shape = &self.cell(place.cell)?.shape;
        let bits = |element| Shape { element, is_bit: true, sizes: Vec::new() };
        Ok(match (&place.bits, &place.elements) {
            (Selection::One(_) | Selection::Computed(_), _) => bits(Type::Bool),
            (Selection::These(list), _) => bits(Type::Uint(list.len().max(1) as u32)),
            (Selection::Whole, Elements::Whole) => shape.clone(),
            (Selection::Whole, Elements::These(_, sizes)) => Shape { sizes: sizes.clone(), ..shape.clone() },
            (Selection::Whole, Elements::Computed { stride: 1, .. }) => {
                Shape { sizes: Vec::new(), ..shape.clone() }
            }
            (Selection::Whole, Elements::Computed { .. }) => {
                return Err(AerError::new(
                    ErrorCode::SemanticError,
                    "A row of an array is assigned only where its index is known.",
                ));
            }
        })
    }

    /// Assigns a place.
    pub(super) fn write(&mut self, place: Place, data: Data) -> Fallible<()> {
        let shape = self.place_shape(&place)?;
        match data {
            Data::Scalar(value) if shape.sizes.is_empty() => self.write_scalar(&place, value),
            Data::Array { elements, sizes } if sizes == shape.sizes => {
                let list: Vec<u32> = match &place.elements {
                    Elements::These(list, _) => list.clone(),
                    _ => (0..shape.count()).collect(),
                };
                self.charge(list.len() as u64 / 8)?;
                for (i, value) in list.into_iter().zip(elements) {
                    let elements = Elements::These(vec![i], Vec::new());
                    self.write_scalar(&Place { cell: place.cell, elements, bits: Selection::Whole }, value)?;
                }
                Ok(())
            }
            Data::Array { sizes, .. } => {
                Err(AerError::new(ErrorCode::SemanticError, "The shapes of the arrays differ.")
                    .found(format!("{sizes:?}"))
                    .expected(format!("{:?}", shape.sizes)))
            }
            Data::Scalar(_) => {
                Err(AerError::new(ErrorCode::SemanticError, "One value is assigned to an array.")
                    .expected("an array of the same shape"))
            }
        }
    }

    fn write_scalar(&mut self, place: &Place, value: Expr) -> Fallible<()> {
        let cell = self.cell(place.cell)?;
        let (ty, clbit, same_depth) = (cell.shape.element, cell.clbit, cell.depth == self.depth);
        let element = match &place.elements {
            Elements::Whole => 0,
            Elements::These(list, _) => list.first().copied().unwrap_or(0),
            Elements::Computed { first, index, count, stride } => {
                let (first, stride) = (first * ty.width(), stride * ty.width());
                let slot = self.make_stored(place.cell)?;
                let index = Some(Box::new(SlotIndex { element: index.clone(), count: *count, stride }));
                let target = match &place.bits {
                    Selection::Whole => Slot { first: slot + first, ty, index },
                    Selection::One(bit) => Slot { first: slot + first + bit, ty: Type::Bool, index },
                    _ => {
                        return Err(AerError::new(
                            ErrorCode::SemanticError,
                            "Bits of an element are assigned only where its index is known.",
                        ));
                    }
                };
                return self.store(target, value);
            }
        };
        let offset = element * ty.width();
        match &place.bits {
            Selection::Whole => {
                let value = value.cast(ty)?;
                if let Some(known) = value.value()
                    && let Some(slot) = self.remember(place.cell, element, known.clone())?
                {
                    return if clbit { self.store(Slot::new(slot, ty), value) } else { Ok(()) };
                }
                if value.value().is_none() && ty.width() == self.cell(place.cell)?.shape.bits() && same_depth
                {
                    // Nothing of what was known remains.
                    let slot = match self.cell(place.cell)?.slot {
                        Some(slot) => slot,
                        None => self.allocate(ty.width())?,
                    };
                    let cell = self.cell_mut(place.cell)?;
                    (cell.slot, cell.known) = (Some(slot), None);
                    return self.store(Slot::new(slot, ty), value);
                }
                let slot = self.make_stored(place.cell)?;
                self.store(Slot::new(slot + offset, ty), value)
            }
            Selection::One(bit) => self.write_bits(&[(place.cell, offset + bit)], value.cast(Type::Bool)?),
            Selection::These(list) => {
                let bits: Vec<_> = list.iter().map(|bit| (place.cell, offset + bit)).collect();
                self.write_bits(&bits, value)
            }
            Selection::Computed(bit) => {
                let first = self.make_stored(place.cell)? + offset;
                let index = SlotIndex { element: bit.clone(), count: ty.width(), stride: 1 };
                self.store(Slot { first, ty: Type::Bool, index: Some(Box::new(index)) }, value)
            }
        }
    }

    /// Keeps a known value in a variable that is known. Gives the first bit of a memory bit's variable (0 for
    /// others), or nothing if the variable is stored.
    fn remember(&mut self, index: u32, element: u32, value: Value) -> Fallible<Option<u32>> {
        let cell = self.cell_mut(index)?;
        let slot = cell.slot.unwrap_or(0);
        Ok(cell.known.as_mut().and_then(|known| known.get_mut(element as usize)).map(|known| {
            *known = value;
            slot
        }))
    }

    /// Assigns bits, the first of them the value's least significant one.
    pub(super) fn write_bits(&mut self, bits: &[(u32, u32)], value: Expr) -> Fallible<()> {
        let width = bits.len() as u32;
        if width == 0 {
            return Ok(());
        }
        let single = width == 1;
        let value = if single && value.ty == Type::Bool { value } else { value.cast(Type::Uint(width))? };
        self.charge(bits.len() as u64 / 8)?;
        if value.value().is_none() {
            let mut firsts = Vec::new();
            for (cell, bit) in bits {
                firsts.push(self.make_stored(*cell)? + bit);
            }
            if single {
                return self.store(Slot::new(firsts[0], Type::Bool), extract(value, 0, None)?);
            }
            if low_bits(&firsts) {
                return self.store(Slot::new(firsts[0], Type::Uint(width)), value);
            }
            let copy = self.temporary(value.ty)?;
            self.store(copy.clone(), value)?;
            for (i, first) in firsts.into_iter().enumerate() {
                let bit = extract(Expr::read(copy.clone()), i as u32, None)?;
                self.store(Slot::new(first, Type::Bool), bit)?;
            }
            return Ok(());
        }
        let given = value.value().map(|known| known.to_bits(value.ty)).unwrap_or_default();
        for (i, (index, bit)) in bits.iter().enumerate() {
            let set = given.get(i as u32);
            let cell = self.cell_mut(*index)?;
            let (ty, slot, clbit) = (cell.shape.element, cell.slot, cell.clbit);
            let element = (bit / ty.width()) as usize;
            let known = cell.known.as_mut().and_then(|known| known.get_mut(element));
            let is_known = known.is_some();
            if let Some(known) = known {
                let mut whole = Bits::zeros(ty.width());
                whole.write(0, ty.width(), &known.to_bits(ty));
                whole.set(bit % ty.width(), set);
                *known = Value::from_bits(&whole, ty);
            }
            if let Some(slot) = slot.filter(|_| !is_known || clbit) {
                self.store(Slot::new(slot + bit, Type::Bool), Expr::bool(set))?;
            }
        }
        Ok(())
    }
}

impl Place {
    pub(super) fn bits_are_whole(&self) -> bool {
        matches!(self.bits, Selection::Whole)
    }
}

/// The value of a text of digits for a bit string, or an integer of that many bits.
pub(super) fn bit_values(text: &str, shape: &Shape) -> Option<Expr> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let fits = digits.bytes().all(|digit| matches!(digit, b'0' | b'1'));
    if !fits || digits.len() != shape.element.width() as usize || !shape.element.is_integer() {
        return None;
    }
    super::expression::bit_string(&digits).ok()
}
