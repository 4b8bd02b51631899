/**
 * Tasks that come from the queue.
 *
 * @module
 */

/** A task that whoever leads a run has put on the queue: run where its files are those of the digest. */
export interface SharedTask {
  /** What `taskDigest` says of it: 64 hexadecimal digits. */
  readonly digest: string;
}
