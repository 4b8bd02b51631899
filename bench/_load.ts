// Many clients at once, and what their answers cost a server on this machine.

/** What a load came to. */
export interface Loaded {
  readonly requestsPerSecond: number;
  /** Seconds within which half, and 99 of 100, were answered. */
  readonly p50: number;
  readonly p99: number;
  /** Processor seconds of the server a request. */
  readonly processor: number;
  /** Megabytes that the server held after ten seconds, and at the end. */
  readonly early: number;
  readonly late: number;
}

/** How much is asked. */
export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** Of the server, and of those it started. */
  readonly pid: number;
}

/** Asks the i-th question again and again on each connection; every answer is read, and must be right. */
export async function load(
  ask: (i: number) => Promise<void>,
  { connections, seconds, pid }: LoadOptions,
): Promise<Loaded> {
  // What is compiled late is, and what is made once.
  for (let i = 0; i < 50; i++) await ask(i);
  const took: number[] = [];
  const [start, before] = [performance.now(), await usage(pid)];
  const end = start + 1000 * seconds;
  let i = 0;
  const one = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      await ask(i++);
      took.push((performance.now() - began) / 1000);
    }
  };
  const early = Promise.withResolvers<number>();
  setTimeout(async () => early.resolve((await usage(pid)).megabytes), Math.min(10, seconds / 2) * 1000);
  await Promise.all(Array.from({ length: connections }, one));
  const elapsed = (performance.now() - start) / 1000;
  const after = await usage(pid);
  took.sort((a, b) => a - b);
  return {
    requestsPerSecond: took.length / elapsed,
    p50: took[Math.floor(0.5 * took.length)]!,
    p99: took[Math.floor(0.99 * took.length)]!,
    processor: (after.seconds - before.seconds) / took.length,
    early: await early.promise,
    late: after.megabytes,
  };
}

/** Processor seconds and megabytes of a process and of all that it started. Linux alone tells. */
async function usage(pid: number): Promise<{ seconds: number; megabytes: number }> {
  let [seconds, megabytes] = [0, 0];
  for (const one of [pid, ...await descendants(pid)]) {
    const text = async (file: string) => await Deno.readTextFile(`/proc/${one}/${file}`).catch(() => "");
    const fields = (await text("stat")).split(") ")[1]?.split(" ");
    // In hundredths of a second, in this process and in those of it that have ended.
    if (fields) seconds += (Number(fields[11]) + Number(fields[12])) / 100;
    megabytes += Number(/VmRSS:\s+(\d+)/.exec(await text("status"))?.[1] ?? 0) / 1024;
  }
  return { seconds, megabytes };
}

async function descendants(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const children = text.trim().split(" ").filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}
