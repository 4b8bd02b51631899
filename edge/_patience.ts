// How long an answer is worked on.

/** Aborts as whoever asked leaves, or after so long. Not by `AbortSignal.any`: Vercel's edge VM has none. */
export function patience({ signal }: Request, milliseconds: number): AbortSignal {
  const end = new AbortController();
  for (const one of [signal, AbortSignal.timeout(milliseconds)]) {
    if (one.aborted) end.abort(one.reason);
    one.addEventListener("abort", () => end.abort(one.reason), { once: true });
  }
  return end.signal;
}
