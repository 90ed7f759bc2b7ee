//! What front and worker say to each other. docs/protocol.md tells the story with pictures.
//!
//! Each message is a flat object with a `kind`, and travels as JSON text, which costs a fraction of what an object
//! does. A worker runs one job at a time; the queue is the front's. Requests, programs and results travel beside these
//! messages, numbers in buffers that are transferred (see `bindings::wire`).
//! Exactly one of `done`, `failed`, `cancelled` ends a job in a worker; a later message that names it is dropped.
//! A worker whose job will take a while offers it for division; the front may then ask it to split off a part,
//! which another worker runs.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::{AerError, ErrorCode};
use crate::run::{Part, Progress, Shots};

/// Version of these messages; front and worker must agree.
pub const PROTOCOL_VERSION: u32 = 4;

/// How long a worker computes before it lets messages in, in milliseconds.
pub const SLICE_MS: f64 = 12.0;

/// Least time between two progress messages, in milliseconds.
pub const PROGRESS_INTERVAL_MS: f64 = 50.0;

/// Work that takes less than this is not divided, in milliseconds.
pub const DIVIDE_MS: f64 = 50.0;

/// A program as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `OpenQASM` or Qobj JSON.
    Text(String),
    /// Circuits as bytes, for a worker of the same build.
    Packed(Vec<u8>),
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What a job asks for: everything an executor needs, as plain cloneable data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RunRequest {
    /// The job's id, reported in the result.
    pub job_id: String,
    /// The backend's name, reported in the result.
    pub backend_name: String,
    /// The programs, which travel beside the request.
    #[serde(skip)]
    pub circuits: Vec<Source>,
    /// Options of the backend: the weakest.
    pub backend_options: Map<String, Value>,
    /// Options given to `run`: the strongest; a Qobj's own `config` stands between.
    pub run_options: Map<String, Value>,
    /// The base seed if no option gives one.
    #[serde(deserialize_with = "any_number")]
    pub fallback_seed: u32,
}

/// The nearest whole number of 32 bits: a request may come by way of somebody else's executor.
fn any_number<'de, D: Deserializer<'de>>(number: D) -> Result<u32, D::Error> {
    f64::deserialize(number).map(|number| number as u32)
}

/// Front to worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "FlatToWorker")]
#[allow(clippy::large_enum_variant, reason = "a message is read once and taken apart")]
pub enum ToWorker {
    /// Run a job.
    Run {
        /// The front's number for it.
        job: u32,
        /// What to run, which travels beside.
        #[serde(skip)]
        request: RunRequest,
        /// Which part of it; all if absent.
        part: Option<Part>,
        /// Threads that it may use: its share of the machine's cores. 0 and nothing count as 1.
        threads: u32,
    },
    /// Give up one of `into` pieces of what is left, if that is worth it, and with one piece all that can be
    /// spared; answered by [`FromWorker::Split`].
    Split {
        /// The front's number for the job.
        job: u32,
        /// How many pieces.
        into: u32,
    },
    /// Stop a job; ignored if it is not the one that runs.
    Cancel {
        /// The front's number for it.
        job: u32,
    },
}

/// Worker to front.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "FlatFromWorker")]
pub enum FromWorker {
    /// The worker takes jobs now.
    Ready {
        /// Its [`PROTOCOL_VERSION`].
        protocol: u32,
    },
    /// The worker reads and checks the input.
    Validating {
        /// The job.
        job: u32,
    },
    /// The simulation runs.
    Running {
        /// The job.
        job: u32,
    },
    /// How far it is.
    Progress {
        /// The job.
        job: u32,
        /// How far it is.
        progress: Progress,
    },
    /// Some of the work could be done by others meanwhile.
    Offer {
        /// The job.
        job: u32,
        /// How long that work would take, in milliseconds.
        left_ms: f64,
        /// Most workers that may run the job.
        at_most: u32,
    },
    /// The answer to [`ToWorker::Split`].
    Split {
        /// The job.
        job: u32,
        /// What this worker will not do; absent where it does all that it has.
        part: Option<Part>,
    },
    /// An experiment ended; its `result` travels beside.
    Experiment {
        /// The job.
        job: u32,
        /// Its index.
        index: usize,
        /// Which of its shots; all if absent.
        shots: Option<Shots>,
        /// Why it failed, if it did.
        error: Option<AerError>,
    },
    /// The job ended well; the `result` without its experiments travels beside.
    Done {
        /// The job.
        job: u32,
        /// Bytes of wasm memory the worker holds now.
        memory_bytes: f64,
    },
    /// The job failed; the `result` travels beside as in `Done`.
    Failed {
        /// The job.
        job: u32,
        /// Why.
        error: AerError,
        /// Bytes of wasm memory the worker holds now.
        memory_bytes: f64,
    },
    /// The job was stopped as asked.
    Cancelled {
        /// The job.
        job: u32,
        /// Bytes of wasm memory the worker holds now.
        memory_bytes: f64,
    },
}

