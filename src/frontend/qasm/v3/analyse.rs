//! From the tree to a circuit.
//!
//! [`Analyser`] takes one statement of the top level after the other and executes it: `execute` goes by kind,
//! [`expression`] gives values, [`variable`] holds what is known and stores what is not, [`quantum`] finds
//! qubits and measures, [`gate`] expands gates and their modifiers, [`control`] has branches, loops and
//! subroutines, [`input`] what goes in and comes out. Instructions are appended to one list; a block is what
//! was appended since it began.
//!
//! Register bits: those of the top level's `bit`s come first, as they are memory bits as well. Everything else
//! that is stored gets bits from [`STORED`] on, which move down behind the memory bits at the end.
//!
//! An error ends the statement of the top level that it stands in; the next one goes on. What an erroneous
//! declaration should have declared is [`Symbol::Broken`], and its uses are no further errors.

mod control;
mod expression;
mod gate;
mod input;
mod power;
mod quantum;
mod variable;

use std::collections::HashMap;
use std::rc::Rc;

use super::parse::Parser;
use super::syntax::{Expression, Name, Qualifier, Statement, StatementKind};
use crate::circuit::control_flow::ControlFlow;
use crate::circuit::{
    Circuit, Expr, GATES, Instruction, MAX_BITS, Operation, Qubits, Slot, Variable, transform, validate,
};
use crate::error::{AerError, ErrorCode};
use crate::frontend::qasm::cursor::{near_hint, quoted};
use crate::frontend::qasm::diagnostic;
use crate::frontend::qasm::lex::Span;
use crate::frontend::{LoadOptions, Reading};
use control::{Context, Flow, Subroutine};
pub(super) use gate::controlled_row;
use gate::{Callee, Definition, Op};
use quantum::Wires;
use variable::Cell;

/// Most steps that a program may be executed for: statements, rounds, and instructions that come out.
pub const MAX_STEPS: u64 = 1 << 22;

/// Most instructions that a program may come to.
pub const MAX_INSTRUCTIONS: u64 = 1 << 23;

/// Deepest nesting of calls of gates and subroutines.
pub const MAX_CALLS: usize = 128;

/// Deepest nesting of included files.
pub const MAX_INCLUDES: usize = 64;

/// Errors after which no more are looked for.
pub const MAX_DIAGNOSTICS: usize = 20;

/// The first register bit of what is stored, while the number of memory bits is not known.
const STORED: u32 = 1 << 24;

/// Bytes between two reports of progress.
const PROGRESS_BYTES: usize = 1 << 16;

type Fallible<T> = Result<T, AerError>;

/// Reads and analyses a program.
pub fn circuit<'a>(source: &'a str, options: LoadOptions<'a>) -> Result<Circuit, AerError> {
    let mut analyser = Analyser::new(options);
    analyser.include("", source);
    analyser.finish()
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Symbol<'a> {
    Qubits(Wires),
    Variable(u32),
    /// An array that a subroutine may not change.
    ReadOnly(u32),
    /// A parameter of a gate or of the program.
    Value(Expr),
    /// `let` on classical bits: variables and their bits.
    Bits(Rc<[(u32, u32)]>),
    Gate(Callee),
    Subroutine(Rc<Subroutine<'a>>),
    /// `extern`, `defcal`: known to exist, but without a meaning here.
    Foreign(&'static str),
    Broken,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    symbol: Symbol<'a>,
    place: Option<(usize, Span)>,
}

#[derive(Default)]
struct Scope<'a> {
    names: HashMap<&'a str, Entry<'a>>,
    /// How many variables there were before.
    cells: usize,
}

struct File<'a> {
    name: &'a str,
    source: &'a str,
}

