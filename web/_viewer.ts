// A surrogate to look at: its observation to be changed, and the posterior drawn anew at every change.

import { alarm } from "./_alarm.ts";
import { asker } from "./_asker.ts";
import { byId } from "./_by_id.ts";
import { columnsOf, summarised, type Window, windowOf } from "./_columns.ts";
import { element } from "./_element.ts";
import { type NumberInput, numberInput } from "./_number_input.ts";
import { pairPlot } from "./_pair_plot.ts";
import { prediction } from "./_prediction.ts";
import type { About, Drawn, Question } from "./_protocol.ts";
import { saveDraws, savePicture } from "./_save.ts";
import { summaryTable } from "./_summary_table.ts";
import { wholeNumber } from "./_whole_number.ts";
import { type XInputs, xInputs } from "./_x_inputs.ts";

/** Milliseconds after which it is said that draws are under way. */
const PATIENCE = 300;
/** Parameters that a picture begins with. */
const MOST_SHOWN = 6;

/** Who is told what. */
export interface ViewerListeners {
  /** A surrogate is open: what is to be asked of it first, as far as that is known; throws what to say. */
  opened(about: About): Partial<Question>;
  /** All draws of a question are seen. */
  seen(question: Question): void;
}

/** Where surrogates are looked at: the elements of `_posterior.html`. */
export interface Viewer {
  /** Opens the file of one; what was open stays until this is. */
  open(bytes: Uint8Array<ArrayBuffer>): void;
}

/** A surrogate that is open, with its inputs. */
interface Opened {
  readonly about: About;
  readonly x: XInputs;
  readonly beta: NumberInput | undefined;
  /** The observation to come back to. */
  readonly first: readonly (readonly number[])[];
  example: number;
  shown: readonly boolean[];
  readonly windows: (Window | undefined)[];
}

