// Checks of what may come from a file written by hand: a slip of the pen must be told.

import { requireInteger, requireNonNegative, requirePositive } from "@likely/core/check";
import { requireJson } from "./_require_json.ts";
import { isRecord, shown } from "./_um_bridge_server.ts";
import type { UmBridgeLevel, UmBridgeOptions } from "./um_bridge_options.ts";

const ACTION = "use a UM-Bridge model";
const FIELDS = [
  "model",
  "name",
  "config",
  "seed",
  "levels",
  "concurrency",
  "timeout",
  "retries",
  "wait",
  "headers",
  "maxBytes",
] as const satisfies readonly (keyof UmBridgeOptions)[];
const LEVEL_FIELDS = ["name", "model", "config", "cost"] as const satisfies readonly (keyof UmBridgeLevel)[];

/** Checks what only the simulator needs; limits of a server are checked where they are used. */
export function checkUmBridge(options: UmBridgeOptions): void {
  checkFields("options", options, FIELDS);
  const { model, name, config = {}, seed, levels, concurrency = 1, retries = 0, wait = 0, headers } = options;
  checkText("model", model);
  checkText("name", name);
  checkText("seed", seed);
  checkConfig("config", config, seed);
  requireInteger(ACTION, "concurrency", concurrency, 1);
  requireInteger(ACTION, "retries", retries, 0);
  requireNonNegative(ACTION, "wait", wait);
  if (headers !== undefined) checkHeaders(headers);
  if (levels !== undefined) checkLevels(levels, seed);
}

function checkLevels(levels: readonly UmBridgeLevel[], seed: string | undefined): void {
  if (!Array.isArray(levels) || levels.length < 2) {
    throw refused("levels", "must be a list of two at least", levels);
  }
  for (const [l, level] of levels.entries()) {
    const at = `levels[${l}]`;
    checkFields(at, level, LEVEL_FIELDS);
    checkText(`${at}.name`, level.name);
    checkText(`${at}.model`, level.model);
    checkConfig(`${at}.config`, level.config ?? {}, seed);
    if (level.cost !== undefined) requirePositive(ACTION, `${at}.cost`, level.cost);
  }
}

/** Requires an object with no other fields than these. */
function checkFields(name: string, value: unknown, known: readonly string[]): void {
  if (!isRecord(value)) throw refused(name, "must be an object", value);
  const stranger = Object.keys(value).find((field) => !known.includes(field));
  if (stranger === undefined) return;
  throw refused(name, `must have no fields but ${known.join(", ")}`, stranger);
}

/** Requires text that says something, where there is any. */
function checkText(name: string, value: unknown): void {
  if (value === undefined || typeof value === "string" && value !== "") return;
  throw refused(name, "must be a text", value);
}

function checkConfig(name: string, config: unknown, seed: string | undefined): void {
  if (!isRecord(config)) throw refused(name, "must be an object", config);
  requireJson(ACTION, name, config);
  if (seed === undefined || !Object.hasOwn(config, seed)) return;
  throw refused(`${name}.${seed}`, "must be left to the seed, which is called so", config[seed]);
}

function checkHeaders(headers: unknown): void {
  if (!isRecord(headers)) throw refused("headers", "must be an object", headers);
  const [name] = Object.entries(headers).find(([, value]) => typeof value !== "string") ?? [];
  if (name !== undefined) throw refused(`headers.${name}`, "must be a text", headers[name]);
}

function refused(name: string, rule: string, value: unknown): TypeError {
  return new TypeError(`Cannot ${ACTION} as ${name} ${rule}: current value is ${shown(value)}`);
}
