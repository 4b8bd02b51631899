// CAMELS power spectra, read from the folder that LIKELY_CAMELS names, else from beside the project.

import { drawPermutation, gatherRows, type Key, type Points, readCsv, split, stream } from "@likely/core";
import type { LevelPairs } from "@likely/multilevel";
import { camelsPairs, type CamelsSuite } from "@likely/simulators";

const FOLDER = Deno.env.get("LIKELY_CAMELS") ?? new URL("../../shared/data/camels", import.meta.url).pathname;
/** Universes at both fidelities, and those that nothing is trained on. */
const PAIRS = 20;
const HELD = 150;

/** Cheap universes, pairs, and expensive ones of which training sees neither fidelity. */
export interface CamelsData {
  readonly pairs: LevelPairs;
  readonly test: { readonly theta: Points; readonly x: Points };
}

/** Divides the suite anew for every key; `undefined` where it is not there. */
export async function camelsData(key: Key): Promise<CamelsData | undefined> {
  const suite = await readSuite();
  if (!suite) return undefined;
  const [forOrder, forNoise] = split(key, 2);
  const order = drawPermutation(stream(forOrder), suite.parameters.n);
  const shuffled = {
    ...suite,
    parameters: gatherRows(suite.parameters, order),
    high: gatherRows(suite.high, order),
    low: gatherRows(suite.low, order),
  };
  const { prior, low, pairs, held } = camelsPairs(forNoise, shuffled, { pairs: PAIRS });
  const trained = Array.from({ length: low.theta.n - HELD }, (_, i) => i);
  const tested = Array.from({ length: HELD }, (_, i) => trained.length + i);
  return {
    pairs: {
      simulator: "camels",
      prior,
      levels: [
        { theta: gatherRows(low.theta, trained), fine: gatherRows(low.x, trained), failed: 0 },
        { theta: pairs.theta, fine: pairs.fine, coarse: pairs.coarse, failed: 0 },
      ],
      costs: [1, 21],
    },
    test: { theta: gatherRows(held.theta, tested), x: gatherRows(held.x, tested) },
  };
}

async function readSuite(): Promise<CamelsSuite | undefined> {
  try {
    const read = async (name: string) => await Deno.readFile(`${FOLDER}/${name}.csv`);
    const table = new TextDecoder().decode(await read("parameters")).trim().split("\n").slice(1);
    const sigma = table.map((line) => Number(line.split(",")[2]));
    const [high, low, k] = [await read("power_high"), await read("power_low"), await read("k")].map((bytes) =>
      readCsv(bytes).rows
    );
    const parameters = { data: Float64Array.from(sigma), n: sigma.length, dim: 1 };
    return { parameters, high: high!, low: low!, wavenumbers: k!.data };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
