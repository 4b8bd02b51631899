// The page of `web/`, asked by its address: what it opens and of which observation.

import { type Points, row } from "@likely/core";

/** The address that opens the page so; throws where it names no model. */
export function pageLink(
  { address, x, beta }: { readonly address: string; readonly x: Points; readonly beta?: number },
): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!/^https?:$/.test(url?.protocol ?? "") || !url!.searchParams.get("model")) {
    throw new TypeError(
      `Cannot link to a page as its address must be one of the web with ?model= in it: current value is ${
        JSON.stringify(address.slice(0, 120))
      }`,
    );
  }
  const rows = Array.from({ length: x.n }, (_, i) => row(x, i).join(","));
  url!.searchParams.set("x", rows.join(";"));
  if (beta !== undefined) url!.searchParams.set("beta", String(beta));
  return url!.href.replaceAll("%2C", ",").replaceAll("%3B", ";");
}
