use super::*;
use crate::kernel::phases::tests::random_phases;
use crate::kernel::real::amplitude;
use crate::kernel::shared::Growing;
use crate::kernel::tests::Numbers;
use crate::linalg::Matrix;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Threads that are started for each task.
struct Crowd(usize);

impl Team for Crowd {
    fn threads(&self) -> usize {
        self.0
    }

    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        thread::scope(|scope| {
            for index in 0..count {
                scope.spawn(move || task(index));
            }
        });
    }
}

fn random_complex(numbers: &mut Numbers) -> Complex {
    Complex::new(numbers.uniform() - 0.5, numbers.uniform() - 0.5)
}

/// A step of a pass with these inside bits, on a state of `num_bits`.
fn random_step(numbers: &mut Numbers, inner: &[u32], num_bits: u32) -> Step {
    let inside = numbers.shuffled(inner);
    let all = numbers.shuffled(&(0..num_bits).collect::<Vec<_>>());
    match numbers.below(6) {
        0 | 1 => {
            let bits = &inside[..numbers.below(inside.len() + 1)];
            let rotation = |bit: &u32| Rotation { bit: *bit, tangent: 2.0 * numbers.uniform() - 1.0 };
            Step::Rotations(bits.iter().map(rotation).collect())
        }
        2 => Step::Phases(random_phases(numbers, num_bits, 0.3)),
        3 => {
            // A diagonal on any bits.
            let (targets, rest) = all.split_at(numbers.below(4.min(all.len() + 1)));
            let entries = (0..1 << targets.len()).map(|_| random_complex(numbers)).collect();
            placed(numbers, targets, rest, Action::Diagonal(entries))
        }
        4 => placed(numbers, &[], &all, Action::Phase(Complex::cis(0.7))),
        _ => {
            let targets = &inside[..numbers.below(4.min(inside.len() + 1))];
            let rest: Vec<u32> = all.into_iter().filter(|bit| !targets.contains(bit)).collect();
            let size = 1 << targets.len();
            let entries: Vec<Complex> = (0..size * size).map(|_| random_complex(numbers)).collect();
            let action = match (Matrix::new(size, size, entries), targets) {
                (Some(matrix), [_, ..]) => Action::Dense(matrix),
                _ => Action::Phase(-Complex::ONE),
            };
            placed(numbers, targets, &rest, action)
        }
    }
}

fn placed(numbers: &mut Numbers, targets: &[u32], rest: &[u32], action: Action) -> Step {
    let mask = rest.iter().take(numbers.below(3)).fold(0, |mask, bit| mask | 1 << bit);
    let values = numbers.below(1 << 12) & mask;
    Step::Placed(Placed { targets: targets.into(), controls: Controls { mask, values }, action })
}

fn random_program(numbers: &mut Numbers, num_bits: u32) -> Program {
    let mut passes = Vec::new();
    for _ in 0..=numbers.below(3) {
        let inside = numbers.below(1 << num_bits);
        let inner: Vec<u32> = match numbers.below(4) {
            0 => (0..inside.count_ones()).collect(),
            1 => (0..num_bits).filter(|bit| *bit < LONG_RUN as u32 || inside >> bit & 1 == 1).collect(),
            _ => (0..num_bits).filter(|bit| inside >> bit & 1 == 1).collect(),
        };
        let steps = (0..numbers.below(5)).map(|_| random_step(numbers, &inner, num_bits)).collect();
        passes.push(Pass { inner, steps });
    }
    Program { passes, moved: (0..num_bits).collect(), flips: 0 }
}

