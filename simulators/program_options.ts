/**
 * What has to be known of a program that simulates.
 *
 * @module
 */

/** One level of a program; on levels see `Level`. */
export interface ProgramLevel {
  /** In words: `"50 steps"`. */
  readonly name?: string;
  /** Cost of one row, > 0, in any unit that all levels share; absent: it is measured. */
  readonly cost?: number;
}

/** How programs are run, whatever they are told and answer. */
export interface ProgramRun {
  /**
   * A short name, kept in provenance.
   *
   * @default {undefined} The command, without folders.
   */
  readonly name?: string;
  /**
   * The folder that programs are started in.
   *
   * @default {undefined} The current one.
   */
  readonly folder?: string;
  /**
   * How many run at a time.
   *
   * @default {cores()}
   */
  readonly processes?: number;
  /**
   * The longest that a row may take, in seconds. A program that takes longer is ended, and the row has failed.
   *
   * @default {600}
   */
  readonly seconds?: number;
}

/** How a program that stays is started, and how long it is waited for. */
export interface ProgramCommand extends ProgramRun {
  /** The program and its arguments: `["python3", "model.py"]`. */
  readonly command: readonly string[];
  /**
   * The longest that it may take to say hello, in seconds.
   *
   * @default {60}
   */
  readonly startSeconds?: number;
  /**
   * The longest line that is read of it, in characters.
   *
   * @default {2 ** 24}
   */
  readonly lineLength?: number;
}

/** Options of `program`: what its hello says must agree with them. */
export interface ProgramOptions extends ProgramCommand {
  /** Names of the parameters, in order, or how many there are. */
  readonly theta: number | readonly string[];
  /** Names of the numbers of x, in order, or how many there are. */
  readonly x: number | readonly string[];
  /**
   * Its levels from the cheapest on, two at least.
   *
   * @default {undefined} It has none.
   */
  readonly levels?: readonly ProgramLevel[];
  /**
   * Whether it gives scores where it is asked for them.
   *
   * @default {false}
   */
  readonly score?: boolean;
}
