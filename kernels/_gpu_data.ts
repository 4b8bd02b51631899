// Batches on their way to a device: rows of data that stay there are picked there.

import type { Batch, Points, Scaling, Standardisation } from "@likely/core";
import { standardise } from "@likely/core";
import type { Gpu } from "./_gpu.ts";
import type { GpuIntake } from "./_gpu_intake.ts";
import { type Intake, writeScores } from "./_host_rows.ts";
import type { Rows } from "./_layer.ts";

/** Owns data on a device. */
export class GpuData implements Disposable {
  readonly #gpu: Gpu;
  readonly #scaling: Scaling;
  readonly #resident = new Map<Points, GPUBuffer>();
  /** What came once may never come again. */
  readonly #met = new WeakSet<Points>();

  constructor(gpu: Gpu, scaling: Scaling) {
    this.#gpu = gpu;
    this.#scaling = scaling;
  }

  /** Lines up a batch, with scores or without. */
  bring(intake: GpuIntake, batch: Batch, to: Intake, scored: boolean): void {
    const { source } = batch;
    for (const side of ["theta", "x"] as const) {
      const by = this.#scaling[side];
      const { dim } = batch[side];
      const data = source && this.#onDevice(source[side], by);
      if (data) intake.picked(to[side], data, dim, source![`${side}Rows`]);
      else intake.rows(to[side], standardise(batch[side], by), dim);
    }
    if (to.target !== undefined) {
      intake.rows({ at: to.target, width: 1, ld: 1 }, Float32Array.from(batch.target!), 1);
    }
    if (to.score && scored) this.#bringScores(intake, batch, to.score);
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#resident.values()) buffer.destroy();
  }

  #bringScores(intake: GpuIntake, { score, theta }: Batch, to: Rows): void {
    const { n, dim } = score!;
    const plain = new Float32Array(n * dim);
    writeScores(plain, { score: score!, theta }, this.#scaling.theta, { at: 0, width: dim, ld: dim });
    intake.rows(to, plain, dim);
  }

  /** Data on the device, standardised, from its second use on; absent where there is no room for it. */
  #onDevice(data: Points, by: Standardisation): GPUBuffer | undefined {
    const known = this.#resident.get(data);
    const bytes = data.data.length * 4;
    if (known || !this.#met.has(data) || bytes > this.#gpu.mostBytes) {
      this.#met.add(data);
      return known;
    }
    const buffer = this.#gpu.buffer("data", bytes);
    this.#gpu.write(buffer, 0, standardise(data, by));
    this.#resident.set(data, buffer);
    return buffer;
  }
}
