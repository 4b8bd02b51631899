/**
 * Where a queue is, and who asks.
 *
 * @module
 */

/** A NATS server with JetStream, and what it asks for. */
export interface QueueServer {
  /**
   * `nats://host:4222`, or `tls://host:4222` where the connection must be encrypted; several servers of one
   * cluster with commas between. A user may be in it, `nats://user:password@host`, or a token,
   * `nats://token@host`.
   */
  readonly url: string;
  /** A file of credentials, as `nsc` writes them. */
  readonly credentials?: string;
  /** A file with the certificates of those who sign for the server. */
  readonly ca?: string;
  /** A file with this client's own certificate. */
  readonly certificate?: string;
  /** A file with the key of this client's own certificate. */
  readonly certificateKey?: string;
}
