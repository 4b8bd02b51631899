/**
 * One HTML file that says what was found and why it can be believed.
 *
 * @module
 */

import { escapeHtml } from "./_html.ts";
import { REPORT_CSS } from "./_report_css.ts";

/** A report. All text is plain text: whatever names hold, it is shown, never interpreted. */
export interface Report {
  /** The heading of the page. */
  readonly title: string;
  /** A sentence under the title: what, by whom, when. */
  readonly lead?: string | undefined;
  /** The sections, in order. */
  readonly sections: readonly ReportSection[];
}

/** A heading and what stands under it. */
export interface ReportSection {
  /** The heading. */
  readonly heading: string;
  /** Prose, tables and figures, in order. */
  readonly blocks: readonly ReportBlock[];
}

/** One piece of a section. */
export type ReportBlock =
  | ReportProse
  | ReportAnswers
  | ReportLink
  | ReportNotice
  | ReportTable
  | ReportFigure;

/** Paragraphs. */
export interface ReportProse {
  /** Which block. */
  readonly kind: "prose";
  /** Paragraphs, an empty line between two. */
  readonly text: string;
}

/** What a reader wants to know first: questions, each with its answer. */
export interface ReportAnswers {
  /** Which block. */
  readonly kind: "answers";
  /** A few words and a sentence or two each, in order. */
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
}

/** A way to somewhere else: the one thing of a report that needs a network. */
export interface ReportLink {
  /** Which block. */
  readonly kind: "link";
  /** What is read and clicked. */
  readonly text: string;
  /** Where to: an address of `http:` or `https:`. */
  readonly address: string;
}

/** What a reader should worry about, set apart. */
export interface ReportNotice {
  /** Which block. */
  readonly kind: "notice";
  /** What the lines are about. */
  readonly title?: string | undefined;
  /** One sentence each, its full stop added where it has none; with none, nothing is shown. */
  readonly lines: readonly string[];
}

/** A table. */
export interface ReportTable {
  /** Which block. */
  readonly kind: "table";
  /** Headings, in order. */
  readonly columns: readonly ReportColumn[];
  /** Cells, as long as the headings. */
  readonly rows: readonly (readonly string[])[];
  /** A line under the table. */
  readonly caption?: string | undefined;
}

/** A column of a table. */
export interface ReportColumn {
  /** Its heading. */
  readonly title: string;
  /** Numbers stand to the right, words to the left. */
  readonly align: "left" | "right";
}

/** A picture. */
export interface ReportFigure {
  /** Which block. */
  readonly kind: "figure";
  /**
   * One `<svg>` element, such as `renderSvg` returns; put in as it is. Shown as wide as the page
   * allows within 0.7 and 1.4 times its own width.
   */
  readonly svg: string;
  /** What it shows; also read out in place of the picture. */
  readonly caption: string;
  /** What it is called where figures are files: `"pairs"`. */
  readonly name?: string | undefined;
}

/**
 * Writes a report as one self-contained HTML page: styles and pictures inside, no script, no
 * network, light or dark as the reader prefers, fit for printing.
 *
 * The page carries a content security policy that forbids scripts and any loading, so that not
 * even a hostile picture can do more than look odd.
 *
 * @param content What it says.
 * @returns The page.
 * @throws {TypeError} If a figure is not one `<svg>` element, a row has too many or few cells, or a link leads to
 *   what is not of the web.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { report } from "@likely/diagnostics";
 *
 * const blocks = [{ kind: "prose", text: "R < 1 & falling." }] as const;
 * const page = report({ title: "Flu", sections: [{ heading: "Result", blocks }] });
 * assertStringIncludes(page, "<p>R &lt; 1 &amp; falling.</p>");
 * ```
 */
export function report(content: Report): string {
  const { title, lead, sections } = content;
  const count = { figures: 0 };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${REPORT_CSS}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${lead ? `<p class="lead">${escapeHtml(lead)}</p>\n` : ""}${
    sections.map((section) => sectionHtml(section, count)).join("\n")
  }
</main>
</body>
</html>
`;
}

/** Figures so far, over all sections. */
interface Count {
  figures: number;
}

function sectionHtml({ heading, blocks }: ReportSection, count: Count): string {
  const inside = blocks.map((block) => blockHtml(block, count)).join("\n");
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${inside}\n</section>`;
}

