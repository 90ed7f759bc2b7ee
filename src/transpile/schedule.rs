//! Cache blocking: items in canonical form as passes over blocks.
//!
//! A pass chooses the bits that lie inside its blocks, then does whatever it can: an item may go first if nothing
//! before it is left that does not commute with it, and if the bits along which it moves amplitudes are inside.
//! Phases are put off until something needs them, and then all that are ready are done in one sweep; those that
//! nothing in the pass needs wait for the next one.

use super::canonical::{Item, Kind};
use super::cost;
use super::unitary::ROUNDING;
use crate::kernel::index::{mask, set_bits};
use crate::kernel::phases::Phases;
use crate::kernel::program::{BLOCK_BITS, LOW_BITS, Pass, Step};
use crate::kernel::rotation::Rotation;
use crate::kernel::{Action, BitPositions, Controls, Placed};
use crate::linalg::{Complex, Matrix};

/// How large blocks are.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Most bits inside.
    pub bits: u32,
    /// The lowest bits, which are always inside.
    pub low: u32,
}

impl Blocks {
    /// For states of `2^num_bits` amplitudes: larger ones have a few blocks at least, for threads to share.
    pub fn of(num_bits: u32) -> Self {
        let most = if num_bits <= BLOCK_BITS { num_bits } else { num_bits - 2 };
        Self { bits: BLOCK_BITS.min(most), low: LOW_BITS }
    }
}

/// The end of the list, and no item.
const END: u32 = u32::MAX;

/// An item that is still to be done, in a list.
struct Node {
    moves: usize,
    looks: usize,
    kind: NodeKind,
    next: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waiting,
    /// To be done, if that helps.
    Chosen,
    Done,
}

enum NodeKind {
    Rotation(Rotation),
    Single(u32, Complex),
    Pair(u32, u32, Complex),
    Placed(Box<Placed>),
}

struct Scheduler {
    nodes: Vec<Node>,
    first: u32,
    num_bits: u32,
    blocks: Blocks,
    /// How many nodes are left that move a bit.
    left: Vec<u32>,
    /// The bits that have some.
    movable: usize,
    chosen: Vec<u32>,
}

/// The bits of nodes that were passed over: what comes later has to commute with them.
#[derive(Clone, Copy, Default)]
struct Skipped {
    moves: usize,
    looks: usize,
}

impl Skipped {
    fn skip(&mut self, node: &Node) {
        self.moves |= node.moves;
        self.looks |= node.looks;
    }

    fn blocks(&self, node: &Node) -> bool {
        node.moves & (self.moves | self.looks) != 0 || node.looks & self.moves != 0
    }
}

/// Makes passes of items and a number.
#[inline(never)]
pub fn passes(items: Vec<Item>, factor: Complex, num_bits: u32, blocks: Blocks) -> Vec<Pass> {
    let mut scheduler = Scheduler::new(items, num_bits, blocks);
    let mut passes: Vec<Pass> = Vec::new();
    while scheduler.is_left() {
        let inner = bits_of(scheduler.choose());
        if passes.last().is_none_or(|pass| pass.inner != inner) {
            passes.push(Pass { inner, steps: Vec::new() });
        }
        if let Some(pass) = passes.last_mut() {
            scheduler.pass(mask(&pass.inner), &mut pass.steps);
        }
    }
    scale(&mut passes, factor, num_bits.min(blocks.bits));
    passes.into_iter().flat_map(split).collect()
}

/// Longest that a block may take, in nanoseconds: only between blocks can a program stop.
const LONGEST: f64 = 1e7;

