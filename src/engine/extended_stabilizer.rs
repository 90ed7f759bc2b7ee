//! The extended stabilizer method: Clifford gates, and some gates that are not, as a sum of stabilizer states.
//!
//! The sum is exact as long as it can be: a [`frame`] holds it in one tableau and as many numbers as it has terms,
//! which t T gates make 2^t at most, and n qubits 2^n. It is sampled exactly, without a walk. Beyond that the sum is
//! sampled from [`terms`], as in Aer, with the error and the sampling that the options ask for; which of the two it will be
//! is decided by the circuit, so that memory is known beforehand.
//!
//! A frame knows its Clifford unitary up to a phase. Where amplitudes are saved, a [`ch`] form goes along that has it.

pub mod ch;
pub mod frame;
pub mod norm;
pub mod steps;
pub mod tableau;
pub mod terms;

use super::saved::{interleaved, unsupported};
use super::{Engine, EngineConfig, Method, Outcomes, SavedValue, not_applied, supports_branches};
use crate::circuit::operation::SaveKind;
use crate::circuit::{Bits, Circuit, Gate, Instruction, Operation, Qubit};
use crate::error::AerError;
use crate::linalg::{Complex, cis};
use crate::rng::{Draws, ShotRng};
use ch::Ch;
use frame::Frame;
use steps::{Step, steps};
use terms::Terms;

/// Most qubits whose amplitudes are kept: 1 GiB.
const MOST_ACTIVE: u32 = 26;

/// The state of the extended stabilizer method.
#[derive(Clone, Debug)]
pub struct ExtendedStabilizer {
    num_qubits: u32,
    form: Form,
    config: EngineConfig,
}

#[derive(Clone, Debug)]
enum Form {
    /// The frame; and what its unitary makes of |0…0⟩, with the phase, where that is asked for.
    Exact(Frame, Option<Ch>),
    Sampled(Box<Terms>),
}

/// What a circuit has of gates that are no Clifford gates.
struct Demand {
    /// Most qubits that will have amplitudes.
    active: u32,
    /// The product of stabilizer extents.
    extent: f64,
    /// Whether amplitudes are saved.
    saves: bool,
}

impl Demand {
    fn new(circuit: &Circuit, num_qubits: u32) -> Self {
        let mut demand = Self { active: 0, extent: 1.0, saves: false };
        circuit.instructions.iter().for_each(|step| demand.add(step));
        // In a loop a gate may be done any number of times.
        if circuit.instructions.iter().any(|step| matches!(step.operation, Operation::Jump(_))) {
            demand.active = num_qubits;
        }
        demand.active = demand.active.min(num_qubits);
        demand
    }

    fn add(&mut self, instruction: &Instruction) {
        match &instruction.operation {
            Operation::QuantumError(error) => {
                error.branches.iter().flat_map(|branch| &branch.instructions).for_each(|step| self.add(step));
            }
            Operation::Save(_) => self.saves = true,
            // The angles are not known yet: those of T are the worst.
            Operation::ComputedGate(_, parameters) => {
                for _ in 0..parameters.len() {
                    self.add_step(Step::Turn(0, std::f64::consts::FRAC_PI_4));
                }
            }
            operation => {
                steps(operation, &instruction.qubits)
                    .into_iter()
                    .flatten()
                    .for_each(|step| self.add_step(step));
            }
        }
    }

    fn add_step(&mut self, step: Step) {
        self.active = self.active.saturating_add(match step {
            Step::Turn(..) => 1,
            Step::Ccz(_) => 3,
            _ => 0,
        });
        self.extent *= terms::extent(step);
    }

    fn terms(&self, config: &EngineConfig) -> u64 {
        terms::count(self.extent, config.extended_stabilizer.approximation_error)
    }

    /// Whether the sum will be exact, and the bytes that it takes.
    fn form(&self, num_qubits: u32, config: &EngineConfig) -> (bool, u64) {
        let limit = config.memory_limit_bytes.unwrap_or(u64::MAX);
        let power =
            |bits: u32, bytes: u64| 1u64.checked_shl(bits).map_or(u64::MAX, |n| n.saturating_mul(bytes));
        // Drawing takes as much again, and saving makes two states of amplitudes.
        let saving = if self.saves { power(num_qubits, 32) } else { 0 };
        let exact = power(self.active, 32)
            .saturating_add(2 * frame::tableau_bytes(num_qubits))
            .saturating_add(saving);
        if (self.active <= MOST_ACTIVE && exact <= limit) || num_qubits > Ch::MAX_QUBITS {
            return (true, exact);
        }
        (false, terms::bytes(num_qubits, self.terms(config)).saturating_add(saving / 2))
    }
}

