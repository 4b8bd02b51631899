// A program for hosts that are not Deno: bundled, it writes what `digests` finds.

// deno-lint-ignore-file no-console -- a program

import { digests } from "./_same_everywhere.ts";

console.log(JSON.stringify(await digests(), null, 2));