/// The pass as several ones, if its blocks would take too long.
#[inline(never)]
fn split(pass: Pass) -> Vec<Pass> {
    let amplitudes = (1u64 << pass.inner.len().min(63)) as f64;
    let mut time = 0.0;
    let mut parts: Vec<Vec<Step>> = vec![Vec::new()];
    for step in pass.steps {
        time += cost::step(&step) * amplitudes;
        if time > LONGEST {
            time = 0.0;
            parts.push(Vec::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(step);
        }
    }
    parts.into_iter().map(|steps| Pass { inner: pass.inner.clone(), steps }).collect()
}

fn bits_of(mask: usize) -> Vec<u32> {
    (0..usize::BITS).filter(|bit| mask >> bit & 1 == 1).collect()
}

impl Scheduler {
    #[inline(never)]
    fn new(items: Vec<Item>, num_bits: u32, blocks: Blocks) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(items.len() * 2);
        let mut add = |moves, looks, kind| {
            let next = nodes.len() as u32 + 1;
            nodes.push(Node { moves, looks, kind, next, state: State::Waiting });
        };
        for Item { moves, looks, kind } in items {
            match kind {
                Kind::Gone => {}
                Kind::Turn(before, rotation) => {
                    if before != Complex::ONE {
                        add(0, moves, NodeKind::Single(rotation.bit, before));
                    }
                    add(moves, looks, NodeKind::Rotation(rotation));
                }
                Kind::Single(bit, phase) => add(moves, looks, NodeKind::Single(bit, phase)),
                Kind::Pair(a, b, phase) => add(moves, looks, NodeKind::Pair(a, b, phase)),
                Kind::Placed(placed) => add(moves, looks, NodeKind::Placed(placed)),
            }
        }
        let mut left = vec![0; num_bits as usize];
        for node in &nodes {
            set_bits(node.moves).for_each(|bit| left[bit as usize] += 1);
        }
        let movable =
            (0..num_bits).filter(|bit| left[*bit as usize] > 0).fold(0, |mask, bit| mask | 1 << bit);
        let first = if nodes.is_empty() { END } else { 0 };
        if let Some(last) = nodes.last_mut() {
            last.next = END;
        }
        Self { nodes, first, num_bits, blocks, left, movable, chosen: Vec::new() }
    }

    fn is_left(&mut self) -> bool {
        Walk::new(self).next(self).is_some()
    }

    /// The bits inside the next pass.
    #[inline(never)]
    fn choose(&self) -> usize {
        let all = (1 << self.num_bits) - 1;
        if self.num_bits <= self.blocks.bits {
            return all;
        }
        let low = (1usize << self.blocks.low.min(self.blocks.bits).min(self.num_bits)) - 1;
        let (first, most) = (self.first_needed(low), self.most_work(low));
        let best = if self.work(most, 0.0) > self.work(first, 0.0) { most } else { first };
        // Low bits fill what is left, for longer runs.
        (0..self.num_bits).fold(best, |inner, bit| {
            if inner.count_ones() < self.blocks.bits { inner | 1 << bit } else { inner }
        })
    }

    /// The bits that are moved first.
    #[inline(never)]
    fn first_needed(&self, low: usize) -> usize {
        let mut inner = low;
        let mut skipped = Skipped::default();
        let mut at = self.first;
        while at != END && self.movable & !(skipped.moves | skipped.looks) != 0 {
            let node = &self.nodes[at as usize];
            at = node.next;
            if node.state == State::Done {
                continue;
            }
            let wider = inner | node.moves;
            if skipped.blocks(node) || node.moves != 0 && wider.count_ones() > self.blocks.bits {
                // What is wider than any block has one of its own size.
                if skipped.moves == 0 && inner == low && (low | node.moves).count_ones() > self.blocks.bits {
                    return low | node.moves;
                }
                skipped.skip(node);
            } else {
                inner = wider;
            }
        }
        inner
    }

    /// Adds the bit that lets most work be done, one after the other.
    #[inline(never)]
    fn most_work(&self, low: usize) -> usize {
        let mut inner = low;
        while inner.count_ones() < self.blocks.bits {
            let with = |bit: u32| (self.work(inner | 1 << bit, 0.5), bit);
            let candidates =
                (0..self.num_bits).filter(|bit| (self.movable & !inner) >> bit & 1 == 1).map(with);
            match candidates.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))) {
                Some((_, bit)) => inner |= 1 << bit,
                None => break,
            }
        }
        inner
    }

    /// The cost of what could be moved if these bits were inside, and a part of it for what is ready and lacks some
    /// of its bits.
    #[inline(never)]
    fn work(&self, inner: usize, part: f64) -> f64 {
        let mut work = 0.0;
        let mut skipped = Skipped::default();
        let mut at = self.first;
        while at != END && self.movable & !(skipped.moves | skipped.looks) != 0 {
            let node = &self.nodes[at as usize];
            at = node.next;
            if node.state == State::Done {
                continue;
            }
            if skipped.blocks(node) {
                skipped.skip(node);
                continue;
            }
            let cost = match &node.kind {
                NodeKind::Rotation(_) => cost::ROTATION,
                NodeKind::Placed(placed) if node.moves != 0 => cost::placed(placed),
                _ => 0.0,
            };
            if node.moves & !inner == 0 {
                work += cost;
            } else {
                skipped.skip(node);
                if node.moves & inner != 0 {
                    work += cost * part;
                }
            }
        }
        work
    }

    /// Does what it can with these bits inside, as long as the rotations that a sweep of phases makes ready are
    /// worth it: later passes can do more with one.
    #[inline(never)]
    fn pass(&mut self, inner: usize, steps: &mut Vec<Step>) {
        let (mut work, mut overhead) = (0.0, cost::PASS + cost::SWEEP);
        loop {
            let (ready, ready_work) = self.ready(inner);
            if self.chosen.is_empty() {
                if ready.is_empty() {
                    if self.choose_phases() {
                        continue;
                    }
                    break;
                }
            } else {
                if ready.is_empty() {
                    break;
                }
                // Few phases that something needs now are done by themselves; the others wait for a sweep.
                let moves = ready.iter().fold(0, |moves, id| moves | self.nodes[*id as usize].moves);
                let needed = self.chosen.iter().map(|id| self.nodes[*id as usize].looks);
                let needed: f64 = needed.filter(|looks| looks & moves != 0).map(cost::phase).sum();
                let is_few = needed < 0.5 * cost::SWEEP;
                let sweep = if is_few { needed } else { cost::SWEEP };
                let has_others = self.num_bits > self.blocks.bits;
                if has_others && work > 0.0 && ready_work * overhead < work * sweep {
                    break;
                }
                if work > 0.0 {
                    overhead += sweep;
                }
                self.take_phases(steps, is_few.then_some(moves));
            }
            work += ready_work;
            self.take_moves(&ready, steps);
        }
        // Nothing needs these phases here.
        self.release_chosen();
        if self.movable == 0 && self.choose_phases() {
            self.take_phases(steps, None);
        }
    }

    fn release_chosen(&mut self) {
        for id in self.chosen.drain(..) {
            self.nodes[id as usize].state = State::Waiting;
        }
    }

    /// All that moves amplitudes and is ready, rotations first, and what that costs.
    #[inline(never)]
    fn ready(&mut self, inner: usize) -> (Vec<u32>, f64) {
        let mut rotations = Vec::new();
        let mut others = Vec::new();
        let mut work = 0.0;
        let mut skipped = Skipped::default();
        let mut after_others = 0;
        let mut walk = Walk::new(self);
        while self.movable & !(skipped.moves | skipped.looks) != 0
            && let Some(id) = walk.next(self)
        {
            let node = &self.nodes[id as usize];
            if node.moves == 0 || node.moves & !inner != 0 || skipped.blocks(node) {
                skipped.skip(node);
                continue;
            }
            match &node.kind {
                NodeKind::Placed(placed) => {
                    after_others |= node.moves | node.looks;
                    work += cost::placed(placed);
                    others.push(id);
                }
                _ if node.moves & after_others == 0 => {
                    // What comes next on this bit is for another round.
                    after_others |= node.moves;
                    work += cost::ROTATION;
                    rotations.push(id);
                }
                _ => skipped.skip(node),
            }
        }
        rotations.append(&mut others);
        (rotations, work)
    }

    #[inline(never)]
    fn take_moves(&mut self, ready: &[u32], steps: &mut Vec<Step>) {
        let mut rotations = Vec::new();
        let at = steps.len();
        for id in ready {
            match &mut self.nodes[*id as usize].kind {
                NodeKind::Rotation(rotation) => rotations.push(*rotation),
                NodeKind::Placed(placed) => steps.push(Step::Placed(take(placed))),
                _ => {}
            }
            self.done(*id);
        }
        if !rotations.is_empty() {
            steps.insert(at, Step::Rotations(rotations));
        }
    }

    /// Chooses all phases that are ready. Those on bits that nothing moves any more can wait.
    #[inline(never)]
    fn choose_phases(&mut self) -> bool {
        let mut skipped = Skipped::default();
        let mut walk = Walk::new(self);
        while (self.movable == 0 || self.movable & !skipped.moves != 0)
            && let Some(id) = walk.next(self)
        {
            let node = &mut self.nodes[id as usize];
            if node.moves == 0 && !skipped.blocks(node) {
                node.state = State::Chosen;
                self.chosen.push(id);
            } else {
                skipped.skip(node);
            }
        }
        !self.chosen.is_empty()
    }

    /// Makes a sweep of the phases that were chosen; or steps of those on some bits, and leaves the others.
    #[inline(never)]
    fn take_phases(&mut self, steps: &mut Vec<Step>, bits: Option<usize>) {
        let mut phases = Phases::default();
        let mut others = Vec::new();
        for id in std::mem::take(&mut self.chosen) {
            let node = &mut self.nodes[id as usize];
            if bits.is_some_and(|bits| node.looks & bits == 0) {
                node.state = State::Waiting;
                continue;
            }
            match &mut node.kind {
                NodeKind::Single(_, phase) | NodeKind::Pair(_, _, phase) if bits.is_some() => {
                    others.push(Step::Placed(Placed {
                        targets: BitPositions::new(),
                        controls: Controls::ones(node.looks),
                        action: Action::Phase(*phase),
                    }));
                }
                NodeKind::Single(bit, phase) => phases.singles.push((*bit, *phase)),
                NodeKind::Pair(a, b, phase) => phases.pairs.push((*a, *b, *phase)),
                NodeKind::Placed(placed) => others.push(Step::Placed(take(placed))),
                NodeKind::Rotation(_) => {}
            }
            self.done(id);
        }
        phases.singles.sort_by_key(|single| single.0);
        phases.singles.dedup_by(|(a, factor), (b, product)| {
            *product *= if a == b { *factor } else { Complex::ONE };
            a == b
        });
        phases.pairs.sort_by_key(|pair| (pair.1, pair.0));
        phases.pairs.dedup_by(|(a, b, factor), (c, d, product)| {
            *product *= if (&a, &b) == (&c, &d) { *factor } else { Complex::ONE };
            (a, b) == (c, d)
        });
        if !phases.is_identity() {
            steps.push(Step::Phases(phases));
        }
        steps.append(&mut others);
    }

    fn done(&mut self, id: u32) {
        let node = &mut self.nodes[id as usize];
        node.state = State::Done;
        for bit in set_bits(node.moves) {
            self.left[bit as usize] -= 1;
            if self.left[bit as usize] == 0 {
                self.movable &= !(1 << bit);
            }
        }
    }
}

