// What the page and its worker tell each other.

/** What the page says. Whatever comes later overtakes what came before. */
export type Told =
  | { readonly kind: "open"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "ask"; readonly id: number; readonly question: Question };

/** What is asked of the surrogate that is open. */
export interface Question {
  /** `[m][p]`. */
  readonly x: readonly (readonly number[])[];
  /** Inverse temperature; absent for a posterior, which has none. */
  readonly beta?: number;
  readonly seed: number;
  readonly draws: number;
}

/** What the worker says, with the number of what it answers. */
export type Said =
  | { readonly kind: "opened"; readonly id: number; readonly about: About }
  | { readonly kind: "drawn"; readonly id: number; readonly drawn: Drawn }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** Draws of a posterior, and how they were made. */
export interface Drawn {
  readonly names: readonly string[];
  /** `[n, d]`, row-major. */
  readonly values: Float64Array;
  readonly chains: number;
  readonly warnings: readonly string[];
  readonly sampler: string;
  /** The shape of the weights, where there were some. */
  readonly kHat?: number;
  readonly milliseconds: number;
  /** Fewer than were asked for: the others follow. */
  readonly isDraft: boolean;
}

/** A surrogate as the page needs to know it. */
export interface About {
  readonly kind: string;
  readonly simulator: string;
  readonly simulations: number;
  readonly parameters: readonly Parameter[];
  /** `[p]`. */
  readonly columns: readonly Column[];
  /** Rows of x to begin with, `[k][m][p]`, k ≥ 1: the observation of its rounds, or what simulations look like. */
  readonly examples: readonly (readonly (readonly number[])[])[];
  /** The first example is an observation, the only one that the surrogate is for. */
  readonly isOfRounds: boolean;
  /** Whether x may be several independent observations. */
  readonly takesRows: boolean;
  /** Inverse temperatures; absent for a posterior. */
  readonly beta?: { readonly low: number; readonly high: number; readonly usual: number };
}

/** A parameter and the ends of its prior. */
export interface Parameter {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** One number of x: where simulations had it. */
export interface Column {
  readonly low: number;
  readonly high: number;
  /** Of the slider; of log10 where `isLog`. */
  readonly step: number;
  /** Positive, over decades: the slider moves by ratios. */
  readonly isLog?: boolean;
}
