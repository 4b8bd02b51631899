// The page that trains: an order, how it goes, and what came of it, to be looked at and saved.

import { alarm } from "./_alarm.ts";
import { begin } from "./_begin.ts";
import { byId } from "./_by_id.ts";
import { offerEngines } from "./_engine_choice.ts";
import { keepFiles } from "./_keep_files.ts";
import { orderForm } from "./_order_form.ts";
import { saveModel } from "./_save.ts";
import { trainer } from "./_trainer.ts";
import { trainingProgress } from "./_training_progress.ts";
import type { TrainedHere, TrainingOrder } from "./_training_protocol.ts";
import { viewer } from "./_viewer.ts";

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
      const address = URL.createObjectURL(new Blob([bytes]));
      byId<HTMLAnchorElement>("open-page").href = `./?model=${encodeURIComponent(address)}`;
      byId("kept").hidden = false;
      open(bytes.slice());
    },
  });
  const form = orderForm(() => {
    try {
      const order = form.order();
      alarm();
      byId("kept").hidden = true;
      progress.begin();
      busy(true);
      train(order);
      form.show();
    } catch (error) {
      alarm((error as Error).message);
    }
  });
  byId("stop").addEventListener("click", stop);
  byId("save-model").addEventListener("click", () => {
    if (trained) saveModel(trained.result.bytes, trained.order.task);
  });
  void offerEngines();
  // Without it the page is as good while there is a network.
  keepFiles().catch(() => {});
}

function busy(isBusy: boolean): void {
  const buttons = [byId<HTMLButtonElement>("start"), byId<HTMLButtonElement>("stop")];
  const [off, on] = isBusy ? buttons : buttons.toReversed();
  // Who works by keys goes on with the other one.
  const isHere = document.activeElement === off;
  [off!.disabled, on!.disabled] = [true, false];
  if (isHere) on!.focus();
}
