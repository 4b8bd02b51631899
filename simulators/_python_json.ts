// JSON as numerical servers write it: Python prints a list's nan and inf by their own names, other libraries
// write NaN, Infinity or null for them.

/** Deeper than anything that a server has to say; each level is a call on the stack. */
const MOST_DEEP = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?(?:NaN|nan|Infinity|inf)|null|None|true|false/y;
const BLANK = /[ \t\r\n]*/y;

/**
 * Reads JSON in which a number may also be `NaN`, `nan`, `Infinity`, `inf`, or these with a minus, and null
 * also `None`. What is in quotes is text, whatever it looks like.
 *
 * @param text What a server sent.
 * @returns As `JSON.parse`.
 * @throws {SyntaxError} If it is no such text: the message names the place, counted from 0.
 */
export function readPythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Slower, and seldom needed.
    return readByHand(text);
  }
}

/** As {@linkcode readPythonJson}, without the short way. */
export function readByHand(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > MOST_DEEP) this.#refuse(`lists must be at most ${MOST_DEEP} deep`);
    this.#take(BLANK);
    switch (this.#text[this.#at]) {
      case "[":
        return this.#list("]", () => this.value(depth + 1));
      case "{":
        // Not by assignment: a field may be called `__proto__`.
        return Object.fromEntries(this.#list("}", () => this.#field(depth)));
      case '"':
        return this.#string();
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#take(BLANK);
    if (this.#at < this.#text.length) this.#refuse("nothing may follow the value");
  }

  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    this.#take(BLANK);
    if (this.#text[this.#at] === close) {
      this.#at++;
      return items;
    }
    while (true) {
      items.push(item());
      this.#take(BLANK);
      const next = this.#text[this.#at];
      if (next !== close && next !== ",") this.#refuse(`"," or "${close}" must stand here`);
      this.#at++;
      if (next === close) return items;
    }
  }

  #field(depth: number): [string, unknown] {
    this.#take(BLANK);
    if (this.#text[this.#at] !== '"') this.#refuse("a name in double quotes must stand here");
    const name = this.#string();
    this.#take(BLANK);
    if (this.#text[this.#at] !== ":") this.#refuse('":" must stand here');
    this.#at++;
    return [name, this.value(depth + 1)];
  }

  #string(): string {
    const start = this.#at;
    // Its end alone is looked for; what lies between is for JSON.parse to judge.
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === "\\" ? 2 : 1;
    try {
      const value = JSON.parse(this.#text.slice(start, end + 1));
      this.#at = end + 1;
      return value;
    } catch {
      return this.#refuse("a string must end, and hold no control characters nor unknown escapes");
    }
  }

  #number(): number | boolean | null {
    const digits = this.#take(NUMBER);
    if (digits !== "") return Number(digits);
    const word = this.#take(WORD);
    switch (word) {
      case "":
        return this.#refuse("a value must stand here");
      case "null":
      case "None":
        return null;
      case "true":
      case "false":
        return word === "true";
      default:
        if (/nan/i.test(word)) return NaN;
        return word.startsWith("-") ? -Infinity : Infinity;
    }
  }

  /** What matches here, which may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #refuse(rule: string): never {
    const here = this.#at < this.#text.length
      ? JSON.stringify(this.#text.slice(this.#at, this.#at + 20))
      : "the end";
    throw new SyntaxError(`${rule}: at ${this.#at} is ${here}`);
  }
}
