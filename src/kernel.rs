//! Array loops over amplitudes. They know slices and bit positions; no gate, no circuit.
