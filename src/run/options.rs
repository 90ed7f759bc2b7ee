//! Options: one row each.
