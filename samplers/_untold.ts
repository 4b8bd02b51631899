/** Beyond, a difference of a nat, which is what moves are judged by, is lost in a float64. */
const MOST_NATS = 2 ** 50;

/** The largest log-likelihood, where it is too large, either way, to be told from one that is a nat less. */
export function untold(logLikelihood: Float64Array): number | undefined {
  const top = logLikelihood.reduce((a, b) => Math.max(a, b), -Infinity);
  return top === -Infinity || Math.abs(top) <= MOST_NATS ? undefined : top;
}
