//! Circuits as text, in the style of Qiskit's `draw('text')`, character for character where Qiskit has the
//! same instruction.
//!
//! Instructions are put into columns ([`layers`]) as Qiskit's drawer does: by their depth in the circuit's
//! dependency graph, then as far to the left as no line crosses them. Each column gives every wire an
//! [`element`] of three lines; [`label`] has the texts. Neighbouring wires share a line, in which characters
//! that meet are merged. Derived from Qiskit's `visualization/circuit/text.py` (Apache License 2.0).
//!
//! Cost: linear in columns times wires.

mod element;
mod label;
mod layers;

use std::collections::HashMap;

use crate::circuit::classical::Relation;
use crate::circuit::expression::{BinaryOp, ExprKind, UnaryOp};
use crate::circuit::{
    Circuit, ClassicalValue, ControlFlow, Expr, Gate, Instruction, Operation, Register, Type,
};
use element::{Element, Frame, Part};
use layers::Node;

/// Most characters of a condition, and of a barrier's label.
const MAX_EXPRESSION: usize = 30;
const MAX_LABEL: usize = 16;

/// How a drawing is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawOptions {
    /// Columns after which the drawing goes on below; `None` never.
    pub fold: Option<usize>,
    /// Whether the last qubit stands on top. Classical registers are then drawn bit by bit.
    pub reverse_bits: bool,
    /// Whether barriers are drawn.
    pub plot_barriers: bool,
    /// Whether each classical register is one line.
    pub cregbundle: bool,
}

impl Default for DrawOptions {
    fn default() -> Self {
        Self { fold: Some(100), reverse_bits: false, plot_barriers: true, cregbundle: true }
    }
}

/// The drawing, lines separated by `\n`.
pub fn text(circuit: &Circuit, options: DrawOptions) -> String {
    let mut drawing = Drawing::new(circuit, options);
    let all: Vec<u32> = (0..circuit.num_qubits).collect();
    drawing.block(&circuit.instructions, &all, 0);
    drawing.lines().join("\n")
}

/// What a condition reads, for the classical wires.
enum Condition {
    /// A register has a value.
    Register(usize, u64),
    /// A bit has a value.
    Bit(u32, bool),
    /// Anything else, of these bits.
    Other(Vec<u32>),
}

struct Drawing<'a> {
    circuit: &'a Circuit,
    options: DrawOptions,
    names: Vec<String>,
    /// The wire of each classical bit, with the first number free for the next wire.
    clbit_wires: Vec<usize>,
    /// What was last written to a register bit by a `bfunc`.
    comparisons: HashMap<u32, Condition>,
    columns: Vec<Vec<Element>>,
}

/// A column that is being filled.
type Column = Vec<Option<Element>>;

/// The register of a bit, and its index there.
fn register_of(registers: &[Register], bit: u32) -> Option<(usize, u32)> {
    let mut first = 0;
    registers.iter().enumerate().find_map(|(index, register)| {
        first += register.size;
        (bit < first).then(|| (index, bit + register.size - first))
    })
}

fn first_bit(registers: &[Register], index: usize) -> u32 {
    registers.iter().take(index).map(|register| register.size).sum()
}

/// Shortened to so many characters.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

impl<'a> Drawing<'a> {
    fn new(circuit: &'a Circuit, mut options: DrawOptions) -> Self {
        options.cregbundle &= !options.reverse_bits;
        let order = |count: u32| -> Vec<u32> {
            if options.reverse_bits { (0..count).rev().collect() } else { (0..count).collect() }
        };
        let name = |registers: &[Register], bit| match register_of(registers, bit) {
            Some((index, bit)) => match registers.get(index) {
                Some(register) if register.size == 1 => format!("{}: ", register.name),
                Some(register) => format!("{}_{bit}: ", register.name),
                None => String::new(),
            },
            None => format!("{bit}: "),
        };
        let mut names: Vec<String> =
            order(circuit.num_qubits).into_iter().map(|qubit| name(&circuit.qregs, qubit)).collect();
        let mut clbit_wires = vec![0; circuit.num_clbits as usize];
        let mut bundles: HashMap<usize, usize> = HashMap::new();
        for bit in order(circuit.num_clbits) {
            let register = register_of(&circuit.cregs, bit).map(|found| found.0);
            let bundle = register.filter(|_| options.cregbundle);
            let wire = bundle.and_then(|index| bundles.get(&index)).copied().unwrap_or_else(|| {
                names.push(match bundle.and_then(|index| circuit.cregs.get(index)) {
                    Some(register) => format!("{}: {}/", register.name, register.size),
                    None => name(&circuit.cregs, bit),
                });
                names.len() - 1
            });
            bundles.extend(bundle.map(|index| (index, wire)));
            if let Some(slot) = clbit_wires.get_mut(bit as usize) {
                *slot = wire;
            }
        }
        let longest = names.iter().map(|name| element::length(name)).max().unwrap_or(0);
        for name in &mut names {
            *name = format!("{}{name}", " ".repeat(longest - element::length(name)));
        }
        Self { circuit, options, names, clbit_wires, comparisons: HashMap::new(), columns: Vec::new() }
    }

