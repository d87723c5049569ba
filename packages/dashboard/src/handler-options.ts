import { type Clock, ConfigurationError, type MigrationRow, systemClock } from '@migration-status/core';

/** Something that an operator may do to a migration, as a button in its details. */
export interface RowAction {
  /** `refresh` looks once more, `cancel` calls the migration off at the provider. */
  readonly name: 'refresh' | 'cancel';
  /** Whether it is offered for a row: whether its adapter can. Default: for every row that has not ended. */
  readonly isOffered?: ((row: MigrationRow) => boolean) | undefined;
  /**
   * Does it. Of what it throws, the message of a `MigrationStatusError` is shown to the operator; anything else goes to
   * `onActionError`, and is shown as not having succeeded.
   */
  readonly run: (row: MigrationRow) => unknown;
}

/** How `createStatusHandler` answers. */
export interface StatusHandlerOptions {
  /** Where the page stands, with a slash at both ends. Default `/`. */
  readonly basePath?: string | undefined;
  /** Shown above the page. Default `Migrations`. */
  readonly title?: string | undefined;
  /**
   * The names that the server goes by, without port. A request for any other `Host` is refused, so that a page of somebody
   * else cannot have its name point here. Default: the names of this machine for itself.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * What must be shown to see anything: as `Authorization: Bearer …`, or in the form of the page, which keeps a cookie. At
   * least 16 characters. Without it, and without `authorize`, only the names of this machine for itself can be `hosts`.
   */
  readonly token?: string | undefined;
  /** A check of your own in the place of `token`, such as the session of your application. */
  readonly authorize?: ((request: Request) => boolean | Promise<boolean>) | undefined;
  /** What an operator may do. Default: nothing but look. */
  readonly actions?: readonly RowAction[] | undefined;
  /** Is handed what an action throws and the operator is not shown. Default: it is printed with `console.error`. */
  readonly onActionError?: ((error: unknown) => void) | undefined;
  /** Whether `native` is sent, which may hold names and e-mail addresses. Default false. */
  readonly native?: boolean | undefined;
  /** Event streams at the same time. The next one is asked to come back later. Default 1 000. */
  readonly maxStreams?: number | undefined;
  /** How long changes are collected before they are sent, in milliseconds. Default 100. */
  readonly flushMs?: number | undefined;
  /**
   * How much may wait for one client, in bytes, besides the snapshot that it begins with; a slower one begins anew once it has
   * caught up. Default 1 MiB.
   */
  readonly maxQueuedBytes?: number | undefined;
  /** Default: the platform's time. */
  readonly clock?: Clock | undefined;
}

/** Options with everything in its place. */
export type HandlerSettings = {
  readonly [Name in Exclude<keyof StatusHandlerOptions, 'token' | 'authorize'>]-?: NonNullable<
    StatusHandlerOptions[Name]
  >;
} & Pick<StatusHandlerOptions, 'token' | 'authorize'>;

/** How a machine calls itself. */
export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const leastTokenLength = 16;

/** By the name of the option: whether a value fits, and the words for what would. */
const rules: Readonly<Record<keyof StatusHandlerOptions, readonly [(value: unknown) => boolean, string]>> = {
  basePath: [(value) => /^\/(?:[\w.~-]+\/)*$/.test(String(value)), 'a path with a slash at both ends'],
  title: [(value) => typeof value === 'string', 'a string'],
  hosts: [isListOfHosts, 'an array of host names without port'],
  token: [isToken, `a string of at least ${leastTokenLength} visible characters`],
  authorize: [(value) => typeof value === 'function', 'a function'],
  actions: [isListOfActions, 'an array of actions, each "refresh" or "cancel", with a function "run"'],
  onActionError: [(value) => typeof value === 'function', 'a function'],
  native: [(value) => typeof value === 'boolean', 'true or false'],
  maxStreams: [isPositive, 'a whole number above 0'],
  flushMs: [isPositive, 'a whole number of milliseconds above 0'],
  maxQueuedBytes: [isPositive, 'a whole number of bytes above 0'],
  clock: [isClock, 'a clock'],
};

/** Checks the options and fills in what is left out. Throws a `ConfigurationError` that names the option. */
export function toHandlerSettings(options: StatusHandlerOptions): HandlerSettings {
  for (const [option, value] of Object.entries(options)) {
    const rule = new Map<string, readonly [(value: unknown) => boolean, string]>(Object.entries(rules)).get(
      option,
    );
    if (rule === undefined) throw toError(option, `there is no option "${option}"`);
    if (value !== undefined && !rule[0](value)) throw toError(option, `"${option}" must be ${rule[1]}`);
  }
  const { hosts = loopbackHosts, token, authorize } = options;
  const isOpen = token === undefined && authorize === undefined;
  if (isOpen && hosts.some((host) => !loopbackHosts.includes(host)))
    throw toError(
      'token',
      'a "token" or "authorize" is needed where "hosts" are not those of this machine for itself',
    );
  return {
    basePath: options.basePath ?? '/',
    title: options.title ?? 'Migrations',
    hosts: hosts.map((host) => host.toLowerCase()),
    token,
    authorize,
    actions: options.actions ?? [],
    onActionError: options.onActionError ?? printActionError,
    native: options.native ?? false,
    maxStreams: options.maxStreams ?? 1_000,
    flushMs: options.flushMs ?? 100,
    maxQueuedBytes: options.maxQueuedBytes ?? 2 ** 20,
    clock: options.clock ?? systemClock,
  };
}

function printActionError(error: unknown): void {
  console.error('migration-status: an action failed', error);
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `createStatusHandler: ${complaint}` });
}

function isListOfHosts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((host) => /^(?:[\w.-]+|\[[\da-f:]+\])$/i.test(host))
  );
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && value.length >= leastTokenLength && /^[\x21-\x7e]+$/.test(value);
}

function isListOfActions(value: unknown): boolean {
  return Array.isArray(value) && value.every(isAction);
}

function isAction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const name: unknown = Reflect.get(value, 'name');
  return (name === 'refresh' || name === 'cancel') && typeof Reflect.get(value, 'run') === 'function';
}

function isClock(value: unknown): boolean {
  const methods = ['now', 'wallTime', 'setTimer'];
  return methods.every((name) => typeof Reflect.get(Object(value), name) === 'function');
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
