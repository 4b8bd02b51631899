// deno-lint-ignore-file no-console -- a command for people
// Kills workers, the coordinator and the server of a run at random moments until the run is done, and compares
// what is in the folder with an unbroken run on this machine.

import { bits, key, simulate } from "@likely/core";
import { filesOf } from "./_files_of.ts";
import { NatsServer } from "./_nats.ts";
import { KEY, OPTIONS, ROWS, SOURCE } from "./_queue_run.ts";

const CHILD = new URL("./_queue_child.ts", import.meta.url).pathname;

/** What was done to a run, and what it came to. */
export interface Kills {
  /** By what was killed. */
  readonly worker: number;
  /** By what was killed. */
  readonly lead: number;
  /** By what was killed. */
  readonly server: number;
  /** Results that were brought by workers, those done twice counted twice. */
  readonly brought: number;
  /** Files that differ from those of an unbroken run, or are in one of the folders only. */
  readonly different: readonly string[];
  /** Files compared. */
  readonly files: number;
  /** What was said on standard error, without what is said of a server that is away. */
  readonly said: readonly string[];
}

/** Kills so many times, `pause` milliseconds apart at most, then lets the run come to its end. */
export async function killAtRandom(
  { kills, workers, pause, seed }: {
    readonly kills: number;
    readonly workers: number;
    readonly pause: number;
    readonly seed: number;
  },
): Promise<Kills> {
  const folder = await Deno.makeTempDir();
  const [path, whole] = [`${folder}/queue.zarr`, `${folder}/whole.zarr`];
  const count = { worker: 0, lead: 0, server: 0 };
  const said: string[] = [];
  let brought = 0;
  await using server = await NatsServer.start();
  const spawn = (side: "lead" | "work") => new Side(side, server.url, path, (text) => said.push(text));
  let lead = spawn("lead");
  const crew = Array.from({ length: workers }, () => spawn("work"));
  const words = bits(key(seed), 2 * kills);
  for (let i = 0; i < kills; i++) {
    await new Promise((resolve) => setTimeout(resolve, words[2 * i]! % pause));
    if (lead.code === 0) break;
    const victim = words[2 * i + 1]! % (workers + 2);
    if (victim === 0) {
      await server.kill();
      await server.start();
      count.server++;
    } else if (victim === 1) {
      await lead.kill();
      lead = spawn("lead");
      count.lead++;
    } else {
      await crew[victim - 2]!.kill();
      brought += crew[victim - 2]!.dots;
      crew[victim - 2] = spawn("work");
      count.worker++;
    }
    // Whoever started while the server was away has ended, and is started again.
    if (lead.code !== undefined && lead.code !== 0) lead = spawn("lead");
    crew.forEach((one, k) => {
      if (one.code === undefined) return;
      brought += one.dots;
      crew[k] = spawn("work");
    });
  }
  for (let code = await lead.end; code !== 0; code = await lead.end) lead = spawn("lead");
  for (const one of crew) {
    await one.kill();
    brought += one.dots;
  }
  await simulate(key(KEY), SOURCE, ROWS, { ...OPTIONS, path: whole, workers: 2 });
  const [ours, theirs] = await Promise.all([filesOf(path), filesOf(whole)]);
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  const different = [...names].filter((name) => ours.get(name) !== theirs.get(name));
  await Deno.remove(folder, { recursive: true });
  // What a process says that was started while the server was away, or goes on: a stack trace has an error first.
  const unexpected = said.filter((line) =>
    /Error|: the /.test(line) && !/is (away|back)|Cannot use the queue|Caused by/.test(line)
  );
  return { ...count, brought, different, files: names.size, said: unexpected };
}

/** One process. */
class Side {
  /** Chunks that it has told of. */
  dots = 0;
  /** Its exit code, once it has ended. */
  code: number | undefined;
  readonly end: Promise<number>;
  readonly #process: Deno.ChildProcess;

  constructor(side: "lead" | "work", url: string, path: string, say: (line: string) => void) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", CHILD, side, url, path],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr, status } = this.#process;
    const told = (async () => {
      for await (const bytes of stdout) this.dots += bytes.length;
    })();
    const heard = (async () => {
      let text = "";
      for await (const part of stderr.pipeThrough(new TextDecoderStream())) text += part;
      text.split("\n").filter((line) => line.trim() !== "").forEach(say);
    })();
    this.end = (async () => {
      const { code } = await status;
      await Promise.all([told, heard]);
      return this.code = code;
    })();
  }

  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It was faster, and has ended.
    }
    await this.end;
  }
}

if (import.meta.main) {
  const [kills = 200, workers = 3, pause = 600, seed = 1] = Deno.args.map(Number);
  const start = performance.now();
  console.log(await killAtRandom({ kills, workers, pause, seed }));
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}
