import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Batch, key, type Loss, type NetworkSpec } from "@likely/core";
import {
  adaptive,
  artifactOf,
  atomsOf,
  losses,
  lossesFor,
  noiseBatch,
  normalRows,
  planOf,
  specs,
  unitScaling,
} from "./_cases_test.ts";
import { Crew, mostLanes } from "./_crew.ts";
import { cutProgram } from "./_cut.ts";
import { writeStandardised } from "./_host_rows.ts";
import { lossProgram } from "./_loss_program.ts";
import { bestBuild, borrowMachine } from "./_builds.ts";
import { type Machine, reserve, returnMachine } from "./_machine.ts";
import { INSTRUCTION_WORDS, MEET } from "./_opcodes.ts";
import { canThin, emitStep, planTraining, RATES, type StepOptions } from "./_step_program.ts";
import { fusedEngine } from "./fused_engine.ts";
import { fusedModule } from "./fused_module.ts";

const few = mostLanes() === 1 || navigator.hardwareConcurrency < 2;

/** Trains one step, all lanes in this thread, and returns all that it wrote. */
function runCut(machine: Machine, spec: NetworkSpec, loss: Loss, batch: Batch, lanes: number): Int32Array {
  const program = lossProgram(loss, spec);
  const { n } = batch.x;
  const network = planTraining(spec, program, n);
  const { arena, parameters, slots } = network;
  const scores = program.score ? batch.score!.n : 0;
  const emit = (options: Partial<StepOptions>) =>
    emitStep(spec, program, network, { n, scores, step: true, average: true, ...options });
  const words = [emit({})];
  if (canThin(spec, program)) {
    const choose = { limit: 0.5, always: scores };
    words.push(emit({ scores: 0, step: false, choose }), emit({ chosen: n }));
  }
  const { theta, x } = unitScaling(spec);
  reserve(machine, arena.bytes);
  const { memory } = machine;
  arena.prepare(memory);
  parameters.write(memory, parameters.weights, planOf(key(1), spec, loss).state.weights);
  writeStandardised(memory, batch.theta, theta, network.theta);
  writeStandardised(memory, batch.x, x, network.embedding.input);
  if (program.score) {
    writeStandardised(memory, batch.score!, theta, network.score);
    new Float32Array(memory.buffer, network.scoreWeights, spec.thetaDim).fill(0.25);
  }
  if (program.target) new Float32Array(memory.buffer, network.target, n).set(batch.target!);
  new Float32Array(memory.buffer, slots, 8).set([1e-3, 10, 1000, 0.5, Infinity], RATES);
  for (const program of words) runLanes(machine, arena.bytes, program, lanes);
  assertEquals(arena.broken(memory), []);
  return new Int32Array(memory.buffer, 0, arena.bytes >> 2).slice();
}

/** Between two meetings the last lane goes first: no lane may need what another does. */
function runLanes(machine: Machine, start: number, words: Int32Array, lanes: number): void {
  const parts = Array.from(
    { length: lanes },
    (_, lane) => cutProgram(words, lane, { at: 0, lanes, patience: 1 }),
  );
  const { length, byteLength } = parts[0]!;
  reserve(machine, start + lanes * byteLength);
  parts.forEach((part, lane) => new Int32Array(machine.memory.buffer, start + lane * byteLength).set(part));
  let from = 0;
  for (let at = 0; at < length; at += INSTRUCTION_WORDS) {
    if (parts[0]![at] !== MEET) continue;
    for (let lane = lanes - 1; lane >= 0; lane--) {
      const base = start + lane * byteLength;
      machine.run(base + from * 4, base + at * 4);
    }
    from = at + INSTRUCTION_WORDS;
  }
}

/** Widths whose last panel may have sixteen columns. */
const sixteen: NetworkSpec = {
  kind: "network",
  thetaDim: 16,
  xDim: 28,
  trunk: { kind: "mlp", hidden: [16, 28, 40, 52, 14], activation: "silu" },
  head: { kind: "linear" },
};