impl ExtendedStabilizer {
    /// Whether the state is exact, and not a sum that was drawn.
    pub fn is_exact(&self) -> bool {
        matches!(self.form, Form::Exact(..))
    }

    /// Number of terms.
    pub fn num_terms(&self) -> usize {
        match &self.form {
            Form::Exact(frame, _) => frame.num_terms(),
            Form::Sampled(terms) => terms.num_terms(),
        }
    }

    fn step(&mut self, step: Step) -> Result<(), AerError> {
        match &mut self.form {
            Form::Sampled(terms) => terms.apply(step),
            Form::Exact(frame, ch) => match step {
                Step::Turn(qubit, angle) => {
                    frame.rotate(&[qubit], angle)?;
                    self.apply_global_phase(angle / 2.0);
                    Ok(())
                }
                Step::Ccz(qubits) => self.ccz(qubits),
                step => {
                    frame.clifford(step);
                    if let Some(ch) = ch {
                        ch.apply(step);
                    }
                    Ok(())
                }
            },
        }
    }

    /// Z with two controls, by rotations about all products of Z: it is −1 where a sum of them over 8 is 1.
    fn ccz(&mut self, [a, b, c]: [Qubit; 3]) -> Result<(), AerError> {
        let Form::Exact(frame, _) = &mut self.form else { return Ok(()) };
        // What is in a basis state decides the gate, and needs no amplitudes.
        for (known, others) in [(a, [b, c]), (b, [a, c]), (c, [a, b])] {
            match frame.certain(known) {
                Some(false) => return Ok(()),
                Some(true) => return self.step(Step::Cz(others[0], others[1])),
                None => {}
            }
        }
        let angle = std::f64::consts::FRAC_PI_4;
        let products: [&[Qubit]; 7] = [&[a], &[b], &[c], &[a, b], &[a, c], &[b, c], &[a, b, c]];
        for qubits in products {
            frame.rotate(qubits, if qubits.len() % 2 == 0 { -angle } else { angle })?;
        }
        self.apply_global_phase(angle / 2.0);
        Ok(())
    }

    fn reset(&mut self, qubit: Qubit) -> Result<(), AerError> {
        match &mut self.form {
            Form::Exact(frame, _) => match frame.certain(qubit) {
                Some(false) => Ok(()),
                Some(true) => self.step(Step::X(qubit)),
                None => Err(not_applied("reset")),
            },
            Form::Sampled(terms) => {
                terms.reset_qubit(qubit);
                Ok(())
            }
        }
    }

    fn amplitudes(&self) -> Result<Vec<Complex>, AerError> {
        match &self.form {
            Form::Sampled(terms) => terms.amplitudes(),
            Form::Exact(frame, ch) => {
                let [mut state, zero] = frame.amplitudes()?;
                let phase = ch.as_ref().and_then(|ch| {
                    let (index, known) = (0..).zip(&zero).find(|(_, known)| known.norm_sqr() > 0.0)?;
                    Some(ch.amplitude(index) / known)
                });
                let phase = phase.unwrap_or(Complex::ONE);
                for amplitude in &mut state {
                    *amplitude *= phase;
                }
                Ok(state)
            }
        }
    }
}

