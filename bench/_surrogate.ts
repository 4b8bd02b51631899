// The networks that the benches of training, evaluation and sampling share.

import { type Artifact, initWeights, key, type NetworkSpec, simulate, standardisation } from "@likely/core";
import { twoMoons } from "@likely/simulators";

const BASE = { kind: "network", thetaDim: 2, xDim: 2, head: { kind: "linear" } } as const;

/** By name: the field's usual network, and ours. */
export const SPECS: Readonly<Record<string, NetworkSpec>> = {
  "resnet 2 x 50": { ...BASE, trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" } },
  "mlp 3 x 128": { ...BASE, trunk: { kind: "mlp", hidden: [128, 128, 128], activation: "silu" } },
};

/** Pairs of two moons with their standardisation. */
export async function pairs(n: number) {
  const dataset = await simulate(key(0), twoMoons(), n);
  return { dataset, scaling: { theta: standardisation(dataset.theta), x: standardisation(dataset.x) } };
}

/** An untrained surrogate: its answers are worthless, its speed is not. */
export async function artifactOf(spec: NetworkSpec): Promise<Artifact> {
  const { scaling } = await pairs(1000);
  return {
    kind: "ratio",
    spec,
    weights: initWeights(key(1), spec),
    prior: twoMoons().prior.spec,
    scaling,
    provenance: {
      simulator: "two_moons",
      simulations: 0,
      failed: 0,
      key: "00000000:00000000",
      loss: { name: "bce", options: {} },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}
