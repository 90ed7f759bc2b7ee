//! Branches, loops and subroutines.
//!
//! Where a condition is known, only its branch is executed, and loops are unrolled. Where it is not, each block
//! becomes one of the circuit's, and before that every variable that it assigns becomes stored. What leaves a
//! loop or a subroutine from within such a block is a [`ControlFlow::Break`] or `Continue`; the loop's rounds
//! (the subroutine's body) then become a [`ControlFlow::Sequence`], and every variable that may be assigned
//! behind the exit becomes stored as well.

use std::collections::HashMap;
use std::rc::Rc;

use super::variable::{Data, Elements, Located, Place, Selection, Shape};
use super::{Analyser, Fallible, MAX_CALLS, Symbol, quantum::Wires};
use crate::circuit::control_flow::{Block, ControlFlow};
use crate::circuit::expression::{BinaryOp, Expr, UnaryOp};
use crate::circuit::{Instruction, Operation, Slot, Type};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::quoted;
use crate::frontend::qasm::lex::Span;
use crate::frontend::qasm::v3::syntax::{
    ArraySizes, Expression, ExpressionKind, Name, Parameter, ParameterType, Statement, StatementKind,
    TypeSyntax,
};

/// How a statement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next one follows.
    Next,
    /// The loop is left.
    Break,
    /// The round is left.
    Continue,
    /// The subroutine is left.
    Return,
    /// The program is left.
    End,
    /// An instruction leaves; what follows is never reached.
    Dead,
}

/// What is around a statement.
pub(super) enum Context<'a> {
    /// A loop, and what its body assigns.
    Loop { used: bool, marked: bool, names: Rc<[&'a str]> },
    /// A block that is entered only if something says so that is not known.
    Dynamic,
    /// A subroutine.
    Function {
        used: bool,
        marked: bool,
        returns: Option<Type>,
        slot: Option<u32>,
        result: Option<Expr>,
        names: Rc<[&'a str]>,
    },
    /// A gate and its qubits.
    Gate(Rc<[u32]>),
}

/// A subroutine.
#[derive(Debug)]
pub(super) struct Subroutine<'a> {
    name: &'a str,
    parameters: Vec<Parameter<'a>>,
    returns: Option<TypeSyntax<'a>>,
    body: Vec<Statement<'a>>,
    /// What its body assigns.
    names: Rc<[&'a str]>,
    file: usize,
}

/// What a block may do to what is around it.
#[derive(Default)]
struct Effects<'a> {
    names: Vec<&'a str>,
    leaves_loop: bool,
    returns: bool,
}

/// What an expression names, without indices.
fn base_name<'a>(expression: &Expression<'a>) -> Option<&'a str> {
    match &expression.kind {
        ExpressionKind::Name(name) => Some(name),
        ExpressionKind::Index(inner, _) | ExpressionKind::Parenthesis(inner) => base_name(inner),
        _ => None,
    }
}

/// Whether an expression calls something that is not built in.
fn calls(expression: &Expression) -> bool {
    use crate::circuit::expression::Function;
    match &expression.kind {
        ExpressionKind::Call(name, arguments) => {
            (Function::by_name(name.text).is_none() && name.text != "sizeof") || arguments.iter().any(calls)
        }
        ExpressionKind::Measure(_) => true,
        ExpressionKind::Parenthesis(inner)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Cast(_, inner) => calls(inner),
        ExpressionKind::Binary(_, operands) => calls(&operands.0) || calls(&operands.1),
        ExpressionKind::Index(base, entries) => calls(base) || entries.iter().any(calls),
        _ => false,
    }
}

impl<'a> Analyser<'a> {
    /// Whether what is appended now may be passed over when the circuit runs.
    pub(super) fn conditional(&self) -> bool {
        self.depth > 0
            || self.contexts.iter().any(|context| {
                matches!(context, Context::Loop { used: true, .. } | Context::Function { used: true, .. })
            })
    }

    pub(super) fn in_gate(&self) -> bool {
        matches!(self.innermost_callable(), Some(Context::Gate(_)))
    }