/** Starts it. */
export function viewer(listeners: ViewerListeners): Viewer {
  let opened: Opened | undefined;
  let drawn: Drawn | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const [draws, seed] = [byId<HTMLInputElement>("draws"), byId<HTMLInputElement>("seed")];
  const predicted = prediction();
  const worker = asker("worker.js", {
    opened: show,
    drawn: (answer, question, asked) => {
      clearTimeout(waiting);
      drawn = answer;
      alarm();
      draw();
      if (!answer.isDraft) {
        showNumbers(answer);
        predicted.of(opened!.about, answer, question);
        listeners.seen(question);
      }
      measure(answer, asked);
    },
    failed: (message) => {
      alarm(message);
      stale(drawn ? "The picture is not of these numbers." : "");
    },
  });

  function changed(): void {
    try {
      worker.ask(questionNow());
      byId("table").setAttribute("aria-busy", "true");
      clearTimeout(waiting);
      waiting = setTimeout(() => stale("Drawing …"), PATIENCE);
    } catch (error) {
      worker.forget();
      alarm((error as Error).message);
      stale(drawn ? "The picture is not of these numbers." : "");
    }
  }

  function show(about: About): void {
    const { beta } = about;
    const betaInput = beta && numberInput({ label: "β", ...beta, step: 0.01, isLog: true }, changed);
    byId("beta").replaceChildren(...(betaInput ? [betaInput.node] : []));
    const x = xInputs(about, changed);
    byId("x").replaceChildren(x.node);
    byId("as-text").replaceChildren(...(x.toggle ? [x.toggle] : []));
    drawn = undefined;
    byId("example").hidden = about.examples.length < 2 || about.isOfRounds;
    byId("main").hidden = false;
    byId("picture").replaceChildren();
    byId("table").replaceChildren();
    predicted.clear();
    let [asked, trouble]: [Partial<Question>, Error?] = [{}];
    try {
      asked = listeners.opened(about);
    } catch (error) {
      trouble = error as Error;
    }
    const shown = about.parameters.map((_, j) => j < MOST_SHOWN);
    const first = asked.x ?? about.examples[0]!;
    opened = { about, x, beta: betaInput, first, example: 0, shown, windows: Array(shown.length) };
    usual();
    choices();
    if (trouble) return alarm(trouble.message);
    if (asked.beta !== undefined) betaInput?.show(asked.beta);
    if (asked.seed !== undefined) seed.value = String(asked.seed);
    if (asked.draws !== undefined) draws.value = String(asked.draws);
    changed();
  }

  /** The inputs as they were at first. */
  function usual(): void {
    if (!opened) return;
    opened.example = 0;
    opened.x.show(opened.first);
    opened.beta?.show(opened.about.beta!.usual);
  }

  /** What the inputs ask; throws where they ask nothing. */
  function questionNow(): Question {
    const { x, beta } = opened!;
    const rows = x.rows();
    const value = beta?.value();
    if (value !== undefined && !(value >= 0 && value < Infinity)) {
      throw new RangeError(`Cannot draw as β must be a number ≥ 0: current value is ${value}`);
    }
    return {
      x: rows,
      ...(value !== undefined && { beta: value }),
      seed: wholeNumber("draw", "Seed", seed),
      draws: wholeNumber("draw", "Draws", draws),
    };
  }

  /** Says why the picture is not of the numbers beside it. */
  function stale(text: string): void {
    clearTimeout(waiting);
    byId("status").textContent = text;
    for (const id of ["picture", "band"]) byId(id).classList.toggle("stale", drawn !== undefined);
  }

  /** Which parameters the picture shows: a choice where there are many. */
  function choices(): void {
    const { about, shown } = opened!;
    const host = byId("shown");
    host.hidden = about.parameters.length <= MOST_SHOWN;
    const boxes = about.parameters.map(({ name }, j) => {
      const box = element("input", { type: "checkbox" });
      box.checked = shown[j]!;
      box.addEventListener("change", () => {
        opened!.shown = opened!.shown.map((was, k) => k === j ? box.checked : was);
        draw();
      });
      return element("label", {}, [box, ` ${name}`]);
    });
    host.replaceChildren(host.querySelector("legend")!, ...boxes);
  }

  /** The picture of the draws there are, as wide as there is room. */
  function draw(): void {
    if (!drawn || !opened) return;
    const { about, shown, windows } = opened;
    const all = columnsOf(drawn.values, drawn.names.length);
    all.forEach((column, j) => windows[j] = windowOf(column, about.parameters[j]!, windows[j]));
    const pick = <T>(list: readonly T[]) => list.filter((_, j) => shown[j]);
    const host = byId("picture");
    host.classList.remove("stale");
    if (!shown.some(Boolean)) return host.replaceChildren();
    host.replaceChildren(pairPlot({
      names: pick(drawn.names),
      columns: pick(all),
      windows: pick(windows as Window[]),
      width: Math.min(host.clientWidth, 860),
    }));
  }

  function fileName(what: string): string {
    return `${opened!.about.simulator.replace(/[^\w-]+/g, "_")}_${what}`;
  }

  for (const input of [draws, seed]) input.addEventListener("change", changed);
  byId("example").addEventListener("click", () => {
    if (!opened) return;
    opened.example = (opened.example + 1) % opened.about.examples.length;
    opened.x.show(opened.about.examples[opened.example]!);
    changed();
  });
  byId("usual").addEventListener("click", () => {
    usual();
    changed();
  });
  byId("save-draws").addEventListener("click", () => drawn && saveDraws(drawn, fileName("draws")));
  byId("save-picture").addEventListener("click", () => {
    const picture = byId("picture").querySelector("svg");
    if (picture) savePicture(picture, fileName("posterior"));
  });
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (entry!.contentRect.width !== width) draw();
    width = entry!.contentRect.width;
  }).observe(byId("picture"));
  return { open: worker.open };
}

const SAMPLERS: Readonly<Record<string, string>> = {
  direct: "directly",
  importance: "by weighted proposals",
};

/** What is read and heard: the numbers once they are final, warnings once they change. */
function showNumbers(answer: Drawn): void {
  const { names, values, sampler, kHat, milliseconds } = answer;
  const n = values.length / names.length;
  const weights = kHat === undefined ? "" : `, k̂ ${kHat.toFixed(2)}`;
  const how = SAMPLERS[sampler] ?? `by Markov chains (${sampler})`;
  byId("status").textContent = `${n.toLocaleString("en")} draws ${how}${weights}, in ${
    Math.max(1, Math.round(milliseconds))
  } ms.`;
  byId("table").replaceChildren(summaryTable(summarised(names, columnsOf(values, names.length))));
  byId("table").setAttribute("aria-busy", "false");
  const warnings = [...new Set(answer.warnings)];
  const host = byId("warnings");
  if (host.dataset.text !== warnings.join("\n")) {
    host.dataset.text = warnings.join("\n");
    host.replaceChildren(
      ...(warnings.length === 0 ? [] : [
        element("div", { class: "notice" }, [
          element("p", { class: "title" }, [warnings.length === 1 ? "A warning" : "Warnings"]),
          ...warnings.map((text) => element("p", {}, [text])),
        ]),
      ]),
    );
  }
}

/** From a change to the frame after its picture, for whoever watches the page's performance. */
function measure({ isDraft }: Drawn, start: number): void {
  const name = isDraft ? "first picture" : "picture";
  requestAnimationFrame(() => setTimeout(() => performance.measure(name, { start }), 0));
}
