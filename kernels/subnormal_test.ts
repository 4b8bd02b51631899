// Subnormal floats mean nothing to training and cost a hundred times a normal one, which
// WebAssembly cannot switch off: the kernels themselves must never leave one in memory.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { initWeights, key, type NetworkSpec, points, type Weights } from "@likely/core";
import { Code, float } from "./_code.ts";
import { DENSITIES, densityArtifact } from "../tests/_density_specs.ts";
import { noiseBatch } from "./_cases_test.ts";
import { fusedEngine } from "./fused_engine.ts";
import { borrowMachine } from "./_builds.ts";
import { writeBatch } from "./_host_rows.ts";
import { type Machine, reserve, returnMachine } from "./_machine.ts";
import { ABSOLUTE_HEAD, ACTIVATE, ACTIVATE_BACK, ADAM, CONTRAST, CROSS_ENTROPY } from "./_opcodes.ts";
import { RATES } from "./_step_program.ts";
import { planDensityTraining } from "./_train_density.ts";

const builds = ["relaxed", "plain"] as const;
/** Behind the zeros that address 0 stands for. */
const BASE = 4096;
const PROGRAM: number = BASE + 2 ** 16;
const SMALLEST_NORMAL = 2 ** -126;
/** Below this the kernels write 0. */
const FLUSH = 1e-25;

function isSubnormal(value: number): boolean {
  return value !== 0 && Math.abs(value) < SMALLEST_NORMAL;
}

function run(machine: Machine, code: Code): void {
  new Int32Array(machine.memory.buffer, PROGRAM, code.words.length).set(code.words);
  machine.run(PROGRAM, PROGRAM + code.words.length * 4);
}

/** Places of runs of `count` floats, and views of them. */
function arrays(machine: Machine, count: number, howMany: number): { at: number[]; views: Float32Array[] } {
  reserve(machine, PROGRAM + 2 ** 12);
  const at = Array.from({ length: howMany }, (_, i) => BASE + i * count * 4);
  return { at, views: at.map((address) => new Float32Array(machine.memory.buffer, address, count)) };
}

