/** What does it cost to have rows made by a program in another language? */

import { type AsyncSimulator, key, zeros } from "@likely/core";
import { program, programPerRow } from "@likely/simulators";
import { LANGUAGES } from "../cli/_init_stubs.ts";
import { clocked, medianSeconds, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Programs: time of a row, one process, two parameters, all that is not the model included";

const THETA = ["a", "b"];

/** Answers whole batches, each a line. */
const BATCHED = `
import json, random, sys
print(json.dumps({"likely": 1, "batch": 100}), flush=True)
for line in sys.stdin:
    answers = []
    for asked in json.loads(line):
        rng = random.Random(asked["seed"])
        answers.append({"row": asked["row"], "x": [sum(asked["theta"]) + rng.gauss(0, 1)]})
    print(json.dumps(answers), flush=True)
`;

/** The programs that `likely init` writes, where their languages are there. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  const folder = await Deno.makeTempDir();
  const add = async (what: string, made: AsyncSimulator, sizes: readonly number[]) => {
    for (const n of sizes) {
      const theta = zeros(n, THETA.length);
      const seconds = await medianSeconds(() => made.simulateAsync(key(0), theta), 3);
      out.push({ what: `${what}, calls of ${n} rows`, value: seconds / n * 1e6, unit: "µs" });
      const repeats = Math.ceil(20_000 / n);
      const { seconds: ours } = await clocked(async () => {
        for (let i = 0; i < repeats; i++) await made.simulateAsync(key(0), theta);
      });
      const value = ours / (repeats * n) * 1e6;
      if (sizes.length > 1) out.push({ what: "  of it processor time on this side", value, unit: "µs" });
    }
    await made.close?.();
  };
  for (const [language, { file, command, build, stub }] of Object.entries(LANGUAGES)) {
    for (const x of [1, 100]) {
      await Deno.writeTextFile(`${folder}/${file}`, stub({ name: "bench", theta: THETA, x }));
      if (!await isMade(folder, build ? build.split(" ") : [command[0]!, "--version"])) continue;
      const made = program({ command, folder, theta: THETA, x, processes: 1 });
      await add(`${language}, x of ${x}`, made, [100, 10_000]);
      if (language !== "c" || x > 1) continue;
      const run = ["/bin/echo", "{theta.a}"];
      await add("/bin/echo, run once a row", programPerRow({ run, theta: THETA, x: 1, processes: 1 }), [100]);
    }
  }
  const command = ["python3", "-c", BATCHED];
  if (await isMade(folder, ["python3", "--version"])) {
    await add("python, answers by batches, x of 1", program({ command, theta: THETA, x: 1, processes: 1 }), [
      100,
      10_000,
    ]);
  }
  await Deno.remove(folder, { recursive: true });
  return out;
}

async function isMade(cwd: string, [file, ...args]: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(file!, { args, cwd, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
