// Descriptions in Parquet files (Thrift's compact protocol), gone over before hyparquet reads them: it makes
// room for as many elements as a list claims, and goes as deep as structures are nested.

const MOST_DEEP = 32;

/** Where the structure that begins at a byte ends; throws a `RangeError` where it claims more than there is. */
export function endOfStruct(bytes: Uint8Array, at: number, depth = 0): number {
  require(depth <= MOST_DEEP, `it must be nested at most ${MOST_DEEP} times`);
  for (;;) {
    require(at < bytes.length, "it must end within its bytes");
    const byte = bytes[at++]!;
    if ((byte & 15) === 0) return at;
    // The number of a field that does not follow the last one closely.
    if (byte >> 4 === 0) at = varint(bytes, at).next;
    at = endOfValue(bytes, at, { type: byte & 15, depth, isElement: false });
  }
}

interface Kind {
  readonly type: number;
  readonly depth: number;
  /** Of a list, where a boolean takes a byte. */
  readonly isElement: boolean;
}

function endOfValue(bytes: Uint8Array, at: number, { type, depth, isElement }: Kind): number {
  switch (type) {
    case 1:
    case 2:
      return at + (isElement ? 1 : 0);
    case 3:
      return at + 1;
    case 4:
    case 5:
    case 6:
      return varint(bytes, at).next;
    case 7:
      return at + 8;
    case 8: {
      const { value, next } = varint(bytes, at);
      require(next + value <= bytes.length, "a text must end within its bytes");
      return next + value;
    }
    case 9:
      return endOfList(bytes, at, depth);
    case 12:
      return endOfStruct(bytes, at, depth + 1);
    default:
      throw new RangeError(`its types must be known: there is ${type}`);
  }
}

function endOfList(bytes: Uint8Array, at: number, depth: number): number {
  require(at < bytes.length, "a list must begin within its bytes");
  const byte = bytes[at]!;
  const { value: size, next } = byte >> 4 === 15 ? varint(bytes, at + 1) : { value: byte >> 4, next: at + 1 };
  // No element takes less than a byte.
  require(next + size <= bytes.length, `a list must have no more than ${bytes.length - next} elements`);
  let end = next;
  for (let k = 0; k < size; k++) end = endOfValue(bytes, end, { type: byte & 15, depth, isElement: true });
  return end;
}

function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let k = 0; k < 10; k++) {
    require(at + k < bytes.length, "a number must end within its bytes");
    value += (bytes[at + k]! & 127) * 2 ** (7 * k);
    if (bytes[at + k]! < 128) return { value, next: at + k + 1 };
  }
  throw new RangeError("a number must have at most 10 bytes");
}

function require(holds: boolean, rule: string): void {
  if (!holds) throw new RangeError(rule);
}
