import { assert, assertEquals } from "@std/assert";
import { baseDraws, initWeights, key } from "@likely/core";
import { legalRows } from "../tests/_density_specs.ts";
import { Arena, GUARD } from "./_arena.ts";
import { adaptive, losses, noiseBatch, normalRows, unitScaling } from "./_cases_test.ts";
import { Code } from "./_code.ts";
import { planEstimator } from "./_estimator.ts";
import { writeBatch, writeStandardised } from "./_host_rows.ts";
import { emitPacking } from "./_layer.ts";
import { lossProgram } from "./_loss_program.ts";
import { randomDensity, randomMeasuring, randomSpec } from "./_random_specs_test.ts";
import { bestBuild, borrowMachine } from "./_builds.ts";
import { type Machine, reserve, returnMachine } from "./_machine.ts";
import { canThin, emitStep, LIMIT, planTraining, RATES } from "./_step_program.ts";
import { planDensityTraining } from "./_train_density.ts";

const LOOK = { step: true, look: "all" } as const;
const PLAIN = [{ step: true, average: true }, { step: false }] as const;
/** A choice of pairs, then a step on some of them, whatever was chosen. */
const THIN = [{ step: false, choose: { limit: 0.5, always: 0 } }, { step: true, average: true }] as const;

Deno.test("planned programs write nothing outside their parts and read no guard, over random specs", async () => {
  const build = bestBuild();
  for (let seed = 0; seed < 160; seed++) {
    const spec = seed % 4 === 3 ? randomMeasuring(seed) : randomSpec(seed);
    const loss = lossProgram(seed % 2 === 0 ? adaptive(losses.bce_score!) : losses.nre_c!, spec);
    const capacity = 1 + seed % 23;
    const network = planTraining(spec, loss, capacity);
    const { arena, parameters, slots } = network;
    const machine = await borrowMachine(build);
    reserve(machine, arena.bytes + 2 ** 20);
    arena.prepare(machine.memory);
    // Behind the arena too there are guards, as far as the program's own place.
    new Int32Array(machine.memory.buffer, arena.bytes, 64).fill(GUARD);
    parameters.write(machine.memory, parameters.weights, initWeights(key(seed), spec));
    for (const n of new Set([capacity, 1, Math.ceil(capacity / 2)])) {
      const batch = noiseBatch(key(seed), spec, n, loss.atoms);
      const scaling = unitScaling(spec);
      writeStandardised(machine.memory, batch.theta, scaling.theta, network.theta);
      writeStandardised(machine.memory, batch.x, scaling.x, network.embedding.input);
      if (loss.score) writeStandardised(machine.memory, batch.score!, scaling.theta, network.score);
      const numbers = new Float32Array(machine.memory.buffer, slots, 8);
      numbers.set([1e-3, 10, 1000, 0.5, Infinity], RATES);
      assertEquals(LIMIT, RATES + 4);
      const scores = loss.score ? batch.score!.n : 0;
      const some = THIN.map((half) => ({
        ...half,
        ...(half.step ? { chosen: Math.max(1, scores) } : { scores: 0 }),
      }));
      const others = [...(loss.score ? [LOOK] : []), ...(canThin(spec, loss) ? some : [])];
      for (const kind of [...PLAIN, ...others]) {
        const program = emitStep(spec, loss, network, { n, scores, ...kind });
        const start = arena.bytes + 256;
        new Int32Array(machine.memory.buffer, start, program.length).set(program);
        machine.run(start, start + program.byteLength);
        const what = `seed ${seed}, n ${n}: ${JSON.stringify(spec)}`;
        assertEquals(arena.broken(machine.memory), [], what);
        assert(new Int32Array(machine.memory.buffer, arena.bytes, 64).every((word) => word === GUARD), what);
        assertEquals(new Int32Array(machine.memory.buffer, start, program.length), program, what);
        const { at, bytes } = arena.parts[0]!;
        assert(new Int32Array(machine.memory.buffer, at, bytes / 4).every((word) => word === 0), what);
        // Guards are NaN: whoever read one spread it.
        assert(Number.isFinite(new Float64Array(machine.memory.buffer, slots, 1)[0]), what);
        for (const at of [parameters.weights, parameters.average]) {
          const run = new Float32Array(machine.memory.buffer, at, parameters.count);
          assert(run.every(Number.isFinite), what);
        }
      }
    }
    returnMachine(machine);
  }
});

