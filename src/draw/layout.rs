//! Which wires a drawing has, and which column each instruction goes into: what text and pictures share.
//!
//! Blocks of control flow take columns of their own: one for the head, those of the instructions inside, one
//! before each further block, one for the end. Qiskit then leaves one free.

use std::collections::HashMap;

use super::layers::{self, Node};
use super::{DrawOptions, label};
use crate::circuit::classical::Relation;
use crate::circuit::expression::{BinaryOp, ExprKind, UnaryOp};
use crate::circuit::operation::BooleanFunction;
use crate::circuit::{Circuit, ClassicalValue, ControlFlow, Expr, Instruction, Operation, Register, Type};

/// Most characters of a condition in a head.
const MAX_EXPRESSION: usize = 30;

/// What a condition reads, for the classical wires.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A register has a value.
    Register(usize, u64),
    /// A bit has a value.
    Bit(u32, bool),
    /// Anything else, of these bits.
    Other(Vec<u32>),
}

/// A line of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A qubit.
    Qubit(u32),
    /// A classical bit.
    Clbit(u32),
    /// A whole classical register.
    Register(usize),
}

/// Where control flow begins, goes on or ends.
#[derive(Debug)]
pub struct Head {
    /// Its column.
    pub column: usize,
    /// The block that begins there, as [`ControlFlow::blocks`] counts them.
    pub block: Option<usize>,
    /// The text.
    pub text: String,
}

/// An instruction in its column.
#[derive(Debug)]
pub struct Item<'a> {
    /// The instruction.
    pub step: &'a Instruction,
    /// Its index in the circuit, or that of the outermost control flow that it is inside of.
    pub instruction: usize,
    /// The way to it inside of control flow: of each level the block and the index there.
    pub path: Vec<(usize, usize)>,
    /// The column, of control flow the first.
    pub column: usize,
    /// Its qubits; of control flow without any those that are around it.
    pub qubits: Vec<u32>,
    /// The classical bits that it reads or writes; of a measurement those measured come first.
    pub clbits: Vec<u32>,
    /// On what it depends.
    pub condition: Option<Condition>,
    /// Of control flow with blocks its heads, the end last.
    pub heads: Vec<Head>,
}

/// Wires, columns and what is in them.
#[derive(Debug)]
pub struct Layout<'a> {
    /// What is drawn.
    pub circuit: &'a Circuit,
    /// How; `cregbundle` only where it applies.
    pub options: DrawOptions,
    /// From top to bottom.
    pub wires: Vec<Wire>,
    /// In the order of columns, control flow before what is inside.
    pub items: Vec<Item<'a>>,
    /// How many columns there are.
    pub columns: usize,
    /// The wire of each classical bit.
    clbit_wires: Vec<usize>,
    /// What was last written to a register bit by a `bfunc`.
    comparisons: HashMap<u32, Condition>,
}

/// The block that is laid out.
#[derive(Clone, Copy)]
struct Within<'p> {
    instruction: usize,
    path: &'p [(usize, usize)],
    block: usize,
}