#[allow(clippy::struct_excessive_bools, reason = "they are independent")]
struct Analyser<'a> {
    options: LoadOptions<'a>,
    files: Vec<File<'a>>,
    /// The file at hand.
    file: usize,
    /// The files that are being included, outermost first.
    open: Vec<usize>,
    errors: Vec<AerError>,
    scopes: Vec<Scope<'a>>,
    /// The first scope of the gate or subroutine at hand; 0 outside of such.
    visible: usize,
    cells: Vec<Cell<'a>>,
    definitions: Vec<Rc<Definition<'a>>>,
    contexts: Vec<Context<'a>>,
    /// How many blocks around are entered only if something says so that is not known.
    depth: u32,
    /// How many gates and subroutines are being executed.
    calls: usize,
    /// Whether a body is only checked: gates in it are not expanded.
    checking: bool,
    /// Gates that are collected to be modified, instead of going out.
    ops: Option<Vec<Op>>,
    circuit: Circuit,
    out: Vec<Instruction>,
    steps: u64,
    emitted: u64,
    /// Bits of the register from [`STORED`] on that are in use, and those that are free again, by width.
    stored: u32,
    /// One more than the highest register bit of a pragma's instruction.
    scratch: u32,
    free: HashMap<u32, Vec<u32>>,
    freed: Vec<(u32, u32)>,
    /// Whether a file of gates was included.
    standard: bool,
    /// Whether qubits are named by number.
    physical: bool,
    outputs: Vec<&'a str>,
    used_inputs: Vec<&'a str>,
    /// Whether a subroutine has an array that it changes.
    any_mutable: bool,
    reported: usize,
    ended: bool,
}

impl<'a> Analyser<'a> {
    fn new(options: LoadOptions<'a>) -> Self {
        let mut circuit = Circuit::new(0, 0);
        circuit.name = "circuit".into();
        let mut names = HashMap::new();
        for (name, callee) in
            [("U", Callee::Table(crate::circuit::Gate::UBuiltin)), ("gphase", Callee::Phase)]
        {
            names.insert(name, Entry { symbol: Symbol::Gate(callee), place: None });
        }
        Self {
            options,
            files: Vec::new(),
            file: 0,
            open: Vec::new(),
            errors: Vec::new(),
            scopes: vec![Scope { names, cells: 0 }],
            visible: 0,
            cells: Vec::new(),
            definitions: Vec::new(),
            contexts: Vec::new(),
            depth: 0,
            calls: 0,
            checking: false,
            ops: None,
            circuit,
            out: Vec::new(),
            steps: 0,
            emitted: 0,
            stored: 0,
            scratch: 0,
            free: HashMap::new(),
            freed: Vec::new(),
            standard: false,
            physical: false,
            outputs: Vec::new(),
            used_inputs: Vec::new(),
            any_mutable: false,
            reported: 0,
            ended: false,
        }
    }

    /// Reads a file to its end, or until there is no point in going on.
    fn include(&mut self, name: &'a str, source: &'a str) {
        let before = self.file;
        self.file = self.files.len();
        self.files.push(File { name, source });
        if u32::try_from(source.len()).is_err() {
            let error = AerError::new(ErrorCode::SyntaxError, "The program is too long.")
                .found(format!("{} bytes", source.len()))
                .expected("less than 4 GiB");
            self.errors.push(error);
            return;
        }
        self.open.push(self.file);
        let mut parser = Parser::new(source);
        while let Some(parsed) = parser.next_statement() {
            let outcome = match parsed {
                Ok(statement) => self.statement(&statement).inspect_err(|_| self.forget(&statement)),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(Flow::End) => self.ended = true,
                Ok(_) => {}
                // The use of something broken says nothing new.
                Err(error) if error.message.is_empty() => self.reset(),
                Err(error) => {
                    let error = self.in_file(error);
                    self.errors.push(error);
                    self.reset();
                }
            }
            if self.ended || self.errors.len() >= MAX_DIAGNOSTICS {
                break;
            }
            if self.open.len() == 1 && parser.position() >= self.reported + PROGRESS_BYTES {
                self.reported = parser.position();
                self.report(self.reported, source.len());
            }
        }
        self.open.pop();
        self.file = before;
    }

    fn report(&self, bytes: usize, total_bytes: usize) {
        if let Some(progress) = self.options.progress {
            progress(Reading { bytes, total_bytes, instructions: self.out.len() });
        }
    }

    /// Back to the top level after an error.
    fn reset(&mut self) {
        self.scopes.truncate(1);
        self.visible = 0;
        self.contexts.clear();
        self.depth = 0;
        self.calls = 0;
        self.checking = false;
        self.ops = None;
        self.file = self.open.last().copied().unwrap_or(0);
    }

    /// Declares what a statement with an error should have declared.
    fn forget(&mut self, statement: &Statement<'a>) {
        let name = match &statement.kind {
            StatementKind::Qubits { name, .. }
            | StatementKind::Declaration { name, .. }
            | StatementKind::Alias { name, .. }
            | StatementKind::Gate { name, .. }
            | StatementKind::Subroutine { name, .. } => name.text,
            _ => return,
        };
        if let Some(global) = self.scopes.first_mut() {
            let broken = Entry { symbol: Symbol::Broken, place: None };
            global.names.insert(name, broken);
        }
    }