for (const build of builds) {
  Deno.test(`logit gradients below 1e-25 are 0, all others exact, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const n = 512;
    const { at: [h, r], views: [logits, slopes] } = arrays(machine, 2 * n, 2);
    // Own pairs rightly believed, others rightly not: from undecided to beyond float32's range.
    for (let i = 0; i < 2 * n; i++) logits![i] = (i < n ? 1 : -1) * (i % n) / 4;
    const code = new Code();
    code.emit(CROSS_ENTROPY, n, float(0), h!, r!, BASE + 2 ** 15);
    run(machine, code);
    slopes!.forEach((slope, i) => {
      const exact = (i < n ? -1 : 1) * 0.5 / n / (1 + Math.exp(Math.abs(logits![i]!)));
      if (Math.abs(exact) < FLUSH) assertEquals(slope + 0, 0, `at logit ${logits![i]}`);
      else assertAlmostEquals(slope / exact, 1, 1e-6, `at logit ${logits![i]}`);
    });
    code.emit(CONTRAST, n, 1, float(1), float(0), h!, r!, BASE + 2 ** 15);
    run(machine, code);
    assert(!slopes!.some(isSubnormal), "contrast");
    returnMachine(machine);
  });

  Deno.test(`SiLU's tail and the gradients behind it are 0 or normal, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const count = 2000;
    const { at: [z, a, s1, s2, q], views: [inputs, values, first, second, adjoint] } = arrays(
      machine,
      count,
      5,
    );
    inputs!.forEach((_, i) => inputs![i] = -i / 10);
    adjoint!.forEach((_, i) => adjoint![i] = i % 2 ? 1e-8 : -1e-20);
    const before = adjoint!.slice();
    const forward = new Code();
    forward.emit(ACTIVATE, 0, count, z!, a!, s1!, s2!);
    run(machine, forward);
    for (const numbers of [values!, first!, second!]) assert(!numbers.some(isSubnormal));
    assertEquals([values!.at(-1)! + 0, first!.at(-1)! + 0, second!.at(-1)! + 0], [0, 0, 0]);
    const slopes = [first!.slice(), second!.slice()] as const;
    const back = new Code();
    back.emit(ACTIVATE_BACK, count, q!, s1!, s2!);
    run(machine, back);
    for (const [order, numbers] of [[0, adjoint!], [1, second!]] as const) {
      numbers.forEach((value, i) => {
        const exact = before[i]! * slopes[order]![i]!;
        if (Math.abs(exact) < FLUSH) assertEquals(value + 0, 0, `input ${inputs![i]}`);
        else assertAlmostEquals(value / exact, 1, 1e-6, `input ${inputs![i]}`);
      });
    }
    returnMachine(machine);
  });

  Deno.test(`the absolute head and its slopes are exact or 0 from no noise to far more than any, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const rows = 240;
    const { at: [outputs, adjoint, x, weights, out], views: [given, slopes, , factors, values] } = arrays(
      machine,
      rows * 8,
      5,
    );
    factors!.set([1, 0.1, 1e-3, 0]);
    given!.forEach((_, k) => {
      const [i, j] = [k >> 3, k & 7];
      // Centres of every size, on both sides; then widths from 1e-6 to 120.
      given![k] = j < 4 ? (i % 2 ? -1 : 1) * 10 ** (j - i % 7) : i - 120 - j / 4;
    });
    const code = new Code();
    code.emit(ABSOLUTE_HEAD, rows, 4, 32, outputs!, x!, 0, weights!, 0, out!, adjoint!, 0);
    run(machine, code);
    for (let i = 0; i < rows; i++) {
      let value = 0;
      for (let j = 0; j < 4; j++) {
        const [m, u, weight] = [given![i * 8 + j]!, given![i * 8 + 4 + j]!, factors![j]!];
        const s = Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))) + 1e-6;
        const t = Math.abs(m) / s;
        const e = Math.exp(-t);
        value += weight * (Math.abs(m) + 2 * s * Math.log1p(e));
        const spread = weight * 2 * (Math.log1p(e) + t * e / (1 + e)) / (1 + Math.exp(-u));
        assertAlmostEquals(slopes![i * 8 + j]!, weight * Math.sign(m) * Math.tanh(t / 2), 2e-7 * weight);
        assertAlmostEquals(slopes![i * 8 + 4 + j]!, spread, 2e-6 * weight * Math.min(1, Math.exp(u)) + 1e-25);
      }
      assertAlmostEquals(values![i]! / value, 1, 1e-6);
    }
    assert(!slopes!.some(isSubnormal));
    returnMachine(machine);
  });

  Deno.test(`Adam's moments decay to 0 and are never subnormal on the way, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const count = 64;
    const { at: [w, m, v, g, slots], views: [weights, first, second, gradient, numbers] } = arrays(
      machine,
      count,
      5,
    );
    for (let i = 0; i < count; i++) {
      weights![i] = 1;
      // Moments of every size that is kept, and slopes below any use.
      first![i] = 10 ** (-i / 4);
      second![i] = 10 ** (-37 * i / (count - 1));
      gradient![i] = i % 3 === 0 ? 1e-30 : 0;
    }
    numbers!.set([1e-3, 1, 1, 1]); // rate, the two corrections, and the factor of clipping
    const code = new Code();
    code.emit(ADAM, count, w!, m!, v!, g!, slots!, slots! + 12);
    for (let step = 0; step < 1000; step++) {
      run(machine, code);
      assert(![...first!, ...second!].some(isSubnormal), `step ${step}`);
    }
    assert(first!.every((value) => value === 0));
    assert(second!.subarray(count - 1).every((value) => value === 0));
    assertAlmostEquals(second![0]!, 0.999 ** 1000, 1e-4);
    gradient!.fill(NaN);
    run(machine, code);
    assert([...first!, ...second!].every(Number.isNaN), "NaN is not hidden");
    returnMachine(machine);
  });

  Deno.test(`a unit that dies leaves no subnormal behind in training, ${build}`, async () => {
    const spec: NetworkSpec = {
      kind: "network",
      thetaDim: 2,
      xDim: 2,
      trunk: { kind: "mlp", hidden: [8, 8], activation: "silu" },
      head: { kind: "linear" },
    };
    const standard = { mean: [0, 0], std: [1, 1] };
    const loss = { name: "bce", options: {} } as unknown as Parameters<
      ReturnType<typeof fusedEngine>["trainStep"]
    >[0]["loss"];
    const weights = initWeights(key(1), spec);
    const moment = (size: number): Weights =>
      Object.fromEntries(
        Object.entries(weights).map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map(() => size) },
        ]),
      );
    const bias = weights["trunk/0/bias"]!.data;
    bias.set([-50, -60, -80, -100]); // four of eight units
    const state = { weights, firstMoment: moment(1e-3), secondMoment: moment(1e-33), steps: 100 };
    const theta = points(Float64Array.of(1, 2, -1, -2, -1, -2, 1, 2), 2);
    const batch = { theta, x: points(Float64Array.of(1, 2, -1, -2), 2), atoms: 2 };
    using step = await fusedEngine({ simd: build, workers: 1 }).trainStep({
      spec,
      loss,
      scaling: { theta: standard, x: standard },
      state,
    });
    for (let i = 0; i < 1500; i++) await step.step(batch, 1e-3);
    const { firstMoment, secondMoment } = await step.state();
    for (const run of [firstMoment!, secondMoment!]) {
      for (const { data } of Object.values(run)) assert(!data.some(isSubnormal));
    }
    const dead = [...firstMoment!["trunk/0/bias"]!.data.subarray(0, 4)];
    assertEquals(dead, [0, 0, 0, 0]);
  });
}

for (const build of builds) {
  Deno.test(`steps of densities leave no subnormal, however wild the weights, ${build}`, async () => {
    const n = 40;
    for (const [name, spec] of Object.entries(DENSITIES)) {
      for (const scale of [1, 3, 10, 40]) {
        const { weights, scaling } = densityArtifact(spec, scale, scale);
        const { arena, parameters, slots, intake, program } = planDensityTraining(spec, n);
        const machine = await borrowMachine(build);
        const { memory } = machine;
        reserve(machine, arena.bytes + 2 ** 20);
        arena.prepare(memory);
        parameters.write(memory, parameters.weights, weights);
        writeBatch(memory, noiseBatch(key(scale), spec, n, 1), scaling, intake);
        new Float32Array(memory.buffer, slots, 8).set([1e-3, 10, 1000, 5], RATES);
        const words = program({ n, scores: 0, step: true });
        new Int32Array(memory.buffer, arena.bytes, words.length).set(words);
        machine.run(arena.bytes, arena.bytes + words.byteLength);
        for (const { name: part, at, bytes } of arena.parts) {
          // Those of float64 are looked at by no product, and gradients by Adam alone, which flushes them.
          if (["values", "slots", "gradient"].includes(part)) continue;
          const numbers = new Float32Array(memory.buffer, at, bytes / 4);
          assert(!numbers.some(isSubnormal), `${name}, scale ${scale}: ${part}`);
        }
        returnMachine(machine);
      }
    }
  });
}
