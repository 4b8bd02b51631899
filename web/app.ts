// The page: opens a surrogate, asks for draws at every change, and shows them.

import { modelOfAddress, questionOfAddress, showInAddress } from "./_address.ts";
import { asker } from "./_asker.ts";
import { columnsOf, summarised, type Window, windowOf } from "./_columns.ts";
import { element } from "./_element.ts";
import { fetchModel, readModel } from "./_fetch_model.ts";
import { missing } from "./_missing.ts";
import { type NumberInput, numberInput } from "./_number_input.ts";
import { pairPlot } from "./_pair_plot.ts";
import type { About, Drawn, Question } from "./_protocol.ts";
import { saveDraws, savePicture } from "./_save.ts";
import { summaryTable } from "./_summary_table.ts";
import { type XInputs, xInputs } from "./_x_inputs.ts";

/** Milliseconds after which it is said that draws are under way. */
const PATIENCE = 300;
/** Parameters that a picture begins with. */
const MOST_SHOWN = 6;

/** A surrogate that is open, with its inputs. */
interface Opened {
  readonly about: About;
  readonly x: XInputs;
  readonly beta: NumberInput | undefined;
  /** The observation to come back to. */
  first: readonly (readonly number[])[];
  example: number;
  shown: readonly boolean[];
  readonly windows: (Window | undefined)[];
}

let opened: Opened | undefined;
let drawn: Drawn | undefined;
/** Where the model is from, if others can have it from there. */
let address: string | undefined;
/** The same of what is being opened. */
let from: string | undefined;
/** Of attempts to open something: the last one counts. */
let attempts = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;
/** The address's question is of the model that it came with. */
let isFirst = true;

const main = byId("main");
const [draws, seed] = [byId<HTMLInputElement>("draws"), byId<HTMLInputElement>("seed")];

function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** Says what went wrong; nothing where nothing did. */
function alarm(...messages: readonly string[]): void {
  const now = byId("alert");
  if (now.textContent !== messages.join("")) {
    now.replaceChildren(...messages.map((text) => element("p", {}, [text])));
  }
}

byId("unstarted").remove();
const lacks = missing();
alarm(...lacks);
if (lacks.length === 0) start();

