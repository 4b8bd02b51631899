#!/usr/bin/env bash
# Deno 2.9.6: a request that was answered before its body had come, as by 408, 413 or 401, keeps
# `server.shutdown()` waiting for as long as its client stays, though the answer said `connection: close`; a
# client that is idle, or in the middle of its head, does not. Who ends a service in order must not wait for
# the promise without an end. Seen on Linux, 2026-11-28. Exits 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > run.ts <<'TS'
const lines = { "idle": "", "in its head": "POST / HTTP/1.1\r\nhost: x\r\ncont", "in its body":
  "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n\r\n{}" };
for (const [where, text] of Object.entries(lines)) {
  const answer = () => new Response("no", { status: 408, headers: { connection: "close" } });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const client = await Deno.connect({ port: server.addr.port, hostname: "127.0.0.1" });
  if (text) await client.write(new TextEncoder().encode(text));
  if (where === "in its body") await client.read(new Uint8Array(1000));
  await new Promise((done) => setTimeout(done, 200));
  const late = new Promise((done) => setTimeout(() => done("waits"), 3000));
  const ended = server.shutdown().then(() => "ends");
  console.log(`a client ${where}: shutdown ${await Promise.race([ended, late])}`);
  client.close();
  await ended;
}
Deno.exit();
TS
npx -y deno@2.9.6 run -A run.ts | tee seen.txt
diff seen.txt - <<'SEEN'
a client idle: shutdown ends
a client in its head: shutdown ends
a client in its body: shutdown waits
SEEN
echo "as seen: shutdown waits for the client of an unfinished body"
