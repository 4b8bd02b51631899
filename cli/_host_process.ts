// A host that is a program of its own and listens on a port.

import { freePort } from "./_free_port.ts";
import { answerFrom, type HostQuestion, type RunningHost } from "./_running_host.ts";

/** Seconds that a host has to start; the first time it may be downloaded. */
const PATIENCE = 120;

/** Starts it in the folder; `command` is told on which port it is to listen. */
export function startProcess(folder: string, command: (port: number) => readonly string[]): RunningHost {
  const port = freePort();
  const [program, ...args] = command(port);
  const child = spawned(folder, program!, args);
  const said = readAll(child.stderr);
  // A host that ends waits for connections that are kept.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  let ended = false;
  child.status.then(() => ended = true);
  return {
    ask: async (question) => {
      try {
        return [await answerFrom(await patiently(client, port, question, () => ended))];
      } catch (error) {
        if (!ended) throw error;
        throw new Error(
          `Cannot ask ${program} as the host must stay up: ${gist(await said.all)}`,
          { cause: error },
        );
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) stop(child.pid);
      // A program that was started by another, which does not hand on the signal, says who it is.
      const [, pid] = /^pid (\d+)$/m.exec(said.soFar()) ?? [];
      if (pid !== undefined) stop(Number(pid));
      await child.status;
      await said.all;
      client.close();
    },
  };
}

function spawned(cwd: string, program: string, args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { args, cwd, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot try ${cwd} as ${program} must be installed: it is not; --no-try leaves that out`,
      { cause: error },
    );
  }
}

/** What a process says, while it says it and in the end. */
function readAll(stream: ReadableStream<Uint8Array>): { soFar(): string; readonly all: Promise<string> } {
  let text = "";
  const all = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
    return text;
  })();
  return { soFar: () => text, all };
}

/** The line that says what went wrong. */
function gist(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.findLast((line) => /^\s*(\w*error\b|fatal)/i.test(line)) ?? lines.at(-1)!).trim();
}

function stop(pid: number): void {
  try {
    Deno.kill(pid, "SIGTERM");
  } catch {
    // It has ended meanwhile.
  }
}

async function patiently(
  client: Deno.HttpClient,
  port: number,
  { path, ...init }: HostQuestion,
  isOver: () => boolean,
): Promise<Response> {
  for (const end = Date.now() + 1000 * PATIENCE;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}${path}`, { ...init, client });
    } catch (error) {
      if (isOver() || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