/// What a node holds; it is done, so it needs it no more.
fn take(placed: &mut Placed) -> Placed {
    let nothing = Placed {
        targets: BitPositions::new(),
        controls: Controls::default(),
        action: Action::Phase(Complex::ONE),
    };
    std::mem::replace(placed, nothing)
}

/// A walk over the nodes that wait, which takes those that are done out of the list.
struct Walk {
    last: u32,
    at: u32,
}

impl Walk {
    #[inline(never)]
    fn new(scheduler: &Scheduler) -> Self {
        Self { last: END, at: scheduler.first }
    }

    fn next(&mut self, scheduler: &mut Scheduler) -> Option<u32> {
        while self.at != END {
            let id = self.at;
            let node = &scheduler.nodes[id as usize];
            self.at = node.next;
            match node.state {
                State::Done if self.last == END => scheduler.first = self.at,
                State::Done => scheduler.nodes[self.last as usize].next = self.at,
                State::Chosen => self.last = id,
                State::Waiting => {
                    self.last = id;
                    return Some(id);
                }
            }
        }
        None
    }
}

/// Furthest that scales may be put off, as a binary logarithm: amplitudes stay in the range of either precision.
const FARTHEST: f64 = 40.0;

/// Multiplies by a number, and by the scales of all rotations, in phases where there are some.
#[inline(never)]
fn scale(passes: &mut Vec<Pass>, factor: Complex, inner_bits: u32) {
    let mut factor = factor;
    let mut carrier = None;
    for (p, pass) in passes.iter_mut().enumerate() {
        let mut s = 0;
        while s < pass.steps.len() {
            match &mut pass.steps[s] {
                Step::Rotations(rotations) => {
                    factor *= rotations.iter().map(|rotation| rotation.scale()).product::<f64>();
                    if factor.norm_sqr().log2().abs() > 2.0 * FARTHEST {
                        s += 1;
                        pass.steps.insert(s, Step::Phases(Phases { factor, ..Phases::default() }));
                        factor = Complex::ONE;
                    }
                }
                Step::Phases(phases) => {
                    phases.factor *= std::mem::replace(&mut factor, Complex::ONE);
                    carrier = Some((p, s));
                }
                Step::Placed(placed) => {
                    if let (Action::Dense(_), 0) = (&placed.action, placed.controls.mask) {
                        carrier = carrier.or(Some((p, s)));
                    }
                }
            }
            s += 1;
        }
    }
    if (factor - Complex::ONE).norm() < ROUNDING {
        return;
    }
    if let Some((p, s)) = carrier {
        match &mut passes[p].steps[s] {
            Step::Phases(phases) => phases.factor *= factor,
            Step::Placed(Placed { action: Action::Dense(matrix), .. }) => {
                let entries = matrix.entries().iter().map(|entry| entry * factor).collect();
                if let Some(scaled) = Matrix::new(matrix.rows(), matrix.columns(), entries) {
                    *matrix = scaled;
                }
            }
            _ => {}
        }
        return;
    }
    let step = Step::Phases(Phases { factor, ..Phases::default() });
    match passes.last_mut() {
        Some(pass) => pass.steps.push(step),
        None => passes.push(Pass { inner: (0..inner_bits).collect(), steps: vec![step] }),
    }
}
