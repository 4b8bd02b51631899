// What commands that use a queue have in common.

import type { QueueServer } from "@likely/queue";
import type { Arguments, Option } from "./_options.ts";

/** How to be let in by the queue's server, as options of a command. */
export function serverOptions(companion?: readonly [string]): Readonly<Record<string, Option>> {
  const beside = companion ? { with: companion } : {};
  return {
    creds: { value: "file", help: "credentials for the queue's server, as nsc writes them", ...beside },
    ca: { value: "file", help: "certificates of those who sign for the queue's server", ...beside },
    cert: { value: "file", help: "a certificate of your own for the queue's server", ...beside },
    "cert-key": { value: "file", help: "the key of that certificate", with: ["cert"] },
  };
}

/** The server that the arguments name. */
export function serverOf(url: string, args: Arguments): QueueServer {
  const [credentials, ca, certificate, certificateKey] = ["creds", "ca", "cert", "cert-key"].map((name) =>
    args.text(name)
  );
  if (certificate !== undefined && certificateKey === undefined) {
    args.refuse("--cert must come with --cert-key: there is none");
  }
  return {
    url,
    ...(credentials !== undefined && { credentials }),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(certificateKey !== undefined && { certificateKey }),
  };
}
