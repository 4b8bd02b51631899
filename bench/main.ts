/**
 * `deno task bench`: every question in this folder, one table each.
 *
 * `deno task bench training sampling` asks these two alone.
 */

// deno-lint-ignore-file no-console -- a command for people

import { format, type Row } from "./_measure.ts";

interface Question {
  readonly question: string;
  readonly rows: () => Promise<Row[]>;
}

const QUESTIONS = [
  "simulations",
  "um_bridge",
  "shards",
  "queue",
  "programs",
  "training",
  "log_density",
  "densities",
  "levels_step",
  "nll_score",
  "sampling",
  "samplers",
  "mlmc",
  "peers",
  "calibration",
  "c2st",
  "influenza",
  "ratio_network",
  "ordered_x",
  "cold_start",
  "bundle",
  "edge",
  "edge_vm",
  "kernels_gemm",
  "kernels_step",
  "kernels_workers",
] as const;

const asked = Deno.args.length > 0 ? Deno.args : QUESTIONS;
for (const name of asked) {
  if (!QUESTIONS.some((known) => known === name)) {
    console.error(`Cannot bench "${name}" as it must be one of ${QUESTIONS.join(", ")}`);
    Deno.exit(2);
  }
  const { question, rows }: Question = await import(`./${name}.ts`);
  console.log(`\n### ${question}\n\n| what | value | unit |\n|---|---:|---|`);
  for (const { what, value, unit } of await rows()) console.log(`| ${what} | ${format(value)} | ${unit} |`);
}
Deno.exit(0); // the wasm backend keeps listeners alive
