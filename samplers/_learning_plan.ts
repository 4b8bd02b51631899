// When a proposal has learnt enough, and how many rows are drawn from it then.

/** What one pilot round has shown. */
export interface PilotResult {
  /** Effective rows, of the round's. */
  readonly share: number;
  /** Whether its own weights can be trusted. */
  readonly isSound: boolean;
  /** The power of all weights so far that leaves enough effective rows: 1 where proposals are good. */
  readonly rise: number;
}

/** Sizes that the plan keeps to. */
export interface PlanSizes {
  /** Draws wanted. */
  readonly draws: number;
  /** Rows of a round. */
  readonly pilot: number;
  /** Most rounds. */
  readonly rounds: number;
  /** Most rows of the last round. */
  readonly most: number;
}

/** A round that takes less of the weights than so many times what another took was in vain. */
const BETTER = 1.3;
/** Rounds in vain after which there is no more to be learnt. */
const PATIENCE = 2;
/** So many pilots' rows are no reason to learn more. */
const CHEAP = 8;
/** Components where one is not like the target. */
const MANY = 5;
/** More rows in the last round than seem to be needed. */
const SPARE = 1.2;
/** What a proposal gains by what the last pilot taught, up to the share that normal targets have. */
const [GAIN, LIKELY] = [1.8, 0.5];

/** Follows the rounds: a class, as every round changes what it knows. */
export class LearningPlan {
  /** Components that the next proposal is to have. */
  components = 1;
  readonly #sizes: PlanSizes;
  #round = 0;
  #best = 0;
  #highest = 0;
  #inVain = 0;

  constructor(sizes: PlanSizes) {
    this.#sizes = sizes;
  }

  /** Takes a round's result; the rows of the last round, once learning is over. */
  after({ share, isSound, rise }: PilotResult): number | undefined {
    const { draws, pilot, rounds, most } = this.#sizes;
    this.#round++;
    this.#best = Math.max(this.#best, share);
    const progress = rise === 1 ? 1 + share : rise;
    this.#inVain = progress < BETTER * this.#highest ? this.#inVain + 1 : 0;
    this.#highest = Math.max(this.#highest, progress);
    const expected = Math.max(this.#best, Math.min(LIKELY, GAIN * this.#best), 1 / pilot);
    const rows = Math.ceil(Math.min(most, Math.max(pilot, SPARE * draws / expected)));
    // More learning would cost as much as it could save.
    const isGood = isSound && share === this.#best && rows <= CHEAP * pilot;
    if (isGood || this.#round + 1 >= rounds) return rows;
    const isOne = this.components === 1;
    if (this.#inVain < PATIENCE && !(isOne && rise === 1)) return undefined;
    if (!isOne) return rows;
    // Where one t distribution has no more to learn, several may be like the target.
    this.components = MANY;
    [this.#highest, this.#inVain] = [0, 0];
    return undefined;
  }
}
