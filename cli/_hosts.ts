// The hosts that a service can be deployed to.

import { browser } from "./_host_browser.ts";
import { cloudflare } from "./_host_cloudflare.ts";
import { deno } from "./_host_deno.ts";
import type { Deployment, HostFiles } from "./_host_files.ts";
import { node } from "./_host_node.ts";
import { vercel } from "./_host_vercel.ts";

/** The hosts there are. */
export const HOSTS = ["cloudflare", "deno", "node", "vercel", "browser"] as const;

/** One of the hosts. */
export type Host = (typeof HOSTS)[number];

/** The folder for a host. */
export function hostFiles(host: Host, deployment: Deployment): HostFiles | Promise<HostFiles> {
  return { cloudflare, deno, node, vercel, browser }[host](deployment);
}
