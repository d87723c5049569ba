import { isIP } from 'node:net';
import { ConfigurationError } from '@migration-status/core';
import type { CredentialSource } from '../config/config.ts';
import { parseSource } from '../config/parse-source.ts';
import type { ListenAddress } from './listen.ts';

/** The flags of `serve` about who may see what. */
export interface ServeAccessFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  /** The names that the server goes by, besides those of this machine for itself. */
  readonly name?: readonly string[] | undefined;
  /** Where the token is read from. */
  readonly token?: string | undefined;
}

/** Where to listen, and whom to answer. */
export interface ServeAccess extends ListenAddress {
  /** Names that a request may be for. */
  readonly hosts: readonly string[];
  readonly token: CredentialSource | undefined;
}

/** The names of this machine for itself, as they stand in a request. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
/** Where nobody but this machine can ask. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
const everyHost = ['0.0.0.0', '::'];

/** Reads the flags. Throws a `ConfigurationError` where others could see what is served, and no token keeps them out. */
export function parseServeAccess({
  host = '127.0.0.1',
  port = '8080',
  name = [],
  token,
}: ServeAccessFlags): ServeAccess {
  const isOpen = !loopbackHosts.includes(host) || name.length > 0;
  if (isOpen && token === undefined)
    throw toError(
      '--token',
      'is needed where others than this machine can ask: --token env:NAME or file:PATH',
    );
  const isNamed = !loopbackHosts.includes(host) && !everyHost.includes(host);
  return {
    host,
    port: parsePort('--port', port),
    hosts: [...loopbackNames, ...(isNamed ? [toName(host)] : []), ...name],
    token: token === undefined ? undefined : parseSource('--token', token),
  };
}

/** The number of a port. Throws a `ConfigurationError` that names the flag. */
export function parsePort(flag: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw toError(flag, 'must be a number from 0 to 65535');
}

/** A host as it stands in an address: with brackets where it has colons itself. */
export function toName(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `${option} ${complaint}` });
}
