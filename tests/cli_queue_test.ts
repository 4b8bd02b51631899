// `likely simulate --queue` and `likely work`, as processes of their own, with the permissions their help names.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openSimulations } from "@likely/core";
import { taskDigest } from "@likely/queue";
import { loadTask } from "../cli/_task.ts";
import { assertRefused, Desk, endOf } from "./_desk.ts";
import { filesOf } from "./_files_of.ts";
import { NATS_SERVER, NatsServer } from "./_nats.ts";

function queueTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: NATS_SERVER === undefined, fn });
}

/** Reads what a process says until it has said something. */
async function saying(child: Deno.ChildProcess, what: string): Promise<string> {
  let text = "";
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes(what)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`it ended with: ${text}`);
    text += value;
  }
  // The rest is read and left, so that the process never waits.
  void (async () => {
    while (!(await reader.read()).done);
  })();
  return text;
}

queueTest("likely simulate --queue with likely work gives the files of likely simulate", async () => {
  await using desk = new Desk("--allow-net=127.0.0.1");
  await using server = await NatsServer.start();
  const line = (
    out: string,
    n: number,
  ) => ["simulate", "task.ts", "--n", `${n}`, "--out", out, "--chunk-rows", "40"];
  const allowed = ["--allow", "two_moons,./task.ts", "--workers", "2", "--idle", "3"];
  const work = desk.start("work", server.url, ...allowed);
  const queued = await desk.run(...line("q.zarr", 300), "--queue", server.url);
  assertEquals(queued.code, 0, queued.stderr);
  assertMatch(
    queued.stdout,
    /^q\.zarr: \d+ pairs, simulated by those who work for the queue\n\d+ of 300 rows failed/,
  );
  assertStringIncludes(queued.stdout, "too hot");
  const end = await endOf(work);
  assertEquals(
    [end.code, end.stdout],
    [0, "300 rows in 8 chunks were simulated for the queue\n"],
    end.stderr,
  );
  assertMatch(
    end.stderr,
    /^work: "two_moons" [0-9a-f]{12} is allowed\nwork: "slow" [0-9a-f]{12} is allowed\n$/,
  );

  // A folder is a folder: this machine goes on where the queue has stopped.
  for (const out of ["q.zarr", "s.zarr"]) {
    const more = await desk.run(...line(out, 400), "--workers", "1");
    assertEquals(more.code, 0, more.stderr);
  }
  assertEquals(await filesOf(desk.file("q.zarr")), await filesOf(desk.file("s.zarr")));
});

queueTest("a worker that has nothing but a digest simulates a task that is shared", async () => {
  await using desk = new Desk("--allow-net=127.0.0.1");
  await using server = await NatsServer.start();
  const line = [
    "simulate",
    "task.ts",
    "--n",
    "200",
    "--out",
    "q.zarr",
    "--queue",
    server.url,
    "--share-task",
  ];
  const lead = desk.start(...line);
  const said = await saying(lead, "\n");
  const digest = /--allow ([0-9a-f]{64})/.exec(said)?.[1];
  assert(digest, said);
  const worked = await desk.run("work", server.url, "--allow", digest, "--workers", "2", "--idle", "4");
  assertMatch(worked.stdout, /^200 rows in \d+ chunks/, worked.stderr);
  assertEquals((await lead.status).code, 0);
  await lead.stdout.cancel();
  assertEquals((await openSimulations(desk.file("q.zarr"))).missing, 0);
});

