import type { Artifact, Engine, Evaluation, ObservedDensities, Points } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";

/**
 * How well θ fits each row of x, in nats and to the power of `beta`: what a prior is added to.
 * Costs fall where parameters fit, and are negated.
 */
export async function logFits(
  artifact: Artifact,
  x: Points,
  { beta = 1, engine = fusedEngine() }: { readonly beta?: number; readonly engine?: Engine } = {},
): Promise<ObservedDensities> {
  const output = await engine.logDensities(artifact, x);
  const factor = artifact.kind === "cost" ? -beta : beta;
  const scaled = ({ value, grad }: Evaluation): Evaluation => ({
    // A fit to the power of 0 says nothing, even one that is infinite.
    value: value.map((v) => beta === 0 ? 0 : factor * v),
    ...(grad && { grad: grad.map((g) => factor * g) }),
  });
  return {
    name: output.name,
    dim: output.dim,
    count: output.count,
    embedded: output.embedded,
    evaluate: (theta, options) => scaled(output.evaluate(theta, options)),
    [Symbol.dispose]: () => output[Symbol.dispose](),
  };
}
