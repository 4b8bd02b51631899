// Literals of Python, as the headers of NumPy's files hold them: a dictionary of texts, tuples, numbers.

/** A value; a dictionary is a map. */
export type Literal = string | number | boolean | null | readonly Literal[] | Map<string, Literal>;

const MOST_DEEP = 8;
const TOKEN =
  /\s*(?:([bu]?'(?:[^'\\]|\\.)*'|[bu]?"(?:[^"\\]|\\.)*")|(-?\d+)L?|(True|False|None)\b|([{}()[\],:]))/y;

/** Reads a literal, and nothing after it. */
export function parseLiteral(text: string): Literal {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (reader.rest() !== "") {
    throw new SyntaxError(`it goes on with ${JSON.stringify(reader.rest().slice(0, 20))}`);
  }
  return value;
}

class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  rest(): string {
    return this.text.slice(this.#at).trim();
  }

  value(depth: number): Literal {
    const [, quoted, number, word, mark] = this.#next();
    if (quoted !== undefined) return unquoted(quoted);
    if (number !== undefined) return Number(number);
    if (word !== undefined) return word === "None" ? null : word === "True";
    if (depth > MOST_DEEP) throw new SyntaxError(`it is nested more than ${MOST_DEEP} times`);
    if (mark === "(") return this.#list(")", depth);
    if (mark === "[") return this.#list("]", depth);
    if (mark === "{") return this.#dictionary(depth);
    throw new SyntaxError(`"${mark}" begins no value`);
  }

  #list(end: string, depth: number): Literal {
    const items: Literal[] = [];
    while (!this.#takes(end)) {
      items.push(this.value(depth + 1));
      if (this.#takes(end)) break;
      this.#require(",");
    }
    return items;
  }

  #dictionary(depth: number): Map<string, Literal> {
    const found = new Map<string, Literal>();
    while (!this.#takes("}")) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new SyntaxError("a key must be a text");
      this.#require(":");
      found.set(key, this.value(depth + 1));
      if (this.#takes("}")) break;
      this.#require(",");
    }
    return found;
  }

  #require(mark: string): void {
    if (!this.#takes(mark)) throw new SyntaxError(`"${mark}" must be at character ${this.#at}`);
  }

  #takes(mark: string): boolean {
    const before = this.#at;
    if (this.rest() === "") throw new SyntaxError("it ends too early");
    if (this.#next()[4] === mark) return true;
    this.#at = before;
    return false;
  }

  #next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.text);
    if (!found) throw new SyntaxError(`nothing can be read at character ${this.#at}`);
    this.#at = TOKEN.lastIndex;
    return found;
  }
}

/** What is in quotes; of escapes those that names have. */
function unquoted(text: string): string {
  const inner = text.replace(/^[bu]/, "").slice(1, -1);
  return inner.replace(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gi,
    (_, byte, unit, sign) =>
      sign === undefined
        ? String.fromCharCode(parseInt(byte ?? unit, 16))
        : { n: "\n", t: "\t", r: "\r" }[sign as string] ?? sign,
  );
}
