import { register } from 'node:module';

/** A process in which OpenTelemetry is not installed: follows a migration to its end, and then asks for metrics all the same. */
const [connectionString = ''] = process.argv.slice(2);

const hook = `export async function resolve(specifier, context, next) {
  if (!specifier.startsWith('@opentelemetry/')) return next(specifier, context);
  throw Object.assign(new Error(specifier + ' is not there'), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { createDurableTracker } = await import('../src/index.ts');
const { createScriptedAdapter, toReading } = await import('../../../test/support/scripted-adapter.ts');

const adapter = createScriptedAdapter({ script: { a: [toReading('succeeded')] } });
const tracker = await createDurableTracker({ connectionString, schema: 'without', adapters: [adapter] });
const status = await tracker.track(adapter, { id: 'a' }).settled();
tracker.measure();
await tracker.close();
console.log(status.state);
await import('../src/opentelemetry.ts').catch(() => console.log('not there'));
