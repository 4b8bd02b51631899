// A choice as instructions.

import type { CategoricalSpec } from "@likely/core";
import { float } from "./_code.ts";
import type { Flow } from "./_flow.ts";
import { contextOf, type FlowRows } from "./_flow_rows.ts";
import type { Plan } from "./_layer.ts";
import { CATEGORICAL, CATEGORICAL_DRAW } from "./_opcodes.ts";
import { outputParts } from "./_output_parts.ts";
import { planSharedDraws } from "./_shared_draws.ts";
import { planSubnet } from "./_subnet.ts";

/** Plans the choice. */
export function planCategorical(plan: Plan, spec: CategoricalSpec, io: FlowRows): Flow {
  const { categories, trunk } = spec;
  const from = contextOf(io);
  const subnet = planSubnet(plan, { path: "trunk", trunk, from, parts: outputParts(spec)!, rows: io.most });
  return {
    forward: (code, count, seed) => {
      const { outputs, adjoint: { at } } = subnet;
      const { rows: { at: y, ld }, adjoint, values } = io;
      const to = seed === undefined ? 0 : adjoint.at;
      subnet.forward(code, count, seed !== undefined);
      const sizes = [count, categories, outputs.at, outputs.ld * 4, at, y, ld * 4];
      code.emit(CATEGORICAL, ...sizes, values, to, adjoint.ld * 4, adjoint.width, float(seed ?? 0));
    },
    backward: (code, count, { input }) => {
      const { adjoint, target, context } = io;
      const behind = { at: adjoint.at + target * 4, width: context, ld: adjoint.ld };
      subnet.backward(code, count, { to: input ? behind : undefined, add: true });
    },
    gradient: (code, count) => subnet.gradient(code, count),
    draws: plan.training
      ? undefined
      : planSharedDraws(plan, io, subnet, (code, { each, from, y, ld, share }) => {
        code.emit(CATEGORICAL_DRAW, each, categories, from, y, ld, share);
      }),
  };
}
