// deno-lint-ignore-file no-console -- a command for people
// Makes the pictures of docs/gallery.md: five reports, their first screens in Chromium.
//
//   deno run -A _tools/gallery.ts          all, a minute or two
//   deno run -A _tools/gallery.ts queue    one

import {
  type Artifact,
  type Draws,
  driftDiffusion,
  driftDiffusionTrials,
  gatherRows,
  hodgkinHuxley,
  influenzaCounts,
  type Key,
  key,
  nle,
  npe,
  observationRows,
  type Points,
  points,
  posterior,
  type PosteriorOptions,
  posteriorReport,
  type PosteriorReportOptions,
  type Simulator,
  split,
  twoMoons,
} from "@likely/sbi";
import { prebuilt } from "@likely/prebuilt";
import { inferInfluenza } from "../examples/influenza.ts";
import { task as queue } from "../examples/my_task.ts";
import { findChromium, openBrowser } from "../tests/_browser.ts";

/** What is seen of a page, how large a pixel of it is, and the most bytes of a picture. */
const SIZE = { width: 840, height: 1500 };
const SCALE = 0.6;
const MOST_BYTES = 100_000;

const FOLDER = new URL("../docs/gallery/", import.meta.url);

const PAGES: Readonly<Record<string, (key: Key) => Promise<PosteriorReportOptions>>> = {
  influenza: async (key) => {
    const { artifact, draws, exact, replicates } = await inferInfluenza(key, { simulation: { score: true } });
    return {
      title: "Influenza in a boarding school",
      lead: "nre on 10,000 epidemics with their scores, beside the exact posterior.",
      artifact,
      draws,
      compare: { label: "exact", draws: exact! },
      predictive: {
        t: influenzaCounts.map((_, day) => day + 1),
        observed: influenzaCounts,
        replicates,
        xLabel: "day",
        yLabel: "boys in bed",
      },
    };
  },
  queue: async (key) => {
    const [forTraining, forDraws, forReplicates] = split(key, 3);
    const { artifact } = await npe(forTraining, queue, { simulations: 4000 });
    const observed = observationRows("draw", queue.observation, queue.simulator.xNames).data;
    const draws = await drawn(forDraws, artifact, observed);
    return {
      title: "A queue",
      lead: "npe on 4,000 days of 200 customers: three statistics, unlike each other.",
      artifact,
      draws,
      predictive: {
        columns: ["mean wait, minutes", "customers who waited", "share of time busy"],
        observed,
        replicates: replicated(forReplicates, queue.simulator, draws),
      },
    };
  },
  "two_moons": async (key) => {
    const [forTraining, forDraws] = split(key, 2);
    const { artifact } = await nle(forTraining, twoMoons(), { simulations: 4000 });
    return {
      title: "Two moons",
      lead: "nle on 4,000 simulations: two modes, and the truth in one of them.",
      artifact,
      draws: await drawn(forDraws, artifact, [0, 0]),
    };
  },
  "drift_diffusion": async (key) => {
    const [forData, forDraws] = split(key, 2);
    const truth = [1, 1.4, 0.5, 0.3];
    const artifact = await prebuilt("drift_diffusion");
    return {
      title: "Drift diffusion",
      lead:
        `${driftDiffusion().name}: a likelihood of one trial that ships trained, asked about 200 of them.`,
      artifact,
      draws: await drawn(forDraws, artifact, driftDiffusionTrials(forData, truth)),
      truth,
    };
  },
  "hodgkin_huxley": async (key) => {
    const [forDraws, forReplicates] = split(key, 2);
    const { simulator, observation } = hodgkinHuxley();
    const artifact = await prebuilt("hodgkin_huxley");
    const draws = await drawn(forDraws, artifact, observation!, { beta: 50 });
    return {
      title: "A neuron that no parameters fit",
      lead: "A cost that ships trained, of a recording of the Allen Institute, at β = 50.",
      artifact,
      draws,
      predictive: {
        columns: [
          ...["spikes", "resting potential, mV", "its standard deviation, mV", "mean under current, mV"],
          ...["variance under current, mV²", "skewness", "kurtosis"],
        ],
        observed: observation!,
        replicates: replicated(forReplicates, simulator, draws),
      },
    };
  },
};

async function drawn(
  key: Key,
  artifact: Artifact,
  x: ArrayLike<number> | Points,
  options?: PosteriorOptions,
): Promise<Draws> {
  using given = await posterior(artifact, x, options);
  return await given.sample(key, 4000);
}

function replicated(key: Key, { simulate }: Pick<Simulator, "simulate">, draws: Draws): Points {
  const theta = points(draws.values, draws.names.length);
  return simulate(key, gatherRows(theta, Uint32Array.from({ length: 500 }, (_, i) => 8 * i)));
}

const program = await findChromium();
if (program === undefined) throw new Error("Cannot make pictures as Chromium must be installed: it is not");
await Deno.mkdir(FOLDER, { recursive: true });
const browser = await openBrowser(program);
for (const [i, name] of Object.keys(PAGES).entries()) {
  if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
  const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: SCALE });
  await page.setContent(await posteriorReport(await PAGES[name]!(key(i))));
  const png = await page.screenshot();
  await Deno.writeFile(new URL(`${name}.png`, FOLDER), png);
  console.log(`${name}.png: ${(png.length / 1000).toFixed(0)} kB`);
  if (png.length > MOST_BYTES) {
    throw new Error(`Cannot keep ${name}.png as it must have at most ${MOST_BYTES} bytes`);
  }
  await page.close();
}
await browser.close();
Deno.exit(0);
