// The look of a report: what scrolls has a shade at the side where it goes on; one column, the reader's fonts, light or dark as the reader prefers,
// black on white on paper.

import { FAINT, INK } from "./_plot_style.ts";

/** The whole stylesheet. */
export const REPORT_CSS: string = `
:root { color-scheme: light dark; --page: #fff; --ink: ${INK}; --faint: #5c6b7a; --rule: #dbe1e7; --shade: #c3cbd3; --notice: #fff5e0; --edge: #d08a00; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14191f; --ink: #e3e8ed; --faint: #9aa8b5; --rule: #313a44; --shade: #46515c; --notice: #2c2415; --edge: #d99a2b; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --ink: #000; --faint: #444; --rule: #bbb; --shade: transparent; --notice: #fff; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  figure, table, .notice { break-inside: avoid; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); }
p { margin: .6rem 0; overflow-wrap: break-word; }
.answers { margin: 1.4rem 0 0; }
.answers dt { font-weight: 600; margin-top: .7rem; }
.answers dd { margin: .1rem 0 0; overflow-wrap: break-word; }
.hint { display: none; margin: .4rem 0 -.4rem; font-size: .88rem; color: var(--faint); }
@media screen and (max-width: 40rem) { .hint { display: block; } }
.lead, figcaption { color: var(--faint); }
.notice { margin: .8rem 0; padding: .55rem .9rem; background: var(--notice); border-left: 3px solid var(--edge); }
.notice p { margin: .3rem 0; }
.notice .title { font-weight: 600; }
figure { margin: 1.2rem 0; }
figcaption { font-size: .88rem; }
.table table { margin-bottom: .5rem; }
.scroll { overflow-x: auto; background: linear-gradient(to right, var(--page) 40%, transparent) 0 0 / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--page) 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
  linear-gradient(to right, var(--shade), transparent) 1px 1px / 1rem calc(100% - 2px) no-repeat scroll,
  linear-gradient(to left, var(--shade), transparent) calc(100% - 1px) 1px / 1rem calc(100% - 2px) no-repeat scroll; }
table { border-collapse: collapse; margin: .8rem 0; font-size: .93rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .75rem .32rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
th { font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
figure svg { display: block; width: 100%; height: auto; }
figure svg > rect { fill: none; }
figure [fill="${INK}"] { fill: var(--ink); }
figure [stroke="${INK}"] { stroke: var(--ink); }
figure [stroke="${FAINT}"] { stroke: var(--faint); }
`;