    fn innermost_callable(&self) -> Option<&Context<'a>> {
        self.contexts.iter().rev().find(|c| matches!(c, Context::Gate(_) | Context::Function { .. }))
    }

    pub(super) fn gate_qubits(&self) -> Option<crate::circuit::Qubits> {
        match self.innermost_callable() {
            Some(Context::Gate(qubits)) => Some(qubits.iter().copied().collect()),
            _ => None,
        }
    }

    fn effects(&self, statements: &[Statement<'a>], in_loop: bool, effects: &mut Effects<'a>) {
        use StatementKind as Kind;
        let target = |expression: &Expression<'a>, effects: &mut Effects<'a>| {
            effects.names.extend(base_name(expression));
        };
        for statement in statements {
            match &statement.kind {
                Kind::Assign { target: to, value, .. } => {
                    target(to, effects);
                    self.call_effects(value, effects);
                }
                Kind::Measure { target: Some(to), .. } => target(to, effects),
                Kind::Declaration { initial: Some(value), .. }
                | Kind::Expression(value)
                | Kind::Return(Some(value)) => {
                    effects.returns |= matches!(statement.kind, Kind::Return(_));
                    self.call_effects(value, effects);
                }
                Kind::Return(None) => effects.returns = true,
                Kind::Break | Kind::Continue => effects.leaves_loop |= !in_loop,
                Kind::If { condition, then, otherwise } => {
                    self.call_effects(condition, effects);
                    self.effects(then, in_loop, effects);
                    self.effects(otherwise, in_loop, effects);
                }
                Kind::For { body, .. } => self.effects(body, true, effects),
                Kind::While { condition, body } => {
                    self.call_effects(condition, effects);
                    self.effects(body, true, effects);
                }
                Kind::Switch { target, cases, default } => {
                    self.call_effects(target, effects);
                    for (_, block) in cases {
                        self.effects(block, in_loop, effects);
                    }
                    self.effects(default.as_deref().unwrap_or(&[]), in_loop, effects);
                }
                Kind::Box { body, .. } | Kind::Scope(body) => self.effects(body, in_loop, effects),
                _ => {}
            }
        }
    }

    /// Arrays that a subroutine may change.
    fn call_effects(&self, expression: &Expression<'a>, effects: &mut Effects<'a>) {
        if !self.any_mutable {
            return;
        }
        match &expression.kind {
            ExpressionKind::Call(_, arguments) => {
                for argument in arguments {
                    effects.names.extend(base_name(argument));
                    self.call_effects(argument, effects);
                }
            }
            ExpressionKind::Parenthesis(inner)
            | ExpressionKind::Unary(_, inner)
            | ExpressionKind::Cast(_, inner) => self.call_effects(inner, effects),
            ExpressionKind::Binary(_, operands) => {
                self.call_effects(&operands.0, effects);
                self.call_effects(&operands.1, effects);
            }
            ExpressionKind::Index(base, entries) => {
                self.call_effects(base, effects);
                for entry in entries {
                    self.call_effects(entry, effects);
                }
            }
            _ => {}
        }
    }

    fn names_of(&self, body: &[Statement<'a>]) -> Rc<[&'a str]> {
        let mut effects = Effects::default();
        self.effects(body, true, &mut effects);
        effects.names.sort_unstable();
        effects.names.dedup();
        effects.names.into()
    }

    /// Makes the variables of these names stored.
    fn store_names(&mut self, names: &[&'a str]) -> Fallible<()> {
        for name in names {
            let cells: Vec<u32> = match self.find(name).map(|entry| &entry.symbol) {
                Some(Symbol::Variable(cell)) => vec![*cell],
                Some(Symbol::Bits(bits)) => bits.iter().map(|(cell, _)| *cell).collect(),
                _ => continue,
            };
            for cell in cells {
                if !self.cell(cell)?.constant {
                    self.make_stored(cell)?;
                }
            }
        }
        Ok(())
    }

    /// Before blocks that are entered only if something says so that is not known.
    fn prepare(&mut self, blocks: &[&[Statement<'a>]], in_loop: bool) -> Fallible<()> {
        let mut effects = Effects::default();
        for block in blocks {
            self.effects(block, in_loop, &mut effects);
        }
        self.store_names(&effects.names)?;
        let mut marked: Vec<Rc<[&'a str]>> = Vec::new();
        let mut within = true;
        for context in self.contexts.iter_mut().rev() {
            match context {
                Context::Loop { marked: done, names, .. } => {
                    if within && effects.leaves_loop && !*done {
                        *done = true;
                        marked.push(names.clone());
                    }
                    within = false;
                }
                Context::Function { marked: done, names, .. } => {
                    if effects.returns && !*done {
                        *done = true;
                        marked.push(names.clone());
                    }
                    break;
                }
                Context::Gate(_) => break,
                Context::Dynamic => {}
            }
        }
        marked.iter().try_for_each(|names| self.store_names(names))
    }

    /// A block that is entered only if something says so that is not known.
    fn dynamic_block(&mut self, statements: &[Statement<'a>]) -> Fallible<Block> {
        self.contexts.push(Context::Dynamic);
        self.depth += 1;
        let start = self.out.len();
        self.block(statements)?;
        self.depth -= 1;
        self.contexts.pop();
        Ok(self.out.split_off(start))
    }

    fn no_feedback_in_gates(&self, span: Span) -> Fallible<()> {
        if self.in_gate() {
            return self.error(ErrorCode::SemanticError, span, "A gate cannot depend on a measurement.");
        }
        Ok(())
    }

    pub(super) fn branch(
        &mut self,
        condition: &Expression<'a>,
        then: &[Statement<'a>],
        otherwise: &[Statement<'a>],
    ) -> Fallible<Flow> {
        let truth = self.condition(condition)?;
        match truth.as_bool() {
            Some(true) => return self.block(then),
            Some(false) => return self.block(otherwise),
            None => self.no_feedback_in_gates(condition.span)?,
        }
        self.prepare(&[then, otherwise], false)?;
        let then = self.dynamic_block(then)?;
        let otherwise = self.dynamic_block(otherwise)?;
        self.push_flow(ControlFlow::IfElse { condition: truth, then, otherwise })?;
        Ok(Flow::Next)
    }

    pub(super) fn switch(
        &mut self,
        target: &Expression<'a>,
        cases: &[(Vec<Expression<'a>>, Vec<Statement<'a>>)],
        default: &[Statement<'a>],
    ) -> Fallible<Flow> {
        let value = self.expression(target)?;
        if !value.ty.is_integer() {
            let error = AerError::new(ErrorCode::SemanticError, "A switch needs a whole number.")
                .found(value.ty.to_string())
                .expected("int, uint, bit or bool");
            return Err(self.at(error, target.span));
        }
        let mut labels = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (values, _) in cases {
            let mut list = Vec::new();
            for value in values {
                let label = self.known_integer(value, "The value of a case")?;
                if !seen.insert(label) {
                    let error = AerError::new(ErrorCode::SemanticError, "Two cases have the same value.")
                        .found(label.to_string());
                    return Err(self.at(error, value.span));
                }
                list.push(label);
            }
            labels.push(list);
        }
        if value.value().is_some() {
            let known = value.as_i64();
            let found = labels.iter().position(|list| known.is_some_and(|known| list.contains(&known)));
            let block = found.and_then(|i| cases.get(i)).map_or(default, |(_, block)| block.as_slice());
            return self.block(block);
        }
        self.no_feedback_in_gates(target.span)?;
        let mut blocks: Vec<&[Statement<'a>]> = cases.iter().map(|(_, block)| block.as_slice()).collect();
        blocks.push(default);
        self.prepare(&blocks, false)?;
        let mut lowered = Vec::new();
        for (list, (_, block)) in labels.into_iter().zip(cases) {
            lowered.push((list, self.dynamic_block(block)?));
        }
        let default = self.dynamic_block(default)?;
        self.push_flow(ControlFlow::Switch { target: value, cases: lowered, default })?;
        Ok(Flow::Next)
    }

    /// `break` or `continue`.
    pub(super) fn leave_loop(&mut self, round: bool, span: Span) -> Fallible<Flow> {
        let mut dynamic = false;
        for context in self.contexts.iter_mut().rev() {
            match context {
                Context::Dynamic => dynamic = true,
                Context::Loop { used, .. } => {
                    if !dynamic && !*used {
                        return Ok(if round { Flow::Continue } else { Flow::Break });
                    }
                    *used = true;
                    let flow = if round {
                        ControlFlow::Continue { outer: 0 }
                    } else {
                        ControlFlow::Break { outer: 0 }
                    };
                    self.push_flow(flow)?;
                    return Ok(Flow::Dead);
                }
                Context::Function { .. } | Context::Gate(_) => break,
            }
        }
        let what = if round { "continue" } else { "break" };
        self.error(ErrorCode::SemanticError, span, format!("`{what}` stands outside of a loop."))
    }

    pub(super) fn end(&mut self) -> Fallible<Flow> {
        if !self.conditional() {
            return Ok(Flow::End);
        }
        self.push_flow(ControlFlow::End)?;
        Ok(Flow::Dead)
    }

    pub(super) fn return_value(&mut self, value: Option<&Expression<'a>>, span: Span) -> Fallible<Flow> {
        let function = self.contexts.iter().rev().find_map(|context| match context {
            Context::Function { returns, .. } => Some(*returns),
            _ => None,
        });
        let Some(returns) = function else {
            return self.error(ErrorCode::SemanticError, span, "`return` stands outside of a subroutine.");
        };
        let value = match (value, returns) {
            (None, None) => None,
            (Some(value), Some(ty)) => {
                let result = self.expression(value)?;
                Some(result.cast(ty).map_err(|error| self.at(error, value.span))?)
            }
            (Some(value), None) => {
                self.expression_statement(value)?;
                let message = "The subroutine gives nothing back.";
                return self.error(ErrorCode::SemanticError, value.span, message);
            }
            (None, Some(ty)) => {
                let error = AerError::new(ErrorCode::SemanticError, "The subroutine must give a value back.")
                    .expected(ty.to_string());
                return Err(self.at(error, span));
            }
        };
        let (mut dynamic, mut outer, mut slot) = (false, 0, None);
        for context in self.contexts.iter().rev() {
            match context {
                Context::Dynamic => dynamic = true,
                Context::Loop { used, .. } => {
                    dynamic |= *used;
                    outer += 1;
                }
                Context::Function { used, slot: stored, .. } => {
                    dynamic |= *used;
                    slot = *stored;
                    break;
                }
                Context::Gate(_) => break,
            }
        }
        if dynamic {
            if let (Some(value), Some(ty)) = (&value, returns) {
                let first = match slot {
                    Some(first) => first,
                    None => self.temporary(ty)?.first,
                };
                slot = Some(first);
                self.store(Slot::new(first, ty), value.clone())?;
            }
            for context in self.contexts.iter_mut().rev() {
                match context {
                    Context::Loop { used, .. } => *used = true,
                    Context::Function { used, slot: stored, .. } => {
                        *used = true;
                        *stored = slot;
                        break;
                    }
                    _ => {}
                }
            }
            self.push_flow(ControlFlow::Break { outer })?;
            return Ok(Flow::Dead);
        }
        for context in self.contexts.iter_mut().rev() {
            if let Context::Function { result, .. } = context {
                *result = value;
                break;
            }
        }
        Ok(Flow::Return)
    }

    /// One round of a loop that is unrolled: how it ends, and whether something may have left it.
    fn round(
        &mut self,
        body: &[Statement<'a>],
        names: &Rc<[&'a str]>,
        used: bool,
        variable: Option<(Name<'a>, &Shape, Expr)>,
    ) -> Fallible<(Flow, bool)> {
        self.charge(1)?;
        self.contexts.push(Context::Loop { used, marked: false, names: names.clone() });
        self.open_scope();
        if let Some((name, shape, value)) = variable {
            let cell = self.new_cell(name.text, shape.clone(), vec![super::variable::zero(shape.element)]);
            self.declare(name, Symbol::Variable(cell))?;
            let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
            self.write(place, Data::Scalar(value))?;
        }
        let flow = self.statements(body)?;
        self.close_scope();
        let used = matches!(self.contexts.pop(), Some(Context::Loop { used: true, .. }));
        Ok((flow, used))
    }

    pub(super) fn for_loop(
        &mut self,
        ty: &TypeSyntax<'a>,
        name: Name<'a>,
        values: &Expression<'a>,
        body: &[Statement<'a>],
    ) -> Fallible<Flow> {
        let shape = self.shape(ty)?;
        if !shape.sizes.is_empty() {
            return self.error(
                ErrorCode::SemanticError,
                ty.span,
                "The variable of a loop is a single value.",
            );
        }
        let (mut list, mut range) = (Vec::new(), None);
        match &values.kind {
            ExpressionKind::Range(parts) => {
                let [start, step, stop] = &**parts;
                let (Some(start), Some(stop)) = (start, stop) else {
                    return self.error(
                        ErrorCode::SemanticError,
                        values.span,
                        "The range has no start or no end.",
                    );
                };
                let start = self.expression(start)?;
                let step = match step {
                    Some(step) => self.expression(step)?,
                    None => Expr::int(1),
                };
                let stop = self.expression(stop)?;
                for part in [&start, &step, &stop] {
                    if !part.ty.is_integer() {
                        let error =
                            AerError::new(ErrorCode::SemanticError, "A range is made of whole numbers.")
                                .found(part.ty.to_string());
                        return Err(self.at(error, values.span));
                    }
                }
                match (start.as_i64(), step.as_i64(), stop.as_i64()) {
                    (_, Some(0), _) => {
                        return self.error(
                            ErrorCode::SemanticError,
                            values.span,
                            "The step of a range is 0.",
                        );
                    }
                    (Some(start), Some(step), Some(stop)) => range = Some((start, step, stop)),
                    _ => {
                        self.no_feedback_in_gates(values.span)?;
                        return self.counted_loop(&shape, name, [start, step, stop], body);
                    }
                }
            }
            ExpressionKind::Set(entries) => {
                for entry in entries {
                    list.push(self.expression(entry)?);
                }
            }
            _ => {
                let located = self.locate(values)?;
                let data = match &located {
                    Some(located) => self.located_value(located)?,
                    None => Data::Scalar(self.expression(values)?),
                };
                match data {
                    Data::Array { elements, sizes } if sizes.len() == 1 => list = elements,
                    Data::Scalar(value) if matches!(value.ty, Type::Uint(_)) => {
                        for bit in 0..value.ty.width() {
                            list.push(super::variable::extract(value.clone(), bit, None)?);
                        }
                    }
                    _ => {
                        let error = AerError::new(ErrorCode::SemanticError, "A loop cannot go over this.")
                            .expected("a range, a set, an array of one dimension or bits");
                        return Err(self.at(error, values.span));
                    }
                }
            }
        }
        // What a body may assign must not change the values that are still to come.
        if list.iter().any(|value| value.value().is_none()) {
            self.charge(list.len() as u64)?;
            let mut kept = Vec::new();
            for value in list {
                if value.value().is_some() {
                    kept.push(value);
                    continue;
                }
                let copy = Slot::new(self.allocate(value.ty.width())?, value.ty);
                self.store(copy.clone(), value)?;
                kept.push(Expr::read(copy));
            }
            list = kept;
        }
        let names = self.names_of(body);
        let mut next = 0;
        self.unrolled(body, &names, &mut |_| {
            let value = match range {
                None => list.get(next).cloned(),
                Some((start, step, stop)) => {
                    let value = i128::from(start) + next as i128 * i128::from(step);
                    let within = if step > 0 { value <= i128::from(stop) } else { value >= i128::from(stop) };
                    within.then(|| Expr::int(value as i64))
                }
            };
            next += 1;
            Ok(value.map(|value| Some((name, &shape, value))))
        })
    }

    /// Rounds as long as there are values.
    #[allow(clippy::type_complexity, clippy::option_option, reason = "a round, with or without a variable")]
    fn unrolled<'s>(
        &mut self,
        body: &[Statement<'a>],
        names: &Rc<[&'a str]>,
        next: &mut dyn FnMut(&mut Self) -> Fallible<Option<Option<(Name<'a>, &'s Shape, Expr)>>>,
    ) -> Fallible<Flow> {
        let mut rounds: Option<Vec<Block>> = None;
        let mut flow = Flow::Next;
        while let Some(variable) = next(self)? {
            let start = self.out.len();
            let (ends, used) = self.round(body, names, rounds.is_some(), variable)?;
            if used {
                rounds.get_or_insert_default().push(self.out.split_off(start));
            }
            match ends {
                Flow::Next | Flow::Continue | Flow::Dead => {}
                Flow::Break => break,
                Flow::Return | Flow::End => {
                    flow = ends;
                    break;
                }
            }
        }
        if let Some(rounds) = rounds {
            self.push_flow(ControlFlow::Sequence(rounds))?;
        }
        Ok(flow)
    }

    /// A loop over a range that is known only at run time.
    fn counted_loop(
        &mut self,
        shape: &Shape,
        name: Name<'a>,
        [start, step, stop]: [Expr; 3],
        body: &[Statement<'a>],
    ) -> Fallible<Flow> {
        self.prepare(&[body], true)?;
        let counter = Slot::new(self.allocate(64)?, Type::INT);
        self.store(counter.clone(), start)?;
        let keep = |analyser: &mut Self, value: Expr| -> Fallible<Expr> {
            let value = value.cast(Type::INT)?;
            if value.value().is_some() {
                return Ok(value);
            }
            let slot = Slot::new(analyser.allocate(64)?, Type::INT);
            analyser.store(slot.clone(), value)?;
            Ok(Expr::read(slot))
        };
        let (step, stop) = (keep(self, step)?, keep(self, stop)?);
        let at = Expr::read(counter.clone());
        let compare = |op, a: &Expr, b: &Expr| Expr::binary(op, a.clone(), b.clone());
        let up = compare(BinaryOp::LessEqual, &at, &stop)?;
        let down = compare(BinaryOp::GreaterEqual, &at, &stop)?;
        let condition = match step.as_i64() {
            Some(step) if step > 0 => up,
            Some(_) => down,
            None => {
                let zero = Expr::int(0);
                let up = Expr::binary(BinaryOp::And, compare(BinaryOp::Greater, &step, &zero)?, up)?;
                let down = Expr::binary(BinaryOp::And, compare(BinaryOp::Less, &step, &zero)?, down)?;
                Expr::binary(BinaryOp::Or, up, down)?
            }
        };
        let names: Rc<[&'a str]> = self.names_of(body);
        self.contexts.push(Context::Loop { used: true, marked: true, names });
        self.contexts.push(Context::Dynamic);
        self.depth += 1;
        let first = self.out.len();
        self.open_scope();
        let zeros = vec![super::variable::zero(shape.element)];
        let cell = self.new_cell(name.text, shape.clone(), zeros);
        self.declare(name, Symbol::Variable(cell))?;
        let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
        self.write(place, Data::Scalar(at.clone()))?;
        self.store(counter, Expr::binary(BinaryOp::Add, at, step)?)?;
        self.statements(body)?;
        self.close_scope();
        self.depth -= 1;
        self.contexts.pop();
        self.contexts.pop();
        let body = self.out.split_off(first);
        self.push_flow(ControlFlow::While { condition, body })?;
        Ok(Flow::Next)
    }

    pub(super) fn while_loop(
        &mut self,
        condition: &Expression<'a>,
        body: &[Statement<'a>],
    ) -> Fallible<Flow> {
        if calls(condition) {
            return self.dynamic_while(condition, body);
        }
        let names = self.names_of(body);
        let mut rounds: Option<Block> = None;
        let mut flow = Flow::Next;
        loop {
            let truth = self.condition(condition)?;
            match (truth.as_bool(), &rounds) {
                (Some(false), _) => break,
                (Some(true), None) => {
                    let start = self.out.len();
                    let (ends, used) = self.round(body, &names, false, None)?;
                    if used {
                        rounds = Some(self.out.split_off(start));
                    }
                    match ends {
                        Flow::Next | Flow::Continue | Flow::Dead => {}
                        Flow::Break => break,
                        Flow::Return | Flow::End => {
                            flow = ends;
                            break;
                        }
                    }
                }
                (_, None) => return self.dynamic_while(condition, body),
                (_, Some(_)) => {
                    let start = self.out.len();
                    // Inside of what `break` in the first round leaves.
                    let names = names.clone();
                    self.contexts.push(Context::Loop { used: true, marked: true, names });
                    self.dynamic_while(condition, body)?;
                    self.contexts.pop();
                    let rest = self.out.split_off(start);
                    let first = rounds.take().unwrap_or_default();
                    self.push_flow(ControlFlow::Sequence(vec![first, rest]))?;
                    return Ok(Flow::Next);
                }
            }
        }
        if let Some(first) = rounds {
            self.push_flow(ControlFlow::Sequence(vec![first]))?;
        }
        Ok(flow)
    }

    /// A loop whose condition is known only at run time.
    fn dynamic_while(&mut self, condition: &Expression<'a>, body: &[Statement<'a>]) -> Fallible<Flow> {
        self.no_feedback_in_gates(condition.span)?;
        let mut effects = Effects::default();
        self.call_effects(condition, &mut effects);
        self.store_names(&effects.names)?;
        self.prepare(&[body], true)?;
        let names = self.names_of(body);
        self.contexts.push(Context::Loop { used: true, marked: true, names });
        self.contexts.push(Context::Dynamic);
        self.depth += 1;
        let start = self.out.len();
        let mut truth = self.condition(condition)?;
        if self.out.len() > start {
            // The condition takes instructions of its own.
            let leave = ControlFlow::Break { outer: 0 };
            let leave = Instruction::new(Operation::ControlFlow(Box::new(leave)), []);
            let stop = Expr::unary(UnaryOp::Not, truth)?;
            self.push_flow(ControlFlow::IfElse {
                condition: stop,
                then: vec![leave],
                otherwise: Vec::new(),
            })?;
            truth = Expr::bool(true);
        }
        self.block(body)?;
        self.depth -= 1;
        self.contexts.pop();
        self.contexts.pop();
        let body = self.out.split_off(start);
        self.push_flow(ControlFlow::While { condition: truth, body })?;
        Ok(Flow::Next)
    }

    pub(super) fn define_subroutine(
        &mut self,
        name: Name<'a>,
        parameters: &[Parameter<'a>],
        returns: Option<&TypeSyntax<'a>>,
        body: &[Statement<'a>],
    ) -> Fallible<()> {
        let mut seen = std::collections::HashSet::new();
        for parameter in parameters {
            if !seen.insert(parameter.name.text) {
                let message = format!("{} stands twice.", quoted(parameter.name.text));
                return self.error(ErrorCode::SemanticError, parameter.name.span, message);
            }
            self.any_mutable |= matches!(parameter.ty, ParameterType::Array { mutable: true, .. });
        }
        let names = self.names_of(body);
        let subroutine = Subroutine {
            name: name.text,
            parameters: parameters.to_vec(),
            returns: returns.cloned(),
            body: body.to_vec(),
            names,
            file: self.file,
        };
        self.declare(name, Symbol::Subroutine(Rc::new(subroutine)))
    }

    /// Executes a subroutine where it is called.
    pub(super) fn call_subroutine(
        &mut self,
        subroutine: &Rc<Subroutine<'a>>,
        name: Name<'a>,
        arguments: &[Expression<'a>],
    ) -> Fallible<Option<Expr>> {
        if self.in_gate() {
            return self.error(ErrorCode::SemanticError, name.span, "A gate cannot call a subroutine.");
        }
        if arguments.len() != subroutine.parameters.len() {
            let error = AerError::new(
                ErrorCode::ParameterCount,
                format!("{} got the wrong number of arguments.", quoted(subroutine.name)),
            )
            .found(arguments.len().to_string())
            .expected(subroutine.parameters.len().to_string());
            return Err(self.at(error, name.span));
        }
        self.enter_call(name)?;
        let caller = (self.file, self.visible);
        let first_cell = self.cells.len();
        let mut symbols = Vec::new();
        let mut wires: Vec<u32> = Vec::new();
        for (parameter, argument) in subroutine.parameters.iter().zip(arguments) {
            let symbol = self.argument(parameter, argument, subroutine.file)?;
            if let Symbol::Qubits(Wires::One(qubit)) = &symbol {
                wires.push(*qubit);
            } else if let Symbol::Qubits(Wires::Many(qubits)) = &symbol {
                wires.extend(qubits.iter());
            }
            symbols.push(symbol);
        }
        super::quantum::different(&wires).map_err(|error| self.at(error, name.span))?;
        self.scopes.push(super::Scope { names: HashMap::default(), cells: first_cell });
        self.visible = self.scopes.len() - 1;
        self.file = subroutine.file;
        let returns = match &subroutine.returns {
            Some(ty) => Some(self.shape(ty)?.element),
            None => None,
        };
        let names = subroutine.names.clone();
        self.contexts.push(Context::Function {
            used: false,
            marked: false,
            returns,
            slot: None,
            result: None,
            names,
        });
        for (parameter, symbol) in subroutine.parameters.iter().zip(symbols) {
            self.declare(parameter.name, symbol)?;
        }
        let start = self.out.len();
        let flow = self.statements(&subroutine.body)?;
        let context = self.contexts.pop();
        self.close_scope();
        (self.file, self.visible) = caller;
        self.calls -= 1;
        let Some(Context::Function { used, slot, result, .. }) = context else { return Ok(None) };
        if used {
            let body = self.out.split_off(start);
            self.push_flow(ControlFlow::Sequence(vec![body]))?;
        }
        if flow == Flow::End {
            self.ended = true;
        }
        match (returns, slot, result) {
            (Some(ty), Some(slot), _) => Ok(Some(Expr::read(Slot::new(slot, ty)))),
            (Some(_), None, Some(value)) => Ok(Some(value)),
            (Some(ty), None, None) if flow != Flow::End => {
                let error = AerError::new(
                    ErrorCode::SemanticError,
                    format!("{} ends without giving a value back.", quoted(subroutine.name)),
                )
                .expected(format!("`return` with a value of type {ty}"));
                Err(self.at(error, name.span))
            }
            (Some(ty), None, None) => Ok(Some(Expr::constant(super::variable::zero(ty), ty))),
            (None, _, _) => Ok(None),
        }
    }

    /// Counts a call; recursion ends here.
    pub(super) fn enter_call(&mut self, name: Name<'a>) -> Fallible<()> {
        self.calls += 1;
        self.charge(1)?;
        if self.calls > MAX_CALLS {
            let error = AerError::new(
                ErrorCode::SemanticError,
                format!("Calls are nested too deeply at {}.", quoted(name.text)),
            )
            .expected(format!("at most {MAX_CALLS} levels, and no recursion that goes on"));
            return Err(self.at(error, name.span));
        }
        Ok(())
    }

    /// What a parameter stands for during a call.
    fn argument(
        &mut self,
        parameter: &Parameter<'a>,
        argument: &Expression<'a>,
        file: usize,
    ) -> Fallible<Symbol<'a>> {
        // The parameter's own type belongs to the file of the definition.
        let within = |analyser: &mut Self, act: &mut dyn FnMut(&mut Self) -> Fallible<Shape>| {
            let before = std::mem::replace(&mut analyser.file, file);
            let result = act(analyser);
            analyser.file = before;
            result
        };
        match &parameter.ty {
            ParameterType::Qubits(size) => {
                let wires = self.wires(argument)?;
                let qubits = wires.clone().known(self, argument.span)?;
                let size = match size {
                    None => None,
                    Some(size) => Some(self.size(size, "The size of a register")?),
                };
                let fits = match size {
                    None => qubits.len() == 1,
                    Some(size) => qubits.len() == size as usize,
                };
                if !fits {
                    let error =
                        AerError::new(ErrorCode::QubitCount, "The argument has the wrong number of qubits.")
                            .found(qubits.len().to_string())
                            .expected(size.unwrap_or(1).to_string());
                    return Err(self.at(error, argument.span));
                }
                Ok(Symbol::Qubits(match size {
                    None => Wires::One(qubits.first().copied().unwrap_or(0)),
                    Some(_) => Wires::Many(qubits),
                }))
            }
            ParameterType::Classical(ty) => {
                let shape = within(self, &mut |analyser| analyser.shape(ty))?;
                let value = self.data(argument, &shape)?;
                let zeros = vec![super::variable::zero(shape.element); shape.count() as usize];
                let cell = self.new_cell(parameter.name.text, shape, zeros);
                let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
                self.write(place, value)?;
                Ok(Symbol::Variable(cell))
            }
            ParameterType::Array { mutable, element, sizes } => {
                let wanted = within(self, &mut |analyser| analyser.shape(element))?.element;
                let located = self.locate(argument)?;
                let Some(Located::Place(place)) = located else {
                    return self.error(ErrorCode::SemanticError, argument.span, "The argument is no array.");
                };
                let whole = matches!(place.elements, Elements::Whole);
                let mut cell = place.cell;
                if !whole {
                    if *mutable {
                        let message = "A part of an array cannot be passed as mutable.";
                        return self.error(ErrorCode::SemanticError, argument.span, message);
                    }
                    let Data::Array { elements, sizes } = self.read(&place)? else {
                        return self.error(
                            ErrorCode::SemanticError,
                            argument.span,
                            "The argument is no array.",
                        );
                    };
                    let shape = Shape { sizes, ..self.cell(cell)?.shape.clone() };
                    let zeros = vec![super::variable::zero(shape.element); shape.count() as usize];
                    cell = self.new_cell(parameter.name.text, shape.clone(), zeros);
                    let place = Place { cell, elements: Elements::Whole, bits: Selection::Whole };
                    self.write(place, Data::Array { elements, sizes: shape.sizes })?;
                }
                let shape = self.cell(cell)?.shape.clone();
                let fits = match sizes {
                    ArraySizes::Each(sizes) => {
                        let sizes: Vec<u32> = sizes
                            .iter()
                            .map(|size| self.size(size, "The size of an array"))
                            .collect::<Fallible<_>>()?;
                        sizes == shape.sizes
                    }
                    ArraySizes::Dimensions(count) => {
                        self.known_integer(count, "The number of dimensions")?
                            == i64::try_from(shape.sizes.len()).unwrap_or(i64::MAX)
                    }
                };
                if !fits || shape.element != wanted {
                    let error =
                        AerError::new(ErrorCode::SemanticError, "The array has another type or shape.")
                            .found(format!("array[{}, {:?}]", shape.element, shape.sizes))
                            .expected(format!("elements of type {wanted}, and the sizes of the parameter"));
                    return Err(self.at(error, argument.span));
                }
                if *mutable {
                    if self.cell(cell)?.constant
                        || matches!(
                            base_name(argument).and_then(|n| self.find(n)).map(|e| &e.symbol),
                            Some(Symbol::ReadOnly(_))
                        )
                    {
                        let message = "This array cannot be passed as mutable.";
                        return self.error(ErrorCode::SemanticError, argument.span, message);
                    }
                    return Ok(Symbol::Variable(cell));
                }
                Ok(Symbol::ReadOnly(cell))
            }
        }
    }
}
