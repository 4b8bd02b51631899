/** What do the samplers cost on targets whose moments are known? */

import { type Draws, key, type LogDensity } from "@likely/core";
import { essBulk } from "@likely/diagnostics";
import { type KernelBuilder, nuts, sample } from "@likely/samplers";
import { type KnownTarget, type SamplerName, TARGETS } from "../tests/_sampler_targets.ts";
import { eightSchools } from "./_eight_schools.ts";
import type { Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Samplers: effective draws of the worst parameter, four chains, 500 steps of warm-up included";

const SAMPLERS = ["nuts", "hmc", "mala", "slice", "random_walk"] as const;
const NAMES = ["correlated normal, 50-d", "correlated normal, 2-d", "banana", "half-bounded"];

const dense: KernelBuilder = (target, { warmup }) => nuts(target, { warmup, metric: "dense" });

/** Bulk effective draws per second, and calls and points for each, by target and sampler. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const known of [...TARGETS.filter(({ target }) => NAMES.includes(target.name)), eightSchools()]) {
    for (const sampler of SAMPLERS) {
      if (!known.beyond[sampler as SamplerName]) out.push(...await cost(sampler, known, sampler));
    }
    out.push(...await cost("nuts, dense metric", known, dense));
  }
  return out;
}

async function cost(
  name: string,
  { target, start }: Pick<KnownTarget, "target" | "start">,
  sampler: (typeof SAMPLERS)[number] | KernelBuilder,
): Promise<Row[]> {
  // The first run compiles.
  await sample(key(0), target, start, { sampler, warmup: 100, draws: 100 });
  let points = 0;
  const counted: LogDensity = {
    ...target,
    evaluate: (p, options) => {
      points += p.n;
      return target.evaluate(p, options);
    },
  };
  const draws = await sample(key(1), counted, start, { sampler });
  const effective = Math.min(...essBulk(draws));
  const what = `${target.name}, ${name}`;
  return [
    { what, value: effective / Number(draws.info.seconds), unit: "effective draws / s" },
    { what, value: 1000 * callsOf(draws) / effective, unit: "calls / 1,000 effective draws" },
    { what, value: 1000 * points / effective, unit: "points / 1,000 effective draws" },
  ];
}

function callsOf(draws: Draws): number {
  return Number(draws.info.evaluations);
}
