// What a run leaves behind, file by file, so that the same command goes on where it was killed.

import { type Artifact, decodeArtifact, encodeArtifact, type Points, points } from "@likely/core";
import type { Problem } from "./_sbibm_problems.ts";
import type { AnswerResult, AnswerSettings, TrainResult, TrainSettings } from "./_sbibm_run.ts";

/** Files of a folder. */
export interface Store {
  training(settings: TrainSettings): TrainResult | undefined;
  artifact(settings: TrainSettings): Artifact;
  answer(settings: AnswerSettings): AnswerResult | undefined;
  keepTraining(result: TrainResult, artifact?: Artifact): void;
  keepAnswer(result: AnswerResult): void;
  /** Exact draws, made once. */
  exact(problem: Problem, observation: number, draws: number): Promise<Points>;
}

/** Opens a folder, which need not be there yet. */
export function openStore(folder: string): Store {
  Deno.mkdirSync(folder, { recursive: true });
  const at = (name: string) => `${folder}/${name}`;
  const json = <T extends { settings: unknown }>(name: string, settings: unknown) => {
    const found = orAbsent(() => JSON.parse(Deno.readTextFileSync(at(name))) as T);
    return found && JSON.stringify(found.settings) === JSON.stringify(settings) ? found : undefined;
  };
  return {
    training: (settings) => json(`${trainingName(settings)}.json`, settings),
    artifact: (settings) => decodeArtifact(Deno.readFileSync(at(`${trainingName(settings)}.safetensors`))),
    answer: (settings) => json(answerName(settings), settings),
    keepTraining: (result, artifact) => {
      const name = trainingName(result.settings);
      // The network first: what has a result has a network.
      if (artifact) write(at(`${name}.safetensors`), encodeArtifact(artifact));
      write(at(`${name}.json`), JSON.stringify(result));
    },
    keepAnswer: (result) => write(at(answerName(result.settings)), JSON.stringify(result)),
    exact: async (problem, observation, draws) => {
      const path = at(`${problem.name}_exact_obs${observation}_draws${draws}.f64`);
      const dim = problem.task.prior.dim;
      const found = orAbsent(() => Deno.readFileSync(path));
      if (found) return points(new Float64Array(found.buffer), dim);
      const exact = await problem.exact(observation, draws);
      write(path, new Uint8Array(exact.data.buffer, exact.data.byteOffset, exact.data.byteLength));
      return exact;
    },
  };
}

function trainingName({ problem, method, simulations, key, rounds }: TrainSettings): string {
  const about = rounds ? `_rounds${rounds.count}_for${rounds.observation}` : "";
  return `${problem}_${method}_${simulations}_key${key}${about}`;
}

function answerName(settings: AnswerSettings): string {
  const { observation, draws, classifier } = settings;
  return `${trainingName(settings)}_obs${observation}_draws${draws}_${classifier}.json`;
}

/** In one piece: a killed run leaves no half file behind. */
function write(path: string, content: string | Uint8Array): void {
  if (typeof content === "string") Deno.writeTextFileSync(`${path}.part`, content);
  else Deno.writeFileSync(`${path}.part`, content);
  Deno.renameSync(`${path}.part`, path);
}

function orAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
