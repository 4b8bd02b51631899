/** Requires that pairs can be refreshed. */
export function requireExactScore(
  { name, score }: { readonly name: string; readonly score?: unknown },
): void {
  if (score) return;
  throw new TypeError(
    `Cannot refresh pairs of "${name}" as its exact score must be known at any theta: ` +
      "there is none (a joint score holds at the theta that made x alone)",
  );
}
