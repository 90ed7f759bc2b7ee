//! The allocator: small blocks from lists by size, all else from the standard library's.
//!
//! Reading, compiling and describing a circuit makes some thousand small blocks that live for microseconds. The standard
//! allocator of wasm (`dlmalloc`) finds and merges free neighbours, which was a tenth of a small job. Here a block of up to
//! [`LARGEST`] bytes is rounded up to a multiple of [`GRAIN`], and once freed waits in the list of its size: both ways
//! take a few loads and stores. What a list holds is not given back: the most of its size that was in use at a time.
//! Only for one thread: the build with threads does without.

#![allow(unsafe_code, reason = "an allocator hands out memory")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

/// Sizes are multiples of this, and so are addresses.
const GRAIN: usize = 16;

/// Largest block that comes from a list.
const LARGEST: usize = 1024;

/// What is taken from the system's allocator at a time, to be cut into blocks.
const PIECE: usize = 1 << 15;

/// A block that is free: the next one of its list.
struct Free {
    next: *mut Free,
}

/// See the module.
pub struct SmallBlocks {
    free: [Cell<*mut Free>; LARGEST / GRAIN + 1],
    /// What is left of the piece that is being cut.
    rest: Cell<*mut u8>,
    rest_bytes: Cell<usize>,
}

// SAFETY: this module is only compiled where wasm has no threads.
unsafe impl Sync for SmallBlocks {}

impl SmallBlocks {
    /// Lists that are empty.
    pub const fn new() -> Self {
        Self {
            free: [const { Cell::new(ptr::null_mut()) }; LARGEST / GRAIN + 1],
            rest: Cell::new(ptr::null_mut()),
            rest_bytes: Cell::new(0),
        }
    }

    /// A block cut off the piece, or off a new one. What is left of the old one is lost; it is less than a block.
    #[cold]
    #[inline(never)]
    fn cut(&self, bytes: usize) -> *mut u8 {
        if self.rest_bytes.get() < bytes {
            // SAFETY: the layout is not empty.
            let piece = unsafe { System.alloc(Layout::from_size_align_unchecked(PIECE, GRAIN)) };
            if piece.is_null() {
                return piece;
            }
            self.rest.set(piece);
            self.rest_bytes.set(PIECE);
        }
        let block = self.rest.get();
        // SAFETY: so many bytes are left of the piece.
        self.rest.set(unsafe { block.add(bytes) });
        self.rest_bytes.set(self.rest_bytes.get() - bytes);
        block
    }
}

fn is_small(layout: Layout) -> bool {
    layout.size() <= LARGEST && layout.align() <= GRAIN
}

// SAFETY: a block is handed out once until it is freed: it comes from the system, or from the list of its size, into
// which it was put when it was freed. It has at least the size asked for, and its address is a multiple of GRAIN.
unsafe impl GlobalAlloc for SmallBlocks {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !is_small(layout) {
            // SAFETY: as the caller says.
            return unsafe { System.alloc(layout) };
        }
        let list = layout.size().div_ceil(GRAIN);
        let slot = &self.free[list];
        let block = slot.get();
        if block.is_null() {
            return self.cut(list * GRAIN);
        }
        // SAFETY: what is in a list is a block that was freed, in which the next one's address was written.
        slot.set(unsafe { (*block).next });
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !is_small(layout) {
            // SAFETY: as the caller says.
            return unsafe { System.dealloc(block, layout) };
        }
        let slot = &self.free[layout.size().div_ceil(GRAIN)];
        let block: *mut Free = block.cast();
        // SAFETY: the block is free, large enough for an address, and aligned.
        unsafe { (*block).next = slot.get() };
        slot.set(block);
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !is_small(layout) {
            // SAFETY: as the caller says.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: as the caller says.
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            // SAFETY: the block has as many bytes.
            unsafe { ptr::write_bytes(block, 0, layout.size()) };
        }
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as the caller says.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        match (is_small(layout), is_small(new_layout)) {
            // SAFETY: as the caller says.
            (false, false) => unsafe { System.realloc(block, layout, new_size) },
            (true, true) if layout.size().div_ceil(GRAIN) == new_size.div_ceil(GRAIN) => block,
            _ => {
                // SAFETY: as the caller says; both blocks have as many bytes as are copied.
                unsafe {
                    let new = self.alloc(new_layout);
                    if !new.is_null() {
                        ptr::copy_nonoverlapping(block, new, layout.size().min(new_size));
                        self.dealloc(block, layout);
                    }
                    new
                }
            }
        }
    }
}