impl Engine for ExtendedStabilizer {
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            // Parameters that are computed are 0 here.
            Operation::Gate(Gate::U2 | Gate::U3 | Gate::U | Gate::UBuiltin | Gate::U0, _) => {
                steps(&step.operation, &step.qubits).is_some()
            }
            Operation::Reset
            | Operation::Measure(_)
            | Operation::BooleanFunction(_)
            | Operation::ReadoutError(_) => true,
            Operation::Save(save) => matches!(save.kind, SaveKind::Statevector),
            operation => steps(operation, &step.qubits).is_some(),
        }
    }

    fn required_bytes(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> u64 {
        Demand::new(circuit, num_qubits).form(num_qubits, config).1
    }

    fn new(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        let demand = Demand::new(circuit, num_qubits);
        let form = if demand.form(num_qubits, config).0 {
            let ch = demand.saves && num_qubits <= Ch::MAX_QUBITS;
            Form::Exact(Frame::new(num_qubits, config.memory_limit_bytes), ch.then(|| Ch::new(num_qubits)))
        } else {
            Form::Sampled(Box::new(Terms::new(num_qubits, demand.terms(config))))
        };
        Ok(Self { num_qubits, form, config: config.clone() })
    }

    fn reset_to_zero(&mut self) {
        match &mut self.form {
            Form::Exact(frame, ch) => {
                *frame = Frame::new(self.num_qubits, self.config.memory_limit_bytes);
                if let Some(ch) = ch {
                    *ch = Ch::new(self.num_qubits);
                }
            }
            Form::Sampled(terms) => terms.reset(),
        }
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        let form = match &self.form {
            Form::Exact(frame, ch) => Form::Exact(frame.try_clone()?, ch.clone()),
            Form::Sampled(terms) => Form::Sampled(Box::new(terms.try_clone()?)),
        };
        Ok(Self { num_qubits: self.num_qubits, form, config: self.config.clone() })
    }

    fn bytes(&self) -> u64 {
        match &self.form {
            Form::Exact(frame, _) => frame.bytes(),
            Form::Sampled(terms) => terms.bytes(),
        }
    }

    fn apply_global_phase(&mut self, phase: f64) {
        match &mut self.form {
            Form::Exact(_, Some(ch)) => ch.omega *= cis(phase),
            Form::Exact(_, None) => {}
            Form::Sampled(terms) => terms.phase(phase),
        }
    }

    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let (n, len) = (u64::from(self.num_qubits), self.num_terms() as u64);
        let rows = n * n.div_ceil(64);
        let (gate, draw) = match &self.form {
            Form::Exact(..) => (len + 4 * rows, (3 * len + 4 * rows).saturating_mul(qubits.len() as u64)),
            Form::Sampled(_) => (len.saturating_mul(rows), self.draw_work(qubits)),
        };
        match operation {
            Operation::Measure(_) | Operation::Reset => draw,
            Operation::Save(_) => {
                let all = 1u64.checked_shl(self.num_qubits).unwrap_or(u64::MAX);
                all.saturating_mul(if self.is_exact() { n * n } else { len })
            }
            Operation::Gate(..) if self.is_exact() => match steps(operation, qubits) {
                Some(steps) if steps.iter().all(|step| !matches!(step, Step::Turn(..) | Step::Ccz(_))) => n,
                Some(steps) if steps.iter().any(|step| matches!(step, Step::Ccz(_))) => 8 * gate,
                _ => gate,
            },
            Operation::Gate(..) | Operation::Pauli(_) => gate,
            _ => 0,
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        if matches!(operation, Operation::Reset) {
            return qubits.iter().try_for_each(|qubit| self.reset(*qubit));
        }
        let Some(steps) = steps(operation, qubits) else {
            return Err(not_applied(operation.name()));
        };
        steps.into_iter().try_for_each(|step| match step {
            Step::Phase(phase) => {
                self.apply_global_phase(phase);
                Ok(())
            }
            step => self.step(step),
        })
    }

    fn prepare_sampling(&mut self, budget: u64) -> u64 {
        match &mut self.form {
            Form::Exact(..) => 0,
            // Where memory is short, drawing says so.
            Form::Sampled(terms) => {
                terms.prepare_sampling(budget, &self.config.extended_stabilizer).unwrap_or_default()
            }
        }
    }

    /// Of an exact sum, shots share what is done for any.
    fn draw_work(&self, qubits: &[Qubit]) -> u64 {
        match &self.form {
            Form::Exact(..) => 0,
            Form::Sampled(terms) => terms.draw_work(qubits.len() as u64, &self.config.extended_stabilizer),
        }
    }

    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        // One number a shot, of which the many that it needs are made.
        let shots = draws.numbers(0).into_iter().map(|number| ShotRng::new(number.to_bits(), 0)).collect();
        match &mut self.form {
            Form::Exact(frame, _) => frame.sample(qubits, shots),
            Form::Sampled(terms) => terms.sample(qubits, shots, &self.config.extended_stabilizer),
        }
    }

    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        for (place, qubit) in (0..).zip(qubits) {
            let outcome = outcome.get(place);
            match &mut self.form {
                Form::Sampled(terms) => terms.project(*qubit, outcome),
                Form::Exact(frame, ch) => {
                    let gates = frame.project(*qubit, outcome)?;
                    let Some(ch) = ch else { continue };
                    match gates {
                        Some(gates) => gates.into_iter().for_each(|gate| ch.apply(gate)),
                        None => {
                            ch.project(*qubit, outcome);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn save(&mut self, save: &SaveKind, _qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        match save {
            SaveKind::Statevector => {
                let amplitudes = self.amplitudes()?;
                let values = interleaved(amplitudes.into_iter(), self.config.zero_threshold)?;
                Ok(SavedValue::ComplexVector(values))
            }
            _ => Err(unsupported(save, Method::ExtendedStabilizer)),
        }
    }
}
