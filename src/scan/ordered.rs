//! A parallel map whose results come in the order of its input, in bounded memory.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How far the threads may be ahead of the oldest item that is not done. Findings of this many
/// files are held in memory at most; a file slower than this many others makes the threads wait.
const WINDOW: u64 = 1024;

/// What became of the items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ran {
    /// Items taken from the input.
    pub(super) taken: u64,
    /// Of these, items whose result was dropped because `done` stopped.
    pub(super) dropped: u64,
    /// Whether `done` stopped.
    pub(super) stopped: bool,
}

/// Works on groups of items with `threads` threads, each with a function made by `worker` that
/// gives a result for each item of a group, and hands the results to `done` on this thread, in the
/// order of the items.
///
/// # Errors
/// If a thread cannot be started.
pub(super) fn map<T, R, W>(
    groups: impl Iterator<Item = Vec<T>> + Send,
    threads: NonZeroUsize,
    worker: impl Fn() -> W + Sync,
    mut done: impl FnMut(R) -> ControlFlow<()>,
) -> io::Result<Ran>
where
    R: Send,
    W: FnMut(Vec<T>) -> Vec<R>,
{
    let queue = Queue::new(groups);
    let mut ran = Ran::default();
    thread::scope(|scope| {
        // `done` may panic, or a thread not start: those that wait for room then end as well.
        let _close = Close(&queue);
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads.get() {
            let (sender, queue, worker) = (sender.clone(), &queue, &worker);
            thread::Builder::new().spawn_scoped(scope, move || {
                // Dropped by a panic as well, so that nobody waits for this thread's item.
                let _close = Close(queue);
                let mut work = worker();
                while let Some((number, group)) = queue.take() {
                    if sender.send((number, work(group))).is_err() {
                        break;
                    }
                }
            })?;
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let (mut next, mut finished) = (0, 0);
        for (number, results) in receiver {
            waiting.insert(number, results);
            while let Some(results) = waiting.remove(&next) {
                next += 1;
                for result in results {
                    finished += 1;
                    if ran.stopped {
                        ran.dropped += 1;
                    } else if done(result).is_break() {
                        ran.stopped = true;
                        queue.close();
                    }
                }
            }
            queue.advance(finished);
        }
        Ok::<_, io::Error>(())
    })?;
    ran.taken = queue.lock().taken;
    Ok(ran)
}

/// The input, handed out group by group, not further than the window.
struct Queue<I> {
    state: Mutex<State<I>>,
    changed: Condvar,
}

struct State<I> {
    groups: I,
    /// Groups taken.
    number: u64,
    /// Items taken.
    taken: u64,
    /// Items whose results were handed on.
    done: u64,
    closed: bool,
}

impl<T, I: Iterator<Item = Vec<T>>> Queue<I> {
    fn new(groups: I) -> Self {
        Self {
            state: Mutex::new(State { groups, number: 0, taken: 0, done: 0, closed: false }),
            changed: Condvar::new(),
        }
    }

    /// The next group with its number; waits while the window is full.
    fn take(&self) -> Option<(u64, Vec<T>)> {
        let mut state = self
            .changed
            .wait_while(self.lock(), |state| !state.closed && state.taken - state.done >= WINDOW)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        let group = state.groups.next()?;
        let number = state.number;
        state.number += 1;
        state.taken += group.len() as u64;
        Some((number, group))
    }
}

impl<I> Queue<I> {
    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, done: u64) {
        self.lock().done = done;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// Closes the queue when a thread ends: either there is nothing left, or something failed.
struct Close<'a, I>(&'a Queue<I>);

impl<I> Drop for Close<'_, I> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    fn groups(mut items: impl Iterator<Item = u64>, size: usize) -> impl Iterator<Item = Vec<u64>> {
        std::iter::from_fn(move || {
            let group: Vec<u64> = items.by_ref().take(size).collect();
            (!group.is_empty()).then_some(group)
        })
    }

    #[test]
    fn results_come_in_the_order_of_the_items_for_any_number_of_threads() {
        for (count, size) in [(1, 1), (2, 1), (8, 1), (2, 7), (8, 100)] {
            for length in [0, 1, 7, 3 * WINDOW] {
                let mut seen = Vec::new();
                let ran = map(
                    groups(0..length, size),
                    threads(count),
                    || {
                        |group: Vec<u64>| {
                            if group[0] % 97 == 3 {
                                thread::sleep(Duration::from_millis(1));
                            }
                            group.iter().map(|item| item * item).collect()
                        }
                    },
                    |result| {
                        seen.push(result);
                        ControlFlow::Continue(())
                    },
                )
                .unwrap();
                assert_eq!(seen, (0..length).map(|item| item * item).collect::<Vec<_>>());
                assert_eq!((ran.taken, ran.dropped, ran.stopped), (length, 0, false));
            }
        }
    }

    #[test]
    fn threads_wait_for_a_slow_item_instead_of_piling_up_results() {
        let finished = AtomicU64::new(0);
        let ahead = AtomicU64::new(0);
        map(
            groups(0..4 * WINDOW, 1),
            threads(4),
            || {
                |item: Vec<u64>| {
                    if item == [0] {
                        thread::sleep(Duration::from_millis(200));
                        ahead.store(finished.load(Ordering::SeqCst), Ordering::SeqCst);
                    }
                    finished.fetch_add(1, Ordering::SeqCst);
                    vec![()]
                }
            },
            |()| ControlFlow::Continue(()),
        )
        .unwrap();
        assert_eq!(finished.into_inner(), 4 * WINDOW);
        assert_eq!(ahead.into_inner(), WINDOW - 1);
    }

    #[test]
    fn a_stop_ends_an_endless_input_and_every_item_is_accounted_for() {
        let mut seen = 0;
        let ran = map(
            groups(0.., 3),
            threads(3),
            || |items: Vec<u64>| items,
            |item| {
                seen += 1;
                if item == 5_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .unwrap();
        assert!(ran.stopped);
        assert_eq!(seen, 5_001);
        assert_eq!(ran.taken - ran.dropped, seen);
    }

    #[test]
    fn a_panic_of_a_worker_ends_the_map_with_a_panic_and_no_hang() {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            map(
                groups(0..100_000, 1),
                threads(2),
                || {
                    |item: Vec<u64>| {
                        assert_ne!(item, [10], "on purpose");
                        vec![()]
                    }
                },
                |()| ControlFlow::Continue(()),
            )
        }));
        assert!(outcome.is_err());
    }

    #[test]
    fn a_panic_of_the_receiver_ends_the_map_while_threads_wait_for_room() {
        let finished = AtomicU64::new(0);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            map(
                groups(0.., 1),
                threads(3),
                || |_: Vec<u64>| vec![finished.fetch_add(1, Ordering::SeqCst)],
                |_| -> ControlFlow<()> {
                    while finished.load(Ordering::SeqCst) < WINDOW {
                        thread::yield_now();
                    }
                    panic!("on purpose")
                },
            )
        }));
        assert!(outcome.is_err());
    }
}
