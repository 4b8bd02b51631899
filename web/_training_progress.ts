// How far a training is: bars for what can be counted, a curve for what is learned, a sentence at its end.

import type { SimulationProgress } from "@likely/core";
import type { TrainingProgress } from "@likely/surrogates";
import { alarm } from "./_alarm.ts";
import { byId } from "./_by_id.ts";
import { lossPlot } from "./_loss_plot.ts";
import type { TrainingEnd } from "./_trainer.ts";

/** Where it is shown: the elements of `train.html`. */
export interface ProgressShown {
  begin(): void;
  simulating(progress: SimulationProgress): void;
  training(progress: TrainingProgress): void;
  ended(end: TrainingEnd): void;
}

/** Shows it. */
export function trainingProgress(): ProgressShown {
  let curves: { readonly train: number[]; readonly validation: number[] } = { train: [], validation: [] };
  let simulated = 0;
  const bar = (id: string, share: number, note: string) => {
    byId<HTMLProgressElement>(id).value = share;
    byId(`${id}-note`).textContent = note;
  };
  return {
    begin: () => {
      curves = { train: [], validation: [] };
      simulated = 0;
      byId("progress").hidden = false;
      bar("simulating", 0, "");
      bar("training", 0, "");
      byId("outcome").textContent = "Simulating and training …";
      byId("advice").textContent = "";
      byId("losses").replaceChildren();
    },
    simulating: ({ done, total, failed, secondsLeft }) => {
      simulated = done;
      const failures = failed > 0 ? `, ${counted(failed)} failed` : "";
      bar(
        "simulating",
        done / total,
        `${counted(done)} of ${counted(total)}${failures}${left(secondsLeft, "")}`,
      );
    },
    training: ({ epoch, maxEpochs, trainLoss, validationLoss, best, secondsLeft }) => {
      curves.train.push(trainLoss);
      curves.validation.push(validationLoss);
      bar("training", epoch / maxEpochs, `epoch ${epoch} of ${maxEpochs}${left(secondsLeft, "at least ")}`);
      byId("losses").replaceChildren(lossPlot({ ...curves, best: best.epoch, maxEpochs }));
    },
    ended: (end) => {
      if (end.kind === "failed") alarm(end.message);
      if (end.kind === "trained") {
        const { epochs, isStopped, advice } = end.trained;
        // Epochs that were not needed were not taken.
        if (!isStopped) bar("training", 1, `${epochs} epochs`);
        byId("advice").textContent = advice.map((text) => `${text}.`).join(" ");
      }
      byId("outcome").textContent = told(end, simulated);
    },
  };
}

function told(end: TrainingEnd, simulated: number): string {
  if (end.kind === "failed") return "";
  if (end.kind === "stopped") {
    return `Stopped after ${counted(simulated)} simulations: nothing was learned of them yet.`;
  }
  const { epochs, best, engine, isStopped, milliseconds } = end.trained;
  const seconds = (milliseconds / 1000).toFixed(1);
  const how = isStopped
    ? `Stopped after ${epochs} epochs and ${seconds} s: what was learned until then is below`
    : `Trained in ${seconds} s`;
  return `${how}; the best loss of what was set aside is ${signed(best)} nats, by ${engine}.`;
}

function signed(loss: number): string {
  return loss.toFixed(3).replace("-", "−");
}

function counted(n: number): string {
  return n.toLocaleString("en");
}

/** Nothing where it is over. */
function left(seconds: number, most: string): string {
  return seconds > 0 && Number.isFinite(seconds) ? `, ${most}${Math.ceil(seconds)} s left` : "";
}
