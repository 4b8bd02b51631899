import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { report, type ReportBlock } from "./report.ts";
import { reportFigures } from "./report_figures.ts";
import { reportPosterior } from "./report_posterior.ts";
import { reportProvenance } from "./report_provenance.ts";
import { reportSampling } from "./report_sampling.ts";

const EVIL = `<script>alert("1")</script>&'`;
const ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;";
const SVG = '<svg width="1" height="1"><g id="clip0"/><path clip-path="url(#clip0)"/></svg>';

function page(...blocks: ReportBlock[]): string {
  return report({ title: "T", sections: [{ heading: "H", blocks }] });
}

Deno.test("report() escapes every text it is given", () => {
  const html = report({
    title: EVIL,
    lead: EVIL,
    sections: [{
      heading: EVIL,
      blocks: [
        { kind: "prose", text: EVIL },
        { kind: "answers", answers: [{ question: EVIL, answer: EVIL }] },
        { kind: "notice", title: EVIL, lines: [EVIL] },
        { kind: "table", columns: [{ title: EVIL, align: "left" }], rows: [[EVIL]], caption: EVIL },
        { kind: "figure", svg: SVG, caption: EVIL },
      ],
    }],
  });
  assert(!html.includes("<script"));
  // Title twice, lead, heading, prose, two answers, two in the notice, three in the table, caption and its label.
  assertEquals(html.split(ESCAPED).length - 1, 14);
});

Deno.test("report() stands alone: no script, no address, and a policy that forbids both", () => {
  const html = page({ kind: "prose", text: "a" });
  assertStringIncludes(html, `content="default-src 'none'; style-src 'unsafe-inline'"`);
  assert(!/<script|<link|<img|https?:|@import/.test(html));
  assertStringIncludes(html, "prefers-color-scheme: dark");
  assertStringIncludes(html, "@media print");
});

Deno.test("report() links to the web alone, and an address is no markup", () => {
  const link = (address: string) => page({ kind: "link", text: EVIL, address });
  const html = link('https://example.org/?a=1&b="><script>');
  assertStringIncludes(html, 'href="https://example.org/?a=1&amp;b=&quot;&gt;&lt;script&gt;"');
  assertStringIncludes(html, `>${ESCAPED}</a>`);
  for (const address of ["javascript:alert(1)", "page.html", " https://example.org"]) {
    assertThrows(() => link(address), TypeError, "must begin with http: or https:");
  }
});

Deno.test("report() makes paragraphs of prose and leaves out an empty notice", () => {
  const html = page({ kind: "prose", text: "one\n\n two " }, { kind: "notice", lines: [] });
  assertStringIncludes(html, "<p>one</p>\n<p>two</p>");
  assert(!html.includes('class="notice"'));
});

Deno.test("report() says what a notice is about, and ends its sentences", () => {
  const html = page({ kind: "notice", title: "Of the draws", lines: ["run longer", "Is it?", "Yes. "] });
  assertStringIncludes(
    html,
    '<p class="title">Of the draws</p>\n<p>run longer.</p>\n<p>Is it?</p>\n<p>Yes.</p>',
  );
});

Deno.test("report() says of a wide table that it scrolls, and breaks no number from its per cent", () => {
  const columns = Array.from({ length: 4 }, (_, j) => ({ title: `${j}`, align: "right" as const }));
  assertStringIncludes(page({ kind: "table", columns, rows: [] }), ">The table goes on to the right");
  assert(!page({ kind: "table", columns: columns.slice(1), rows: [] }).includes("goes on to the right"));
  assertStringIncludes(page({ kind: "prose", text: "The central 90 % of it" }), "90\u00a0% of it");
});

Deno.test("reportFigures() names figures apart", () => {
  const figure = (name?: string) => ({ kind: "figure", svg: SVG, caption: "c", name }) as const;
  const blocks = [figure("pairs"), figure(), { kind: "prose", text: "p" } as const, figure("pairs")];
  assertEquals(
    reportFigures({ title: "T", sections: [{ heading: "H", blocks }] }).map(({ name }) => name),
    ["pairs", "figure-2", "figure-3"],
  );
});

Deno.test("of draws without chains there is no R-hat, and their number is told", () => {
  const row = {
    name: "a",
    mean: 1,
    sd: 1,
    q5: 0,
    q50: 1,
    q95: 2,
    mcse: 0.1,
    essBulk: 90,
    essTail: 90,
    rHat: 1,
  };
  const titles = (independent: boolean) =>
    reportPosterior([row], { independent }).columns.map(({ title }) => title);
  assertEquals(titles(false).at(-1), "R-hat");
  assert(!titles(true).includes("R-hat"));
  const info = { sampler: "importance", evaluations: 500, kHat: 0.4, ess: 300 };
  const draws = { names: ["a"], chains: 1, length: 1000, values: new Float64Array(1000), info, warnings: [] };
  assertEquals(reportSampling(draws).rows[0], ["draws", "1\u202f000, independent"]);
});

