/**
 * Tasks as a queue knows them.
 *
 * @module
 */

import type { SimulatorModule } from "@likely/core";

/** A task by module and export. */
export interface QueueSource extends SimulatorModule {
  /**
   * What stands for the argument in the task's digest, where the argument says where things are on this machine.
   *
   * @default {undefined} The argument itself.
   */
  readonly identity?: unknown;
}
