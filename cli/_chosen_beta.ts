// `--beta auto`.

import { console } from "./_console.ts";
import type { Artifact, Points } from "@likely/core";
import type { BetaScore } from "@likely/sbi";
import { requireTaskOf } from "./_input.ts";
import type { Arguments } from "./_options.ts";
import { progress } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import { loadTask } from "./_task.ts";

/** Chooses β by simulations of `--task`, and prints how each one did. */
export async function chosenBeta(
  args: Arguments,
  artifact: Artifact,
  { x, signal }: { readonly x: Points; readonly signal: AbortSignal },
): Promise<number> {
  if (x.n > 1) {
    args.refuse(`--beta auto must come with one observation, as costs of several add up: there are ${x.n}`);
  }
  const name = args.required("task");
  const { task } = await loadTask(name);
  const { simulator } = task;
  requireTaskOf(name, task, artifact);
  const { chooseBeta } = await import("@likely/sbi");
  using bar = progress("beta");
  const datasets = args.integer("datasets", 2);
  const { beta, rows, warnings } = await chooseBeta(
    keyFor("beta", args.integer("seed", 0)!),
    artifact,
    simulator,
    {
      ...(datasets !== undefined && { datasets }),
      signal,
      onProgress: ({ done, total }) => bar.update(done, total, `${done} of ${total} data sets`),
    },
  );
  for (const row of rows) console.log(line(row) + (row.beta === beta ? "  <- chosen" : ""));
  for (const warning of warnings) console.log(`warning: ${warning}`);
  console.log("");
  return beta;
}

function line({ beta, distance, distanceError }: BetaScore): string {
  const mean = `${distance.toPrecision(3)} ± ${distanceError.toPrecision(1)}`;
  return `beta ${String(beta).padEnd(9)} distance to data held out ${mean}`;
}
