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
mod json;
mod label;
mod layers;
mod layout;

use crate::circuit::{Circuit, Gate, Operation, Register};
use element::{Element, Frame, Part};
use layout::{Condition, Item, Layout, Wire, register_of, shortened};

/// Most characters of a barrier's label.
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
    let layout = Layout::new(circuit, options);
    Drawing { circuit, options: layout.options, layout: &layout }.lines().join("\n")
}

/// The drawing as data, for pictures: see [`mod@json`].
pub fn layout(circuit: &Circuit, options: DrawOptions) -> serde_json::Value {
    json::layout(&Layout::new(circuit, options))
}

struct Drawing<'a> {
    circuit: &'a Circuit,
    options: DrawOptions,
    layout: &'a Layout<'a>,
}

/// A column that is being filled.
type Column = Vec<Option<Element>>;

impl Drawing<'_> {
    /// All columns, with what is in them.
    fn columns(&self) -> Vec<Vec<Element>> {
        let mut columns: Vec<Column> =
            (0..self.layout.columns).map(|_| self.layout.wires.iter().map(|_| None).collect()).collect();
        for item in &self.layout.items {
            for (index, head) in item.heads.iter().enumerate() {
                if let Some(column) = columns.get_mut(head.column) {
                    let frame = if index + 1 < item.heads.len() { Frame::Left } else { Frame::Right };
                    self.flow_box(
                        &head.text,
                        item,
                        frame,
                        item.condition.as_ref().filter(|_| index == 0),
                        column,
                    );
                }
            }
            if let (true, Some(column)) = (item.heads.is_empty(), columns.get_mut(item.column)) {
                self.place(item, column);
            }
        }
        columns.into_iter().map(|column| self.finished(column)).collect()
    }

    /// A column without gaps.
    fn finished(&self, column: Column) -> Vec<Element> {
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
        column
    }

    /// What stands before the wires, of one length.
    fn names(&self) -> Vec<String> {
        let name = |registers: &[Register], bit| match register_of(registers, bit) {
            Some((index, bit)) => match registers.get(index) {
                Some(register) if register.size == 1 => format!("{}: ", register.name),
                Some(register) => format!("{}_{bit}: ", register.name),
                None => String::new(),
            },
            None => format!("{bit}: "),
        };
        let wire = |wire: &Wire| match wire {
            Wire::Qubit(qubit) => name(&self.circuit.qregs, *qubit),
            Wire::Clbit(bit) => name(&self.circuit.cregs, *bit),
            Wire::Register(index) => self
                .circuit
                .cregs
                .get(*index)
                .map_or(String::new(), |register| format!("{}: {}/", register.name, register.size)),
        };
        let names: Vec<String> = self.layout.wires.iter().map(wire).collect();
        let longest = names.iter().map(|name| element::length(name)).max().unwrap_or(0);
        let padded = |name: &String| format!("{}{name}", " ".repeat(longest - element::length(name)));
        names.iter().map(padded).collect()
    }

    fn set(column: &mut Column, wire: usize, element: Element) {
        if let Some(place) = column.get_mut(wire) {
            *place = Some(element);
        }
    }

    /// Draws an instruction that is not control flow.
    fn place(&self, node: &Item, column: &mut Column) {
        let step = node.step;
        let wires: Vec<usize> = node.qubits.iter().map(|qubit| self.layout.wire(*qubit)).collect();
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
                    Self::set(column, self.layout.clbit_wire(*bit), Element::measured(&label));
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
        let bits = self.layout.bits_of(condition);
        let label = match condition {
            Condition::Register(_, value) => format!("{value:#x}"),
            Condition::Bit(bit, value) => {
                let register = register_of(&self.circuit.cregs, *bit).filter(|_| self.options.cregbundle);
                let name = register.and_then(|(index, _)| self.circuit.cregs.get(index));
                name.zip(register).map_or(String::new(), |(register_, (_, index))| {
                    format!("{}_{index}={:#x}", register_.name, u8::from(*value))
                })
            }
            Condition::Other(_) => "[expr]".to_owned(),
        };
        let ones = self.layout.values_of(condition).unwrap_or_else(|| vec![true; bits.len()]);
        let boxed = |bit: &u32| self.options.cregbundle && register_of(&self.circuit.cregs, *bit).is_some();
        if bits.iter().any(boxed) {
            for bit in bits.iter().filter(|bit| boxed(bit)) {
                Self::set(
                    column,
                    self.layout.clbit_wire(*bit),
                    Element::boxed(&label, Frame::Classical, "╨", "─"),
                );
            }
            return;
        }
        let wires: Vec<usize> = bits.iter().map(|bit| self.layout.clbit_wire(*bit)).collect();
        let (first, last) = (wires.iter().min().copied(), wires.iter().max().copied());
        for (wire, one) in wires.iter().zip(ones) {
            let bot = if Some(*wire) == last { label.as_str() } else { " " };
            let mut element = Element::symbol(if one { "■" } else { "o" }, '═', "║", bot);
            element.connect(false, first != last && Some(*wire) != last, None);
            Self::set(column, *wire, element);
        }
    }

    /// Where control flow begins, goes on or ends.
    fn flow_box(
        &self,
        text: &str,
        item: &Item,
        frame: Frame,
        condition: Option<&Condition>,
        column: &mut Column,
    ) {
        let wires: Vec<usize> = item.qubits.iter().map(|qubit| self.layout.wire(*qubit)).collect();
        if let [wire] = wires.as_slice() {
            let bot = if condition.is_some() { "╥" } else { "─" };
            Self::set(column, *wire, Element::boxed(text, frame, "─", bot));
        } else {
            Self::tall_box(column, &wires, text, frame, condition.is_some());
        }
        if let Some(condition) = condition {
            self.place_condition(condition, column);
        }
    }

    /// Puts the columns side by side, folded.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.circuit.global_phase != 0.0 {
            lines.push(format!("global phase: {}", label::number(self.circuit.global_phase)));
        }
        let names = self.names();
        if names.is_empty() {
            return lines;
        }
        let inputs: Vec<Element> = names.iter().map(|name| Element::plain([" ", name, " "], ' ')).collect();
        let width = |column: &[Element]| column.first().map_or(0, Element::length);
        let arrows = |arrow: &str| names.iter().map(|_| Element::plain([arrow; 3], ' ')).collect::<Vec<_>>();
        let mut group = vec![inputs.clone()];
        // Qiskit counts the names as a column like the others.
        let mut left = self.options.fold.map(|fold| fold.saturating_sub(width(&inputs)));
        let fold = self.options.fold.unwrap_or(0);
        for column in self.columns() {
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
