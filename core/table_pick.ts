/**
 * Which table to take, of a file that holds several.
 *
 * @module
 */

/** Which table of several to take. */
export interface TablePick {
  /**
   * The name of an array of an NPZ file, or of an array or group of a Zarr folder.
   *
   * @default {undefined} The first of `prefer` that is there, or all that belongs together.
   */
  readonly pick?: string;
  /**
   * Names to look for.
   *
   * @default {[]}
   */
  readonly prefer?: readonly string[];
}
