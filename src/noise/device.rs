//! The noise of a device, from its numbers, as Qiskit's `NoiseModel.from_backend_properties` makes it
//! (`qiskit_aer/noise/device/models.py` of 0.17.2).
//!
//! Each gate relaxes its qubits for as long as it takes, and is depolarized before by so much that both together
//! have the error that was measured. A gate error is taken for 1 minus the average fidelity `F`; with the fidelity
//! `R` of the relaxation, and `d = 2^n`, the depolarizing parameter is `d (R - F) / (d R - 1)`. The two are entries
//! of their own, one after the other, where Qiskit multiplies them out to one of some hundred circuits.

use super::channel::{depolarizing_error, thermal_relaxation_error};
use super::{NoiseModel, QuantumEntry, QuantumError, ReadoutEntry, ReadoutError};
use crate::circuit::Qubits;
use crate::error::{AerError, ErrorCode};

/// What is known of a qubit. Times are in nanoseconds; what is not known is infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QubitNumbers {
    /// Relaxation time.
    pub t1: f64,
    /// Dephasing time.
    pub t2: f64,
    /// Frequency, in GHz.
    pub frequency: f64,
    /// The probabilities of reading 1 for 0 and 0 for 1.
    pub readout: Option<[f64; 2]>,
}

/// What is known of a gate on some qubits.
#[derive(Clone, Debug, PartialEq)]
pub struct GateNumbers {
    /// Its name.
    pub name: Box<str>,
    /// Its qubits, in order.
    pub qubits: Qubits,
    /// How long it takes, in nanoseconds.
    pub length: Option<f64>,
    /// Its error: 1 minus the average fidelity.
    pub error: Option<f64>,
}

/// What is made of the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceOptions {
    /// Whether gates err.
    pub gate_error: bool,
    /// Whether measurements are misread.
    pub readout_error: bool,
    /// Whether qubits relax while gates last.
    pub thermal_relaxation: bool,
    /// In millikelvin: what is relaxed is excited according to it and to the qubit's frequency.
    pub temperature: f64,
    /// Lengths in nanoseconds instead of the device's: of a gate on some qubits or on all.
    pub gate_lengths: Vec<(Box<str>, Option<Qubits>, f64)>,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        Self {
            gate_error: true,
            readout_error: true,
            thermal_relaxation: true,
            temperature: 0.0,
            gate_lengths: Vec::new(),
        }
    }
}

/// The noise of a device. Errors that change nothing are left out; a `t2` beyond `2 t1` counts as that, and a gate
/// error beyond what is possible as the largest.
pub fn noise_model(
    qubits: &[QubitNumbers],
    gates: &[GateNumbers],
    options: &DeviceOptions,
) -> Result<NoiseModel, AerError> {
    let mut model = NoiseModel::default();
    if options.readout_error {
        for (qubit, numbers) in (0..).zip(qubits) {
            if let Some([one_for_zero, zero_for_one]) = numbers.readout {
                let table =
                    vec![vec![1.0 - one_for_zero, one_for_zero], vec![zero_for_one, 1.0 - zero_for_one]];
                let qubits = vec![[qubit].into_iter().collect()];
                model.replace_readout(ReadoutEntry { error: ReadoutError::new(table)?, qubits })?;
            }
        }
    }
    for gate in gates.iter().filter(|gate| !gate.qubits.is_empty()) {
        let custom = options
            .gate_lengths
            .iter()
            .find(|(name, on, _)| *name == gate.name && on.as_ref().is_none_or(|on| *on == gate.qubits));
        let length = custom.map(|(_, _, length)| *length).or(gate.length).filter(|length| *length != 0.0);
        let relaxation = match length.filter(|_| options.thermal_relaxation) {
            Some(length) => Some(relaxation(&gate.qubits, qubits, length, options.temperature)?),
            None => None,
        };
        let depolarization = match gate.error.filter(|_| options.gate_error) {
            Some(error) => depolarization(gate.qubits.len(), error, relaxation.as_ref())?,
            None => None,
        };
        for error in depolarization.into_iter().chain(relaxation) {
            model.add_fitting_quantum(QuantumEntry {
                error,
                operations: vec![gate.name.clone()],
                qubits: vec![gate.qubits.clone()],
                noise_qubits: Vec::new(),
            })?;
        }
    }
    Ok(model)
}

/// The relaxation of all qubits of a gate.
fn relaxation(
    on: &Qubits,
    qubits: &[QubitNumbers],
    length: f64,
    temperature: f64,
) -> Result<QuantumError, AerError> {
    let mut all: Option<QuantumError> = None;
    for qubit in on {
        let numbers = qubits.get(*qubit as usize).ok_or_else(|| {
            AerError::new(
                ErrorCode::QubitOutOfRange,
                "A gate of the device is on a qubit that it does not have.",
            )
            .found(format!("qubit {qubit}"))
            .expected(format!("one of {} qubits", qubits.len()))
        })?;
        let t2 = numbers.t2.min(2.0 * numbers.t1);
        let population = excited_population(numbers.frequency, temperature);
        let one = thermal_relaxation_error(numbers.t1, t2, length, population)?;
        all = Some(match all {
            None => one,
            Some(all) => all.expand(&one)?,
        });
    }
    all.ok_or_else(|| AerError::new(ErrorCode::QubitCount, "A gate of the device has no qubits."))
}

/// What a relaxation leaves of a gate's error, as a depolarizing error; `None` if that is nothing.
fn depolarization(
    num_qubits: usize,
    error: f64,
    relaxation: Option<&QuantumError>,
) -> Result<Option<QuantumError>, AerError> {
    let fidelity = relaxation.map_or(Ok(1.0), QuantumError::average_gate_fidelity)?;
    let infidelity = 1.0 - fidelity;
    if error <= infidelity {
        return Ok(None);
    }
    let size = (num_qubits as f64).exp2();
    let error = error.min(size / (size + 1.0));
    let most = size * size / (size * size - 1.0);
    let param = (size * (error - infidelity) / (size * fidelity - 1.0)).min(most);
    depolarizing_error(param, num_qubits as f64).map(Some)
}

/// How probable |1⟩ is in equilibrium (Boltzmann), from GHz and millikelvin; a negative temperature turns it round.
fn excited_population(frequency: f64, temperature: f64) -> f64 {
    /// Planck's constant over Boltzmann's, in millikelvin per GHz.
    const RATIO: f64 = 47.992_43;
    if !frequency.is_finite() || temperature == 0.0 {
        return 0.0;
    }
    let population = 1.0 / (1.0 + libm::exp(RATIO * frequency / temperature.abs()));
    if temperature < 0.0 { 1.0 - population } else { population }
}
