// Campaigns against crash safety, files and the command line. Each does something that goes wrong so many times, and
// returns what did not hold; `hammer.ts` runs them at length, `hammer_test.ts` a few of each.

import { assert, assertEquals } from "@std/assert";
import {
  decodeArtifact,
  encodeArtifact,
  FormatError,
  initWeights,
  key,
  type NetworkSpec,
  openSimulations,
  simulate,
  type Stream,
  stream,
} from "@likely/core";
import { decodeCheckpoint, encodeCheckpoint } from "@likely/surrogates";
import { main } from "../cli/main.ts";
import { kindsOfDamage } from "./_damage.ts";
import { type End, endOf } from "./_desk.ts";
import { folderBytes } from "./_folder_bytes.ts";
import { noisy } from "./_noisy_task.ts";

/** What a campaign came to. */
export interface Campaign {
  readonly name: string;
  /** How often something went wrong. */
  readonly tries: number;
  /** What did not hold. */
  readonly findings: readonly string[];
}

const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;
const FAULTY = new URL("./_faulty_cli.ts", import.meta.url).pathname;

/** Runs the tries, each in a folder of its own, and gathers what they find. */
async function campaign<T>(
  name: string,
  tries: readonly T[],
  run: (one: T, folder: string) => Promise<void>,
): Promise<Campaign> {
  const findings: string[] = [];
  for (const one of tries) {
    const folder = await Deno.makeTempDir({ prefix: "hammer" });
    try {
      await run(one, folder);
    } catch (error) {
      findings.push(`${JSON.stringify(one)}: ${(error as Error).message.slice(0, 500)}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { name, tries: tries.length, findings };
}

/** A command whose outcome is compared: what is there before, the line, and what it makes. */
interface Job {
  readonly before: readonly string[];
  readonly line: string;
  readonly makes: string;
  /** Files in it that tell how long it took. */
  readonly varies?: RegExp;
}

/** Every command that makes something, as small as it can be. */
const JOBS: Readonly<Record<string, Job>> = {
  simulate: {
    before: [],
    line: "simulate gaussian_linear --n 60 --chunk-rows 20 --workers 0 --score --out out",
    makes: "out",
  },
  train: {
    before: ["simulate gaussian_linear --n 200 --workers 0 --out sims"],
    line: "train sims --trunk mlp --layers 1 --width 8 --max-epochs 3 --members 2 --out out",
    makes: "out",
  },
  "train one": {
    before: ["simulate gaussian_linear --n 200 --workers 0 --out sims"],
    line: "train sims --method npe --max-epochs 2 --out out",
    makes: "out",
  },
  merge: {
    before: ["a", "b"].map((name, i) =>
      `simulate gaussian_linear --n 60 --chunk-rows 20 --workers 0 --shard ${i + 1}/2 --out ${name}`
    ),
    line: "merge out a b",
    makes: "out",
  },
  import: {
    before: [
      "simulate gaussian_linear --n 60 --workers 0 --out sims",
      "export sims --out all.npz",
    ],
    line: "import --theta all.npz --x all.npz --task gaussian_linear --out out",
    makes: "out",
  },
  sample: {
    before: [
      "simulate influenza --n 200 --workers 0 --out sims",
      "train sims --method npe --max-epochs 2 --out model",
    ],
    line: "sample model --x influenza --draws 20 --out out.zarr",
    makes: "out.zarr",
    varies: /zarr\.json$/,
  },
};

/** The names of all commands that {@linkcode faults} can be asked for. */
export const COMMANDS = Object.keys(JOBS);

function spawn(folder: string, program: readonly string[], line: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...program, ...line.split(" ")],
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const likely = (folder: string, line: string) => endOf(spawn(folder, [MAIN], line));
const faulty = (folder: string, how: string, at: number, line: string) =>
  endOf(spawn(folder, [FAULTY, how, `${at}`], line));

async function succeed(folder: string, line: string): Promise<void> {
  const { code, stderr } = await likely(folder, line);
  assertEquals(code, 0, `${line}: ${stderr}`);
}

/** What a job has made, to the byte. */
async function bytesOf(folder: string, { makes, varies }: Job): Promise<unknown> {
  const path = `${folder}/${makes}`;
  if ((await Deno.stat(path)).isFile) return (await Deno.readFile(path)).toHex();
  return [...await folderBytes(path)].map(([name, bytes]) => varies?.test(name) ? name : `${name} ${bytes}`);
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** A failure is told in one line that says what cannot be done, in words and without a trace. */
export function requireTold({ code, stderr }: Pick<End, "code" | "stderr">): void {
  const last = stderr.slice(Math.max(0, stderr.lastIndexOf("error: ")));
  assert(code === 1 || code === 2, `exit code ${code}: ${stderr.slice(-300)}`);
  assert(/^error: (.*: )?Cannot .* (as|:)/s.test(last), `no rule: ${stderr.slice(-300)}`);
  assert(!/^\s+at .*:\d+/m.test(stderr), `a trace: ${stderr.slice(-300)}`);
  // deno-lint-ignore no-control-regex -- what must not be there
  assert(!/[\x00-\x08\x0e-\x1a]/.test(last), "control characters");
  assert(last.length < 5000, `${last.length} characters`);
}

/**
 * Lets the disk be full, or the process be killed, at operations on files, so many of all of them; the same command
 * then makes what it would have made, and leaves nothing else.
 */
export async function faults(command: string, how: "kill" | "full", most: number): Promise<Campaign> {
  const job = JOBS[command]!;
  const { before, line } = job;
  const start = await Deno.makeTempDir({ prefix: "hammer" });
  const whole = await Deno.makeTempDir({ prefix: "hammer" });
  try {
    for (const one of before) await succeed(start, one);
    await copy(start, whole);
    const counted = await faulty(whole, "count", 0, line);
    assertEquals(counted.code, 0, counted.stderr);
    const operations = Number(/operations: (\d+)/.exec(counted.stderr)![1]);
    const [expected, names] = [await bytesOf(whole, job), namesIn(whole)];
    const step = Math.max(1, operations / most);
    const at = Array.from({ length: Math.min(most, operations) }, (_, i) => 1 + Math.floor(i * step));
    return await campaign(`${command}, ${how} at operations on files`, at, async (operation, folder) => {
      await copy(start, folder);
      const end = await faulty(folder, how, operation, line);
      if (how === "full") requireTold(end);
      else assertEquals(end.code, 137, end.stderr);
      await succeed(folder, line);
      assertEquals(await bytesOf(folder, job), expected);
      assertEquals(namesIn(folder), names);
    });
  } finally {
    await Deno.remove(start, { recursive: true });
    await Deno.remove(whole, { recursive: true });
  }
}

async function copy(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (!isDirectory) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    else {
      await Deno.mkdir(`${to}/${name}`);
      await copy(`${from}/${name}`, `${to}/${name}`);
    }
  }
}

const LONGER: Readonly<Record<"simulate" | "train", Job>> = {
  simulate: {
    before: [],
    line: "simulate mg1_queue --n 20000 --chunk-rows 50 --workers 2 --out out",
    makes: "out",
  },
  train: {
    before: ["simulate gaussian_linear --n 500 --workers 0 --out sims"],
    line: "train sims --trunk mlp --layers 2 --width 32 --max-epochs 300 --patience 300 --out out",
    makes: "out",
  },
};

/** Kills a process this often before it may do what it was to do. */
const KILLS_EACH = 4;

/** Kills processes at random moments; in the end each has made what one that was left alone has made. */
export async function randomKills(
  command: keyof typeof LONGER,
  kills: number,
  seed: number,
): Promise<Campaign> {
  const job: Job = LONGER[command];
  const { before, line } = job;
  const random = stream(key(seed));
  const start = await Deno.makeTempDir({ prefix: "hammer" });
  const whole = await Deno.makeTempDir({ prefix: "hammer" });
  try {
    for (const one of before) await succeed(start, one);
    await copy(start, whole);
    const began = performance.now();
    await succeed(whole, line);
    const long = performance.now() - began;
    const [expected, names] = [await bytesOf(whole, job), namesIn(whole)];
    const tries = Array.from({ length: Math.ceil(kills / KILLS_EACH) }, (_, i) => i);
    let killed = 0;
    const found = await campaign(`${command}, killed at random`, tries, async (_, folder) => {
      await copy(start, folder);
      for (let k = 0; k < KILLS_EACH; k++) {
        const child = spawn(folder, [MAIN], line);
        const timer = setTimeout(() => stop(child), long * (0.1 + 0.8 * random.uniform()));
        const { code } = await endOf(child);
        clearTimeout(timer);
        if (code === 137) killed++;
      }
      await succeed(folder, line);
      assertEquals(await bytesOf(folder, job), expected);
      assertEquals(namesIn(folder), names);
    });
    return { ...found, tries: killed };
  } finally {
    await Deno.remove(start, { recursive: true });
    await Deno.remove(whole, { recursive: true });
  }
}

function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It was faster, and has ended.
  }
}

const SPEC: NetworkSpec = {
  kind: "network",
  thetaDim: 1,
  xDim: 2,
  trunk: { kind: "mlp", hidden: [4], activation: "silu" },
  head: { kind: "linear" },
};

function aModel(): Uint8Array<ArrayBuffer> {
  const one = { mean: [0], std: [1] };
  return encodeArtifact({
    kind: "ratio",
    spec: SPEC,
    weights: initWeights(key(0), SPEC),
    prior: { kind: "multivariate_normal", names: ["a"], mean: [0], covariance: [[1]] },
    scaling: { theta: one, x: { mean: [0, 1], std: [1, 2] } },
    provenance: {
      simulator: "noisy",
      simulations: 1000,
      failed: 0,
      key: "00000000:00000001",
      loss: { name: "bce", options: {} },
      engine: "fused",
      versions: {},
      training: { loss: 0.5, epochs: 2, history: { train: [1, 0.5], validation: [1, 0.5] } },
    },
  });
}

const aCheckpoint = () =>
  encodeCheckpoint({
    about: {
      key: key(0),
      spec: SPEC,
      loss: { name: "bce", options: {} },
      rows: 1000,
      batchSize: 200,
      validationFraction: 0.1,
    },
    state: { weights: initWeights(key(1), SPEC), firstMoment: initWeights(key(2), SPEC), steps: 7 },
    best: { weights: initWeights(key(3), SPEC), loss: 0.5, epoch: 1 },
    epoch: 1,
    batch: 2,
    lossSum: 1.5,
    history: { train: [0.7], validation: [0.6] },
  });

/** Files that have changed are read as what they were, or refused as a format; of a checkpoint no bit may differ. */
export function mutations(what: "artifact" | "checkpoint", tries: number, seed: number): Campaign {
  const file: Uint8Array = what === "artifact" ? aModel() : aCheckpoint();
  const whole = JSON.stringify(decodeCheckpoint(aCheckpoint()));
  const random = stream(key(seed));
  const findings: string[] = [];
  for (let i = 0; i < tries; i++) {
    const bytes = mutated(file, random);
    try {
      if (what === "artifact") decodeArtifact(bytes);
      else assertEquals(JSON.stringify(decodeCheckpoint(bytes)), whole, "another training");
    } catch (error) {
      if (error instanceof FormatError) continue;
      findings.push(`try ${i}: ${(error as Error).message.slice(0, 300)}`);
    }
  }
  return { name: `${what}s that have changed`, tries, findings };
}

/** Bits, bytes, runs, pieces that move or are missing, and characters of the header that mean something. */
function mutated(file: Uint8Array, random: Stream): Uint8Array {
  const below = (n: number) => Math.floor(n * random.uniform());
  let bytes = file.slice();
  for (let k = 1 + below(3); k > 0; k--) {
    const at = below(bytes.length);
    const kind = below(7);
    if (kind === 0) bytes[at]! ^= 1 << below(8);
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes.fill(below(2) * 255, at, at + below(64));
    else if (kind === 3) bytes = bytes.slice(0, at);
    else if (kind === 4) bytes.copyWithin(at, below(bytes.length), below(bytes.length));
    else if (kind === 5) {
      bytes[below(Math.min(1500, bytes.length))] = '0123456789{}[],:"-e.'.charCodeAt(below(20));
    } else bytes.set(bytes.slice(at, at + 4), below(Math.max(1, bytes.length - 4)));
    if (bytes.length === 0) break;
  }
  return bytes;
}

/** Every kind of damage to a folder is named when it is read, and mended by what is said there. */
export async function damages(seeds: readonly number[]): Promise<Campaign> {
  const kinds = kindsOfDamage(["theta", "x", "score"]);
  const tries = seeds.flatMap((seed) => kinds.map(({ name }) => ({ seed, name })));
  return await campaign("damage to folders", tries, async ({ seed, name }, folder) => {
    const [path, other] = [`${folder}/sims`, `${folder}/other`];
    const store = (path: string, seed: number) =>
      simulate(key(seed), noisy(), 40, { path, chunkRows: 10, score: true });
    await store(path, seed);
    await store(other, seed + 1);
    const whole = await folderBytes(path);
    await kinds.find((kind) => kind.name === name)!.do(path, other);
    for (let files = 0; files < 20; files++) {
      const error = await openSimulations(path).then(() => undefined, (error) => error as Error);
      if (error === undefined) {
        assert(files > 0, "it was read");
        break;
      }
      assert(error instanceof FormatError, error.message);
      await Deno.remove(/as (\S+) must/.exec(error.message)![1]!);
    }
    await store(path, seed);
    assertEquals(await folderBytes(path), whole);
  });
}

/** What may be wrong with a value on the command line. */
const WRONG: readonly string[] = [
  "",
  " ",
  "-1",
  "1e400",
  "NaN",
  "0x",
  "constructor",
  "__proto__",
  "/proc/version",
  "/dev/null/none",
  "\u001b[31mred",
  "a\nb",
  "x".repeat(5000),
  "none.csv",
  "none.zarr",
  "\ud800",
];

/** Options that commands must be told of, with values that are none. */
const LINES: readonly (readonly string[])[] = [
  ["simulate", "@", "--out", "o"],
  ["simulate", "two_moons", "--out", "@/o"],
  ["simulate", "two_moons", "--out", "o", "--n", "@"],
  ["simulate", "two_moons", "--out", "o", "--workers", "@"],
  ["simulate", "two_moons", "--out", "o", "--chunk-rows", "@"],
  ["simulate", "two_moons", "--out", "o", "--row-timeout", "@"],
  ["simulate", "two_moons", "--out", "o", "--shard", "@"],
  ["simulate", "two_moons", "--out", "o", "--seed", "@"],
  ["simulate", "toggle_switch", "--out", "o", "--levels", "@"],
  ["train", "@", "--out", "o"],
  ["train", "none", "--out", "@/o"],
  ["train", "none", "--out", "o", "--method", "@"],
  ["train", "none", "--out", "o", "--max-epochs", "@"],
  ["train", "none", "--out", "o", "--learning-rate", "@"],
  ["sample", "@", "--x", "none.csv", "--out", "o.csv"],
  ["sample", "none", "--x", "@", "--out", "o.csv"],
  ["sample", "none", "--x", "none.csv", "--out", "@/o.csv"],
  ["sample", "none", "--x", "none.csv", "--out", "o.csv", "--beta", "@"],
  ["report", "@", "none.csv", "--out", "o.html"],
  ["report", "none", "@", "--out", "o.html"],
  ["check", "@", "--task", "two_moons"],
  ["check", "none", "--task", "@"],
  ["merge", "@", "none"],
  ["merge", "o", "@"],
  ["import", "--theta", "@", "--x", "none.csv", "--task", "two_moons", "--out", "o"],
  ["import", "--theta", "none.csv", "--x", "@", "--task", "two_moons", "--out", "o"],
  ["import", "--theta", "none.csv", "--x", "none.csv", "--task", "@", "--out", "o"],
  ["import-onnx", "@", "--task", "two_moons", "--out", "o"],
  ["export", "@", "--out", "o.csv"],
  ["rounds", "@", "--x", "none.csv", "--pairs", "p", "--out", "o"],
  ["rounds", "two_moons", "--x", "@", "--pairs", "p", "--out", "o"],
  ["multilevel", "@", "toggle_switch"],
  ["multilevel", "pilot", "@"],
  ["deploy", "@", "--host", "node", "--out", "o"],
  ["serve", "@"],
  ["@"],
];

/** Every command with every wrong value, an option twice, and a flag that has a value: told in words. */
export async function misuse(): Promise<Campaign> {
  const lines = LINES.flatMap((line) => [
    // No name before a slash is the root of all folders.
    ...WRONG.filter((value) => value !== "" || !line.includes("@/o") && !line.includes("@/o.csv"))
      .map((value) => line.map((word) => word.replace("@", value))),
    [...line.map((word) => word.replace("@", "none")), "--out", "o", "--out", "o"],
    [...line.map((word) => word.replace("@", "none")), "--help=1"],
  ]);
  const folder = await Deno.makeTempDir({ prefix: "hammer" });
  const before = Deno.cwd();
  Deno.chdir(folder);
  try {
    const findings: string[] = [];
    for (const line of lines) {
      try {
        requireTold(await heard(line));
        assertEquals(namesIn(folder), [], "something was made");
      } catch (error) {
        findings.push(`${JSON.stringify(line).slice(0, 300)}: ${(error as Error).message}`);
        for (const name of namesIn(folder)) await Deno.remove(`${folder}/${name}`, { recursive: true });
      }
    }
    return { name: "commands with wrong values", tries: lines.length, findings };
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a command here, and hears what it says. */
async function heard(line: readonly string[]): Promise<Pick<End, "code" | "stderr">> {
  const { log, error } = globalThis.console;
  let stderr = "";
  globalThis.console.log = () => {};
  globalThis.console.error = (text) => void (stderr += `${text}\n`);
  try {
    return { code: await main(line), stderr };
  } catch (thrown) {
    return { code: -1, stderr: `thrown: ${thrown}` };
  } finally {
    Object.assign(globalThis.console, { log, error });
  }
}

/** Two processes do the same at a time: each does it, or is told that another does, and what is there is whole. */
export async function twoAtATime(tries: number): Promise<Campaign[]> {
  const found: Campaign[] = [];
  for (const [command, job] of Object.entries(JOBS)) {
    const { before, line } = job;
    const start = await Deno.makeTempDir({ prefix: "hammer" });
    const whole = await Deno.makeTempDir({ prefix: "hammer" });
    for (const one of before) await succeed(start, one);
    await copy(start, whole);
    await succeed(whole, line);
    const [expected, names] = [await bytesOf(whole, job), namesIn(whole)];
    const numbers = Array.from({ length: tries }, (_, i) => i);
    found.push(
      await campaign(`${command}, two at a time`, numbers, async (i, folder) => {
        await copy(start, folder);
        const first = likely(folder, line);
        await new Promise((resolve) => setTimeout(resolve, 40 * (i % 8)));
        const ends = await Promise.all([first, likely(folder, line)]);
        const failed = ends.filter(({ code }) => code !== 0);
        failed.forEach(requireTold);
        assert(failed.every(({ stderr }) => stderr.includes("one program at a time")), failed[0]?.stderr);
        assert(failed.length < 2, "neither has done it");
        assertEquals(await bytesOf(folder, job), expected);
        assertEquals(namesIn(folder), names);
      }),
    );
    for (const folder of [start, whole]) await Deno.remove(folder, { recursive: true });
  }
  return found;
}
