// A port of this machine that nobody listens on.

/** Any that is free on loopback. */
export function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}
