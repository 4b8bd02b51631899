import type { Task } from "@likely/core";
import { driftDiffusion } from "@likely/simulators/drift-diffusion";
import { hodgkinHuxley } from "@likely/simulators/hodgkin-huxley";
import { influenza } from "@likely/simulators/influenza";
import { lotkaVolterra } from "@likely/simulators/lotka-volterra";
import { slcp } from "@likely/simulators/slcp";
import { twoMoons } from "@likely/simulators/two-moons";
import type { KnownTask } from "./_known_tasks.ts";

/** Builders of the tasks that the page can simulate. */
export const TASKS: Readonly<Record<KnownTask, () => Task>> = {
  "two_moons": twoMoons,
  influenza,
  "lotka_volterra": lotkaVolterra,
  slcp,
  "drift_diffusion": driftDiffusion,
  "hodgkin_huxley": hodgkinHuxley,
};
