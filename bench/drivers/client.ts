import type { ClientReport } from './client-report.ts';
import { type DriverName, driverNames, loadDriver } from './load-driver.ts';

/** One worker in a process of its own: it begins at once, and tells how far it is whenever it is asked. */
const [given, url = '', gapMs, workers, isChanging] = process.argv.slice(2);
let cycles = 0;
const driver = await loadDriver(toName(given));
const orders = {
  url,
  gapMs: Number(gapMs),
  workers: Number(workers),
  isChanging: isChanging === 'true',
};
const running = await driver.start(orders, (count) => {
  cycles += count;
});

process.on('message', (order) => {
  if (order === 'stop') void running.stop().then(() => process.exit());
  else if (order === 'begin') running.begin?.();
  else tell();
});
// Nobody is left to tell.
process.on('disconnect', () => process.exit());
tell();

function tell(): void {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const report: ClientReport = {
    at: performance.now(),
    cycles,
    cpuMicros: user + system,
    rssBytes: rss,
    held: running.held ?? 0,
  };
  process.send?.(report);
}

function toName(text: string | undefined): DriverName {
  const name = driverNames.find((known) => known === text);
  if (name === undefined) throw new RangeError(`there is no driver ${text}`);
  return name;
}
