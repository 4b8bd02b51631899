// A mixture of Gaussians as instructions.

import type { MdnSpec } from "@likely/core";
import { padded } from "./_arena.ts";
import { float } from "./_code.ts";
import type { Draws } from "./_draws.ts";
import type { Flow } from "./_flow.ts";
import { contextOf, type FlowRows } from "./_flow_rows.ts";
import type { Plan, Rows } from "./_layer.ts";
import { MIXTURE, MIXTURE_DRAW } from "./_opcodes.ts";
import { outputParts } from "./_output_parts.ts";
import { type Network, planSharedDraws } from "./_shared_draws.ts";
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
  });
  const network: Network = {
    outputs: subnet.outputs,
    forward: (code, count, slopes) => {
      subnet.forward(code, count, slopes);
      skip.forward(code, count);
    },
  };
  return {
    forward: (code, count, seed) => {
      const { outputs, adjoint: { at } } = subnet;
      const { rows: { at: y, ld }, adjoint, target, values } = io;
      const to = seed === undefined ? 0 : adjoint.at;
      const start = [to, adjoint.ld * 4, adjoint.width, float(seed ?? 0)];
      network.forward(code, count, seed !== undefined);
      const sizes = [count, components, target, outputs.at, outputs.ld * 4, at, y, ld * 4];
      code.emit(MIXTURE, ...sizes, values, ...start);
    },
    backward: (code, count, { input }) => {
      const { adjoint, target, context } = io;
      const behind = { at: adjoint.at + target * 4, width: context, ld: adjoint.ld };
      const options = { to: input ? behind : undefined, add: true };
      subnet.backward(code, count, options);
      skip.backward(code, count, options);
    },
    gradient: (code, count) => {
      subnet.gradient(code, count);
      skip.gradient(code, count);
    },
    draws: plan.training ? undefined : planMixtureDraws(plan, spec, io, network),
  };
}

/** One mixture for each condition, however many draws there are of it. */
function planMixtureDraws(plan: Plan, { components }: MdnSpec, io: FlowRows, network: Network): Draws {
  const { target } = io;
  return planSharedDraws(plan, io, network, (code, { each, from, y, ld, share }) => {
    code.emit(MIXTURE_DRAW, each, components, target, from, y, ld, share);
  });
}