/// Every amplitude of the result, step by step from all amplitudes, in double precision.
fn slowly(program: &Program, state: &[Complex]) -> Vec<Complex> {
    let mut state = state.to_vec();
    for step in program.passes.iter().flat_map(|pass| &pass.steps) {
        match step {
            Step::Rotations(rotations) => {
                for Rotation { bit, tangent } in rotations {
                    let sign = |i: usize| if i >> bit & 1 == 0 { -tangent } else { *tangent };
                    state = (0..state.len()).map(|i| state[i] + sign(i) * state[i ^ 1 << bit]).collect();
                }
            }
            Step::Phases(phases) => {
                state.iter_mut().enumerate().for_each(|(i, amplitude)| *amplitude *= phases.at(i));
            }
            Step::Placed(Placed { targets, controls, action }) => {
                let before = state.clone();
                for i in (0..state.len()).filter(|i| i & controls.mask == controls.values) {
                    let value = extract(i, targets);
                    state[i] = match action {
                        Action::Phase(factor) => factor * before[i],
                        Action::Diagonal(entries) => entries[value] * before[i],
                        Action::Dense(matrix) => (0..matrix.columns())
                            .map(|column| {
                                matrix.at(value, column)
                                    * before[i & !deposit(usize::MAX, targets) | deposit(column, targets)]
                            })
                            .sum(),
                        Action::Permutation(_) => unreachable!("no random step is one"),
                    };
                }
            }
        }
    }
    state
}

fn check<T: Real>(program: &Program, num_bits: u32, numbers: &mut Numbers, tolerance: f64) {
    let (mut re, mut im) = numbers.state::<T>(num_bits);
    let before: Vec<Complex> = (0..re.len()).map(|i| amplitude(&re, &im, i)).collect();
    let mut position = Position::default();
    program.run(&mut re, &mut im, &mut position, u64::MAX);
    assert!(program.is_finished(position));
    let expected = slowly(program, &before);
    let norm = expected.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
    for (i, expected) in expected.iter().enumerate() {
        let error = (amplitude(&re, &im, i) - expected).norm();
        assert!(error <= tolerance * norm.max(1e-3), "{program:?}\nat {i}: {error:e} of {norm:e}");
    }
}

/// Seed 3. Bounds are for all amplitudes together, 1e3 times and more the rounding of one.
#[test]
fn programs_do_what_their_steps_say() {
    let mut numbers = Numbers::new(3);
    for round in 0..360 {
        // The larger ones have long runs.
        let num_bits = if round < 300 { round % 10 } else { 11 + round % 3 };
        let program = random_program(&mut numbers, num_bits);
        check::<f64>(&program, num_bits, &mut numbers, 1e-12);
        check::<f32>(&program, num_bits, &mut numbers, 1e-4);
    }
}

/// Seed 4. Bits of the numbers are compared, so that nothing depends on who does a block and when.
#[test]
fn budgets_and_threads_do_not_change_the_state() {
    let mut numbers = Numbers::new(4);
    for round in 0..30 {
        let num_bits = if round % 3 == 0 { 11 } else { 8 };
        let program = random_program(&mut numbers, num_bits);
        let (re, im) = numbers.state::<f64>(num_bits);
        let (mut whole_re, mut whole_im) = (re.clone(), im.clone());
        program.run(&mut whole_re, &mut whole_im, &mut Position::default(), u64::MAX);
        // One block at a time, made ready anew each time.
        let (mut part_re, mut part_im) = (re.clone(), im.clone());
        let (mut position, mut calls) = (Position::default(), 0);
        while !program.is_finished(position) {
            assert!(program.run(&mut part_re, &mut part_im, &mut position, 1) > 0);
            calls += 1;
        }
        let blocks = |pass: &Pass| 1 << (num_bits as usize - pass.inner.len());
        assert_eq!(calls, program.passes.iter().map(blocks).sum::<usize>());
        assert_eq!((&part_re, &part_im), (&whole_re, &whole_im));
        for (threads, budget) in [(1, 1), (1, 3000), (2, 1), (3, 2000), (4, u64::MAX)] {
            let (mut part_re, mut part_im) = (re.clone(), im.clone());
            let mut position = Position::default();
            while !program.is_finished(position) {
                program.run_by(&Crowd(threads), &mut part_re, &mut part_im, &mut position, budget);
            }
            assert_eq!((&part_re, &part_im), (&whole_re, &whole_im), "{threads} threads, budget {budget}");
        }
    }
}

