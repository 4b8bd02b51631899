// A Slurm cluster of one node, this machine, for as long as a test needs it.

/** Whether Debian's slurmctld, slurmd, slurm-client and munge are here, and may be started. */
export async function hasSlurm(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  for (const name of ["munged", "slurmctld", "slurmd", "sbatch"]) {
    try {
      // Only whether it is there: without its settings it may fail even at this.
      await new Deno.Command(name, { args: ["-V"], stdout: "null", stderr: "null" }).output();
    } catch {
      return false;
    }
  }
  return true;
}

/** The cluster. */
export class Slurm implements AsyncDisposable {
  readonly #folder: string;
  readonly #daemons: readonly Deno.ChildProcess[];

  private constructor(folder: string, daemons: readonly Deno.ChildProcess[]) {
    this.#folder = folder;
    this.#daemons = daemons;
  }

  /** Starts it with so many cores, of which a job may take some. */
  static async start(cpus: number): Promise<Slurm> {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/state`);
    await Deno.mkdir(`${folder}/spool`);
    const secret = crypto.getRandomValues(new Uint8Array(1024));
    await Deno.writeFile(`${folder}/munge.key`, secret, { mode: 0o400 });
    await Deno.writeTextFile(`${folder}/slurm.conf`, settings(folder, cpus));
    const paths = [
      "key-file=munge.key",
      "socket=munge.sock",
      "pid-file=munge.pid",
      "log-file=munge.log",
      "seed-file=seed",
    ]
      .map((text) => `--${text.replace("=", `=${folder}/`)}`);
    const daemons = [daemon("munged", ["--foreground", "--force", ...paths])];
    const slurm = new Slurm(folder, daemons);
    try {
      await until(() => exists(`${folder}/munge.sock`));
      const conf = { "SLURM_CONF": `${folder}/slurm.conf` };
      daemons.push(daemon("slurmctld", ["-D", "-c"], conf), daemon("slurmd", ["-D", "-c"], conf));
      await until(async () => /\bidle\b/.test(await slurm.run("sinfo", ["--noheader"]).catch(() => "")));
    } catch (error) {
      const logs = await Promise.all(
        ["munge", "slurmctld", "slurmd"].map((name) =>
          Deno.readTextFile(`${folder}/${name}.log`).catch(() => "")
        ),
      );
      await slurm[Symbol.asyncDispose]();
      throw new Error(`Cannot start Slurm: ${(error as Error).message}\n${logs.join("\n")}`);
    }
    return slurm;
  }

  /** Runs a command of Slurm's; returns what it printed. */
  async run(name: string, args: readonly string[], options: Deno.CommandOptions = {}): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(name, {
      ...options,
      args: [...args],
      env: { ...options.env, "SLURM_CONF": `${this.#folder}/slurm.conf` },
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(`${name}: ${complained}${said}`);
    return said!;
  }

  /** Waits until no job is left; `sbatch --wait` looks but every few seconds. */
  async idle(): Promise<void> {
    await until(async () => await this.run("squeue", ["--noheader"]) === "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("scancel", ["--user=root", "--signal=KILL", "--full"]).catch(() => {});
    for (const one of this.#daemons.toReversed()) {
      try {
        one.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await one.status;
    }
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function daemon(name: string, args: string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(name, { args, env, stdin: "null", stdout: "null", stderr: "null" }).spawn();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Waits a minute at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error("waited for a minute in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function settings(folder: string, cpus: number): string {
  const node = Deno.hostname().split(".")[0]!;
  return Object.entries({
    ClusterName: "likely",
    SlurmctldHost: `${node}(127.0.0.1)`,
    SlurmUser: "root",
    SlurmdUser: "root",
    SlurmctldPort: freePort(),
    SlurmdPort: freePort(),
    AuthType: "auth/munge",
    AuthInfo: `socket=${folder}/munge.sock`,
    StateSaveLocation: `${folder}/state`,
    SlurmdSpoolDir: `${folder}/spool`,
    SlurmctldPidFile: `${folder}/slurmctld.pid`,
    SlurmdPidFile: `${folder}/slurmd.pid`,
    SlurmctldLogFile: `${folder}/slurmctld.log`,
    SlurmdLogFile: `${folder}/slurmd.log`,
    // Neither control groups nor accounts: a container has none.
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    JobAcctGatherType: "jobacct_gather/none",
    MpiDefault: "none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    ReturnToService: 2,
    // A test does not wait for a scheduler that spares a cluster.
    SchedulerParameters: "batch_sched_delay=0,sched_interval=1,sched_min_interval=0",
    MinJobAge: 2,
    KillWait: 1,
    // What this machine has does not matter.
    SlurmdParameters: "config_overrides",
    NodeName: `${node} NodeAddr=127.0.0.1 CPUs=${cpus} State=UNKNOWN`,
    PartitionName: `main Nodes=${node} Default=YES MaxTime=INFINITE State=UP`,
  }).map(([name, value]) => `${name}=${value}\n`).join("");
}

function freePort(): number {
  using listener = Deno.listen({ port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