    fn wire(&self, qubit: u32) -> usize {
        let qubit = qubit.min(self.circuit.num_qubits.saturating_sub(1));
        (if self.options.reverse_bits { self.circuit.num_qubits.saturating_sub(1 + qubit) } else { qubit })
            as usize
    }

    fn clbit_wire(&self, bit: u32) -> usize {
        self.clbit_wires.get(bit as usize).copied().unwrap_or(0)
    }

    fn empty(&self) -> Column {
        self.names.iter().map(|_| None).collect()
    }

    /// Draws the instructions of a block, which may use these qubits, within so many other blocks.
    fn block(&mut self, steps: &[Instruction], qubits: &[u32], depth: usize) {
        let mut nodes = Vec::new();
        for step in steps {
            if let Operation::BooleanFunction(function) = &step.operation {
                let condition = self.compared(function);
                self.comparisons.insert(function.register, condition);
                continue;
            }
            nodes.extend(self.node(step, qubits));
        }
        for layer in layers::layers(&nodes, self.circuit.num_clbits) {
            let mut column = self.empty();
            for index in layer {
                let Some(node) = nodes.get(index) else { continue };
                match &node.step.operation {
                    Operation::ControlFlow(flow) if node.alone => {
                        self.control_flow(flow, &node.qubits, depth);
                    }
                    _ => self.place(node, &mut column),
                }
            }
            self.push(column);
        }
    }

    /// What a `bfunc` compares.
    fn compared(&self, function: &crate::circuit::operation::BooleanFunction) -> Condition {
        let comparison = &function.comparison;
        let bits: Vec<u32> = (0..self.circuit.num_clbits).filter(|bit| comparison.mask.get(*bit)).collect();
        let whole = bits.first().and_then(|bit| register_of(&self.circuit.cregs, *bit));
        if let (Some((index, 0)), Relation::Equal) = (whole, comparison.relation)
            && self.circuit.cregs.get(index).is_some_and(|register| {
                register.size == comparison.mask.count_ones() && register.size as usize == bits.len()
            })
        {
            let (first, size) = (first_bit(&self.circuit.cregs, index), bits.len() as u32);
            return Condition::Register(index, comparison.value.slice(first, size).low_u64());
        }
        Condition::Other(bits)
    }

    /// What the condition of control flow reads.
    fn condition(&self, condition: &Expr) -> Condition {
        let slot = |expression: &Expr| match &expression.kind {
            ExprKind::Read(slot) if slot.index.is_none() => Some(slot.clone()),
            ExprKind::Cast(inner) => match &inner.kind {
                ExprKind::Read(slot) if slot.index.is_none() => Some(slot.clone()),
                _ => None,
            },
            _ => None,
        };
        let value = |expression: &Expr| match expression.value()? {
            ClassicalValue::Bool(value) => Some(u64::from(*value)),
            ClassicalValue::Uint(bits) => Some(bits.low_u64()),
            ClassicalValue::Int(value) => u64::try_from(*value).ok(),
            _ => None,
        };
        let parts = match &condition.kind {
            ExprKind::Binary(BinaryOp::Equal, sides) => {
                slot(&sides.0).zip(value(&sides.1)).or_else(|| slot(&sides.1).zip(value(&sides.0)))
            }
            ExprKind::Unary(UnaryOp::Not, inner) => slot(inner).zip(Some(0)),
            ExprKind::Read(_) if condition.ty == Type::Bool => slot(condition).zip(Some(1)),
            _ => None,
        };
        if let Some((slot, value)) = parts {
            if slot.ty == Type::Bool && slot.first < self.circuit.num_clbits {
                return Condition::Bit(slot.first, value != 0);
            }
            if let Some((index, 0)) = register_of(&self.circuit.cregs, slot.first)
                && self.circuit.cregs.get(index).is_some_and(|register| register.size == slot.ty.width())
            {
                return Condition::Register(index, value);
            }
        }
        let mut bits = Vec::new();
        condition.visit(&mut |part| {
            if let ExprKind::Read(slot) = &part.kind {
                bits.extend((slot.first..slot.end()).filter(|bit| *bit < self.circuit.num_clbits));
            }
        });
        bits.sort_unstable();
        bits.dedup();
        Condition::Other(bits)
    }