/// The register of a bit, and its index there.
pub fn register_of(registers: &[Register], bit: u32) -> Option<(usize, u32)> {
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
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

impl<'a> Layout<'a> {
    /// Lays a circuit out.
    pub fn new(circuit: &'a Circuit, mut options: DrawOptions) -> Self {
        options.cregbundle &= !options.reverse_bits;
        let order = |count: u32| -> Vec<u32> {
            if options.reverse_bits { (0..count).rev().collect() } else { (0..count).collect() }
        };
        let mut wires: Vec<Wire> = order(circuit.num_qubits).into_iter().map(Wire::Qubit).collect();
        let mut clbit_wires = vec![0; circuit.num_clbits as usize];
        let mut bundles: HashMap<usize, usize> = HashMap::new();
        for bit in order(circuit.num_clbits) {
            let register = register_of(&circuit.cregs, bit).map(|found| found.0);
            let bundle = register.filter(|_| options.cregbundle);
            let wire = bundle.and_then(|index| bundles.get(&index)).copied().unwrap_or_else(|| {
                wires.push(bundle.map_or(Wire::Clbit(bit), Wire::Register));
                wires.len() - 1
            });
            bundles.extend(bundle.map(|index| (index, wire)));
            if let Some(slot) = clbit_wires.get_mut(bit as usize) {
                *slot = wire;
            }
        }
        let (items, comparisons) = (Vec::new(), HashMap::new());
        let mut layout = Self { circuit, options, wires, items, columns: 0, clbit_wires, comparisons };
        let all: Vec<u32> = (0..circuit.num_qubits).collect();
        layout.block(&circuit.instructions, &all, None);
        layout
    }

    /// The wire of a qubit.
    pub fn wire(&self, qubit: u32) -> usize {
        let qubit = qubit.min(self.circuit.num_qubits.saturating_sub(1));
        (if self.options.reverse_bits { self.circuit.num_qubits.saturating_sub(1 + qubit) } else { qubit })
            as usize
    }

    /// The wire of a classical bit.
    pub fn clbit_wire(&self, bit: u32) -> usize {
        self.clbit_wires.get(bit as usize).copied().unwrap_or(0)
    }

    /// The bits that a condition reads.
    pub fn bits_of(&self, condition: &Condition) -> Vec<u32> {
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

    /// The values that those bits must have; nothing where it is not just that.
    pub fn values_of(&self, condition: &Condition) -> Option<Vec<bool>> {
        match condition {
            Condition::Register(_, value) => {
                let bit = |i: usize| value.checked_shr(i as u32).unwrap_or(0) & 1 == 1;
                Some((0..self.bits_of(condition).len()).map(bit).collect())
            }
            Condition::Bit(_, value) => Some(vec![*value]),
            Condition::Other(_) => None,
        }
    }

    /// Lays out the instructions of a block, which may use these qubits.
    fn block(&mut self, steps: &'a [Instruction], qubits: &[u32], within: Option<Within>) {
        let mut nodes = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if let Operation::BooleanFunction(function) = &step.operation {
                let condition = self.compared(function);
                self.comparisons.insert(function.register, condition);
                continue;
            }
            nodes.extend(self.node(step, index, qubits));
        }
        let layers = layers::layers(&nodes, self.circuit.num_clbits);
        let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        for layer in layers {
            for node in layer {
                let Some(node) = nodes.get_mut(node).and_then(Option::take) else { continue };
                let (instruction, path) = match within {
                    None => (node.index, Vec::new()),
                    Some(within) => {
                        (within.instruction, [within.path, &[(within.block, node.index)]].concat())
                    }
                };
                let Node { step, qubits, clbits, condition, alone, .. } = node;
                let (column, heads) = (self.columns, Vec::new());
                self.items.push(Item { step, instruction, path, column, qubits, clbits, condition, heads });
                if let (Operation::ControlFlow(flow), true) = (&step.operation, alone) {
                    self.control_flow(flow);
                }
            }
            self.columns += 1;
        }
    }

    /// What a `bfunc` compares.
    fn compared(&self, function: &BooleanFunction) -> Condition {
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

    /// What the layout needs to know of an instruction; `None` if it is not drawn.
    fn node<'s>(&self, step: &'s Instruction, index: usize, block: &[u32]) -> Option<Node<'s>> {
        let mut qubits = step.qubits.to_vec();
        let mut clbits = Vec::new();
        let mut condition = step.condition.map(|bit| match self.comparisons.get(&bit) {
            Some(condition) => condition.clone(),
            None if bit < self.circuit.num_clbits => Condition::Bit(bit, true),
            None => Condition::Other(Vec::new()),
        });
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
        if let (Operation::ControlFlow(flow), true) = (&step.operation, alone) {
            condition = self.head(flow, 0).1;
        }
        Some(Node { step, index, qubits, clbits, span, alone, measured, condition })
    }

    /// Lays out the blocks of control flow that was just put among the items.
    fn control_flow(&mut self, flow: &'a ControlFlow) {
        let at = self.items.len().saturating_sub(1);
        let Some(item) = self.items.get(at) else { return };
        let (instruction, path, qubits) = (item.instruction, item.path.clone(), item.qubits.clone());
        let depth = path.len();
        let (head, _) = self.head(flow, depth);
        let mut sections: Vec<(Option<usize>, String)> = Vec::new();
        match flow {
            ControlFlow::IfElse { otherwise, .. } => {
                sections.push((Some(0), head));
                if !otherwise.is_empty() {
                    sections.push((Some(1), format!("Else-{depth}")));
                }
            }
            ControlFlow::While { .. } | ControlFlow::For { .. } => sections.push((Some(0), head)),
            ControlFlow::Switch { cases, default, .. } => {
                sections.push((None, head));
                for (index, (values, _)) in cases.iter().enumerate() {
                    sections.push((Some(index), format!("Case-{depth} {}", label::case(values))));
                }
                if !default.is_empty() {
                    sections.push((Some(cases.len()), format!("Case-{depth} default")));
                }
            }
            ControlFlow::Sequence(blocks) => {
                sections.push((Some(0), head));
                sections.extend((1..blocks.len()).map(|index| (Some(index), format!("Next-{depth}"))));
            }
            ControlFlow::Break { .. } | ControlFlow::Continue { .. } | ControlFlow::End => return,
        }
        sections.push((None, format!("End-{depth}")));
        let blocks = flow.blocks();
        let mut heads = Vec::new();
        for (block, text) in sections {
            heads.push(Head { column: self.columns, block, text });
            self.columns += 1;
            if let Some((block, steps)) = block.and_then(|block| Some((block, *blocks.get(block)?))) {
                self.block(steps, &qubits, Some(Within { instruction, path: &path, block }));
            }
        }
        if let Some(item) = self.items.get_mut(at) {
            item.heads = heads;
        }
    }

    /// The first head's text, and what it reads of the classical wires.
    fn head(&self, flow: &ControlFlow, depth: usize) -> (String, Option<Condition>) {
        match flow {
            ControlFlow::IfElse { condition, .. } => self.flow_head("If", depth, condition),
            ControlFlow::While { condition, .. } => self.flow_head("While", depth, condition),
            ControlFlow::For { values, .. } => (format!("For-{depth} {}", label::values(values)), None),
            ControlFlow::Switch { target, .. } => self.switch_head(depth, target),
            ControlFlow::Sequence(_) => (format!("Box-{depth}"), None),
            ControlFlow::Break { .. } | ControlFlow::Continue { .. } | ControlFlow::End => {
                (String::new(), None)
            }
        }
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

#[cfg(test)]
mod tests {
    use crate::circuit::operation::Measure;
    use crate::circuit::{Block, Circuit, ControlFlow, Expr, Gate, Instruction, Operation};
    use crate::draw::{self, DrawOptions};

    /// Boxes over random qubits, each with a label of its own.
    fn boxes(seed: &mut u64, names: &mut u32, count: usize) -> Block {
        let mut random = |below: u64| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((*seed >> 33) % below) as u32
        };
        let step = |_| {
            let first = random(5);
            let qubits = if random(2) == 0 { vec![first] } else { vec![first, (first + 1 + random(4)) % 5] };
            let gate = if qubits.len() == 1 { Gate::X } else { Gate::Iswap };
            *names += 1;
            let label = format!("g{names:03}").into_boxed_str();
            Instruction { label: Some(label), ..Instruction::gate(gate, [], qubits) }
        };
        (0..count).map(step).collect()
    }

    /// Where the middle of each label stands in the text.
    fn middle(text: &str, label: &str) -> usize {
        let column = |line: &str| Some(line.get(..line.find(label)?)?.chars().count());
        text.lines().find_map(column).unwrap_or_else(|| panic!("{label} is not drawn"))
    }

    #[test]
    fn columns_are_those_of_the_text() {
        let (mut seed, mut names) = (7, 0);
        for _ in 0..20 {
            let mut circuit = Circuit::new(5, 2);
            circuit.instructions = boxes(&mut seed, &mut names, 12);
            let measure = Measure { memory: vec![1], register: vec![1] };
            circuit.instructions.push(Instruction::new(Operation::Measure(Box::new(measure)), [2]));
            let (then, otherwise) = (boxes(&mut seed, &mut names, 3), boxes(&mut seed, &mut names, 3));
            let flow = ControlFlow::IfElse { condition: Expr::bit(1), then, otherwise };
            circuit.instructions.push(Instruction::new(Operation::ControlFlow(Box::new(flow)), 0..5));
            circuit.instructions.extend(boxes(&mut seed, &mut names, 6));
            for reverse_bits in [false, true] {
                let options = DrawOptions { fold: None, reverse_bits, ..DrawOptions::default() };
                let (text, layout) = (draw::text(&circuit, options), draw::layout(&circuit, options));
                let mut places: Vec<(u64, usize)> = Vec::new();
                for item in layout["items"].as_array().unwrap() {
                    if item["kind"] == "gate" {
                        let label = item["label"].as_str().unwrap();
                        places.push((item["column"].as_u64().unwrap(), middle(&text, label)));
                    }
                }
                assert_eq!(places.len(), 24);
                for (a, b) in places.iter().flat_map(|a| places.iter().map(move |b| (a, b))) {
                    // A box with numbers inside is a little out of the middle.
                    let order =
                        if a.1.abs_diff(b.1) <= 2 { std::cmp::Ordering::Equal } else { a.1.cmp(&b.1) };
                    assert_eq!(a.0.cmp(&b.0), order, "{a:?} {b:?}\n{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_inside_of_control_flow_knows_its_way() {
        let inner =
            ControlFlow::While { condition: Expr::bit(0), body: vec![Instruction::gate(Gate::X, [], [1])] };
        let then = vec![
            Instruction::gate(Gate::H, [], [0]),
            Instruction::new(Operation::ControlFlow(Box::new(inner)), [1]),
        ];
        let otherwise = vec![Instruction::gate(Gate::Z, [], [0])];
        let outer = ControlFlow::IfElse { condition: Expr::bit(1), then, otherwise };
        let mut circuit = Circuit::new(2, 2);
        circuit.instructions = vec![
            Instruction::gate(Gate::Y, [], [0]),
            Instruction::new(Operation::ControlFlow(Box::new(outer)), [0, 1]),
        ];
        let layout = draw::layout(&circuit, DrawOptions::default());
        let told: Vec<String> = layout["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                format!("{} {} {} {}", item["name"], item["instruction"], item["path"], item["column"])
            })
            .collect();
        assert_eq!(
            told,
            [
                r#""y" 0 [] 0"#,
                r#""if_else" 1 [] 1"#,
                r#""h" 1 [[0,0]] 2"#,
                r#""while_loop" 1 [[0,1]] 3"#,
                r#""x" 1 [[0,1],[0,0]] 4"#,
                r#""z" 1 [[1,0]] 8"#,
            ]
        );
        assert_eq!(layout["items"][1]["heads"][1]["column"], 7);
        assert_eq!(layout["items"][1]["end"], 9);
        assert_eq!(layout["columns"], 11);
    }
}
