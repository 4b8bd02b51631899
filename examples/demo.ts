/**
 * `deno task demo`: runs the influenza example, prints what it finds, and writes
 * `out/report.html` and `out/flu.safetensors`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command for people

import { parseArgs } from "@std/cli/parse-args";
import { encodeArtifact, formatSummary, influenzaCounts, key, posteriorReport, summary } from "@likely/sbi";
import { progress, rate, trained } from "../cli/_progress.ts";
import { inferInfluenza, type InfluenzaResult } from "./influenza.ts";

const USAGE = `Usage: deno task demo [--stochastic] [--simulations 10000] [--draws 1000] [--seed 1]`;

if (import.meta.main) {
  const started = performance.now();
  const result = await run(readArguments());
  await Deno.mkdir("out", { recursive: true });
  await Deno.writeFile("out/flu.safetensors", encodeArtifact(result.artifact));
  await Deno.writeTextFile("out/report.html", await page(result));
  printTables(result);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\nWrote out/report.html and out/flu.safetensors after ${seconds} s.`);
  Deno.exit(0);
}

interface DemoArguments {
  readonly stochastic: boolean;
  readonly simulations: number;
  readonly draws: number;
  readonly seed: number;
}

function readArguments(): DemoArguments {
  const parsed = parseArgs(Deno.args, {
    boolean: ["stochastic", "help"],
    string: ["simulations", "draws", "seed"],
    default: { simulations: "10000", draws: "1000", seed: "1" },
    unknown: (argument) => refuse(`${argument} is not an option`),
  });
  if (parsed.help) {
    console.log(USAGE);
    Deno.exit(0);
  }
  const whole = (name: string, low: number): number => {
    const value = Number(parsed[name]);
    if (Number.isSafeInteger(value) && value >= low) return value;
    return refuse(`--${name} must be a whole number >= ${low}: current value is "${parsed[name]}"`);
  };
  return {
    stochastic: parsed.stochastic === true,
    simulations: whole("simulations", 100),
    draws: whole("draws", 8),
    seed: whole("seed", 0),
  };
}

function refuse(why: string): never {
  console.error(`error: Cannot run the demo as ${why}\n${USAGE}`);
  Deno.exit(2);
}

async function run({ seed, ...options }: DemoArguments): Promise<InfluenzaResult> {
  console.log(`Influenza in a boarding school, 1978: ${influenzaCounts.join(" ")} boys in bed.\n`);
  let bar = progress("simulate");
  let [stage, over] = ["simulate", ""];
  const turn = (what: string) => {
    if (what === stage) return;
    bar[Symbol.dispose]();
    [bar, stage] = [progress(what === "train" ? what : "sample"), what];
    if (what !== "train") console.error(`Now: ${what}`);
  };
  const result = await inferInfluenza(key(seed), {
    ...options,
    simulation: {
      score: !options.stochastic,
      onProgress: ({ done, total, rowsPerSecond, secondsLeft }) =>
        bar.update(done, total, rate(rowsPerSecond, secondsLeft)),
    },
    onProgress: ({ epoch, maxEpochs, stepsPerSecond, secondsLeft }) => {
      turn("train");
      bar.update(epoch, maxEpochs, rate(stepsPerSecond, secondsLeft));
      over = trained(epoch, maxEpochs);
    },
    onStage: (what, share) => {
      if (stage === "train") bar.end(over);
      turn(what);
      if (share !== undefined) bar.update(Math.round(100 * share), 100, "");
    },
  });
  bar[Symbol.dispose]();
  return result;
}

function printTables({ draws, exact }: InfluenzaResult): void {
  console.log(`\nPosterior by the surrogate\n\n${formatSummary(summary(draws))}`);
  if (exact) console.log(`\nExact posterior\n\n${formatSummary(summary(exact))}`);
  for (const warning of [...draws.warnings, ...exact?.warnings ?? []]) console.log(`warning: ${warning}`);
}

function page({ artifact, draws, exact, replicates }: InfluenzaResult): Promise<string> {
  return posteriorReport({
    title: "Influenza in a boarding school, 1978",
    lead: "763 boys, one index case, the number of boys in bed on 14 days from 22 January.",
    artifact,
    draws,
    ...(exact && { compare: { label: "exact", draws: exact } }),
    predictive: {
      t: influenzaCounts.map((_, day) => day + 1),
      observed: influenzaCounts,
      replicates,
      xLabel: "day",
      yLabel: "boys in bed",
    },
  });
}
