// The benchmark's own results, where its data are at hand.

import { readSbibmText } from "../tests/_sbibm.ts";

/** Mean C2ST over ten observations, by task, method and simulations; `undefined` where nothing is published. */
export type Published = (problem: string, method: string, simulations: number) => number | undefined;

/** Reads `published_results.csv`; without it nothing is known. */
export async function readPublished(): Promise<Published | undefined> {
  const text = await readSbibmText("published_results.csv").catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const [header, ...lines] = text.trim().split("\n").map((line) => line.split(","));
  const at = ["task", "algorithm", "num_simulations", "c2st_mean"].map((name) => header!.indexOf(name));
  const means = new Map(lines.map((line) => {
    const [task, algorithm, simulations, mean] = at.map((column) => line[column]!);
    return [nameOf(task!, algorithm!, Number(simulations)), Number(mean)];
  }));
  return (problem, method, simulations) =>
    // The paper's mixture was drawn once for a thousand rows; the rerun is of the task as it is.
    means.get(
      nameOf(problem === "gaussian_mixture" ? "gaussian_mixture_rerun" : problem, method, simulations),
    );
}

function nameOf(task: string, algorithm: string, simulations: number): string {
  return `${task} ${algorithm.toLowerCase()} ${simulations}`;
}