    /// The circuit, or all errors as one.
    fn finish(mut self) -> Result<Circuit, AerError> {
        if self.errors.len() < MAX_DIAGNOSTICS
            && let Some(error) = self.unknown_input()
        {
            self.errors.push(error);
        }
        if let Some(error) = AerError::all(std::mem::take(&mut self.errors)) {
            return Err(error);
        }
        self.save_outputs();
        let mut circuit = self.circuit;
        circuit.instructions = self.out;
        if self.physical && circuit.num_qubits > 0 {
            let size = circuit.num_qubits;
            circuit.qregs.push(crate::circuit::Register { name: "q".into(), size });
        }
        for cell in &self.cells {
            if let (Some(first), false, [], false) = (cell.slot, cell.clbit, &*cell.shape.sizes, cell.hidden)
            {
                let slot = Slot::new(first, cell.shape.element);
                circuit.variables.push(Variable { name: cell.name.to_owned(), slot });
            }
        }
        let clbits = circuit.num_clbits;
        let moved = |bit: u32| if bit >= STORED { bit - STORED + clbits } else { bit };
        for variable in &mut circuit.variables {
            variable.slot.first = moved(variable.slot.first);
        }
        circuit.num_register_bits = (clbits + self.stored).max(self.scratch);
        if self.stored > 0 {
            circuit.instructions.iter_mut().for_each(|step| relocate(step, &moved));
        }
        validate::circuit(&circuit)?;
        Ok(circuit)
    }

    /// An error at a span of the file at hand; one that has a place already keeps it.
    fn at(&self, error: AerError, span: Span) -> AerError {
        if error.place.line.is_some() || error.message.is_empty() {
            return error;
        }
        let source = self.files.get(self.file).map_or("", |file| file.source);
        self.in_file(diagnostic::at(error, source, span))
    }

    /// Names the file at hand if it is an included one.
    fn in_file(&self, mut error: AerError) -> AerError {
        if let Some(file) = self.files.get(self.file).filter(|file| !file.name.is_empty()) {
            error.place.file.get_or_insert_with(|| file.name.to_owned());
        }
        error
    }

    fn error<T>(&self, code: ErrorCode, span: Span, message: impl Into<String>) -> Fallible<T> {
        Err(self.at(AerError::new(code, message), span))
    }

