// How long an answer is worked on.

/**
 * Works with a signal that aborts as whoever asked leaves, or after so long; no timer outlives the work. Not by
 * `AbortSignal.any`: Vercel's edge VM has none.
 */
export async function withPatience<T>(
  { signal }: Request,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const leave = () => end.abort(signal.reason);
  const timer = setTimeout(
    () => end.abort(new DOMException("It took too long", "TimeoutError")),
    milliseconds,
  );
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    return await work(end.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
