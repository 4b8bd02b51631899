import type { LevelRows, TelescopeMode } from "@likely/multilevel";

/** What the conductor needs to know. */
export interface ConductorOptions {
  readonly mode: TelescopeMode;
  readonly levels: readonly LevelRows[];
  /** Steps in all. */
  readonly steps: number;
  /** Rows of each part of a batch. */
  readonly rows: readonly number[];
  /** Standard errors by which a minus term may depart from what it stands for. */
  readonly memorised: number;
  /** Told once when one does. */
  onDeparture(text: string): void;
}
