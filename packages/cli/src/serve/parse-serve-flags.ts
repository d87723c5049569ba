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

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
const loopbackHosts = ['127.0.0.1', '::1', 'localhost'];
const everyHost = ['0.0.0.0', '::'];

/** Reads the flags. Throws a `ConfigurationError` where others could see what is served, and no token keeps them out. */
export function parseServeAccess({
  host = '127.0.0.1',
  port = '8080',
  name = [],
  token,
}: ServeAccessFlags): ServeAccess {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65_535) throw toError('--port', 'must be a number from 0 to 65535');
  const isOpen = !loopbackHosts.includes(host) || name.length > 0;
  if (isOpen && token === undefined)
    throw toError(
      '--token',
      'is needed where others than this machine can ask: --token env:NAME or file:PATH',
    );
  const isNamed = !loopbackHosts.includes(host) && !everyHost.includes(host);
  return {
    host,
    port: number,
    hosts: [...loopbackNames, ...(isNamed ? [toName(host)] : []), ...name],
    token: token === undefined ? undefined : parseSource('--token', token),
  };
}

/** A host as it stands in an address: with brackets where it has colons itself. */
export function toName(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `${option} ${complaint}` });
}
