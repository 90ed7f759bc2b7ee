//! The statevector method.
