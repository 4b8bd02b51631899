// A masked autoregressive flow as instructions.

import { densityWidths, type MafSpec } from "@likely/core";
import { type Code, float } from "./_code.ts";
import { emitBase, type Flow, type FlowBackward } from "./_flow.ts";
import { emitContext, type FlowRows } from "./_flow_rows.ts";
import { type Plan, type Rows, takeRows } from "./_layer.ts";
import { AFFINE, AFFINE_BACK } from "./_opcodes.ts";
import { planMaskedDraws } from "./_masked_draws.ts";
import { outputParts } from "./_output_parts.ts";
import { planSkip, planSubnet, type Skip, type Subnet } from "./_subnet.ts";

/** One transform. */
interface Masked {
  readonly subnet: Subnet;
  readonly skip: Skip;
  /** What it reads: targets and their context. */
  readonly from: Rows;
  /** What targets become. */
  readonly to: Rows;
}

/** Plans the flow. */
export function planMaskedFlow(plan: Plan, spec: MafSpec, io: FlowRows): Flow {
  const { target, context } = densityWidths(spec);
  const transforms: Masked[] = [];
  for (let t = 0; t < spec.transforms; t++) {
    const from = transforms.at(-1)?.to ?? { ...io.rows, width: target + context };
    const isLast = t === spec.transforms - 1;
    const to = takeRows(plan.arena, `transform${t} z`, io.most, target + (isLast ? 0 : context));
    transforms.push(planMasked(plan, spec, io, t, from, to));
  }
  return {
    forward: (code, count, seed) => {
      transforms.forEach((masked, t) => {
        emitMasked(code, count, io, masked, { add: t > 0, slopes: seed !== undefined });
        if (masked !== transforms.at(-1)) emitContext(code, count, io, masked.to);
      });
      emitBase(code, count, io, transforms.at(-1)!.to, seed);
    },
    backward: (code, count, options) => {
      transforms.toReversed().forEach((masked) =>
        emitMaskedBack(code, count, io, masked, {
          ...options,
          input: options.input || masked !== transforms[0],
        })
      );
    },
    gradient: (code, count) => {
      for (const { subnet, skip } of transforms) {
        subnet.gradient(code, count);
        skip.gradient(code, count);
      }
    },
    draws: plan.training ? undefined : planMaskedDraws(plan, spec, io),
  };
}

function planMasked(plan: Plan, spec: MafSpec, io: FlowRows, t: number, from: Rows, to: Rows): Masked {
  const { hidden, activation } = spec;
  const path = `transform${t}`;
  const rows = io.most;
  const trunk = { kind: "mlp", hidden, activation } as const;
  const subnet = planSubnet(plan, { path, trunk, from, parts: outputParts(spec)!, rows });
  const shifts = (all: Rows) => ({ ...all, width: io.target });
  const skip = planSkip(plan, {
    path: `${path}/skip`,
    from,
    to: shifts(subnet.outputs),
    adjoint: shifts(subnet.adjoint),
    add: true,
  });
  return { subnet, skip, from, to };
}

function emitMasked(
  code: Code,
  count: number,
  { target, values }: FlowRows,
  { subnet, skip, from, to }: Masked,
  { add, slopes }: { readonly add: boolean; readonly slopes: boolean },
): void {
  const { at, ld } = subnet.outputs;
  subnet.forward(code, count, slopes);
  skip.forward(code, count);
  code.emit(
    AFFINE,
    count,
    target,
    at,
    ld * 4,
    from.at,
    from.ld * 4,
    to.at,
    to.ld * 4,
    values,
    Number(add),
  );
}

function emitMaskedBack(
  code: Code,
  count: number,
  { target, adjoint }: FlowRows,
  { subnet, skip, to }: Masked,
  { seed, input }: FlowBackward,
): void {
  const { outputs, adjoint: { at } } = subnet;
  const row = outputs.ld * 4;
  const back = [adjoint.at, adjoint.ld * 4, at, float(seed)];
  code.emit(AFFINE_BACK, count, target, outputs.at, row, to.at, to.ld * 4, ...back);
  const options = { to: input ? adjoint : undefined, add: true };
  subnet.backward(code, count, options);
  skip.backward(code, count, options);
}
