import { ConfigurationError } from '@migration-status/core';

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A duration as people write it, in milliseconds: `500ms`, `90s`, `30m`, `1h30m`; without a unit it is seconds. */
export function parseDuration(flag: string, text: string): number {
  const plain = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text;
  const parts = [...plain.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  const durationMs = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  );
  const isWhole = parts.map(([part]) => part).join('') === plain;
  if (isWhole && durationMs > 0) return durationMs;
  const message = `${flag} must be a duration such as 90s, 30m or 1h30m, got "${text}"`;
  throw new ConfigurationError({ option: flag, message });
}
