/**
 * One simulation run on any number of machines: chunks in a durable queue on a NATS server, workers that come
 * and go, and a coordinator that keeps what comes back and may be killed and started again.
 *
 * Rows depend on the key and their index alone, so whatever is lost or done twice, the folder ends byte for byte
 * as that of one machine. Needs a NATS server of version 2.10 or later with JetStream.
 *
 * @module
 */

export * from "./queue_server.ts";
export * from "./queue_simulate.ts";
export * from "./queue_source.ts";
export * from "./queue_work.ts";
export * from "./shared_task.ts";
export * from "./task_digest.ts";
