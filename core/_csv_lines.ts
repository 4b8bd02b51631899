// The lines of CSV text, piece by piece: a table may be longer than the longest string.

/** A line as written, without its end. */
export interface CsvLine {
  readonly text: string;
  /** Its place in the file, counted from 1. */
  readonly number: number;
}

/** Characters, or bytes, that are read at a time. */
const PIECE = 2 ** 20;
/** Characters of the longest line: the end of a quote must not be looked for forever. */
const LONGEST = 2 ** 26;

/**
 * The lines of a table, comments and empty lines at its end left out. A line ends as anywhere, by
 * CR, LF or both, but not within quotes.
 */
export function* csvLines(source: string | Uint8Array): Generator<CsvLine> {
  const blank: CsvLine[] = [];
  for (const line of allLines(source)) {
    if (isComment(line.text)) continue;
    // A line of tabs is a row of empty cells.
    if (/^ *$/.test(line.text)) blank.push(line);
    else {
      yield* blank.splice(0);
      yield line;
    }
  }
}

function* allLines(source: string | Uint8Array): Generator<CsvLine> {
  let [rest, number] = ["", 1];
  // Of the rest: how far quotes are counted, the ends of lines up to there, whether one is open.
  let [seen, breaks, isOpen] = [0, 0, false];
  for (const piece of pieces(source)) {
    const text = rest + piece;
    let [start, quote] = [0, text.indexOf('"', seen)];
    const ends = /\r\n?|\n/g;
    ends.lastIndex = seen;
    for (const { index, 0: end } of text.matchAll(ends)) {
      // A line feed may follow in the next piece.
      if (end === "\r" && index === text.length - 1) break;
      const isComment = !isOpen && text.startsWith("#", start);
      for (; quote >= 0 && quote < index; quote = text.indexOf('"', quote + 1)) {
        isOpen = !isOpen && !isComment;
      }
      [seen, breaks] = [index + end.length, breaks + 1];
      if (isOpen) continue;
      yield { text: text.slice(start, index), number };
      [start, number, breaks] = [seen, number + breaks, 0];
    }
    rest = text.slice(start);
    seen -= start;
    if (rest.length > LONGEST) {
      refuseCsv(
        `a line must have at most ${LONGEST} characters`,
        `line ${number} goes on, or a quote is open`,
      );
    }
  }
  if (rest !== "") yield { text: rest, number };
}

/** Whether a line is none of the table; a spreadsheet's `#N/A` is. */
function isComment(text: string): boolean {
  return /^#(?!(n\/a|value!|num!|div\/0!|null!|ref!|name\?))/i.test(text);
}

/** The text in pieces, with an end for its last line. */
function* pieces(source: string | Uint8Array): Generator<string> {
  if (typeof source === "string") {
    const first = source.startsWith("\uFEFF") ? 1 : 0;
    for (let i = first; i < source.length; i += PIECE) yield source.slice(i, i + PIECE);
  } else yield* decoded(source);
  yield "\n";
}

/** The text of bytes; as spreadsheets save them, too. */
function* decoded(bytes: Uint8Array): Generator<string> {
  const mark = bytes[0]! << 8 | bytes[1]!;
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let i = 0; i <= bytes.length; i += PIECE) {
    const isLast = i + PIECE > bytes.length;
    try {
      yield decoder.decode(bytes.subarray(i, i + PIECE), { stream: !isLast });
    } catch {
      refuseCsv(
        "its bytes must be UTF-8, or UTF-16 that begins with a byte order mark",
        `some of bytes ${i} to ${Math.min(i + PIECE, bytes.length)} are not`,
      );
    }
  }
}

/** Refuses a text. */
export function refuseCsv(rule: string, state: string): never {
  throw new SyntaxError(`Cannot read CSV as ${rule}: ${state}`);
}
