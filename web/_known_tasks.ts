// Tasks whose simulators come with the page, by name, and what their x is: columns that share an axis.

/** A task that the page can simulate. */
export type KnownTask =
  | "two_moons"
  | "influenza"
  | "lotka_volterra"
  | "slcp"
  | "drift_diffusion"
  | "hodgkin_huxley";

/** Consecutive columns of x in one unit. */
export interface Panel {
  readonly label: string;
  readonly columns: number;
}

const alone = (...labels: readonly string[]): Panel[] => labels.map((label) => ({ label, columns: 1 }));
const numbered = (n: number): Panel[] => alone(...Array.from({ length: n }, (_, j) => `x[${j}]`));

/** Panels of x, in the order of its columns. */
export const KNOWN_TASKS: Readonly<Record<KnownTask, readonly Panel[]>> = {
  "two_moons": numbered(2),
  influenza: [{ label: "log(1 + boys in bed), by day", columns: 14 }],
  "lotka_volterra": [{ label: "prey, by time", columns: 10 }, { label: "predators, by time", columns: 10 }],
  slcp: numbered(8),
  "drift_diffusion": alone("choice", "time in s"),
  "hodgkin_huxley": alone(
    "spikes",
    "mean at rest, mV",
    "sd at rest, mV",
    "mean, mV",
    "variance, mV²",
    "skewness",
    "kurtosis",
  ),
};

/** Whether a name, of whatever file, is one of these. */
export function isKnownTask(name: string): name is KnownTask {
  return Object.hasOwn(KNOWN_TASKS, name);
}