    fn bits_of(&self, condition: &Condition) -> Vec<u32> {
        match condition {
            Condition::Register(index, _) => {
                let first = first_bit(&self.circuit.cregs, *index);
                let size = self.circuit.cregs.get(*index).map_or(0, |register| register.size);
                (first..first + size).collect()
            }
            Condition::Bit(bit, _) => vec![*bit],
            Condition::Other(bits) => bits.clone(),
        }
    }

    /// What the layout needs to know of an instruction; `None` if it is not drawn.
    fn node<'s>(&self, step: &'s Instruction, block: &[u32]) -> Option<Node<'s>> {
        let mut qubits = step.qubits.to_vec();
        let mut clbits = Vec::new();
        let (mut alone, mut measured) = (false, None);
        match &step.operation {
            Operation::Measure(measure) => {
                let bits = if measure.memory.is_empty() { &measure.register } else { &measure.memory };
                clbits.extend(bits.iter().copied().filter(|bit| *bit < self.circuit.num_clbits));
                measured = clbits.first().copied();
            }
            Operation::ControlFlow(flow) => {
                if qubits.is_empty() {
                    qubits = block.to_vec();
                }
                alone = !flow.blocks().is_empty();
                let mut used = Vec::new();
                bits_used(step, &mut used);
                let head = match &**flow {
                    ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                        self.bits_of(&self.condition(condition))
                    }
                    ControlFlow::Switch { target, .. } => self.bits_of(&self.condition(target)),
                    _ => Vec::new(),
                };
                clbits.extend(used.into_iter().filter(|bit| *bit < self.circuit.num_clbits));
                clbits.extend(head);
            }
            _ => {}
        }
        let condition = step.condition.map(|bit| match self.comparisons.get(&bit) {
            Some(Condition::Register(index, value)) => Condition::Register(*index, *value),
            Some(Condition::Bit(bit, value)) => Condition::Bit(*bit, *value),
            Some(Condition::Other(bits)) => Condition::Other(bits.clone()),
            None if bit < self.circuit.num_clbits => Condition::Bit(bit, true),
            None => Condition::Other(Vec::new()),
        });
        if let Some(condition) = &condition {
            clbits.extend(self.bits_of(condition));
        }
        let down = !alone && !clbits.is_empty();
        let wires: Vec<usize> = qubits.iter().map(|qubit| self.wire(*qubit)).collect();
        let (first, last) = (wires.iter().min().copied()?, wires.iter().max().copied()?);
        let span = match (alone, down) {
            (true, _) => (0, usize::MAX),
            (_, true) => (first, usize::MAX),
            _ => (first, last),
        };
        Some(Node { step, qubits, clbits, span, alone, measured, condition })
    }

    /// Finishes a column.
    fn push(&mut self, column: Column) {
        let quantum = self.circuit.num_qubits as usize;
        let fill = |(wire, element): (usize, Option<Element>)| {
            element.unwrap_or_else(|| {
                let line = if wire < quantum { '─' } else { '═' };
                Element::plain([" ", &line.to_string(), " "], line)
            })
        };
        let mut column: Vec<Element> = column.into_iter().enumerate().map(fill).collect();
        let widest = column.iter().map(Element::length).max().unwrap_or(0);
        for element in &mut column {
            element.column = widest;
        }
        self.columns.push(column);
    }

    fn set(column: &mut Column, wire: usize, element: Element) {
        if let Some(place) = column.get_mut(wire) {
            *place = Some(element);
        }
    }

    /// Draws an instruction that is not control flow.
    fn place(&self, node: &Node, column: &mut Column) {
        let step = node.step;
        let wires: Vec<usize> = node.qubits.iter().map(|qubit| self.wire(*qubit)).collect();
        let conditional = node.condition.is_some();
        let below = if conditional { "║" } else { " " };
        if let Some(condition) = &node.condition {
            self.place_condition(condition, column);
        }
        let mut connected: Vec<usize> = Vec::new();
        let mut caption = None;
        let bullet = || Element::bullet(conditional);
        let directive = match &step.operation {
            Operation::Barrier => Some(step.label.as_deref().unwrap_or_default().to_owned()),
            Operation::Save(save) => Some(save.label.clone()),
            Operation::SetStatevector(_) | Operation::SetState(_) => Some(step.operation.name().to_owned()),
            Operation::Mark(name) | Operation::Jump(name) => Some(name.to_string()),
            Operation::Store(_) | Operation::QuantumErrorLocation | Operation::NoiseSwitch(_) => {
                Some(String::new())
            }
            _ => None,
        };
        if let Some(label) = directive {
            if !self.options.plot_barriers {
                return;
            }
            let highest = wires.iter().min().copied();
            for wire in &wires {
                let label = shortened(&label, MAX_LABEL);
                let named = Some(*wire) == highest && !label.is_empty();
                let barrier = Element::symbol("░", '─', if named { &label } else { "░" }, "░");
                Self::set(column, *wire, barrier);
            }
            return;
        }
        let text = label::text(step, self.circuit);
        match &step.operation {
            Operation::Measure(_) => {
                for (wire, bit) in wires.iter().zip(&node.clbits) {
                    Self::set(column, *wire, Element::measure());
                    let index = register_of(&self.circuit.cregs, *bit).filter(|_| self.options.cregbundle);
                    let label = index.map_or(" ".to_owned(), |(_, index)| index.to_string());
                    Self::set(column, self.clbit_wire(*bit), Element::measured(&label));
                }
            }
            Operation::Reset => {
                for wire in &wires {
                    Self::set(column, *wire, Element::symbol("|0>", '─', " ", below));
                }
            }
            Operation::Gate(Gate::Swap, _) => {
                for wire in &wires {
                    Self::set(column, *wire, Element::symbol("X", '─', " ", below));
                }
                connected.clone_from(&wires);
            }
            Operation::Gate(Gate::Rzz, _) => {
                caption = Some(format!("ZZ{}", label::parameters(step, self.circuit)));
                for wire in &wires {
                    Self::set(column, *wire, bullet());
                }
                connected.clone_from(&wires);
            }
            _ if wires.len() == 1 => {
                let bot = if conditional { "╥" } else { "─" };
                for wire in &wires {
                    Self::set(column, *wire, Element::boxed(&text, Frame::Quantum, "─", bot));
                }
            }
            Operation::Gate(gate, _) | Operation::ComputedGate(gate, _) if label::is_controlled(*gate) => {
                let (controls, targets) =
                    wires.split_at(gate.num_controls(wires.len()).min(wires.len().saturating_sub(1)));
                for wire in controls {
                    Self::set(column, *wire, bullet());
                }
                connected.clone_from(&wires);
                for wire in targets {
                    let target = match label::base(*gate) {
                        "z" => bullet(),
                        base @ ("u1" | "p") => {
                            let parameters = label::parameters(step, self.circuit);
                            caption = Some(format!("{}{parameters}", base.to_uppercase()));
                            bullet()
                        }
                        "swap" => Element::symbol("X", '─', " ", below),
                        _ => Element::boxed(&text, Frame::Quantum, "─", if conditional { "╥" } else { "─" }),
                    };
                    Self::set(column, *wire, target);
                }
                if let Some(label) = &step.label {
                    // Qiskit writes the label of a controlled gate beside its controls.
                    let last = targets.iter().max();
                    for wire in controls {
                        let (top, bot) = if Some(wire) > last { ("", &**label) } else { (&**label, "") };
                        Self::set(column, *wire, Element::symbol("■", '─', top, bot));
                    }
                }
            }
            _ => Self::tall_box(column, &wires, &text, Frame::Quantum, conditional),
        }
        connected.sort_unstable();
        let last = connected.len().saturating_sub(1);
        for (position, wire) in connected.iter().enumerate() {
            if let Some(Some(element)) = column.get_mut(*wire) {
                let label = caption.as_deref().filter(|_| position == last);
                element.connect(position > 0, position < last || position == 0, label);
            }
        }
        if let Some(caption) = &caption {
            for wire in &connected {
                if let Some(Some(element)) = column.get_mut(*wire) {
                    element.fill(caption);
                }
            }
        }
    }

    /// A box over several wires, which have their numbers inside if it is a gate.
    fn tall_box(column: &mut Column, wires: &[usize], text: &str, frame: Frame, conditional: bool) {
        let (Some(first), Some(last)) = (wires.iter().min().copied(), wires.iter().max().copied()) else {
            return;
        };
        let digits = (wires.len() - 1).to_string().len();
        let height = last - first + 1;
        for wire in first..=last {
            let number = wires.iter().position(|other| *other == wire);
            let side = match frame {
                Frame::Quantum => {
                    let number = number.map_or(String::new(), |number| number.to_string());
                    format!("{number:<digits$}")
                }
                _ => String::new(),
            };
            let part = match wire {
                _ if wire == first => Part::Top,
                _ if wire == last => Part::Bottom,
                _ => Part::Middle(wire - first - 1),
            };
            let connect = (part == Part::Bottom && conditional).then_some("╥");
            Self::set(column, wire, Element::part(text, frame, part, height, &side, connect));
        }
    }

    /// Draws a condition on the classical wires.
    fn place_condition(&self, condition: &Condition, column: &mut Column) {
        let bits = self.bits_of(condition);
        let (label, ones): (String, Vec<bool>) = match condition {
            Condition::Register(_, value) => (
                format!("{value:#x}"),
                (0..bits.len()).map(|i| value.checked_shr(i as u32).unwrap_or(0) & 1 == 1).collect(),
            ),
            Condition::Bit(bit, value) => {
                let register = register_of(&self.circuit.cregs, *bit).filter(|_| self.options.cregbundle);
                let name = register.and_then(|(index, _)| self.circuit.cregs.get(index));
                let label = name.zip(register).map_or(String::new(), |(register_, (_, index))| {
                    format!("{}_{index}={:#x}", register_.name, u8::from(*value))
                });
                (label, vec![*value])
            }
            Condition::Other(_) => ("[expr]".to_owned(), vec![true; bits.len()]),
        };
        let boxed = |bit: &u32| self.options.cregbundle && register_of(&self.circuit.cregs, *bit).is_some();
        if bits.iter().any(boxed) {
            for bit in bits.iter().filter(|bit| boxed(bit)) {
                Self::set(column, self.clbit_wire(*bit), Element::boxed(&label, Frame::Classical, "╨", "─"));
            }
            return;
        }
        let wires: Vec<usize> = bits.iter().map(|bit| self.clbit_wire(*bit)).collect();
        let (first, last) = (wires.iter().min().copied(), wires.iter().max().copied());
        for (wire, one) in wires.iter().zip(ones) {
            let bot = if Some(*wire) == last { label.as_str() } else { " " };
            let mut element = Element::symbol(if one { "■" } else { "o" }, '═', "║", bot);
            element.connect(false, first != last && Some(*wire) != last, None);
            Self::set(column, *wire, element);
        }
    }

    fn control_flow(&mut self, flow: &ControlFlow, qubits: &[u32], depth: usize) {
        let head;
        let mut condition = None;
        let mut sections: Vec<(Option<String>, &[Instruction])> = Vec::new();
        match flow {
            ControlFlow::IfElse { condition: expression, then, otherwise } => {
                (head, condition) = self.flow_head("If", depth, expression);
                sections.push((None, then));
                if !otherwise.is_empty() {
                    sections.push((Some(format!("Else-{depth}")), otherwise));
                }
            }
            ControlFlow::While { condition: expression, body } => {
                (head, condition) = self.flow_head("While", depth, expression);
                sections.push((None, body));
            }
            ControlFlow::For { values, body, .. } => {
                head = format!("For-{depth} {}", label::values(values));
                sections.push((None, body));
            }
            ControlFlow::Switch { target, cases, default } => {
                (head, condition) = self.switch_head(depth, target);
                for (values, block) in cases {
                    sections.push((Some(format!("Case-{depth} {}", label::case(values))), block));
                }
                if !default.is_empty() {
                    sections.push((Some(format!("Case-{depth} default")), default));
                }
            }
            ControlFlow::Sequence(blocks) => {
                head = format!("Box-{depth}");
                for (index, block) in blocks.iter().enumerate() {
                    sections.push(((index > 0).then(|| format!("Next-{depth}")), block));
                }
            }
            ControlFlow::Break { .. } | ControlFlow::Continue { .. } | ControlFlow::End => return,
        }
        self.flow_box(&head, qubits, Frame::Left, condition.as_ref());
        for (middle, block) in sections {
            if let Some(middle) = middle {
                self.flow_box(&middle, qubits, Frame::Left, None);
            }
            self.block(block, qubits, depth + 1);
        }
        self.flow_box(&format!("End-{depth}"), qubits, Frame::Right, None);
    }

    /// The head of `if` and `while`: the condition is named where it is more than a comparison.
    fn flow_head(&self, word: &str, depth: usize, expression: &Expr) -> (String, Option<Condition>) {
        let condition = self.condition(expression);
        match &condition {
            Condition::Other(bits) => {
                let text = shortened(&label::expression(expression, self.circuit), MAX_EXPRESSION);
                (format!("{word}-{depth} {text}"), (!bits.is_empty()).then_some(condition))
            }
            _ => (format!("{word}-{depth}"), Some(condition)),
        }
    }

    /// The head of a `switch`: a register or a bit is marked by its largest value.
    fn switch_head(&self, depth: usize, target: &Expr) -> (String, Option<Condition>) {
        if let ExprKind::Read(slot) = &target.kind
            && slot.index.is_none()
            && let Some((index, within)) = register_of(&self.circuit.cregs, slot.first)
        {
            let width = slot.ty.width();
            let whole =
                within == 0 && self.circuit.cregs.get(index).is_some_and(|register| register.size == width);
            if slot.ty == Type::Bool {
                return (format!("Switch-{depth}"), Some(Condition::Bit(slot.first, true)));
            }
            if whole {
                let most = u64::MAX.checked_shr(64u32.saturating_sub(width)).unwrap_or(0);
                return (format!("Switch-{depth}"), Some(Condition::Register(index, most)));
            }
        }
        self.flow_head("Switch", depth, target)
    }

    /// Where control flow begins, goes on or ends.
    fn flow_box(&mut self, text: &str, qubits: &[u32], frame: Frame, condition: Option<&Condition>) {
        let mut column = self.empty();
        let wires: Vec<usize> = qubits.iter().map(|qubit| self.wire(*qubit)).collect();
        if let [wire] = wires.as_slice() {
            let bot = if condition.is_some() { "╥" } else { "─" };
            Self::set(&mut column, *wire, Element::boxed(text, frame, "─", bot));
        } else {
            Self::tall_box(&mut column, &wires, text, frame, condition.is_some());
        }
        if let Some(condition) = condition {
            self.place_condition(condition, &mut column);
        }
        self.push(column);
    }

    /// Puts the columns side by side, folded.
    fn lines(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.circuit.global_phase != 0.0 {
            lines.push(format!("global phase: {}", label::number(self.circuit.global_phase)));
        }
        if self.names.is_empty() {
            return lines;
        }
        let inputs: Vec<Element> =
            self.names.iter().map(|name| Element::plain([" ", name, " "], ' ')).collect();
        let width = |column: &[Element]| column.first().map_or(0, Element::length);
        let arrows =
            |arrow: &str| self.names.iter().map(|_| Element::plain([arrow; 3], ' ')).collect::<Vec<_>>();
        let mut group = vec![inputs.clone()];
        // Qiskit counts the names as a column like the others.
        let mut left = self.options.fold.map(|fold| fold.saturating_sub(width(&inputs)));
        let fold = self.options.fold.unwrap_or(0);
        for column in std::mem::take(&mut self.columns) {
            let wide = width(&column);
            if left.is_some_and(|left| wide >= left) {
                group.push(arrows("»"));
                lines.extend(draw(&group));
                group = vec![arrows("«"), inputs.clone()];
                left = Some(fold.saturating_sub(1 + width(&inputs)));
            }
            left = left.map(|left| left.saturating_sub(wide));
            group.push(column);
        }
        lines.extend(draw(&group));
        lines
    }
}