Deno.test("report() keeps a table's caption out of what scrolls", () => {
  const html = page({ kind: "table", columns: [{ title: "a", align: "left" }], rows: [], caption: "c" });
  assertStringIncludes(html, "</table></div>\n<figcaption>c</figcaption>\n</figure>");
});

Deno.test("report() bounds the width of a figure by the picture's own", () => {
  const svg = '<svg class="a" width="500" height="100"></svg>';
  assertStringIncludes(page({ kind: "figure", svg, caption: "c" }), "min-width: 350px; max-width: 700px");
});

Deno.test("report() numbers figures through all sections and keeps their ids apart", () => {
  const blocks: ReportBlock[] = [{ kind: "figure", svg: SVG, caption: "c" }];
  const html = report({ title: "T", sections: [{ heading: "A", blocks }, { heading: "B", blocks }] });
  assertStringIncludes(html, "Figure 2. c");
  assertStringIncludes(html, '<g id="figure-2-clip0"/><path clip-path="url(#figure-2-clip0)"/>');
  assertEquals(new Set(html.match(/ id="[^"]*"/g)).size, 2);
});

Deno.test("report() leaves text inside a figure alone", () => {
  const svg = '<svg><text> id="x" url(#y)</text></svg>';
  assertStringIncludes(page({ kind: "figure", svg, caption: "c" }), svg);
});

Deno.test("report() refuses a figure that is no svg and a ragged table", () => {
  assertThrows(
    () => page({ kind: "figure", svg: "<p>no</p>", caption: "c" }),
    TypeError,
    "must be one <svg> element: current value is <p>no</p>",
  );
  assertThrows(
    () => page({ kind: "table", columns: [{ title: "a", align: "left" }], rows: [["1", "2"]] }),
    TypeError,
    "must have 1 cells: current length is 2",
  );
});

Deno.test("reportPosterior() gives numbers the digits that the posterior's width warrants", () => {
  const shared = { mcse: 0.00061, essBulk: 3853.2, essTail: 3642.7, rHat: 1.0012 };
  const beta = { name: "β", mean: 1.73028, sd: 0.0602, q5: -1.6319, q50: 1.7299, q95: 1.829, ...shared };
  const big = { name: "N", mean: 763.21, sd: 41.23, q5: 700.4, q50: 763.1, q95: 830.9, ...shared };
  const flat = {
    name: "c",
    mean: 3,
    sd: 0,
    q5: 3,
    q50: 3,
    q95: 3,
    mcse: NaN,
    essBulk: NaN,
    essTail: NaN,
    rHat: NaN,
  };
  assertEquals(reportPosterior([beta, big, flat]).rows, [
    ["β", "1.7303", "0.0602", "−1.6319", "1.7299", "1.8290", "0.00061", "3\u202f853", "3\u202f643", "1.001"],
    ["N", "763.2", "41.2", "700.4", "763.1", "830.9", "0.00061", "3\u202f853", "3\u202f643", "1.001"],
    ["c", "3.000", "0.000", "3.000", "3.000", "3.000", "–", "–", "–", "–"],
  ]);
});

Deno.test("reportProvenance() tells all that an artifact carries, and more", () => {
  const { rows } = reportProvenance({
    simulator: "sir",
    simulations: 1_234_567,
    failed: 12,
    key: "0:2a",
    loss: { name: "nle", options: { weightDecay: 0.1, jitter: true } },
    engine: "fused",
    versions: { likely: "0.1.0", deno: "2" },
    training: { loss: -1.25, epochs: 40 },
  }, { observation: "flu.csv" });
  assertEquals(rows, [
    ["simulator", "sir"],
    ["simulations", "1\u202f234\u202f567 used, 12 failed"],
    ["key", "0:2a"],
    ["loss", "nle: weightDecay 0.1, jitter true"],
    ["engine", "fused"],
    ["training", "40 epochs, best validation loss −1.25"],
    ["versions", "likely 0.1.0, deno 2"],
    ["observation", "flu.csv"],
  ]);
});

Deno.test("reportSampling() says what includes the warm-up, and only of runs that have one", () => {
  const run = { names: ["a"], chains: 4, length: 2500, values: new Float64Array(10_000), warnings: [] };
  const chains = reportSampling({
    ...run,
    info: { sampler: "nuts", evaluations: 12_345, warmup: 500, seconds: 0.51239 },
  });
  assertEquals(chains.rows, [
    ["chains", "4 of 2\u202f500 draws"],
    ["sampler", "nuts"],
    ["evaluations, warm-up included", "12\u202f345"],
    ["warm-up, steps a chain", "500"],
    ["seconds, warm-up included", "0.5124"],
  ]);
  const particles = reportSampling({
    ...run,
    info: { sampler: "smc", evaluations: NaN, logEvidence: -1234.56 },
  });
  assertEquals(particles.rows.slice(2), [
    ["evaluations", "not known"],
    ["log evidence, nats", "−1\u202f235"],
  ]);
});
