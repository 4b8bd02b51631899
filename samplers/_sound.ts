import { type LogDensity, mapEvaluations, soundValue } from "@likely/core";

/** A target whose values are finite or −∞, whatever it is built on; `onUnsound` hears of the others. */
export function sound(target: LogDensity, onUnsound?: () => void): LogDensity {
  return {
    name: target.name,
    dim: target.dim,
    ...mapEvaluations(target, (found) => {
      const { value } = found;
      // In place, since the caller owns them: this is in every inner loop.
      for (let i = 0; i < value.length; i++) {
        if (value[i]! < Infinity) continue;
        value[i] = soundValue(value[i]!);
        onUnsound?.();
      }
      return found;
    }),
  };
}