/// The memory bits that an instruction's blocks use.
fn bits_used(step: &Instruction, bits: &mut Vec<u32>) {
    bits.extend(step.condition);
    match &step.operation {
        Operation::Measure(measure) => bits.extend_from_slice(&measure.memory),
        Operation::ControlFlow(flow) => {
            let condition = match &**flow {
                ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
                    Some(condition)
                }
                ControlFlow::Switch { target, .. } => Some(target),
                _ => None,
            };
            if let Some(condition) = condition {
                condition.visit(&mut |part| {
                    if let ExprKind::Read(slot) = &part.kind {
                        bits.extend(slot.first..slot.first.saturating_add(slot.ty.width()));
                    }
                });
            }
            for block in flow.blocks() {
                for step in block {
                    bits_used(step, bits);
                }
            }
        }
        _ => {}
    }
}

/// Columns side by side: wires one below the other, sharing a line.
fn draw(columns: &[Vec<Element>]) -> Vec<String> {
    let wires = columns.iter().map(Vec::len).min().unwrap_or(0);
    let (mut lines, mut below): (Vec<String>, String) = (Vec::new(), String::new());
    for wire in 0..wires {
        let line = |part: fn(&Element) -> String| -> String {
            columns.iter().filter_map(|column| column.get(wire)).map(part).collect()
        };
        let upper = line(Element::upper);
        let upper = match lines.last() {
            Some(_) if fits(&upper, &below) => merge(&lines.pop().unwrap_or_default(), &upper, true),
            Some(before) => merge(before, &upper, false),
            None => upper,
        };
        let middle = merge(&upper, &line(Element::middle), false);
        below = line(Element::lower);
        let lower = merge(&middle, &below, false);
        lines.extend([upper, middle, lower]);
    }
    lines
}

