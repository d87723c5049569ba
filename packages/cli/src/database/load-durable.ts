import { ConfigurationError } from '@migration-status/core';

/** Loads what speaks to databases: only where the configuration names one, because most do not. */
export async function loadDurable() {
  try {
    return await import('@migration-status/durable');
  } catch (cause) {
    const message = '"database" needs the package @migration-status/durable, which is not installed';
    throw new ConfigurationError({ option: 'database', message, cause });
  }
}

/** Loads what tells OpenTelemetry. */
export async function loadMetrics() {
  try {
    return await import('@migration-status/durable/opentelemetry');
  } catch (cause) {
    const message = '--metrics needs the package @opentelemetry/api, which is not installed';
    throw new ConfigurationError({ option: '--metrics', message, cause });
  }
}