/// Seed 40. Blocks of several runs, long ones that are cut among them, with many stages. Two threads meet in nearly all
/// of them. The signs of zeros are the same too.
#[test]
fn threads_that_help_each_other_do_not_change_the_state() {
    const NUM_BITS: u32 = 15;
    let mut numbers = Numbers::new(40);
    for round in 0..60 {
        let inner: Vec<u32> =
            (0..NUM_BITS).filter(|bit| *bit < 10 || round % 4 == 0 || numbers.below(4) > 0).collect();
        let mut steps: Vec<Step> = (0..6).map(|_| random_step(&mut numbers, &inner, NUM_BITS)).collect();
        // Blocks with these are copied.
        steps.retain(|step| !matches!(step, Step::Placed(Placed { action: Action::Dense(_), .. })));
        let program =
            Program { passes: vec![Pass { inner, steps }], moved: (0..NUM_BITS).collect(), flips: 0 };
        let (re, mut im) = numbers.state::<f64>(NUM_BITS);
        im.iter_mut().step_by(3).for_each(|im| *im = 0.0_f64.copysign(*im));
        let run = |team: &dyn Team| {
            let (mut re, mut im) = (re.clone(), im.clone());
            program.run_by(team, &mut re, &mut im, &mut Position::default(), u64::MAX);
            re.into_iter().chain(im).map(f64::to_bits).collect::<Vec<_>>()
        };
        assert!(run(&Crowd(2)) == run(&Alone), "round {round}: {program:?}");
    }
}

/// A team that does tasks more than once, or not at all, may leave work undone but hands out no part twice.
#[test]
fn each_part_is_handed_out_once_and_stages_follow_each_other() {
    let (mut re, mut im) = (vec![0.0; 256], vec![0.0; 256]);
    // Blocks of four runs, which are at first on their own, then two together, then all.
    let layout = Layout::new(&[0, 1, 4, 6], 8, 2);
    let stages = [0b00, 0b10, 0b11].map(|together| layout.parts(together));
    let blocks = Blocks::new(&mut re, &mut im, (&layout, &stages), 3..20, 3);
    let seen = Mutex::new(Vec::new());
    Crowd(9).for_each(9, &|thread| {
        blocks.work(thread % 4, &|| false, |stage, mut part| {
            let runs = part.num_runs();
            let (base, start) = (part.base(), part.run().0);
            seen.lock().unwrap().push((base, stage, start, runs));
        });
    });
    let mut seen = seen.into_inner().unwrap();
    // By block, in the order in which they were handed out.
    seen.sort_by_key(|(base, ..)| *base);
    assert_eq!(seen.len(), 13 * (4 + 2 + 1));
    for (number, block) in seen.chunks_mut(7).enumerate() {
        assert!(block.is_sorted_by_key(|(_, stage, ..)| *stage), "block {number}: {block:?}");
        block.sort_unstable();
        let base = deposit(number + 3, &[2, 3, 5, 7]);
        let expected = [(0, 0, 1), (0, 16, 1), (0, 64, 1), (0, 80, 1), (1, 0, 2), (1, 16, 2), (2, 0, 4)];
        assert_eq!(block, expected.map(|(stage, start, runs)| (base, stage, base + start, runs)));
    }
}

/// Else the owner of its block would wait for it for good.
#[test]
fn a_part_in_which_a_helper_panics_counts_as_done() {
    let (mut re, mut im) = (vec![0.0; 16], vec![0.0; 16]);
    let layout = Layout::new(&[0, 1, 2, 3], 4, 2);
    let stages = [layout.parts(0), layout.parts(0b11)];
    let blocks = Blocks::new(&mut re, &mut im, (&layout, &stages), 0..1, 2);
    let [begun, helped] = [const { AtomicBool::new(false) }; 2];
    let wait_for = |flag: &AtomicBool| {
        while !flag.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    };
    let last = thread::scope(|scope| {
        let helper = scope.spawn(|| {
            wait_for(&begun);
            blocks.work(1, &|| false, |_, _| {
                helped.store(true, Ordering::SeqCst);
                panic!("on purpose");
            });
        });
        let mut last = 0;
        blocks.work(0, &|| false, |stage, _| {
            begun.store(true, Ordering::SeqCst);
            wait_for(&helped);
            last = stage;
        });
        assert!(helper.join().is_err());
        last
    });
    assert_eq!(last, 1);
}

