// deno-lint-ignore-file no-console -- a command for people
// `deno task test:hammer`: everything that goes wrong to programs and files, at length; see _hammer.ts. Ends with code 1
// where something did not hold. HAMMER=10 does ten times as much: a million changed files and a thousand kills.
// `deno task test:hammer checkpoint` does those alone whose names have that in them.

import {
  type Campaign,
  COMMANDS,
  damages,
  faults,
  misuse,
  mutations,
  randomKills,
  twoAtATime,
} from "./_hammer.ts";

const scale = Number(Deno.env.get("HAMMER") ?? 1);
const [wanted = ""] = Deno.args;
const times = (n: number) => Math.max(1, Math.round(scale * n));

const CAMPAIGNS: Readonly<Record<string, () => Campaign | Promise<Campaign | Campaign[]>>> = {
  artifact: () => mutations("artifact", times(100_000), 1),
  checkpoint: () => mutations("checkpoint", times(100_000), 2),
  damage: () => damages(Array.from({ length: times(2) }, (_, i) => 10 * i)),
  misuse,
  ...Object.fromEntries(
    COMMANDS.flatMap((command) =>
      (["kill", "full"] as const).map((how) => [`${command} ${how}`, () => faults(command, how, times(25))])
    ),
  ),
  "simulate kill at random": () => randomKills("simulate", times(40), 3),
  "train kill at random": () => randomKills("train", times(40), 4),
  "two at a time": () => twoAtATime(times(5)),
};

const start = performance.now();
let [tries, findings] = [0, 0];
for (const [name, run] of Object.entries(CAMPAIGNS)) {
  if (!name.includes(wanted)) continue;
  for (const campaign of [await run()].flat()) {
    tries += campaign.tries;
    findings += campaign.findings.length;
    const counts = `${`${campaign.tries}`.padStart(8)} tries ${
      `${campaign.findings.length}`.padStart(6)
    } findings`;
    console.log(`${campaign.name.padEnd(40)} ${counts}`);
    for (const finding of campaign.findings.slice(0, 20)) console.log(`  ${finding}`);
  }
}
console.log(`${findings} findings in ${tries} tries, ${((performance.now() - start) / 1000).toFixed(0)} s`);
Deno.exit(findings === 0 ? 0 : 1);