Deno.test("a task file is the same task in every folder, with the same files beside it", async () => {
  await using desk = new Desk();
  const digests = async () => {
    const found = [];
    for (const folder of ["a", "b"]) {
      found.push(await taskDigest((await loadTask(desk.file(`${folder}/task.json`))).source));
    }
    return found;
  };
  for (const folder of ["a", "b"]) {
    await Deno.mkdir(desk.file(folder));
    const simulator = { command: ["python3", "sim.py"], score: false };
    const prior = { a: { kind: "uniform", low: 0, high: 1 } };
    desk.write(`${folder}/task.json`, JSON.stringify({ format: 1, name: "outside", prior, x: 1, simulator }));
    desk.write(`${folder}/sim.py`, "print(1)\n");
  }
  const [a, b] = await digests();
  assertEquals(a, b);
  desk.write("b/sim.py", "print(2)\n");
  const [same, edited] = await digests();
  assert(same === a && edited !== a);
});

queueTest("Ctrl-C says what is kept and what is given back; both go on", async () => {
  await using desk = new Desk("--allow-net=127.0.0.1");
  await using server = await NatsServer.start();
  const line = ["simulate", "task.ts", "--n", "3000", "--out", "q.zarr", "--queue", server.url];
  const alone = desk.start(...line);
  await saying(alone, "simulate: nobody works for the queue yet: likely work <server> --allow <task>");
  alone.kill("SIGINT");
  assertEquals((await alone.status).code, 130);
  await alone.stdout.cancel();

  const work = desk.start("work", server.url, "--allow", "task.ts", "--workers", "2");
  const lead = desk.start(...line);
  const ends = Promise.all([endOf(work), endOf(lead)]);
  for (let i = 0; i < 1000; i++) {
    if (await Deno.stat(desk.file("q.zarr/x/c/0/0")).then(() => true, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  lead.kill("SIGINT");
  work.kill("SIGTERM");
  const [worked, led] = await ends;
  assertEquals([worked.code, led.code], [130, 130], worked.stderr + led.stderr);
  assertMatch(
    led.stderr,
    /Interrupted: \d+ of 3000 pairs are kept in q\.zarr; run the same command again to go on\n$/,
  );
  assertMatch(
    worked.stderr,
    /Interrupted: \d+ rows in \d+ chunks were simulated for the queue; what was under way is given back\n$/,
  );
  const last = desk.start("work", server.url, "--allow", "task.ts", "--workers", "2", "--idle", "3");
  const [done] = await Promise.all([desk.run(...line), endOf(last)]);
  assertEquals(done.code, 0, done.stderr);
  assertMatch(done.stdout, /^q\.zarr: \d+ pairs, simulated by those/);
});

queueTest("a queue's commands refuse what they cannot do, in one line", async () => {
  await using desk = new Desk("--allow-net");
  const out = "--out q.zarr --queue nats://127.0.0.1:1";
  await assertRefused(desk, "work nats://127.0.0.1:1", 2, "--allow is missing");
  await assertRefused(desk, "work nats://127.0.0.1:1 --allow no_task", 2, "Cannot find the task");
  await assertRefused(desk, "work nats://127.0.0.1:1 --allow task.ts --workers 0", 2, "--workers must be");
  await assertRefused(desk, `simulate task.ts ${out} --levels 1,2`, 2, "--levels must come without --queue");
  await assertRefused(desk, `simulate task.ts ${out} --workers 2`, 2, "--workers must come without --queue");
  await assertRefused(desk, `simulate task.ts ${out} --shard 1/2`, 2, "--shard must come without --queue");
  await assertRefused(desk, "simulate task.ts --out q.zarr --ca ca.pem", 2, "--ca must come with --queue");
  await assertRefused(desk, `simulate task.ts ${out} --cert a.pem`, 2, "--cert must come with --cert-key");
  await assertRefused(
    desk,
    `simulate task.ts ${out}`,
    1,
    "as a NATS server must answer there: connect ECONNREFUSED",
  );
  await assertRefused(desk, `simulate task.ts ${out} --creds none.creds`, 1, "there is no none.creds");
  await assertRefused(
    desk,
    "simulate task.ts --out q.zarr --queue localhost",
    1,
    "its server must be nats://host:4222",
  );
  assert(!desk.has("q.zarr"));
});
