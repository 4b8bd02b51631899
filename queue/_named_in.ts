// What a module names, read from its text. Too much does no harm, as both sides see the same.

const PATTERNS = [
  /\b(?:from|import)\s*["']([^"'\n]+)["']/g,
  /\bimport(?:\.meta\.resolve)?\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
  /\bnew\s+URL\(\s*["'`]([^"'`\n]+)["'`]\s*,\s*import\.meta\.url/g,
];

/** Specifiers of imports, and relative names of files, each once. */
export function namedIn(code: string): string[] {
  const found = PATTERNS.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name!));
  return [...new Set(found.map((name) => name.split(/[?#]/)[0]!).filter((name) => name !== ""))];
}
