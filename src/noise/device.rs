//! The noise of a device, from its numbers.
