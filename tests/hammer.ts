// deno-lint-ignore-file no-console -- a command for people
// `deno task test:hammer`: everything that goes wrong to programs and files, at length; see _hammer.ts. Ends with code 1
// where something did not hold. HAMMER=10 does ten times as much: a million changed files and a thousand kills.

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
const times = (n: number) => Math.max(1, Math.round(scale * n));
const all: Campaign[] = [];
const told = (...campaigns: Campaign[]) => {
  for (const campaign of campaigns) {
    all.push(campaign);
    const { name, tries, findings } = campaign;
    console.log(
      `${name.padEnd(40)} ${`${tries}`.padStart(8)} tries ${`${findings.length}`.padStart(6)} findings`,
    );
    for (const finding of findings.slice(0, 20)) console.log(`  ${finding}`);
  }
};

const start = performance.now();
told(mutations("artifact", times(100_000), 1));
told(mutations("checkpoint", times(100_000), 2));
told(await damages(Array.from({ length: times(2) }, (_, i) => 10 * i)));
told(await misuse());
for (const command of COMMANDS) {
  for (const how of ["kill", "full"] as const) told(await faults(command, how, times(25)));
}
told(await randomKills("simulate", times(40), 3));
told(await randomKills("train", times(40), 4));
told(...await twoAtATime(times(5)));
const findings = all.reduce((sum, campaign) => sum + campaign.findings.length, 0);
const tries = all.reduce((sum, campaign) => sum + campaign.tries, 0);
console.log(`${findings} findings in ${tries} tries, ${((performance.now() - start) / 1000).toFixed(0)} s`);
Deno.exit(findings === 0 ? 0 : 1);
