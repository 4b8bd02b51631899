import { BENCHMARK, REAL } from "./_sbibm_problems.ts";
import { answered, datasetOf, taskOf } from "./_sbibm_run.ts";
import { openStore } from "./_sbibm_store.ts";
import { clocked } from "./_sbibm_clock.ts";
import { key as seed, split } from "@likely/core";
import { trainLikelihood, trainPosterior, trainRatio } from "@likely/sbi";
const store = openStore("out/bench/sbibm");
const [name, method, sims = "10000", obs = "1,2,3", draws = "1000", key = "1", opts = "{}"] = Deno.args as any[];
const p = (name!.startsWith("real:") ? REAL[name!.slice(5)] : BENCHMARK[name!])!;
const s = { problem: p.name, method: method as any, simulations: +sims, key: +key };
const { prior, simulator } = taskOf(p, method);
const dataset = await datasetOf(p, s);
const pairs = { prior: prior.spec, simulator: simulator.name, dataset };
const T = { npe: trainPosterior, nle: trainLikelihood, nre: trainRatio } as any;
const options = JSON.parse(opts);
const { value: { artifact, history }, wall, cpu } = await clocked(() => T[method](split(seed(+key), 3)[1], pairs, options));
const v = history.validation; const best = Math.min(...v);
console.log(name, method, sims, "key", key, opts, "train", wall.toFixed(1), "cpu", cpu.toFixed(1), "epochs", v.length, 1 + v.indexOf(best), "val", best.toFixed(3), "train", history.train[v.indexOf(best)].toFixed(3));
for (const o of obs.split(",").filter(Boolean).map(Number)) {
  const exact = await store.exact(p, o, +draws);
  const a = await answered(p, { ...s, observation: o, draws: +draws, classifier: "mlp" }, { artifact, exact });
  console.log("  ", name, method, "obs", o, "c2st", a.c2st.toFixed(3), "sample", a.sample.wall.toFixed(2), a.sample.cpu.toFixed(2), "widths", a.widths.map((w) => w.toFixed(2)).join(" "), "beyond", a.beyond.toFixed(3), a.warnings.length ? a.warnings.map((w) => w.slice(0, 60)) : "");
}
Deno.exit(0);