/// Ten chunks behind a state of four, by teams and in parts; no more than there is memory for.
#[test]
fn a_state_grows_by_multiples_of_itself() {
    let mut numbers = Numbers::new(8);
    let (re, im) = numbers.state::<f64>(6);
    let factor = |number: usize| Complex::new(number as f64 - 3.0, 0.5);
    for (threads, parts) in [(1, vec![10]), (2, vec![3, 7]), (4, vec![1, 8, 5])] {
        let (mut grown_re, mut grown_im) = (re.clone(), im.clone());
        grown_re.reserve_exact(160);
        grown_im.reserve_exact(160);
        let mut done = 0;
        for chunks in parts {
            let first = done;
            let mut growing = Growing { re: &mut grown_re, im: &mut grown_im, old: 64, chunk: 16 };
            done += growing.append(chunks, &|number| factor(first + number), &Crowd(threads));
        }
        assert_eq!(done, 10);
        assert_eq!((grown_re.len(), grown_im.len()), (64 + 160, 64 + 160));
        for i in 0..160 {
            let expected = factor(i / 16) * Complex::new(re[i % 64], im[i % 64]);
            assert_eq!(Complex::new(grown_re[64 + i], grown_im[64 + i]), expected);
        }
    }
}

#[test]
fn work_is_about_the_amplitudes_that_are_touched() {
    let rotations =
        |count: u32| Step::Rotations((0..count).map(|bit| Rotation { bit, tangent: 0.5 }).collect());
    let pass = |inner: Vec<u32>, steps: Vec<Step>| Program {
        passes: vec![Pass { inner, steps }],
        moved: (0..8).collect(),
        flips: 0,
    };
    let work = |program: Program| {
        let (mut re, mut im) = Numbers::new(5).state::<f64>(8);
        program.run(&mut re, &mut im, &mut Position::default(), u64::MAX)
    };
    assert_eq!(work(pass((0..6).collect(), vec![rotations(6)])), 2 * 256);
    // Copying to a block and back takes as long as three sweeps.
    assert_eq!(work(pass(vec![0, 1, 2, 5, 7], vec![Step::Phases(Phases::default())])), 4 * 256);
}

/// One thread, which nobody waits for any more after so many blocks.
struct Tired(AtomicUsize);

impl Team for Tired {
    fn threads(&self) -> usize {
        1
    }

    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(task);
    }

    fn stopped(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

/// Whoever settles a state waits for the end of its program: it has to come, whatever was left out.
#[test]
fn a_program_that_is_stopped_ends_and_leaves_out_blocks() {
    // Two passes of four blocks; each block is doubled.
    let double = || {
        Step::Placed(Placed {
            targets: BitPositions::new(),
            controls: Controls::default(),
            action: Action::Phase(Complex::new(2.0, 0.0)),
        })
    };
    let pass = || Pass { inner: vec![0, 1, 2], steps: vec![double()] };
    let program = Program { passes: vec![pass(), pass()], moved: (0..5).collect(), flips: 0 };
    for (looks, sum) in [(0, 32.0), (3, 56.0), (100, 128.0)] {
        let (mut re, mut im, mut position) = (vec![1.0; 32], vec![0.0; 32], Position::default());
        let team = Tired(looks.into());
        program.run_by(&team, &mut re, &mut im, &mut position, u64::MAX);
        assert!(program.is_finished(position));
        assert!((re.iter().sum::<f64>() - sum).abs() < 0.5, "stopped at look {looks}");
    }
}