/** Runs a program behind an arena, and looks at what it left. */
function runGuarded(machine: Machine, arena: Arena, program: Int32Array, what: string): void {
  const start = arena.bytes + 256;
  new Int32Array(machine.memory.buffer, start, program.length).set(program);
  machine.run(start, start + program.byteLength);
  assertEquals(arena.broken(machine.memory), [], what);
  assert(new Int32Array(machine.memory.buffer, arena.bytes, 64).every((word) => word === GUARD), what);
  assertEquals(new Int32Array(machine.memory.buffer, start, program.length), program, what);
  const { at, bytes } = arena.parts[0]!;
  assert(new Int32Array(machine.memory.buffer, at, bytes / 4).every((word) => word === 0), what);
}

/** Room for an arena and programs, guards behind it too. */
function settle(machine: Machine, arena: Arena): void {
  reserve(machine, arena.bytes + 2 ** 22);
  arena.prepare(machine.memory);
  new Int32Array(machine.memory.buffer, arena.bytes, 64).fill(GUARD);
}

Deno.test("programs of densities write nothing outside their parts and read no guard, over random specs", async () => {
  for (let seed = 0; seed < 160; seed++) {
    const spec = randomDensity(seed);
    const capacity = 1 + seed % 23;
    const machine = await borrowMachine(seed % 2 === 0 ? "relaxed" : "plain");
    const scaling = unitScaling(spec);
    const trainee = planDensityTraining(spec, capacity);
    const { parameters, slots } = trainee;
    settle(machine, trainee.arena);
    parameters.write(machine.memory, parameters.weights, initWeights(key(seed), spec));
    for (const n of new Set([capacity, 1, Math.ceil(capacity / 2)])) {
      const batch = noiseBatch(key(seed), spec, n, 1);
      writeBatch(machine.memory, { ...batch, x: legalRows(spec, batch.x) }, scaling, trainee.intake);
      new Float32Array(machine.memory.buffer, slots, 8).set([1e-3, 10, 1000, 0.5, Infinity], RATES);
      for (const step of [true, false]) {
        const what = `seed ${seed}, n ${n}: ${JSON.stringify(spec)}`;
        runGuarded(machine, trainee.arena, trainee.program({ n, scores: 0, step }), what);
        assert(Number.isFinite(new Float64Array(machine.memory.buffer, slots, 1)[0]), what);
        const run = new Float32Array(machine.memory.buffer, parameters.weights, parameters.count);
        assert(run.every(Number.isFinite), what);
        // What only pads rows stays 0, so that products may run over it.
        const padded = parameters.layOut(
          Object.fromEntries(
            Object.entries(parameters.read(machine.memory, parameters.weights))
              .map(([name, { data }]) => [name, data.map(() => 1)]),
          ),
          0,
        );
        assert(run.every((value, i) => padded[i] === 1 || value === 0), what);
      }
    }
    returnMachine(machine);
  }
});

Deno.test("draws write nothing outside their parts and read no guard, over random specs", async () => {
  for (let seed = 0; seed < 160; seed++) {
    const spec = randomDensity(seed);
    const machine = await borrowMachine(seed % 2 === 0 ? "relaxed" : "plain");
    const rows = 1 + seed % 29;
    const { arena, parameters, layers, flow, io } = planEstimator(spec, {
      rows,
      embedded: 1,
      training: false,
    });
    settle(machine, arena);
    parameters.write(machine.memory, parameters.weights, initWeights(key(seed), spec));
    for (const conditions of new Set([1, rows])) {
      const shape = { conditions, each: Math.floor(rows / conditions) };
      const code = new Code();
      emitPacking(code, layers);
      flow.draws!.emit(code, shape);
      const { normal, share } = baseDraws(key(seed), spec, conditions * shape.each);
      const contexts = Float32Array.from(normalRows(key(seed), conditions, io.context).data);
      flow.draws!.write(machine.memory, { ...shape, normal: normal.data, share, contexts });
      const what = `seed ${seed}, ${conditions} conditions: ${JSON.stringify(spec)}`;
      runGuarded(machine, arena, Int32Array.from(code.words), what);
      const out = new Float32Array(normal.data.length);
      flow.draws!.read(machine.memory, out);
      assert(out.every(Number.isFinite), what);
      // Contexts and gradients, as log densities need them.
      const slopes = new Code();
      flow.forward(slopes, rows, 1);
      flow.backward(slopes, rows, { seed: 1, input: true });
      runGuarded(machine, arena, Int32Array.from(slopes.words), what);
      assert(new Float64Array(machine.memory.buffer, io.values, rows).every(Number.isFinite), what);
    }
    returnMachine(machine);
  }
});

Deno.test("Arena names the part behind which somebody wrote", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const arena = new Arena();
  const at = arena.take("first", 5);
  arena.take("second", 3);
  arena.prepare(memory);
  assertEquals(arena.broken(memory), []);
  new Float32Array(memory.buffer)[(at >> 2) + 8] = 0;
  assertEquals(arena.broken(memory), ["first"]);
});
