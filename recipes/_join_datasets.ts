import { type Dataset, type Points, points } from "@likely/core";

/** One below the other, failures counted on. */
export function joinDatasets(above: Dataset, below: Dataset): Dataset {
  const before = above.theta.n + above.failed;
  const failures = [
    ...above.failures ?? [],
    ...(below.failures ?? []).map(({ row, reason }) => ({ row: before + row, reason })),
  ];
  const failedTheta = above.failedTheta && below.failedTheta
    ? joinRows(above.failedTheta, below.failedTheta)
    : above.failedTheta ?? below.failedTheta;
  return {
    theta: joinRows(above.theta, below.theta),
    x: joinRows(above.x, below.x),
    ...(above.score && below.score && { score: joinRows(above.score, below.score) }),
    failed: above.failed + below.failed,
    ...(failedTheta && { failedTheta }),
    ...(failures.length > 0 && { failures }),
  };
}

function joinRows(above: Points, below: Points): Points {
  const data = new Float64Array(above.data.length + below.data.length);
  data.set(above.data);
  data.set(below.data, above.data.length);
  return points(data, above.dim);
}
