// Progress bars on standard error, so that standard output stays clean.

// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";

/** A running bar. */
export interface Progress extends Disposable {
  /** Moves the bar; `note` is shown behind it. */
  update(done: number, total: number, note: string): void;
  /** Fills the bar where the work has ended, be it before all of it was needed; `note` says why. */
  end(note?: string): void;
}

/** What shows how far something is. */
interface Display {
  show(state: State): void;
  /** Shows the last state, once. */
  stop(state: State): void;
}

interface State {
  readonly done: number;
  readonly total: number;
  readonly note: string;
}

/** Off a terminal, milliseconds between two lines. */
const PAUSE = 2000;
const SIZE = 30;

/** A bar that appears with its first update; off a terminal a line is printed every two seconds, and a last one. */
export function progress(label: string): Progress {
  const display = Deno.stderr.isTerminal() ? bar(label) : lines(label);
  let state: State | undefined;
  return {
    update: (done, total, note) => display.show(state = { done, total, note }),
    end: (note) => {
      if (state) state = { done: state.done, total: state.done, note: note ?? state.note };
    },
    [Symbol.dispose]: () => {
      if (state) display.stop(state);
      state = undefined;
    },
  };
}

function bar(label: string): Display {
  const running = new cliProgress.SingleBar({
    format: `${label.padEnd(9)} {bar} {percentage} % {note}`,
    barsize: SIZE,
    hideCursor: true,
  }, cliProgress.Presets.shades_classic);
  const show = ({ done, total, note }: State) => {
    if (!running.isActive) running.start(total, done, { note });
    running.setTotal(total);
    running.update(done, { note });
  };
  return {
    show,
    stop: (state) => {
      show(state);
      running.stop();
    },
  };
}

function lines(label: string): Display {
  let printed = performance.now();
  let last = "";
  const print = ({ done, total, note }: State) => {
    const share = total > 0 ? Math.min(done / total, 1) : 1;
    const full = Math.round(SIZE * share);
    const line = `${label.padEnd(9)} ${"█".repeat(full)}${"░".repeat(SIZE - full)} ${
      Math.floor(100 * share)
    } % ${note}\n`;
    if (line !== last) write(line);
    last = line;
    printed = performance.now();
  };
  return {
    show: (state) => {
      if (performance.now() - printed >= PAUSE) print(state);
    },
    stop: print,
  };
}

/** Whoever reads may have left: that is no reason to stop working. */
function write(line: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** `"1 234/s, 12 s left"`, as far as both are known. */
export function rate(perSecond: number, secondsLeft: number): string {
  const parts = [
    ...(Number.isFinite(perSecond)
      ? [`${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`]
      : []),
    ...(Number.isFinite(secondsLeft) ? [`${Math.ceil(secondsLeft)} s left`] : []),
  ];
  return parts.join(", ");
}

/** What a bar of training says when it is over: by plan, or because nothing got better any more. */
export function trained(epoch: number, maxEpochs: number): string {
  return epoch < maxEpochs
    ? `ended after ${epoch} of ${maxEpochs} epochs: no better any more`
    : `${epoch} epochs`;
}
