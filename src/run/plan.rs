//! Preparation of a circuit for its engine.
