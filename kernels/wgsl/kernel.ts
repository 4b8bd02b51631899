// One instruction as a compute shader: its arguments by name, its body, and how many threads it takes.

/** An instruction's words: its name, then its arguments. */
export type Words = ArrayLike<number>;

/** The shader of an instruction. */
export interface Kernel {
  /**
   * Arguments in the instruction's order. A plain name is a whole number; `name@` an address or a
   * distance, told in bytes and seen as places of float32; `name~` a float32.
   */
  readonly args: string;
  /** Threads of a workgroup. @default {64} */
  readonly size?: number;
  /** What the body declares outside of itself. */
  readonly outside?: string;
  /** The body; sees the arguments, `i` of all threads, `lane` in the workgroup and `group`. */
  readonly body: string;
  /** Workgroups of an instruction, in a row or, where the body reads `box` and `boxes`, in a box. */
  groups(a: Words): number | readonly [x: number, y: number, z: number];
}

/** A kernel whose threads each do one of so many things; the body is for those that have one. */
export function eachThread(
  args: string,
  count: (a: Words) => number,
  body: string,
  options: Pick<Kernel, "size" | "outside"> & {
    /** The count once more, as the shader sees it. */
    readonly of: string;
  },
): Kernel {
  const { of, size = SIZE, outside } = options;
  return {
    args,
    size,
    ...(outside && { outside }),
    body: `if (i >= ${of}) { return; }\n${body}`,
    groups: (a) => Math.ceil(count(a) / size),
  };
}

/** Threads of a workgroup where nothing speaks for another number. */
export const SIZE = 64;

/** The shader's text: bindings, arguments by name, and the body. */
export function shaderOf(kernel: Kernel, library: string): string {
  const { args, size = SIZE, outside = "", body } = kernel;
  const named = args.split(" ").map((arg, k) => {
    const word = `words[${k + 1 >> 2}].${"xyzw"[k + 1 & 3]}`;
    if (arg.endsWith("~")) return `let ${arg.slice(0, -1)} = bitcast<f32>(${word});`;
    return arg.endsWith("@") ? `let ${arg.slice(0, -1)} = ${word} >> 2u;` : `let ${arg} = ${word};`;
  });
  return `
@group(0) @binding(0) var<storage, read_write> arena: array<f32>;
@group(0) @binding(1) var<uniform> words: array<vec4<u32>, 4>;
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>;
${library}
${outside}
@compute @workgroup_size(${size})
fn main(
  @builtin(workgroup_id) box: vec3<u32>,
  @builtin(num_workgroups) boxes: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = box.y * boxes.x + box.x;
  let i = group * ${size}u + lane;
  ${named.join("\n  ")}
${body}
}
`;
}
