//! The kernels natively: `cargo bench --manifest-path tools/kernels/Cargo.toml [-- WORD]`. Throughput counts every
//! amplitude once.

use std::time::Instant;

use aer_wasm::kernel::real::Real;
use aer_wasm_kernels::cases::{KERNELS, aligned, apply, noise};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// States in the cache next to a core, and in none.
const NUM_BITS: [u32; 2] = [12, 22];

fn of_width<T: Real>(criterion: &mut Criterion, width: &str) {
    for num_bits in NUM_BITS {
        let [mut re, mut im] = noise::<T>(1 << num_bits);
        let (re, im) = (aligned(&mut re), aligned(&mut im));
        for (kernel, (name, bits, _)) in KERNELS.iter().enumerate() {
            let mut group = criterion.benchmark_group(format!("{name}, {num_bits} qubits, {width}"));
            group.throughput(Throughput::Elements(1 << num_bits)).sample_size(10);
            let mut firsts = vec![0, num_bits / 2, num_bits - bits];
            firsts.dedup();
            firsts.truncate(if *bits == 0 { 1 } else { 3 });
            for first in firsts {
                let id = BenchmarkId::from_parameter(format!("from bit {first}"));
                group.bench_function(id, |bencher| {
                    bencher.iter_custom(|times| {
                        let start = Instant::now();
                        apply(kernel, first, times as u32, re, im);
                        start.elapsed()
                    });
                });
            }
        }
    }
}

fn kernels(criterion: &mut Criterion) {
    of_width::<f64>(criterion, "f64");
    of_width::<f32>(criterion, "f32");
}

criterion_group!(benches, kernels);
criterion_main!(benches);
