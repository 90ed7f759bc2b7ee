//! The allocator: blocks are as large as asked for, aligned, and nobody else's.

use aer_wasm as _;
use wasm_bindgen_test::wasm_bindgen_test;

/// So many bytes, of which two in a row tell the number.
fn filled(number: usize, len: usize) -> Vec<u8> {
    (0..len).map(|i| (number >> (8 * (i % 2)) ^ (i / 2)) as u8).collect()
}

/// Sizes on both sides of every limit of the lists, in an order that mixes them.
fn sizes() -> impl Iterator<Item = usize> {
    (0..4000).map(|i| (i * 389) % 1100 + usize::from(i % 97 == 0) * 40_000)
}

#[wasm_bindgen_test]
fn blocks_keep_what_is_written() {
    for _ in 0..3 {
        let mut blocks: Vec<Option<Vec<u8>>> =
            sizes().enumerate().map(|(i, len)| Some(filled(i, len))).collect();
        // Every third is freed, and others come to its place.
        for (i, block) in blocks.iter_mut().enumerate().filter(|(i, _)| i % 3 == 0) {
            assert_eq!(block.take().unwrap(), filled(i, sizes().nth(i).unwrap()));
        }
        for (i, len) in sizes().enumerate().filter(|(i, _)| i % 3 == 0) {
            blocks[i] = Some(filled(i, len));
        }
        for ((i, len), block) in sizes().enumerate().zip(&blocks) {
            assert_eq!(block.as_ref().unwrap(), &filled(i, len), "block {i} of {len} bytes");
        }
    }
}

#[wasm_bindgen_test]
fn blocks_grow_and_shrink_with_what_they_hold() {
    let mut grown: Vec<Vec<u8>> = vec![Vec::new(); 7];
    for i in 0..5000 {
        grown.iter_mut().enumerate().for_each(|(k, block)| block.push((i * (k + 3)) as u8));
    }
    for (k, block) in grown.iter_mut().enumerate() {
        for keep in [1025, 1024, 1023, 100, 17, 16, 1] {
            block.truncate(keep);
            block.shrink_to_fit();
            assert!(block.iter().enumerate().all(|(i, byte)| *byte == (i * (k + 3)) as u8));
        }
    }
}

#[wasm_bindgen_test]
fn zeros_are_zeros_and_addresses_are_aligned() {
    #[repr(align(16))]
    struct Sixteen(#[allow(dead_code, reason = "takes room")] u8);
    #[repr(align(64))]
    struct SixtyFour(#[allow(dead_code, reason = "takes room")] [u8; 64]);
    for len in (1..1200).step_by(13) {
        drop(vec![0xffu8; len]);
        assert!(vec![0u8; len].iter().all(|byte| *byte == 0), "{len} zeros");
        let boxed = (Box::new(Sixteen(1)), Box::new(SixtyFour([1; 64])), vec![0u64; len]);
        assert_eq!(&raw const *boxed.0 as usize % 16, 0);
        assert_eq!(&raw const *boxed.1 as usize % 64, 0);
        assert_eq!(boxed.2.as_ptr() as usize % 8, 0);
    }
}
