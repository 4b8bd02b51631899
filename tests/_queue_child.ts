// deno-lint-ignore-file no-console -- a program for tests
// One side of a queue until it is done or killed: see queue_kills.ts and queue_test.ts.
// Arguments: lead, the server's URL and the folder; or work and the URL. Prints a dot after each chunk.

import { key } from "@likely/core";
import { queueSimulate, queueWork } from "@likely/queue";
import { KEY, OPTIONS, ROWS, SOURCE } from "./_queue_run.ts";

const [side, url, path] = Deno.args;
const server = { url: url! };
const onNotice = (text: string) => console.error(`${side}: ${text}`);
const onProgress = () => void Deno.stdout.writeSync(new Uint8Array([46]));

if (side === "lead") {
  await queueSimulate(key(KEY), SOURCE, ROWS, {
    server,
    path: path!,
    ...OPTIONS,
    lease: 2,
    onProgress,
    onNotice,
  });
} else {
  await queueWork([SOURCE], { server, workers: 2, onProgress, onNotice });
}
Deno.exit(0);
