// Where the threads that run one program wait for each other.

/** Longest sleep, in nanoseconds: a thread that is not back by then is lost. */
const LOST: i64 = 10_000_000_000;

/**
 * Waits until all lanes are here. The two words at `at` count the lanes that have come and the
 * meetings there were. After `patience` looks a lane goes to sleep; with 0 it never does, as
 * the main thread of a page must not.
 */
export function meet(at: usize, lanes: i32, patience: i32): void {
  const meeting = atomic.load<i32>(at, 4);
  if (atomic.add<i32>(at, 1) == lanes - 1) {
    atomic.store<i32>(at, 0);
    atomic.store<i32>(at, meeting + 1, 4);
    atomic.notify(at + 4, -1);
    return;
  }
  for (let looks = 0; atomic.load<i32>(at, 4) == meeting;) {
    if (patience == 0 || ++looks < patience) continue;
    if (atomic.wait<i32>(at + 4, meeting, LOST) == AtomicWaitResult.TIMED_OUT) unreachable();
  }
}
