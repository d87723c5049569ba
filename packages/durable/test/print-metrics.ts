import { metrics } from '@opentelemetry/api';
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/** What a process is started with that prints its metrics every now and then. */
const reader = new PeriodicExportingMetricReader({
  exporter: new ConsoleMetricExporter(),
  exportIntervalMillis: 500,
  exportTimeoutMillis: 400,
});
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
