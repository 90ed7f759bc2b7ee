use super::*;
use std::sync::atomic::AtomicU64;
use std::thread;

/// Runs with a crew of some helpers, which are sent home in the end.
fn with_crew<T>(helpers: u32, run: impl FnOnce(&'static Crew) -> T) -> T {
    let crew: &'static Crew = Box::leak(Box::default());
    let hands: Vec<_> = (0..helpers)
        .map(|_| {
            thread::spawn(|| {
                crew.enlist();
                crew.help();
            })
        })
        .collect();
    while crew.helpers.load(Ordering::Relaxed) < helpers {
        thread::yield_now();
    }
    let value = run(crew);
    crew.dismiss();
    for hand in hands {
        hand.join().unwrap();
    }
    value
}

/// Each piece adds its square, and counts how often it was done.
fn squares(threads: Threads, count: usize) -> u64 {
    let done: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(0)).collect();
    let sum = AtomicU64::new(0);
    threads.for_each(count, &|piece| {
        done[piece].fetch_add(1, Ordering::Relaxed);
        sum.fetch_add((piece * piece) as u64, Ordering::Relaxed);
    });
    assert!(done.iter().all(|times| times.load(Ordering::Relaxed) == 1), "each piece is done once");
    sum.into_inner()
}

fn expected(count: usize) -> u64 {
    (0..count as u64).map(|piece| piece * piece).sum()
}

#[test]
fn every_piece_is_done_once_by_any_number_of_threads() {
    for helpers in 0..4 {
        with_crew(helpers, |crew| {
            let threads = Threads::new(crew, 8);
            assert_eq!(threads.count(), helpers + 1);
            for count in (0..20).chain([1000, 100_000]) {
                assert_eq!(squares(threads, count), expected(count), "{helpers} helpers, {count} pieces");
            }
        });
    }
}

#[test]
fn without_a_crew_the_pieces_are_done_in_order() {
    let order = Mutex::new(Vec::new());
    Threads::default().for_each(5, &|piece| order.lock().unwrap().push(piece));
    assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(Threads::default().count(), 1);
}

#[test]
fn helpers_do_take_part_also_after_they_have_slept() {
    with_crew(2, |crew| {
        for _ in 0..3 {
            // Whoever comes waits for another: this ends only if two threads are at work at the same time.
            let inside = AtomicU32::new(0);
            Threads::new(crew, 3).for_each(2, &|_| {
                inside.fetch_add(1, Ordering::SeqCst);
                while inside.load(Ordering::SeqCst) < 2 {
                    thread::yield_now();
                }
            });
            while crew.started.asleep.load(Ordering::SeqCst) < 2 {
                thread::yield_now();
            }
        }
    });
}

#[test]
fn no_more_threads_than_allowed_are_at_work() {
    with_crew(3, |crew| {
        for most in 1..=3 {
            let threads = Threads::new(crew, 8).at_most(most);
            assert_eq!(threads.count(), most);
            let (inside, seen) = (AtomicU32::new(0), AtomicU32::new(0));
            threads.for_each(2000, &|_| {
                seen.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::yield_now();
                inside.fetch_sub(1, Ordering::SeqCst);
            });
            assert!(seen.into_inner() <= most);
        }
    });
}

#[test]
fn work_within_work_and_work_of_two_owners_is_done_too() {
    with_crew(1, |crew| {
        let threads = Threads::new(crew, 2);
        let sum = AtomicU64::new(0);
        threads.for_each(10, &|_| {
            sum.fetch_add(squares(threads, 100), Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 10 * expected(100));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..100).for_each(|_| assert_eq!(squares(threads, 50), expected(50))));
            }
        });
    });
}

#[test]
fn many_short_tasks_in_a_row() {
    with_crew(2, |crew| {
        let threads = Threads::new(crew, 3);
        for count in 0..2000 {
            assert_eq!(squares(threads, count % 7), expected(count % 7));
        }
    });
}

#[test]
fn a_crew_with_a_failed_helper_helps_no_more() {
    with_crew(1, |crew| {
        let threads = Threads::new(crew, 2);
        crew.fail();
        assert_eq!(threads.count(), 1);
        assert_eq!(squares(threads, 100), expected(100));
        assert!(!threads.stopped());
    });
}

/// An owner that waited for a part of it would wait for good.
#[test]
fn work_stops_where_a_helper_fails() {
    with_crew(1, |crew| {
        let threads = Threads::new(crew, 2);
        let owner = thread::current().id();
        let until_stopped = |_| {
            if thread::current().id() != owner {
                crew.fail();
            }
            while !threads.stopped() {
                thread::yield_now();
            }
        };
        let share = std::panic::AssertUnwindSafe(|| threads.for_each(2, &until_stopped));
        assert!(std::panic::catch_unwind(share).is_err());
        // The helper may still be in the closure.
        while crew.gate.load(Ordering::SeqCst) != 0 {
            thread::yield_now();
        }
    });
}

#[test]
fn a_job_is_stopped_by_its_own_number() {
    let crew: &'static Crew = Box::leak(Box::default());
    let threads = Threads::new(crew, 2);
    // What came too late for a job stops no other.
    crew.stop_word().store(7, Ordering::Relaxed);
    assert!(!threads.stopped());
    crew.begin(8);
    assert!(!threads.stopped() && !Threads::default().stopped());
    crew.stop_word().store(8, Ordering::Relaxed);
    assert!(threads.stopped());
    crew.begin(9);
    assert!(!threads.stopped());
}
