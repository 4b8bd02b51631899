// What the fused engine does not do.

import { measuringHead, type NetworkSpec, scalarNetwork, type Spec, UnsupportedError } from "@likely/core";

/**
 * Requires a spec that this engine has a program for.
 *
 * @returns The same.
 * @throws {UnsupportedError} If another engine must run it.
 */
export function requireFusable(spec: Spec): NetworkSpec {
  const network = scalarNetwork(spec);
  const { trunk, head } = network;
  if (head.kind !== "linear" && head.kind !== "softplus" && !measuringHead(head)) {
    throw new UnsupportedError(`Cannot fuse a ${head.kind} head`);
  }
  if (trunk.kind === "mlp" && trunk.hidden.length === 0) {
    throw new UnsupportedError("Cannot fuse the training of a trunk without hidden layers");
  }
  return network;
}
