import { assert, assertEquals } from "@std/assert";
import { openSimulations } from "@likely/core";
import { Desk, TASK } from "./_desk.ts";
import { folderBytes } from "./_folder_bytes.ts";
import { hasSlurm, Slurm, until } from "./_slurm.ts";

const SCRIPT = new URL("../examples/cluster/slurm.sh", import.meta.url).pathname;
const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;

Deno.test({
  name: "the example's array of Slurm jobs, killed and submitted again, makes the files of one machine " +
    "(ignored where slurmctld, slurmd, slurm-client and munge are not installed, or cannot be started)",
  ignore: !await hasSlurm(),
  fn: async () => {
    await using desk = new Desk();
    desk.write("task.ts", TASK.replace("+ 2;", "+ 8;"));
    await using slurm = await Slurm.start(4);
    const submit = (array: string, { script = SCRIPT, env = {} }: Submission = {}) =>
      slurm.run("sbatch", [`--array=${array}`, "--cpus-per-task=1", "--output=%a.log", script], {
        cwd: desk.path,
        env: {
          TASK: "./task.ts",
          ROWS: "400",
          SEED: "3",
          LIKELY:
            `${Deno.execPath()} run --no-check --no-prompt --allow-read --allow-write --allow-env ${MAIN}`,
          ...env,
        },
      });
    await submit("1-4", { env: { OUT: "all.zarr" } });
    const missing = async () =>
      (await openSimulations(desk.file("all.zarr")).catch(() => ({ missing: 400 }))).missing;
    await until(async () => await missing() <= 380);
    await slurm.run("scancel", ["--user=root", "--signal=KILL", "--full"]);
    await slurm.idle();
    const left = await missing();
    assert(left > 0 && left < 400, `${left} rows were missing`);
    // Another number of shards finishes what these began; a step, and a first one that is not 1.
    await submit("4-8:2", { env: { OUT: "all.zarr" } });
    await slurm.idle();
    assertEquals(await missing(), 0);
    assert(/shard 3 of 3, with 133 of the 400 rows/.test(new TextDecoder().decode(desk.read("8.log"))));
    const one = await desk.run(
      ..."simulate ./task.ts --n 400 --seed 3 --chunk-rows 1 --out one.zarr".split(" "),
    );
    assertEquals(one.code, 0, one.stderr);
    const expected = await folderBytes(desk.file("one.zarr"));
    assertEquals(await folderBytes(desk.file("all.zarr")), expected);
    // Folders of their own, joined.
    const own = (await Deno.readTextFile(SCRIPT)).replace(/^# (mkdir -p parts.*)$/m, "$1");
    desk.write("own.sh", own);
    await submit("0-2", { script: "own.sh" });
    await slurm.idle();
    const merged = await desk.run("merge", "merged.zarr", "parts/0", "parts/1", "parts/2");
    assertEquals(
      [merged.code, merged.stdout],
      [0, "merged.zarr: 400 of 400 rows of slow\n"],
      merged.stderr,
    );
    assertEquals(await folderBytes(desk.file("merged.zarr")), expected);
  },
});

interface Submission {
  readonly script?: string;
  readonly env?: Record<string, string>;
}
