import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError, type MigrationAdapter } from '@migration-status/core';
import { resolve } from 'import-meta-resolve';
import type { AdapterFactory } from './config.ts';
import { describeLoadFailure } from './describe-load-failure.ts';

/** What is to be loaded. */
export interface AdapterModule {
  /** The name of a package, or a path that begins with a dot. */
  readonly name: string;
  /** The name of the export, where it is not the only one that would do. */
  readonly factory?: string | undefined;
  /** Where the package is installed, and paths count from. */
  readonly folder: string;
  /** The place in the configuration, for messages. */
  readonly option: string;
}

const factoryName = /^create\w*Adapter$/;

/**
 * Loads somebody's adapter the way that a module in the folder would, and gives what makes it: the one export that is called
 * `create…Adapter`, or the one that is named.
 */
export async function importAdapterFactory({
  name,
  factory,
  folder,
  option,
}: AdapterModule): Promise<AdapterFactory> {
  const loaded = await load();
  const names = Object.keys(loaded).filter((key) =>
    factory === undefined ? factoryName.test(key) : key === factory,
  );
  const [found = '', ...others] = names.filter((key) => typeof loaded[key] === 'function');
  const create = loaded[found];
  if (typeof create !== 'function' || others.length > 0) {
    const complaint = others.length > 0 ? `several: ${names.join(', ')}. "factory" can say which` : 'none';
    throw toError(
      `${name} should export one function ${factory ?? 'create…Adapter'}, and there is ${complaint}`,
    );
  }
  return async (options) => {
    const adapter: unknown = await create(options);
    if (isAdapter(adapter)) return adapter;
    throw toError(`what ${found} of ${name} makes is no adapter`);
  };

  async function load(): Promise<Readonly<Record<string, unknown>>> {
    try {
      return await import(resolve(name, pathToFileURL(path.join(folder, 'index.js')).href));
    } catch (cause) {
      const message = `"${option}": ${name} cannot be loaded: ${describeLoadFailure(cause)}`;
      throw new ConfigurationError({ option, message, cause });
    }
  }

  function toError(complaint: string): ConfigurationError {
    return new ConfigurationError({ option, message: `"${option}": ${complaint}` });
  }
}

/** Whether a value keeps the form of the contract. */
export function isAdapter(value: unknown): value is MigrationAdapter {
  if (typeof value !== 'object' || value === null) return false;
  const methods = ['parseRef', 'key', 'lane', 'getStatus', 'classify'];
  return (
    Reflect.get(value, 'specVersion') === 1 &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function')
  );
}