function start(): void {
  const worker = asker("worker.js", {
    opened: (about) => show(about),
    drawn: (answer, question, asked) => {
      clearTimeout(waiting);
      drawn = answer;
      alarm();
      draw();
      showNumbers(answer, question);
      measure(answer, asked);
    },
    failed: (message) => {
      alarm(message);
      stale(drawn ? "The picture is not of these numbers." : "");
    },
  });
  const changed = () => {
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
  };
  const load = async (name: string, bytes: () => Promise<Uint8Array<ArrayBuffer>>, source?: string) => {
    const attempt = ++attempts;
    byId("status").textContent = `Opening ${name} …`;
    try {
      const got = await bytes();
      if (attempt !== attempts) return;
      from = source;
      alarm();
      worker.open(got);
    } catch (error) {
      if (attempt !== attempts) return;
      alarm((error as Error).message);
      byId("status").textContent = "";
    }
  };
  const openAddress = (text: string) => {
    byId<HTMLInputElement>("address").value = text;
    return load(text, () => fetchModel(text), text);
  };
  const openFile = (file: File) => {
    byId<HTMLInputElement>("address").value = file.name;
    return load(file.name, () => readModel(file, file.name));
  };

  function show(about: About): void {
    address = from;
    const host = byId("beta");
    const { beta } = about;
    const betaInput = beta && numberInput({ label: "β", ...beta, step: 0.01, isLog: true }, changed);
    host.replaceChildren(...(betaInput ? [betaInput.node] : []));
    const x = xInputs(about, changed);
    byId("x").replaceChildren(x.node);
    byId("as-text").replaceChildren(...(x.toggle ? [x.toggle] : []));
    const d = about.parameters.length;
    const shown = about.parameters.map((_, j) => j < MOST_SHOWN);
    opened = { about, x, beta: betaInput, first: about.examples[0]!, example: 0, shown, windows: Array(d) };
    drawn = undefined;
    clearTimeout(addressing);
    usual();
    choices();
    const { kind, simulator, simulations } = about;
    document.title = `${simulator}: posteriors to look at`;
    byId("lead").textContent = `${simulator}, a ${kind} learned from ${
      simulations.toLocaleString("en")
    } simulations; it draws in this browser, and nothing you open leaves it.`;
    byId("example").hidden = about.examples.length < 2 || about.isOfRounds;
    main.hidden = false;
    byId("picture").replaceChildren();
    byId("table").replaceChildren();
    if (isFirst && address === modelOfAddress()) {
      try {
        const question = questionOfAddress(about);
        if (question.x) x.show(opened.first = question.x);
        if (question.beta !== undefined) betaInput?.show(question.beta);
        if (question.seed !== undefined) seed.value = String(question.seed);
        if (question.draws !== undefined) draws.value = String(question.draws);
      } catch (error) {
        isFirst = false;
        return alarm((error as Error).message);
      }
    }
    isFirst = false;
    changed();
  }

  byId("open").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId<HTMLInputElement>("address").value.trim();
    if (text !== "") void openAddress(text);
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-model]")) {
    button.addEventListener("click", () => void openAddress(button.dataset.model!));
  }
  byId<HTMLInputElement>("file").addEventListener("change", ({ target }) => {
    const [file] = (target as HTMLInputElement).files ?? [];
    if (file) void openFile(file);
  });
  const dropping = (event: DragEvent, isOver: boolean) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", isOver);
  };
  addEventListener("dragover", (event) => dropping(event, true));
  addEventListener("dragleave", (event) => dropping(event, false));
  addEventListener("drop", (event) => {
    dropping(event, false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void openFile(file);
  });
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
  // Without it the page is as good while there is a network.
  navigator.serviceWorker?.register("offline.js").catch(() => {});
  const wanted = modelOfAddress();
  if (wanted !== undefined) void openAddress(wanted);
}

function fileName(what: string): string {
  return `${opened!.about.simulator.replace(/[^\w-]+/g, "_")}_${what}`;
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
    seed: whole(seed, "Seed"),
    draws: whole(draws, "Draws"),
  };
}

function whole(input: HTMLInputElement, name: string): number {
  const [value, low, high] = [input.valueAsNumber, Number(input.min), Number(input.max)];
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `Cannot draw as ${name} must be a whole number in [${low}, ${high}]: current value is ${value}`,
  );
}

/** Says why the picture is not of the numbers beside it. */
function stale(text: string): void {
  clearTimeout(waiting);
  byId("status").textContent = text;
  byId("picture").classList.toggle("stale", drawn !== undefined);
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

const SAMPLERS: Readonly<Record<string, string>> = {
  direct: "directly",
  importance: "by weighted proposals",
};

let addressing: ReturnType<typeof setTimeout> | undefined;

/** What is read and heard: the numbers once they are final, warnings once they change. */
function showNumbers(answer: Drawn, question: Question): void {
  const { names, values, sampler, kHat, milliseconds, isDraft } = answer;
  const n = values.length / names.length;
  const weights = kHat === undefined ? "" : `, k̂ ${kHat.toFixed(2)}`;
  const how = SAMPLERS[sampler] ?? `by Markov chains (${sampler})`;
  if (isDraft) return;
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
  // Browsers allow some changes a second.
  clearTimeout(addressing);
  addressing = setTimeout(() => showInAddress(address, question), 400);
}

/** From a change to the frame after its picture, for whoever watches the page's performance. */
function measure({ isDraft }: Drawn, start: number): void {
  const name = isDraft ? "first picture" : "picture";
  requestAnimationFrame(() => setTimeout(() => performance.measure(name, { start }), 0));
}
