// A trunk without hidden layers, as one that there are programs for.

import { type Artifact, checkWeights, type Weight } from "@likely/core";

/**
 * The same function of the same θ and x: a linear layer is a residual trunk of no blocks that ends
 * in the identity. Only for evaluation, as a step of training would move the identity.
 */
export function withoutLinearTrunk(artifact: Artifact): Artifact {
  const { spec, weights } = artifact;
  if (spec.kind !== "network" || spec.trunk.kind !== "mlp" || spec.trunk.hidden.length > 0) return artifact;
  const { activation } = spec.trunk;
  checkWeights(spec, weights);
  const { "trunk/out/weight": weight, "trunk/out/bias": bias, ...rest } = weights;
  const width = bias!.data.length;
  return {
    ...artifact,
    spec: { ...spec, trunk: { kind: "resnet", blocks: 0, width, activation } },
    weights: {
      ...rest,
      "trunk/in/weight": weight!,
      "trunk/in/bias": bias!,
      "trunk/out/weight": identity(width),
      "trunk/out/bias": { shape: [width], data: new Float32Array(width) },
    },
  };
}

function identity(width: number): Weight {
  const data = Float32Array.from({ length: width * width }, (_, k) => k % (width + 1) === 0 ? 1 : 0);
  return { shape: [width, width], data };
}
