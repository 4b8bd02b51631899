/**
 * When a process in continuous time is watched, and what is seen of it.
 *
 * @module
 */

/** When a process in continuous time is watched, and what is seen of it: `Summary`, or all. */
export interface PathOptions<Summary extends string> {
  /**
   * When it is looked at, > 0 and rising; the process ends with the last.
   *
   * @default {undefined} Times that suit the task, which names them.
   */
  readonly times?: readonly number[];
  /**
   * What x is: the summary at `times`, or the path, every step of it or what is sufficient for it.
   *
   * @default {undefined} The summary.
   */
  readonly observe?: Summary | "path";
}

/** The same for tasks whose x holds the path step by step, and so has to end somewhere. */
export interface BoundedPathOptions<Summary extends string> extends PathOptions<Summary> {
  /**
   * The most steps that a row of paths can hold; a longer path is a failed row.
   *
   * @default {undefined} Many more than are usual for the task, which names them.
   */
  readonly capacity?: number;
}
