// The page that trains: an order, how it goes, and what came of it, to be looked at and saved.

import { gpuAdapter } from "@likely/core/gpu-adapter";
import { alarm } from "./_alarm.ts";
import { begin } from "./_begin.ts";
import { byId } from "./_by_id.ts";
import { CACHE } from "./_cache.ts";
import type { KnownTask } from "./_known_tasks.ts";
import { saveModel } from "./_save.ts";
import type { TrainedHere, TrainingEngine, TrainingOrder } from "./_training_protocol.ts";
import { trainingProgress } from "./_training_progress.ts";
import { trainer } from "./_trainer.ts";
import { viewer } from "./_viewer.ts";
import { wholeNumber } from "./_whole_number.ts";

const FIELDS = ["task", "simulations", "seed", "engine"] as const;

begin(start);

function start(): void {
  let trained: { readonly order: TrainingOrder; readonly result: TrainedHere } | undefined;
  const progress = trainingProgress();
  const { open } = viewer({
    opened: () => {
      const { observation } = trained!.result;
      return observation ? { x: [observation] } : {};
    },
    seen: () => {},
  });
  const { train, stop } = trainer({
    simulating: progress.simulating,
    training: progress.training,
    ended: (order, end) => {
      busy(false);
      progress.ended(end);
      if (end.kind !== "trained") return;
      trained = { order, result: end.trained };
      const { bytes } = end.trained;
      byId("kept").hidden = false;
      const address = URL.createObjectURL(new Blob([bytes]));
      byId<HTMLAnchorElement>("open-page").href = `./?model=${encodeURIComponent(address)}`;
      open(bytes.slice());
    },
  });
  byId("order").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      const order = orderNow();
      alarm();
      progress.begin();
      byId("kept").hidden = true;
      busy(true);
      train(order);
      showInAddress();
    } catch (error) {
      alarm((error as Error).message);
    }
  });
  byId("stop").addEventListener("click", stop);
  byId("save-model").addEventListener("click", () => {
    if (trained) saveModel(trained.result.bytes, trained.order.task);
  });
  field("task").addEventListener("change", introduce);
  readAddress();
  introduce();
  void offerGpu();
  // Without it the page is as good while there is a network.
  keepFiles().catch(() => {});
}

/** What it takes to train is there without a network, too. */
async function keepFiles(): Promise<void> {
  await navigator.serviceWorker?.ready;
  const cache = await caches.open(CACHE);
  await cache.addAll(await (await fetch("training/files.json")).json());
}

function field(name: typeof FIELDS[number]): HTMLInputElement | HTMLSelectElement {
  return byId<HTMLFormElement>("order").elements.namedItem(name) as HTMLInputElement;
}

/** What the form says; throws where that is nothing that could be trained. */
function orderNow(): TrainingOrder {
  const number = (name: "simulations" | "seed", what: string) =>
    wholeNumber("train", what, field(name) as HTMLInputElement);
  return {
    task: field("task").value as KnownTask,
    simulations: number("simulations", "Simulations"),
    seed: number("seed", "Seed"),
    engine: field("engine").value as TrainingEngine,
  };
}

function busy(isBusy: boolean): void {
  const buttons = [byId<HTMLButtonElement>("start"), byId<HTMLButtonElement>("stop")];
  const [off, on] = isBusy ? buttons : buttons.toReversed();
  // Who works by keys goes on with the other one.
  const isHere = document.activeElement === off;
  [off!.disabled, on!.disabled] = [true, false];
  if (isHere) on!.focus();
}

function introduce(): void {
  const [option] = (field("task") as HTMLSelectElement).selectedOptions;
  byId("about-task").textContent = option!.dataset.about!;
}

/** What the address asks is in the form; what is none of a choice is not taken. */
function readAddress(): void {
  const query = new URLSearchParams(location.search);
  for (const name of FIELDS) {
    const [wanted, input] = [query.get(name), field(name)];
    if (wanted === null) continue;
    if (input instanceof HTMLInputElement) input.value = wanted;
    else if ([...input.options].some(({ value }) => value === wanted)) input.value = wanted;
  }
}

function showInAddress(): void {
  history.replaceState(null, "", `?${new URLSearchParams(FIELDS.map((name) => [name, field(name).value]))}`);
}

/** Says which engine is taken, and why; WebGPU is a choice where there is a GPU, or it was asked for by name. */
async function offerGpu(): Promise<void> {
  const isWanted = new URLSearchParams(location.search).get("engine") === "webgpu";
  const found = await gpuAdapter().catch(() => undefined);
  const [, option] = (field("engine") as HTMLSelectElement).options;
  const isOffered = found !== undefined && (isWanted || !found.software);
  option!.disabled = !isOffered;
  if (isWanted) field("engine").value = isOffered ? "webgpu" : "wasm";
  byId("about-engine").textContent = `${WHY} ${
    found === undefined
      ? "WebGPU finds no GPU here."
      : found.software
      ? `WebGPU finds a software one here, ${found.name}, which is slower still.`
      : `WebGPU finds ${found.name}; to choose it loads 0.4 MB more.`
  }`;
}

const WHY =
  "On WebAssembly a step of so small a network takes about a third of a millisecond. On a GPU it would be " +
  "2,700 operations, each started by itself, which takes longer than all of the computing.";
