// The built module with its own memory, as a module that is given a shared one.

const HEADER_BYTES = 8;
const TYPES = 1;
const IMPORTS = 2;
const MEMORY = 5;
/** One import: `env.memory`, a memory (2), shared and limited (3). */
const MEMORY_IMPORT = [1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 3];

/**
 * Moves the memory from the module's own section to an import of so many pages, neither less
 * nor more: V8 takes a third longer over a shared memory that can grow. So one committed module
 * serves alone and in company; its instructions are the same, byte for byte.
 */
export function importSharedMemory(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  const length = lengthBytes(pages);
  const section = [...MEMORY_IMPORT, ...length, ...length];
  const parts: number[] = [...module.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < module.length;) {
    const { value, next } = readLength(module, at + 1);
    const end = next + value;
    if (module[at] !== MEMORY) append(parts, module.subarray(at, end));
    if (module[at] === TYPES) append(parts, [IMPORTS, section.length, ...section]);
    at = end;
  }
  return Uint8Array.from(parts);
}

/** Appends one by one: a section has more bytes than a call may have arguments. */
function append(parts: number[], bytes: Iterable<number>): void {
  for (const byte of bytes) parts.push(byte);
}

/** An unsigned LEB128 number. */
function lengthBytes(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...lengthBytes(value >> 7)];
}

/** The same, read, and where it ends. */
function readLength(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) return { value, next: at };
  }
}
