// The file that training makes: whether one is there, and what is said of it.

import { console } from "./_console.ts";
import { type Artifact, decodeSafetensors, distanceFrom, scalarNetwork } from "@likely/core";
import type { OutputKind } from "./_output.ts";

/** A model. */
export const MODEL: OutputKind = {
  what: "a model",
  isOne: (bytes) => {
    try {
      return "likely.format" in decodeSafetensors(bytes).metadata;
    } catch {
      return false;
    }
  },
};

const OUTPUTS = {
  ratio: "likelihood ratio",
  likelihood: "likelihood",
  posterior: "posterior",
  cost: "cost",
} as const;

/** Says what was trained. */
export function printModel(out: string, artifact: Artifact, size: number): void {
  const { kind, provenance, spec, others = [] } = artifact;
  const { simulator, simulations, trials, loss, engine, training } = provenance;
  const each = trials ? ` of ${trials} trials` : "";
  console.log(`${out}: ${OUTPUTS[kind]} of ${simulator}, from ${simulations} pairs${each}`);
  if (kind === "cost") {
    console.log(`  distance         ${distanceFrom(loss.options).unit}`);
    const { head } = scalarNetwork(spec);
    console.log(`  structure        ${head.kind === "softplus" ? "free" : head.kind}`);
  }
  if (spec.kind !== "network") console.log(`  density          ${spec.kind}`);
  for (const [i, part] of (provenance.network ?? "").split("; ").entries()) {
    console.log(`  ${i === 0 ? "network" : "       "}          ${part}`);
  }
  const { levels } = provenance;
  if (levels) {
    console.log(
      `  levels           ${levels.mode}, ${levels.counts.join(", ")} rows, cost ${
        Number(levels.cost.toPrecision(6))
      }`,
    );
  }
  if (others.length > 0) console.log(`  members          ${others.length + 1}; of the first:`);
  // The best epoch is 0 where no epoch did better than the start.
  const best = training.history!.validation.indexOf(training.loss) + 1;
  console.log(`  validation loss  ${training.loss.toPrecision(4)} (${loss.name}, epoch ${best})`);
  console.log(`  epochs           ${training.epochs}`);
  console.log(`  engine           ${engine}`);
  console.log(`  size             ${(size / 1000).toFixed(1)} kB`);
}