for (const [title, spec] of Object.entries({ ...specs, "panels of sixteen": sixteen })) {
  Deno.test(`a program cut for 2, 3 or 5 threads writes the same bits: ${title}`, async () => {
    const machine = await borrowMachine(bestBuild());
    for (const loss of lossesFor(spec)) {
      for (const n of [1, 37]) {
        const batch = noiseBatch(key(n), spec, n, atomsOf(loss));
        const whole = runCut(machine, spec, loss, batch, 1);
        for (const lanes of [2, 3, 5]) {
          assert(runCut(machine, spec, loss, batch, lanes).every((word, i) => word === whole[i]), loss.name);
        }
      }
    }
    returnMachine(machine);
  });
}

/** Counts programs that crews have run while `call` does its work. */
async function sharedRuns(call: () => Promise<void>): Promise<number> {
  const { run } = Crew.prototype;
  let runs = 0;
  Crew.prototype.run = function (...args: Parameters<typeof run>) {
    const isDone = run.apply(this, args);
    if (isDone) runs++;
    return isDone;
  };
  try {
    await call();
  } finally {
    Crew.prototype.run = run;
  }
  return runs;
}

/** Time for helpers to come. */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40));
}

Deno.test("trainStep() gives the same bits with 1, 2 and 3 threads, for every embedding", async () => {
  const linear = ["resnet silu", "dense embedding", "set embedding, mean", "conv embedding, image"];
  for (const name of [...linear, "absolute head", "quadratic head, products of features"]) {
    const spec = specs[name]!;
    const loss = spec.head.kind === "linear" ? adaptive(losses.bce_score!) : losses.bce!;
    const batches = [9, 9, 30, 30, 17].map((n, i) => noiseBatch(key(20 + i), spec, n, 2));
    const train = async (workers: number) => {
      using step = await fusedEngine({ workers }).trainStep(planOf(key(1), spec, loss));
      assertEquals(step.name, workers === 1 ? "fused-relaxed" : `fused-relaxed×${workers}`);
      const values: number[] = [];
      for (const batch of batches) {
        values.push(step.step(batch, 1e-2), step.evaluate(batch));
        if (workers > 1) await rest(); // a larger batch moved the memory: new helpers
      }
      return { values, state: step.state() };
    };
    const expected = await train(1);
    const runs = await sharedRuns(async () => {
      for (const workers of [2, 3]) assertEquals(await train(workers), expected);
    });
    assert(runs > 4, `helpers took part in ${runs} programs`);
  }
});

Deno.test("logDensity() gives the same bits with 1, 2 and 3 threads", async () => {
  for (const name of ["resnet silu", "quadratic head, features of columns"]) {
    const spec = specs[name]!;
    const artifact = artifactOf(key(3), spec);
    const x = normalRows(key(4), 3, spec.xDim);
    const theta = normalRows(key(5), 900, spec.thetaDim);
    const evaluate = async (workers: number) => {
      using density = await fusedEngine({ workers }).logDensity(artifact, x);
      density.evaluate(theta);
      if (workers > 1) await rest();
      return density.evaluate(theta);
    };
    const expected = await evaluate(1);
    const runs = await sharedRuns(async () => {
      for (const workers of [2, 3]) assertEquals(await evaluate(workers), expected);
    });
    assert(runs > 4, `helpers took part in ${runs} programs`);
  }
});

Deno.test("threads are called for by large batches alone", { ignore: few }, async () => {
  const spec: NetworkSpec = {
    ...specs["resnet silu"]!,
    trunk: { kind: "mlp", hidden: [64, 64], activation: "silu" },
  };
  using step = await fusedEngine().trainStep(planOf(key(1), spec, losses.bce!));
  step.step(noiseBatch(key(1), spec, 10, 2), 1e-3);
  assertEquals(step.name, "fused-relaxed");
  step.step(noiseBatch(key(1), spec, 1000, 2), 1e-3);
  assertEquals(step.name, `fused-relaxed×${mostLanes()}`);
});

