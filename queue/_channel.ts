// A connection to the queue's server that waits out its absence.

import {
  jetstream,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  errors,
  type Msg,
  type NatsConnection,
} from "@nats-io/transport-node";
import { readIfThere } from "./_files.ts";
import { guardSockets } from "./_guarded_transport.ts";
import { orAborted, pause } from "./_waiting.ts";
import type { QueueServer } from "./queue_server.ts";

const OLDEST = [2, 10] as const;
/** Seconds. */
const PATIENCE = 5;
const RETRY = 0.25;
const LAST_WORDS = 1;
const NO_RESPONDERS = 503;
const UNAVAILABLE = 503;
const NO_RESOURCES = 10023;

/** A message that was handed out, until it is done or given back. */
export interface Handed {
  readonly subject: string;
  readonly data: Uint8Array;
  /** How often it was handed out, this time included. */
  readonly times: number;
  /** Never to be handed out again. */
  done(): void;
  /** To be handed out again, now or in so many seconds. */
  giveBack(seconds?: number): void;
  /** The time to be done begins anew. */
  goOn(): void;
}

/** Told what a person should know: that the server has gone, or is back. */
export type Notice = (text: string) => void;

/** A connection, checked. */
export interface Channel extends AsyncDisposable {
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Bytes in a message at most. */
  readonly mostBytes: number;
  /** Where it is, without a password. */
  readonly where: string;
  /**
   * Asks a consumer for its next message; undefined where there is none for so many seconds. One that comes after
   * the signal is given back.
   */
  next(stream: string, consumer: string, wait: Wait): Promise<Handed | undefined>;
  /** All streams that take messages of a subject. */
  streams(subject: string): Promise<StreamInfo[]>;
  /** Answers on a subject until disposed of; whoever asks there learns that somebody is here. */
  answer(subject: string): Disposable;
  /** Whether somebody answers on a subject. */
  isAnswered(subject: string): Promise<boolean>;
  /**
   * Does something, again and again while the server is away; other errors are thrown in words. Rejects as soon
   * as the signal is aborted, and does not try again.
   */
  keepTrying<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** How long to wait for a message. */
export interface Wait {
  readonly seconds: number;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Connects, and requires a server that can keep a queue. */
export async function openChannel(
  server: QueueServer,
  { name, onNotice }: { readonly name: string; readonly onNotice: Notice },
): Promise<Channel> {
  const where = placeOf(server.url);
  const options = await optionsOf(server);
  guardSockets();
  let connection: NatsConnection;
  try {
    connection = await connect({
      ...options,
      name,
      timeout: PATIENCE * 1000,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      pingInterval: 10_000,
    });
  } catch (error) {
    throw inWords(error, where);
  }
  try {
    return await check(connection, where, onNotice);
  } catch (error) {
    await connection.close();
    throw inWords(error, where);
  }
}

async function check(connection: NatsConnection, where: string, onNotice: Notice): Promise<Channel> {
  const { version = "0", max_payload } = connection.info ?? {};
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    refuse(where, `its server must be of version ${OLDEST.join(".")} or later: current value is ${version}`);
  }
  const manager = await managerOf(connection);
  const away = watch(connection, where, onNotice);
  return {
    js: jetstream(connection),
    manager,
    where,
    mostBytes: max_payload ?? 1024 * 1024,
    next: (stream, consumer, wait) => next(connection, { stream, consumer, away, ...wait }),
    streams: async (subject) => {
      const found: StreamInfo[] = [];
      for await (const info of manager.streams.list(subject)) found.push(info);
      return found;
    },
    answer: (subject) => {
      const subscription = connection.subscribe(subject, {
        callback: (_, message) => void message?.respond(),
      });
      return { [Symbol.dispose]: () => subscription.unsubscribe() };
    },
    isAnswered: async (subject) => {
      try {
        await connection.request(subject, undefined, { timeout: 1000 });
        return true;
      } catch (error) {
        if (isAway(error)) return false;
        throw inWords(error, where);
      }
    },
    keepTrying: async (action, signal) => {
      for (;;) {
        try {
          return await orAborted(action(), signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!isAway(error) || connection.isClosed()) throw inWords(error, where);
          await pause(RETRY, signal);
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      // What was acknowledged last still goes out, unless the server is away.
      await within(LAST_WORDS, connection.flush());
      await within(LAST_WORDS, connection.close());
    },
  };
}

/** Waits for something, but not for ever. */
async function within(seconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, 1000 * seconds));
  await Promise.race([promise.catch(() => {}), late]);
  clearTimeout(timer);
}

/** A server that has just started may take a moment to open its store. */
async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  const end = performance.now() + PATIENCE * 1000;
  for (;;) {
    try {
      return await jetstreamManager(connection);
    } catch (error) {
      const mayCome = connection.info?.jetstream === true && performance.now() < end;
      if (!mayCome || !isAway(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Aborted when the connection is lost, and new once it is back. */
interface Away {
  signal: AbortSignal;
}

function watch(connection: NatsConnection, where: string, onNotice: Notice): Away {
  let lost = new AbortController();
  const away: Away = { signal: lost.signal };
  (async () => {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") {
        lost.abort(new errors.ConnectionError("disconnected"));
        onNotice(`the queue at ${where} is away: waiting`);
      } else if (type === "reconnect") {
        lost = new AbortController();
        away.signal = lost.signal;
        onNotice(`the queue at ${where} is back`);
      }
    }
  })();
  return away;
}

// One request a message, and no more: what is handed out is under way, and never waits in a buffer here.
async function next(
  connection: NatsConnection,
  { stream, consumer, seconds, away, signal }: Wait & {
    readonly stream: string;
    readonly consumer: string;
    readonly away: Away;
  },
): Promise<Handed | undefined> {
  const asked = { batch: 1, expires: Math.round(seconds * 1e9) };
  // An inbox of its own, as the message comes under its subject and not under the one of the request.
  const options = { timeout: seconds * 1000 + 2000, noMux: true };
  const given = AbortSignal.any([signal, away.signal]);
  given.throwIfAborted();
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
  const reply = connection.request(subject, JSON.stringify(asked), options).then((message) => {
    const code = message.headers?.code ?? 0;
    if (code === 0) return handed(connection, message);
    if (code === 404 || code === 408) return undefined;
    if (code === NO_RESPONDERS) throw new errors.NoRespondersError(subject);
    throw new GoneError(message.headers?.description ?? `status ${code}`);
  });
  try {
    return await orAborted(reply, given);
  } catch (error) {
    reply.then((late) => late?.giveBack(), () => {});
    throw error;
  }
}

function handed(connection: NatsConnection, { subject, data, reply = "" }: Msg): Handed {
  const answer = (text: string) => {
    // Lost with the connection: then it is handed out again.
    if (!connection.isClosed()) connection.publish(reply, text);
  };
  // $JS.ACK.<stream>.<consumer>.<times>.…, or with a domain and an account before the stream.
  const words = reply.split(".");
  return {
    subject,
    data,
    times: Number(words.length > 9 ? words[6] : words[4]),
    done: () => answer("+ACK"),
    giveBack: (seconds = 0) =>
      answer(`-NAK${seconds > 0 ? ` ${JSON.stringify({ delay: seconds * 1e9 })}` : ""}`),
    goOn: () => answer("+WPI"),
  };
}

/** What was asked is not there any more: the run has ended. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

/** Whether an error says no more than that the server does not answer now. */
export function isAway(error: unknown): boolean {
  if (isWithoutJetStream(error)) return true; // It may be about to start.
  if (error instanceof errors.RequestError) return !(error.cause instanceof errors.PermissionViolationError);
  // A cluster that chooses a leader; storage that is full is another matter.
  if (error instanceof JetStreamApiError) return error.status === UNAVAILABLE && error.code !== NO_RESOURCES;
  return error instanceof errors.TimeoutError || error instanceof errors.ConnectionError ||
    error instanceof errors.NoRespondersError;
}

/** No error class of the client's public part. */
function isWithoutJetStream(error: unknown): boolean {
  return error instanceof Error && error.name === "JetStreamNotEnabled";
}

/** As of a host that does not exist, or refuses. */
function isOfSystem(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === "string";
}

function inWords(error: unknown, where: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const cause = error.cause instanceof Error ? error.cause : error;
  const saying = (rule: string) => new Error(`Cannot use the queue at ${where} as ${rule}`, { cause: error });
  if (isWithoutJetStream(error)) {
    return saying("its server must run JetStream (nats-server --jetstream): it does not");
  }
  const refused = [error, cause].find((one) => one instanceof errors.PermissionViolationError);
  if (refused) {
    const what = refused.operation === "publish" ? "publish" : "subscribe";
    return saying(`this user must be permitted to ${what} to "${refused.subject}": it is not`);
  }
  if ([error, cause].some((one) => one instanceof errors.AuthorizationError)) {
    return saying(`its server must know this user: ${cause.message}`);
  }
  if (error instanceof errors.ConnectionError || error instanceof errors.TimeoutError || isOfSystem(error)) {
    return saying(`a NATS server must answer there: ${cause.message}`);
  }
  if (error instanceof JetStreamApiError) {
    return saying(`its server must do what it is asked: ${error.message}`);
  }
  return error;
}

function refuse(where: string, rule: string): never {
  throw new Error(`Cannot use the queue at ${where} as ${rule}`);
}

async function optionsOf({ url, credentials, ca, certificate, certificateKey }: QueueServer) {
  const urls = url.split(",").map(parse);
  const [{ username, password } = { username: "", password: "" }] = urls;
  const options: ConnectionOptions = { servers: urls.map(({ host }) => host) };
  if (password !== "") Object.assign(options, { user: username, pass: password });
  else if (username !== "") options.token = username;
  if (credentials !== undefined) options.authenticator = credsAuthenticator(await read(credentials));
  if (urls.some(({ protocol }) => protocol === "tls:") || ca !== undefined || certificate !== undefined) {
    const text = async (path: string) => new TextDecoder().decode(await read(path));
    options.tls = {
      ...(ca !== undefined && { ca: await text(ca) }),
      ...(certificate !== undefined && { cert: await text(certificate) }),
      ...(certificateKey !== undefined && { key: await text(certificateKey) }),
    };
  }
  return options;
}

async function read(path: string): Promise<Uint8Array> {
  const bytes = await readIfThere(path);
  if (bytes) return bytes;
  throw new Error(`Cannot use the queue as its files must be there: there is no ${path}`);
}

interface Place {
  readonly protocol: string;
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

function parse(text: string): Place {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !["nats:", "tls:"].includes(url.protocol) || url.hostname === "") {
    throw new TypeError(
      `Cannot use the queue as its server must be nats://host:4222 or tls://host:4222: current value is "${
        text.replace(/\/\/.*@/, "//")
      }"`,
    );
  }
  return {
    protocol: url.protocol,
    host: `${url.hostname}:${url.port || "4222"}`,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

/** For messages. */
function placeOf(url: string): string {
  return url.split(",").map((one) => {
    const { protocol, host } = parse(one);
    return `${protocol}//${host}`;
  }).join(",");
}
