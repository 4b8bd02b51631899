// The inner loops of the matrix product, generated: V8 keeps sums in registers only where each
// has a name of its own. `_build.ts` hands the text to the compiler as `assembly/tiles.ts`.

/** Rows, and vectors of four columns, of every tile that `assembly/gemm.ts` asks for. */
const TILES: readonly (readonly [number, number])[] = [[3, 3], [2, 4], [5, 2], [6, 1]];

/** The source of `tile3x12` and the others. */
export function tilesSource(): string {
  return `import { madd } from "./vector";\n${TILES.map(([rows, vectors]) => tile(rows, vectors)).join("")}`;
}

/**
 * `C = init + bias + A · B` for one packed panel of B, `rows` rows of C at a time. Missing rows
 * at the bottom repeat the last one: the same numbers are stored twice.
 *
 * The order of the statements is the order of the machine code, and it matters: see the build
 * flags. What was tried and was slower is in `bench/README.md`.
 */
function tile(rows: number, vectors: number): string {
  const each = (line: (row: number) => string) => lines(rows, line);
  const across = (line: (vector: number) => string) => lines(vectors, line);
  const panelRow = 16 * vectors;
  return `
export function tile${rows}x${4 * vectors}(
  m: i32, k: i32, a: usize, aRow: usize, aStep: usize, b: usize,
  c: usize, cRow: usize, init: usize, initRow: usize, bias: usize,
): void {
  const last = m - 1;
  for (let i = 0; i < m; i += ${rows}) {
    ${each((r) => `const i${r} = <usize>${r === 0 ? "i" : `min(i + ${r}, last)`};`)}
    ${each((r) => `let a${r} = a + i${r} * aRow;`)}
    ${across((v) => `const bias${v} = v128.load(bias, ${16 * v});`)}
    ${
    each((r) =>
      `const n${r} = init + i${r} * initRow;
      ${across((v) => `let c${r}${v} = f32x4.add(bias${v}, v128.load(n${r}, ${16 * v}));`)}`
    )
  }
    const end = b + <usize>k * ${panelRow};
    for (let p = b; p < end; p += ${panelRow}) {
      ${across((v) => `const b${v} = v128.load(p, ${16 * v});`)}
      ${
    each((r) =>
      `const s${r} = v128.load_splat<f32>(a${r});
      ${across((v) => `c${r}${v} = madd(s${r}, b${v}, c${r}${v});`)}`
    )
  }
      ${each((r) => `a${r} += aStep;`)}
    }
    ${
    each((r) =>
      `const o${r} = c + i${r} * cRow;
      ${across((v) => `v128.store(o${r}, c${r}${v}, ${16 * v});`)}`
    )
  }
  }
}
`;
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}