    /// Counts work towards [`MAX_STEPS`].
    fn charge(&mut self, steps: u64) -> Fallible<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= MAX_STEPS {
            return Ok(());
        }
        Err(AerError::new(ErrorCode::InsufficientMemory, "The program takes too many steps to execute.")
            .expected(format!("at most {MAX_STEPS} statements, rounds of loops and gates"))
            .hint("A loop that does not depend on a measurement is unrolled; check that it ends."))
    }

    /// Appends an instruction.
    fn push(&mut self, instruction: Instruction) -> Fallible<()> {
        self.emitted += 1;
        if self.emitted > MAX_INSTRUCTIONS {
            return Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "The program comes to too many instructions.",
            )
            .expected(format!("at most {MAX_INSTRUCTIONS}")));
        }
        if self.out.len() == self.out.capacity() && self.out.try_reserve(1).is_err() {
            return Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "There is no memory for more instructions.",
            )
            .found(format!("{} instructions so far", self.out.len())));
        }
        self.out.push(instruction);
        Ok(())
    }

    /// Appends control flow on the qubits that its blocks touch.
    fn push_flow(&mut self, flow: ControlFlow) -> Fallible<()> {
        let mut qubits: Vec<u32> =
            flow.blocks().into_iter().flatten().flat_map(|step| step.qubits.iter().copied()).collect();
        qubits.sort_unstable();
        qubits.dedup();
        let qubits: Qubits = qubits.into();
        self.push(Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits))
    }

    /// What a name stands for, if it stands for anything here.
    fn find(&self, name: &str) -> Option<&Entry<'a>> {
        let local = self.scopes.get(self.visible..)?.iter().rev().find_map(|scope| scope.names.get(name));
        if local.is_some() || self.visible == 0 {
            return local;
        }
        let entry = self.scopes.first()?.names.get(name)?;
        match &entry.symbol {
            Symbol::Variable(index) if !self.cells.get(*index as usize)?.constant => None,
            Symbol::Bits(_) => None,
            _ => Some(entry),
        }
    }

    /// Whether a name that is not found exists outside of the gate or subroutine.
    fn unknown<T>(&self, name: &str, span: Span, what: &str) -> Fallible<T> {
        let error = AerError::new(ErrorCode::SemanticError, format!("{} is not declared.", quoted(name)));
        let hidden = self.visible > 0 && self.scopes.first().is_some_and(|s| s.names.contains_key(name));
        let error = if hidden {
            error.hint(format!("A variable of the program is not visible here; pass {} in.", quoted(name)))
        } else {
            let scopes =
                self.scopes.first().into_iter().chain(self.scopes.get(self.visible..).unwrap_or(&[]));
            let mut known: Vec<&str> = scopes.flat_map(|scope| scope.names.keys().copied()).collect();
            known.sort_unstable();
            near_hint(error, name, known).expected(what)
        };
        Err(self.at(error, span))
    }

    /// Declares a name in the innermost scope.
    fn declare(&mut self, name: Name<'a>, symbol: Symbol<'a>) -> Fallible<()> {
        self.check_new(name)?;
        let place = Some((self.file, name.span));
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.insert(name.text, Entry { symbol, place });
        }
        Ok(())
    }

    fn check_new(&self, name: Name<'a>) -> Fallible<()> {
        let message = format!("The name {} is taken.", quoted(name.text));
        if expression::constant(name.text).is_some() {
            let error = AerError::new(ErrorCode::SemanticError, message).found("a built-in constant");
            return Err(self.at(error, name.span));
        }
        let Some(entry) = self.scopes.last().and_then(|scope| scope.names.get(name.text)) else {
            return Ok(());
        };
        if matches!(entry.symbol, Symbol::Broken) {
            return Ok(());
        }
        let error = AerError::new(ErrorCode::SemanticError, message);
        let error = match entry.place {
            None => error.found("a built-in gate"),
            Some((file, span)) => {
                let source = self.files.get(file).map_or("", |file| file.source);
                error.found(format!("a declaration on line {}", diagnostic::line(source, span.start)))
            }
        };
        Err(self.at(error.hint("Choose another name."), name.span))
    }

    fn open_scope(&mut self) {
        self.scopes.push(Scope { names: HashMap::new(), cells: self.cells.len() });
    }

    fn close_scope(&mut self) {
        if self.scopes.len() > 1
            && let Some(scope) = self.scopes.pop()
        {
            for cell in self.cells.drain(scope.cells.min(self.cells.len())..) {
                if let (Some(first), false) = (cell.slot, cell.clbit) {
                    self.freed.push((first, cell.shape.bits()));
                }
            }
        }
    }

    /// Executes statements of one scope.
    fn statements(&mut self, statements: &[Statement<'a>]) -> Fallible<Flow> {
        for statement in statements {
            let flow = self.statement(statement)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
            // A subroutine ended the program.
            if self.ended {
                return Ok(Flow::End);
            }
        }
        Ok(Flow::Next)
    }

    /// Executes statements in a scope of their own.
    fn block(&mut self, statements: &[Statement<'a>]) -> Fallible<Flow> {
        self.open_scope();
        let flow = self.statements(statements)?;
        self.close_scope();
        Ok(flow)
    }

    fn statement(&mut self, statement: &Statement<'a>) -> Fallible<Flow> {
        let flow = self.charge(1).and_then(|()| self.execute(statement));
        // What an expression still reads may be used again only after its statement.
        if self.calls == 0 && !self.freed.is_empty() {
            for (first, width) in std::mem::take(&mut self.freed) {
                self.free.entry(width).or_default().push(first);
            }
        }
        flow.map_err(|error| self.at(error, statement.span))
    }

    fn execute(&mut self, statement: &Statement<'a>) -> Fallible<Flow> {
        use StatementKind as Kind;
        let top = self.scopes.len() == 1;
        if self.in_gate() {
            match &statement.kind {
                Kind::GateCall(_)
                | Kind::Delay { .. }
                | Kind::Pragma(_)
                | Kind::Box { .. }
                | Kind::Break
                | Kind::Continue
                | Kind::Barrier(_)
                | Kind::For { .. }
                | Kind::If { .. }
                | Kind::Scope(_) => {}
                Kind::Expression(expression) if self.is_phase_gate(expression) => {}
                _ => {
                    let message = "A gate may only apply gates.";
                    return self.error(ErrorCode::SemanticError, statement.span, message);
                }
            }
        }
        match &statement.kind {
            Kind::GateCall(call) => self.gate_call(call)?,
            Kind::Version(version) => {
                let major = version.split('.').next().unwrap_or("");
                if major != "3" {
                    let message = format!("OpenQASM {version} cannot be read here.");
                    let error = AerError::new(ErrorCode::UnsupportedFormat, message).expected("3.0 or 3.1");
                    return Err(self.at(error, statement.span));
                }
            }
            Kind::Include(file) => {
                if !top {
                    return self.error(
                        ErrorCode::SemanticError,
                        file.span,
                        "An include stands at the top level.",
                    );
                }
                self.include_file(*file)?;
            }
            Kind::Pragma(text) => self.pragma(text, statement.span)?,
            Kind::Qubits { name, size } => self.declare_qubits(*name, size.as_ref())?,
            Kind::Declaration { qualifier, ty, name, initial } => {
                if *qualifier == Qualifier::Output && top {
                    self.outputs.push(name.text);
                }
                if *qualifier == Qualifier::Input {
                    if !top {
                        let message = "An input is declared at the top level.";
                        return self.error(ErrorCode::SemanticError, name.span, message);
                    }
                    self.input(ty, *name)?;
                } else {
                    self.declaration(*qualifier == Qualifier::Const, ty, *name, initial.as_ref())?;
                }
            }
            Kind::Alias { name, value } => self.alias(*name, value)?,
            Kind::Gate { name, parameters, qubits, body } => {
                if !top {
                    let message = "A gate is defined at the top level.";
                    return self.error(ErrorCode::SemanticError, name.span, message);
                }
                self.define_gate(*name, parameters, qubits, body)?;
            }
            Kind::Subroutine { name, parameters, returns, body } => {
                if !top {
                    let message = "A subroutine is defined at the top level.";
                    return self.error(ErrorCode::SemanticError, name.span, message);
                }
                self.define_subroutine(*name, parameters, returns.as_ref(), body)?;
            }
            Kind::Extern(name) => self.declare(*name, Symbol::Foreign("extern"))?,
            Kind::Calibration(what, name) => {
                // A calibration of a gate does not replace the gate.
                if let Some(name) = name.filter(|name| self.find(name.text).is_none()) {
                    self.declare(name, Symbol::Foreign(what))?;
                }
            }
            Kind::Measure { qubits, target } => self.measure(qubits, target.as_ref())?,
            Kind::Assign { target, op, value } => self.assignment(target, *op, value)?,
            Kind::Reset(qubits) => self.reset_qubits(qubits)?,
            Kind::Barrier(qubits) => self.barrier(qubits)?,
            Kind::Delay { duration, qubits } => self.delay(duration, qubits)?,
            Kind::Box { duration, body } => {
                if let Some(duration) = duration {
                    self.expression(duration)?;
                }
                return self.block(body);
            }
            Kind::If { condition, then, otherwise } => return self.branch(condition, then, otherwise),
            Kind::For { ty, name, values, body } => return self.for_loop(ty, *name, values, body),
            Kind::While { condition, body } => return self.while_loop(condition, body),
            Kind::Switch { target, cases, default } => {
                return self.switch(target, cases, default.as_deref().unwrap_or(&[]));
            }
            Kind::Break => return self.leave_loop(false, statement.span),
            Kind::Continue => return self.leave_loop(true, statement.span),
            Kind::End => return self.end(),
            Kind::Return(value) => return self.return_value(value.as_ref(), statement.span),
            Kind::Expression(expression) => self.expression_statement(expression)?,
            Kind::Scope(body) => return self.block(body),
        }
        Ok(Flow::Next)
    }

    fn include_file(&mut self, file: Name<'a>) -> Fallible<()> {
        let given = self.options.includes.and_then(|files| files.get(file.text));
        match (given, file.text) {
            (Some(serde_json::Value::String(text)), _) => {
                let again =
                    self.open.iter().any(|open| self.files.get(*open).is_some_and(|f| f.name == file.text));
                if again || self.open.len() > MAX_INCLUDES {
                    let message = format!("The file {} includes itself.", quoted(file.text));
                    let error = AerError::new(ErrorCode::SemanticError, message)
                        .expected(format!("files without a cycle, at most {MAX_INCLUDES} deep"));
                    return Err(self.at(error, file.span));
                }
                self.include(file.text, text);
                Ok(())
            }
            (Some(_), _) => {
                let message = format!("The option `includes` has no text for {}.", quoted(file.text));
                self.error(ErrorCode::InvalidOption, file.span, message)
            }
            (None, "stdgates.inc" | "qelib1.inc") => {
                let qelib1 = file.text == "qelib1.inc";
                self.standard = true;
                for spec in GATES.iter().filter(|spec| if qelib1 { spec.qelib1 } else { spec.stdgates }) {
                    let place = Some((self.file, file.span));
                    let symbol = Symbol::Gate(Callee::Table(spec.gate));
                    if let Some(global) = self.scopes.first_mut() {
                        global.names.entry(spec.name).or_insert(Entry { symbol, place });
                    }
                }
                for (name, gate) in super::OLD_NAMES {
                    let place = Some((self.file, file.span));
                    let symbol = Symbol::Gate(Callee::Table(gate));
                    if let Some(global) = self.scopes.first_mut() {
                        global.names.entry(name).or_insert(Entry { symbol, place });
                    }
                }
                Ok(())
            }
            (None, name) => {
                let message = format!("The file {} cannot be included.", quoted(name));
                let error = AerError::new(ErrorCode::SemanticError, message)
                    .expected("\"stdgates.inc\", \"qelib1.inc\" or a file of the option `includes`")
                    .hint("Give its text in the option `includes`, by the same name.");
                Err(self.at(error, file.span))
            }
        }
    }

    /// A pragma: `aer {…}` is an instruction of a Qobj, everything else is not for this reader.
    fn pragma(&mut self, text: &str, span: Span) -> Fallible<()> {
        let text = text.trim();
        let text =
            text.strip_prefix("#pragma").or_else(|| text.strip_prefix("pragma")).unwrap_or(text).trim();
        let Some(json) = text.strip_prefix("aer").map(str::trim).filter(|rest| rest.starts_with('{')) else {
            return Ok(());
        };
        let instruction =
            crate::frontend::qobj::one_instruction(json).map_err(|error| self.at(error, span))?;
        // Its register bits are those of the circuit that comes out; what is beyond the memory is scratch.
        self.scratch = self.scratch.max(instruction.register_end());
        self.circuit.num_register_bits = self.circuit.num_clbits.max(self.scratch.min(MAX_BITS));
        validate::instruction(&instruction, &self.circuit)?;
        self.push(instruction)
    }

    /// A value that is a whole number and known.
    fn known_integer(&mut self, expression: &Expression<'a>, what: &str) -> Fallible<i64> {
        let value = self.expression(expression)?;
        let whole = value
            .as_i64()
            .or_else(|| value.as_f64().filter(|x| x.fract() == 0.0 && x.abs() < 9e15).map(|x| x as i64));
        if let Some(number) = whole {
            Ok(number)
        } else {
            let error = AerError::new(ErrorCode::SemanticError, format!("{what} must be known."))
                .expected("a whole number that no measurement decides");
            Err(self.at(error, expression.span))
        }
    }

    /// A size: positive, and not beyond what a circuit may have.
    fn size(&mut self, expression: &Expression<'a>, what: &str) -> Fallible<u32> {
        let size = self.known_integer(expression, what)?;
        match u32::try_from(size) {
            Ok(size) if (1..=MAX_BITS).contains(&size) => Ok(size),
            _ => {
                let error = AerError::new(ErrorCode::SemanticError, format!("{what} is out of range."))
                    .found(size.to_string())
                    .expected(format!("1 to {MAX_BITS}"));
                Err(self.at(error, expression.span))
            }
        }
    }
}

/// Moves every register bit of an instruction.
fn relocate(step: &mut Instruction, moved: &dyn Fn(u32) -> u32) {
    transform::each_slot(step, &mut |slot| slot.first = moved(slot.first));
    relocate_bits(step, moved);
}

/// Moves the bits of conditions and measurements, blocks included.
fn relocate_bits(step: &mut Instruction, moved: &dyn Fn(u32) -> u32) {
    if let Some(bit) = &mut step.condition {
        *bit = moved(*bit);
    }
    match &mut step.operation {
        Operation::Measure(measure) => measure.register.iter_mut().for_each(|bit| *bit = moved(*bit)),
        Operation::ControlFlow(flow) => {
            for step in flow.blocks_mut().into_iter().flatten() {
                relocate_bits(step, moved);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