Deno.test("no thread, memory or module is left behind over 100 engines with helpers", async () => {
  const spec = specs["resnet silu"]!;
  const plan = planOf(key(1), spec, losses.bce!);
  const batch = noiseBatch(key(1), spec, 20, 2);
  const { Worker } = globalThis;
  const { Memory } = WebAssembly;
  let [alive, memories] = [0, 0];
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      alive++;
    }
    override terminate() {
      alive--;
      super.terminate();
    }
  };
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories++;
    }
  };
  try {
    for (let i = 0; i < 100; i++) {
      using step = await fusedEngine({ workers: 2 }).trainStep(plan);
      step.step(batch, 1e-3);
      assert(alive > 0);
    }
  } finally {
    globalThis.Worker = Worker;
    WebAssembly.Memory = Memory;
  }
  assertEquals(alive, 0);
  assert(memories <= 2, `${memories} memories were made`);
});

/** Runs the other file in a process of its own, for at most 20 s. */
async function child(how: string): Promise<{ code: number; name: string }> {
  const path = new URL("_workers_child_test.ts", import.meta.url).href;
  const signal = AbortSignal.timeout(20_000);
  const args = ["run", "--no-check", path, how];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, signal, stderr: "null" }).output();
  return { code, name: new TextDecoder().decode(stdout).trim() };
}

Deno.test("a process whose helpers were not sent home ends by itself, and needs no permission", async () => {
  assertEquals(await child("forgets"), { code: 0, name: "fused-plain×2" });
});

Deno.test("where workers are forbidden, fail, or memory is not shared, one thread does it all", async () => {
  for (const how of ["throws", "fails", "unshared"]) {
    assertEquals(await child(how), { code: 0, name: "fused-plain" }, how);
  }
});

Deno.test("a process killed in mid-step ends at once", async () => {
  const path = new URL("_workers_child_test.ts", import.meta.url).href;
  const args = ["run", "--no-check", path, "killed"];
  const command = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" });
  const process = command.spawn();
  const reader = process.stdout.getReader();
  await reader.read(); // it is at work
  process.kill("SIGTERM");
  const { signal } = await process.status;
  assertEquals(signal, "SIGTERM");
  await reader.cancel();
});

Deno.test("fusedEngine() runs a module compiled elsewhere, on one thread", async () => {
  const spec = specs["resnet silu"]!;
  const artifact = artifactOf(key(3), spec);
  const [x, theta] = [normalRows(key(4), 1, spec.xDim), normalRows(key(5), 9, spec.thetaDim)];
  const module = await WebAssembly.compile(await fusedModule({ simd: "relaxed" }));
  using ours = await fusedEngine({ module, workers: 4 }).logDensity(artifact, x);
  using usual = await fusedEngine({ simd: "relaxed" }).logDensity(artifact, x);
  assertEquals(ours.evaluate(theta), usual.evaluate(theta));
  assertEquals(ours.name, "fused-module");
});

Deno.test("fusedEngine() refuses a number of workers that is none", () => {
  for (const workers of [0, 1.5, NaN, 65]) {
    assertThrows(() => fusedEngine({ workers }), RangeError, "workers must be a whole number in [1, 64]");
  }
});

Deno.test("a thread that is late at the last meeting does not miss it, though the next program is there", async () => {
  const spec = specs["conv embedding, image"]!;
  const x = normalRows(key(4), 3, spec.xDim);
  // More threads than cores: some are late.
  using density = await fusedEngine({ workers: 6 }).logDensity(artifactOf(key(3), spec), x);
  using alone = await fusedEngine({ workers: 1 }).logDensity(artifactOf(key(3), spec), x);
  for (let i = 0; i < 150; i++) {
    const theta = normalRows(key(5), 3 + i % 9, spec.thetaDim);
    assertEquals(density.evaluate(theta), alone.evaluate(theta));
  }
});