/// Whether the upper line of a wire and the lower one of the wire above can share a line: no connections meet
/// and no text is hidden.
fn fits(upper: &str, above: &str) -> bool {
    upper.chars().zip(above.chars()).all(|(top, bot)| {
        let meet = matches!(top, '┴' | '╨') && matches!(bot, '┬' | '╥');
        let hidden = top.is_alphanumeric() && bot != ' ' || bot.is_alphanumeric() && top != ' ';
        !meet && !hidden
    })
}

/// Two lines in one. In doubt the upper one counts if `upper_first`, else the lower one.
#[allow(clippy::match_same_arms, reason = "the rules in Qiskit's order")]
fn merge(upper: &str, lower: &str, upper_first: bool) -> String {
    let merged = |(top, bot): (char, char)| match (top, bot) {
        (top, bot) if top == bot => top,
        ('┼' | '╪', ' ') => '│',
        (' ', bot) => bot,
        ('┬' | '╥', ' ' | '║' | '│') if upper_first => top,
        ('┬', ' ') => '│',
        ('╥', ' ') => '║',
        ('┬' | '│', '═') => '╪',
        ('┬' | '│', '─') => '┼',
        ('└' | '┘' | '║' | '│' | '░' | '─' | '═', ' ') if upper_first => top,
        ('─' | '═', ' ') => bot,
        ('║' | '╥', '═') => '╬',
        ('║' | '╥', '─') => '╫',
        ('║' | '╫' | '╬', ' ') => '║',
        ('│', ' ') => '│',
        ('└', '┌') if upper_first => '├',
        ('┘', '┐') if upper_first => '┤',
        (_, '┐' | '┌') if upper_first => '┬',
        ('┘' | '└', '─') if upper_first => '┴',
        (top, ' ') if upper_first => top,
        (_, bot) => bot,
    };
    upper.chars().zip(lower.chars()).map(merged).collect()
}
