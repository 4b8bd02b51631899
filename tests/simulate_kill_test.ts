import { assert, assertEquals } from "@std/assert";
import { bits, type Dataset, key, openSimulations, simulate } from "@likely/core";
import { noisy } from "./_noisy_task.ts";

const CHILD = new URL("./_simulate_child.ts", import.meta.url).pathname;
const CHUNKS = 40;

interface End {
  readonly chunks: number;
  readonly wasKilled: boolean;
  readonly stderr: string;
}

/** Runs the child; kills it `delay` milliseconds after its third chunk, unless that is undefined. */
async function runChild(path: string, workers: number, delay?: number): Promise<End> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, path, `${workers}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let chunks = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const dots of child.stdout) {
    chunks += dots.length;
    if (delay !== undefined && chunks >= 3) timer ??= setTimeout(() => kill(child), delay);
  }
  const { signal } = await child.status;
  clearTimeout(timer);
  return { chunks, wasKilled: signal === "SIGKILL", stderr: await stderr };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It was faster, and has ended.
  }
}

/** All but the reasons: those of rows that threw are not stored. */
function rows({ theta, x, score, failed }: Dataset) {
  return { theta, x, score, failed };
}

Deno.test("a run that is killed again and again ends bit for bit as one that was not", async () => {
  const expected = await simulate(key(77), noisy({ work: 40_000, throwAbove: 1.5 }), 395, { score: true });
  assert(expected.failed > 0);
  const path = await Deno.makeTempDir();
  let kills = 0;
  let chunks = 0;
  for (const [i, word] of bits(key(3), 4).entries()) {
    const end = await runChild(path, i % 4, word % 30);
    assert(end.wasKilled || end.stderr === "", end.stderr);
    kills += end.wasKilled ? 1 : 0;
    chunks += end.chunks;
    // Whatever is there is whole, and is what it must be.
    const { dataset, manifest, missing } = await openSimulations(path);
    assertEquals(dataset.theta.n + dataset.failed, manifest.n - missing);
    assert(manifest.n - missing >= Math.min(395, chunks * 10) - 10, `${missing} rows are missing`);
  }
  assert(kills >= 2, `only ${kills} of 4 runs were killed in time`);
  const last = await runChild(path, 2);
  assertEquals(last.stderr, "");
  assert(
    chunks + last.chunks <= CHUNKS && last.chunks < CHUNKS,
    "finished chunks are not simulated again",
  );
  const { dataset, missing } = await openSimulations(path);
  assertEquals(missing, 0);
  assertEquals(rows(dataset), rows(expected));
  await Deno.remove(path, { recursive: true });
});
