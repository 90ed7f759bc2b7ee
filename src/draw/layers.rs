//! Columns of instructions, as Qiskit's `_LayerSpooler` with `justify='left'` makes them.

use std::collections::HashMap;

use super::layout::Condition;
use crate::circuit::Instruction;

/// An instruction and what it takes of the drawing.
pub struct Node<'s> {
    /// The instruction.
    pub step: &'s Instruction,
    /// Its index in its block.
    pub index: usize,
    /// Its qubits.
    pub qubits: Vec<u32>,
    /// The classical bits that it reads or writes; of a measurement those measured come first.
    pub clbits: Vec<u32>,
    /// First and last wire that nothing else may use in its column.
    pub span: (usize, usize),
    /// Whether it is control flow with blocks.
    pub alone: bool,
    /// The bit that it measures into.
    pub measured: Option<u32>,
    /// On what it depends.
    pub condition: Option<Condition>,
}

impl Node<'_> {
    fn crosses(&self, other: &Self) -> bool {
        self.span.0 <= other.span.1 && other.span.0 <= self.span.1
    }
}

/// Depths in the dependency graph: instructions of the same depth share no bit.
fn depths(nodes: &[Node]) -> Vec<usize> {
    let mut reached: HashMap<(bool, u32), usize> = HashMap::new();
    let depth = |node: &Node| {
        let wires = || {
            let qubits = node.qubits.iter().map(|qubit| (true, *qubit));
            qubits.chain(node.clbits.iter().map(|bit| (false, *bit)))
        };
        let depth = wires().filter_map(|wire| reached.get(&wire)).max().map_or(0, |depth| depth + 1);
        reached.extend(wires().map(|wire| (wire, depth)));
        depth
    };
    nodes.iter().map(depth).collect()
}

/// The indices of the nodes in each column.
pub fn layers(nodes: &[Node], num_clbits: u32) -> Vec<Vec<usize>> {
    let depths = depths(nodes);
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    let depth = |index: &usize| depths.get(*index).copied().unwrap_or(0);
    order.sort_by_key(depth);
    let mut layers: Vec<Vec<usize>> = Vec::new();
    // Behind the last column that measures into each bit.
    let mut measures: Vec<usize> = vec![0; num_clbits as usize];
    let (mut at, mut end) = (usize::MAX, 0usize);
    for index in order {
        let Some(node) = nodes.get(index) else { continue };
        if depth(&index) != at {
            at = depth(&index);
            end = layers.len();
        }
        let in_layer = |layer: &[usize], test: &dyn Fn(&Node) -> bool| {
            layer.iter().filter_map(|other| nodes.get(*other)).any(test)
        };
        let insertable = |layer: &[usize]| !in_layer(layer, &|other| node.crosses(other));
        let stop =
            node.clbits.iter().filter_map(|bit| measures.get(*bit as usize)).max().copied().unwrap_or(0);
        let mut place = None;
        for current in (stop..end).rev() {
            let Some(layer) = layers.get(current) else { break };
            if in_layer(layer, &|other| other.qubits.iter().any(|qubit| node.qubits.contains(qubit))) {
                break;
            }
            if insertable(layer) {
                place = Some(current);
            }
        }
        let from = end.saturating_sub(1);
        let place =
            place.or_else(|| (from..layers.len()).find(|at| layers.get(*at).is_some_and(|l| insertable(l))));
        match place.and_then(|place| layers.get_mut(place)) {
            Some(layer) => layer.push(index),
            None => layers.push(vec![index]),
        }
        if let Some(last) = node.measured.and_then(|bit| measures.get_mut(bit as usize)) {
            // Qiskit takes column 0 for none.
            let column = place.filter(|place| *place != 0).unwrap_or(layers.len() - 1);
            *last = (*last).max(column + 1);
        }
    }
    layers
}