/// Every field of every [`ToWorker`]: read as one object, which takes far less code than serde needs to find the
/// `kind` first.
#[derive(Deserialize)]
struct FlatToWorker {
    kind: String,
    job: u32,
    part: Option<Part>,
    #[serde(default)]
    threads: u32,
    into: Option<u32>,
}

impl TryFrom<FlatToWorker> for ToWorker {
    type Error = String;

    fn try_from(flat: FlatToWorker) -> Result<Self, String> {
        let FlatToWorker { kind, job, part, threads, into } = flat;
        let read = match kind.as_str() {
            "run" => Some(Self::Run { job, request: RunRequest::default(), part, threads }),
            "split" => into.map(|into| Self::Split { job, into }),
            "cancel" => Some(Self::Cancel { job }),
            _ => None,
        };
        read.ok_or(kind)
    }
}

/// Every field of every [`FromWorker`], as in [`FlatToWorker`].
#[derive(Deserialize)]
struct FlatFromWorker {
    kind: String,
    job: Option<u32>,
    protocol: Option<u32>,
    progress: Option<Progress>,
    left_ms: Option<f64>,
    at_most: Option<u32>,
    part: Option<Part>,
    index: Option<usize>,
    shots: Option<Shots>,
    error: Option<AerError>,
    memory_bytes: Option<f64>,
}

impl TryFrom<FlatFromWorker> for FromWorker {
    type Error = String;

    fn try_from(flat: FlatFromWorker) -> Result<Self, String> {
        let FlatFromWorker {
            kind,
            job,
            protocol,
            progress,
            left_ms,
            at_most,
            part,
            index,
            shots,
            error,
            memory_bytes,
        } = flat;
        let read = match kind.as_str() {
            "ready" => protocol.map(|protocol| Self::Ready { protocol }),
            "validating" => job.map(|job| Self::Validating { job }),
            "running" => job.map(|job| Self::Running { job }),
            "progress" => job.zip(progress).map(|(job, progress)| Self::Progress { job, progress }),
            "offer" => job.zip(left_ms).zip(at_most).map(|((job, left_ms), at_most)| Self::Offer {
                job,
                left_ms,
                at_most,
            }),
            "split" => job.map(|job| Self::Split { job, part }),
            "experiment" => job.zip(index).map(|(job, index)| Self::Experiment { job, index, shots, error }),
            "done" => job.zip(memory_bytes).map(|(job, memory_bytes)| Self::Done { job, memory_bytes }),
            "failed" => job.zip(error).zip(memory_bytes).map(|((job, error), memory_bytes)| Self::Failed {
                job,
                error,
                memory_bytes,
            }),
            "cancelled" => {
                job.zip(memory_bytes).map(|(job, memory_bytes)| Self::Cancelled { job, memory_bytes })
            }
            _ => None,
        };
        read.ok_or(kind)
    }
}

/// The error of the job of a worker that does not speak this protocol.
pub fn protocol_mismatch(found: &str) -> AerError {
    AerError::new(ErrorCode::ProtocolMismatch, "The worker comes from another version of aer-wasm.")
        .found(found)
        .expected(format!("messages of protocol {PROTOCOL_VERSION}"))
        .hint("Reload the page, or install the package anew.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_flat_and_read_back() {
        let message = FromWorker::Failed {
            job: 3,
            error: AerError::new(ErrorCode::SyntaxError, "No.").at_line(2, 7, "cx q;"),
            memory_bytes: 65536.0,
        };
        let text = serde_json::to_string(&message).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["kind"], "failed");
        assert_eq!(value["error"]["code"], "SYNTAX_ERROR");
        assert_eq!(value["error"]["line"], 2);
        let back: FromWorker = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        let request =
            RunRequest { job_id: "a".into(), circuits: vec!["qreg q[1];".into()], ..RunRequest::default() };
        let text = serde_json::to_string(&ToWorker::Run { job: 3, request, part: None, threads: 2 }).unwrap();
        assert!(!text.contains("qreg"), "programs travel beside");
        let back: ToWorker = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert!(serde_json::from_str::<ToWorker>(r#"{"kind": "stop", "job": 1}"#).is_err());
    }
}
