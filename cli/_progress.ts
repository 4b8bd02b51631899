// Progress bars on standard error, so that standard output stays clean.

// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";

/** A running bar. */
export interface Progress extends Disposable {
  /** Moves the bar; `note` is shown behind it. */
  update(done: number, total: number, note: string): void;
}

/** A bar that appears with its first update; off a terminal a line is printed every two seconds. */
export function progress(label: string): Progress {
  const bar = new cliProgress.SingleBar({
    format: `${label.padEnd(9)} {bar} {percentage} % {note}`,
    barsize: 30,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 2000,
  }, cliProgress.Presets.shades_classic);
  let isShown = false;
  return {
    update: (done, total, note) => {
      if (!isShown) bar.start(total, done, { note });
      isShown = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    [Symbol.dispose]: () => {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
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