function blockHtml(block: ReportBlock, count: Count): string {
  switch (block.kind) {
    case "prose":
      return paragraphs(block.text.split(/\n\s*\n/));
    case "answers":
      return answersHtml(block);
    case "link":
      return linkHtml(block);
    case "notice":
      return block.lines.length > 0 ? noticeHtml(block) : "";
    case "table":
      return tableHtml(block);
    case "figure":
      return figureHtml(block, ++count.figures);
    default:
      block satisfies never;
      throw new TypeError(
        `Cannot write a report as a block's kind must be known: current value is ${
          (block as ReportBlock).kind
        }`,
      );
  }
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => `<p>${textHtml(text.trim())}</p>`).join("\n");
}

/** No line breaks between a number and its percent sign. */
function textHtml(text: string): string {
  return escapeHtml(text).replace(/(\d) %/g, "$1\u00a0%");
}

function answersHtml({ answers }: ReportAnswers): string {
  const pairs = answers.map(({ question, answer }) =>
    `<dt>${textHtml(question)}</dt><dd>${textHtml(answer)}</dd>`
  );
  return `<dl class="answers">\n${pairs.join("\n")}\n</dl>`;
}

function linkHtml({ text, address }: ReportLink): string {
  if (!/^https?:\/\//i.test(address)) {
    throw new TypeError(
      `Cannot write a report as the address of a link must begin with http: or https: current value is ${
        JSON.stringify(address.slice(0, 60))
      }`,
    );
  }
  return `<p><a href="${escapeHtml(address)}" rel="noreferrer">${escapeHtml(text)}</a></p>`;
}

function noticeHtml({ title, lines }: ReportNotice): string {
  const above = title ? `<p class="title">${textHtml(title)}</p>\n` : "";
  const sentences = lines.map((line) => line.trim().replace(/[^.!?…:]$/, "$&."));
  return `<div class="notice">${above}${paragraphs(sentences)}</div>`;
}

/** So many columns of numbers do not fit a phone: there the page says that the table scrolls. */
const WIDE = 4;

function tableHtml({ columns, rows, caption }: ReportTable): string {
  const line = (tag: "th" | "td", cells: readonly string[]) =>
    `<tr>${
      columns.map(({ align }, j) =>
        `<${tag}${align === "right" ? ' class="number"' : ""}>${escapeHtml(cells[j]!)}</${tag}>`
      ).join("")
    }</tr>`;
  const ragged = rows.find((cells) => cells.length !== columns.length);
  if (ragged) {
    throw new TypeError(
      `Cannot write a report as every row of a table must have ${columns.length} cells: ` +
        `current length is ${ragged.length}`,
    );
  }
  const isWide = columns.filter(({ align }) => align === "right").length >= WIDE;
  const hint = isWide
    ? `<p class="hint" aria-hidden="true">The table goes on to the right: scroll it →</p>\n`
    : "";
  const table = `${hint}<div class="scroll" tabindex="0"><table>\n<thead>${
    line("th", columns.map(({ title }) => title))
  }</thead>
<tbody>\n${rows.map((cells) => line("td", cells)).join("\n")}\n</tbody>\n</table></div>`;
  if (!caption) return table;
  // Not the table's own caption, which would scroll along with a wide one.
  return `<figure class="table">\n${table}\n<figcaption>${textHtml(caption)}</figcaption>\n</figure>`;
}

function figureHtml({ svg, caption }: ReportFigure, number: number): string {
  const element = svg.trim();
  if (!/^<svg\b[^]*<\/svg>$/.test(element)) {
    throw new TypeError(
      `Cannot write a report as a figure must be one <svg> element: current value is ${element.slice(0, 40)}`,
    );
  }
  const text = escapeHtml(caption);
  return `<figure>
<div class="scroll"><div role="img" aria-label="${text}"${bounds(element)}>${
    withOwnIds(element, `figure-${number}-`)
  }</div></div>
<figcaption>Figure ${number}. ${textHtml(caption)}</figcaption>
</figure>`;
}

// Text must stay legible on a phone, and not shout on a wide screen.
function bounds(svg: string): string {
  const width = Number(/^<svg\b[^>]*\bwidth="(\d+)/.exec(svg)?.[1]);
  if (!(width > 0)) return "";
  return ` style="min-width: ${Math.round(0.7 * width)}px; max-width: ${Math.round(1.4 * width)}px"`;
}

// Vega numbers clip paths from zero in every picture; on one page they would be mixed up.
function withOwnIds(svg: string, prefix: string): string {
  return svg.replace(/<[^>]*>/g, (tag) => tag.replace(/( id="|url\(#|href="#)/g, `$1${prefix}`));
}
