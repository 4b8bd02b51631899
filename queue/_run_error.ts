// Why a run cannot go on, whoever tries.

/** Said by a worker: no other would fare better. */
export class RunError extends Error {
  override readonly name = "RunError";
}
