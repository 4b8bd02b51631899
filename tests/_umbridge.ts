// The package `umbridge` as a server, in a process of its own.

const SERVER = new URL("um_bridge_server.py", import.meta.url).pathname;
const PYTHON = Deno.env.get("PYTHON") ?? "python3";

/** Starts it; resolves once it answers. */
export async function startUmbridge(): Promise<{ url: string } & AsyncDisposable> {
  const probe = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const child = new Deno.Command(PYTHON, { args: [SERVER, `${port}`], stdout: "null", stderr: "null" })
    .spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    try {
      await (await fetch(`${url}/Info`)).body?.cancel();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.status;
    },
  };
}
