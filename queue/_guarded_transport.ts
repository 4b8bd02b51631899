// The client's sockets, repaired: version 3.4.0 takes all listeners from a socket while it connects and when it
// closes, so that a server that goes away in that moment ends the whole program by an error that nobody can catch.

import { NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";

interface Socket {
  on(event: "error", listener: () => void): unknown;
  removeAllListeners(...event: string[]): unknown;
}

interface Inside {
  dial(place: unknown): Promise<Socket>;
  startTLS(): Promise<Socket>;
}

/** Leaves one listener on each socket, which does nothing: the client learns by its own that a server has gone. */
export function guardSockets(): void {
  if (guarded) return;
  guarded = true;
  const inside = NodeTransport.prototype as unknown as Inside;
  const { dial, startTLS } = inside;
  inside.dial = async function (place) {
    return guard(await dial.call(this, place));
  };
  inside.startTLS = async function () {
    return guard(await startTLS.call(this));
  };
}

let guarded = false;

function guard(socket: Socket): Socket {
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (...which) => {
    remove(...which); // Without an argument it is not the same as with undefined.
    return socket.on("error", ignore);
  };
  socket.on("error", ignore);
  return socket;
}

function ignore(): void {}
