// A few of what `deno task test:hammer` does at length.

import { assertEquals } from "@std/assert";
import { type Campaign, damages, faults, misuse, mutations } from "./_hammer.ts";

function holds({ findings }: Campaign): void {
  assertEquals(findings, []);
}

Deno.test("files that have changed are refused as what they are, and no checkpoint is taken for another", () => {
  holds(mutations("artifact", 3000, 1));
  holds(mutations("checkpoint", 3000, 2));
});

Deno.test("every kind of damage to a folder is named and mended", async () => {
  holds(await damages([3]));
});

Deno.test("every command tells what is wrong with its values by rule and value, and makes nothing", async () => {
  holds(await misuse());
});

Deno.test("a run whose disk is full, or that is killed, at an operation on files goes on by the same command", async () => {
  holds(await faults("simulate", "full", 2));
  holds(await faults("simulate", "kill", 2));
});
