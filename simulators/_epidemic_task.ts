// The tasks of epidemics in continuous time: SIS and SIR differ in what recovery leaves behind.

import { independent, type Task, uniform } from "@likely/core";
import { exampleGraph, initialStates, maxDegree } from "./_contagion.ts";
import {
  type Epidemic,
  epidemicLogLikelihood,
  epidemicScore,
  runEpidemic,
  statisticsDim,
} from "./_epidemic_path.ts";
import { type PathModel, pathSimulator, summarySimulator } from "./_path_simulator.ts";
import { requireRising } from "./_times.ts";
import type { InfectedGraph } from "./infected_graph.ts";
import type { PathOptions } from "./path_options.ts";

/** What a caller may choose. */
export interface EpidemicChoice extends InfectedGraph, PathOptions<"snapshots"> {}

/** What the model is. */
export interface EpidemicKind {
  readonly name: string;
  /** How a snapshot shows a susceptible, an infected and a removed node. */
  readonly codes: readonly [number, number, number];
  /** Whether the recovered are immune. */
  readonly immune: boolean;
}

/** Builds the task of one kind of epidemic. */
export function epidemicTask(kind: EpidemicKind, choice: EpidemicChoice): Task {
  const { graph = exampleGraph(), infected = [0, 1], times = [1, 2, 3, 4, 5, 6, 7, 8] } = choice;
  const action = `build ${kind.name}`;
  requireRising(action, times);
  const start = initialStates(action, graph, infected);
  const model = epidemicModel({ ...kind, graph, start, times, degree: maxDegree(graph) }, kind.name);
  const simulator = choice.observe === "path" ? pathSimulator(model) : summarySimulator(model);
  const prior = independent({
    log_infection: uniform(-2.5, 0),
    log_recovery: uniform(-2, 0.5),
    log_spontaneous: uniform(-4.5, -1.5),
  });
  return { name: simulator.name, prior, simulator };
}

function epidemicModel(epidemic: Epidemic, name: string): PathModel {
  return {
    name,
    thetaDim: 3,
    summaryDim: epidemic.times.length * epidemic.graph.nodes,
    pathDim: statisticsDim(epidemic.degree),
    run: (random, theta) => runEpidemic(random, theta, epidemic),
    logLikelihood: epidemicLogLikelihood,
    score: epidemicScore,
  };
}
