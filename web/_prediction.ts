// The predictive band, where the page knows the simulator: its worker is loaded when it is first needed.

import { gatherRows, points } from "@likely/core/points";
import { bandPlot, insideBands } from "./_band_plot.ts";
import { byId } from "./_by_id.ts";
import { isKnownTask, KNOWN_TASKS, type KnownTask } from "./_known_tasks.ts";
import type { PredictionAsked, PredictionSaid } from "./_prediction_protocol.ts";
import type { About, Drawn, Question } from "./_protocol.ts";

/** Draws that are simulated from, evenly over all. */
const MOST_DRAWS = 500;
/** Milliseconds without another question after which it is simulated: not at every step of a slider. */
const PAUSE = 100;
/** Milliseconds of simulating after which that is said. */
const PATIENCE = 300;

/** Where bands are shown. */
export interface Prediction {
  /** Shows what draws predict beside what was observed. */
  of(about: About, drawn: Drawn, question: Question): void;
  /** Shows none, and hears of none that is under way. */
  clear(): void;
}

/** Starts it. */
export function prediction(): Prediction {
  let id = 0;
  let worker: Worker | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let asked: { readonly task: KnownTask; readonly x: Question["x"] } | undefined;
  const [host, note] = [byId("band"), byId("band-note")];
  const none = (reason: string) => {
    host.replaceChildren();
    note.textContent = reason;
  };
  const hear = ({ data }: MessageEvent<PredictionSaid>) => {
    if (data.id !== id || !asked) return;
    clearTimeout(waiting);
    host.classList.remove("stale");
    if (data.kind === "failed") return none(data.message);
    const { bands, simulations } = data;
    let first = 0;
    host.replaceChildren(
      ...KNOWN_TASKS[asked.task].map(({ label, columns }) => {
        const [from, to] = [first, first += columns];
        return bandPlot({
          label,
          bands: bands.slice(from, to),
          observed: asked!.x.map((row) => row.slice(from, to)),
        });
      }),
    );
    const [inside, all] = insideBands(bands, asked.x);
    note.textContent =
      `Median, middle 50 % and middle 90 % of ${simulations} simulations, each from another ` +
      `draw; dots are observed, ${inside} of ${all} inside the middle 90 %.`;
  };
  const start = () => {
    const started = new Worker("predict.js", { type: "module" });
    started.onmessage = hear;
    started.onerror = () => {
      worker = undefined;
      clearTimeout(waiting);
      none("Cannot predict as the browser must load predict.js: it did not");
    };
    return started;
  };
  return {
    clear: () => {
      id++;
      clearTimeout(waiting);
      none("");
    },
    of: ({ simulator: name, columns }, { names, values }, { x, seed }) => {
      id++;
      clearTimeout(waiting);
      if (!isKnownTask(name)) {
        return none(
          `There is no predictive band: it needs the simulator, and ${name} is none of those that come with ` +
            "this page.",
        );
      }
      asked = { task: name, x };
      const question: PredictionAsked = {
        ...{ id, task: name, names, seed, width: columns.length },
        theta: spread(values, names.length),
      };
      waiting = setTimeout(() => {
        worker ??= start();
        worker.postMessage(question);
        waiting = setTimeout(() => {
          host.classList.add("stale");
          note.textContent = "Simulating from the draws …";
        }, PATIENCE);
      }, PAUSE);
    },
  };
}

/** Rows evenly over all, so over all chains. */
function spread(values: Float64Array, d: number): Float64Array {
  const all = points(values, d);
  const n = Math.min(MOST_DRAWS, all.n);
  return gatherRows(all, Uint32Array.from({ length: n }, (_, i) => Math.floor(i * all.n / n))).data;
}
