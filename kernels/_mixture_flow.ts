// A mixture of Gaussians as instructions.

import type { MdnSpec } from "@likely/core";
import { padded } from "./_arena.ts";
import { float } from "./_code.ts";
import { contextOf, type Flow, type FlowRows } from "./_flow.ts";
import type { Plan, Rows } from "./_layer.ts";
import { MIXTURE } from "./_opcodes.ts";
import { outputParts } from "./_output_parts.ts";
import { planSkip, planSubnet } from "./_subnet.ts";

/** Plans the mixture. */
export function planMixtureFlow(plan: Plan, spec: MdnSpec, io: FlowRows): Flow {
  const { components, trunk } = spec;
  const from = contextOf(io);
  const rows = io.most;
  const subnet = planSubnet(plan, { path: "trunk", trunk, from, parts: outputParts(spec)!, rows });
  const means = (all: Rows): Rows => ({
    at: all.at + padded(components) * 4,
    width: components * io.target,
    ld: all.ld,
  });
  const skip = planSkip(plan, {
    path: "skip",
    from,
    to: means(subnet.outputs),
    adjoint: means(subnet.adjoint),
    add: true,
    rows,
  });
  return {
    forward: (code, count, seed) => {
      const { outputs, adjoint: { at } } = subnet;
      const { rows: { at: y, ld }, adjoint, target, values } = io;
      const to = seed === undefined ? 0 : adjoint.at;
      const start = [to, adjoint.ld * 4, adjoint.width, float(seed ?? 0)];
      subnet.forward(code, count, seed !== undefined);
      skip.forward(code, count);
      const sizes = [count, components, target, outputs.at, outputs.ld * 4, at, y, ld * 4];
      code.emit(MIXTURE, ...sizes, values, ...start);
    },
    backward: (code, count, { weights, input }) => {
      const { adjoint, target, context, scratch } = io;
      const behind = { at: adjoint.at + target * 4, width: context, ld: adjoint.ld };
      const options = { weights, to: input ? behind : undefined, add: true, scratch: scratch.at };
      subnet.backward(code, count, options);
      skip.backward(code, count, options);
    },
    draw: () => {},
  };
}
