import type {
  BatchReadContext,
  CallContext,
  CommonAdapterOptions,
  ListedMigration,
  MigrationAdapter,
  MigrationReading,
  MigrationState,
  MigrationStatusError,
} from '@migration-status/core/adapter';
import type { RestDescription } from './rest-description.ts';

/** The ref of a description: its fields, all of them text. */
export type RestRef<Description extends RestDescription> = {
  readonly [Field in Description['ref'][number]]: string;
};

/** How an account of the described API is reached: its base URL, and the credentials of its kind of auth. */
export type RestOptions<Description extends RestDescription> = RestCommonOptions &
  RestBaseUrl<Description> &
  RestCredentials<Description['auth']>;

/** What every description leaves to its adapter. */
export interface RestCommonOptions extends CommonAdapterOptions {
  /** Single words that mean something else to you than in the description, or words that it does not know. */
  readonly states?: Readonly<Record<string, MigrationState>> | undefined;
  /** Whether each read also asks for the parts, with a second request, where they have one. Default false. */
  readonly parts?: boolean | undefined;
}

/** Of a description that is not known to the compiler, both are possible. */
type RestBaseUrl<Description extends RestDescription> = string extends Description['provider']
  ? { readonly baseUrl?: string | undefined }
  : RestKnownBaseUrl<Description>;

type RestKnownBaseUrl<Description> = Description extends { readonly baseUrl: string }
  ? {
      /** Default: that of the description. */
      readonly baseUrl?: string | undefined;
    }
  : {
      /** Where all paths start. */
      readonly baseUrl: string;
    };

type RestCredentials<Auth> = [Auth] extends [undefined | 'none']
  ? unknown
  : [Auth] extends ['bearer']
    ? { readonly token: string }
    : [Auth] extends ['basic']
      ? { readonly user: string; readonly password: string }
      : [Auth] extends [{ readonly header: string }]
        ? { readonly apiKey: string }
        : {
            readonly token?: string;
            readonly user?: string;
            readonly password?: string;
            readonly apiKey?: string;
          };

/** What every described API has: an adapter without what only some have. */
export type RestReader<Ref> = Omit<
  MigrationAdapter<unknown, Ref>,
  'getStatuses' | 'urlLengthOf' | 'list' | 'start' | 'cancel' | 'parsePush'
>;

/** An adapter as its description makes it: what is not described is not there. */
export type RestAdapter<Description extends RestDescription> = RestReader<RestRef<Description>> &
  RestBatching<Description> &
  RestListing<Description> &
  RestStarting<Description> &
  RestCanceling<Description>;

type RestBatching<Description extends RestDescription> = Description extends { readonly batch: object }
  ? {
      /**
       * Reads many migrations in one request. One that the answer leaves out is `not_found`; a record of another shape is an
       * error for its key alone, or, where it does not even tell its id, for all keys that are left.
       */
      getStatuses(
        refs: readonly RestRef<Description>[],
        context?: BatchReadContext,
      ): Promise<ReadonlyMap<string, MigrationReading | MigrationStatusError>>;
      urlLengthOf(ref: RestRef<Description>): number;
    }
  : unknown;

type RestListing<Description extends RestDescription> = Description extends { readonly list: object }
  ? {
      /**
       * Lists migrations, each once; a page is asked for when its first migration is. Where items have another shape, all the
       * others are given first; then it rejects with a `ProviderResponseError` about the first of them.
       */
      list(
        ...given: RestListArguments<RestListFilter<Description['list']>>
      ): AsyncIterable<ListedMigration<unknown, RestRef<Description>>>;
    }
  : unknown;

type RestListArguments<Filter> = object extends Filter
  ? [filter?: Filter, context?: CallContext]
  : [filter: Filter, context?: CallContext];

/** What a list is asked with: the placeholders of its path, its filters, and how far to walk. */
export type RestListFilter<List> = {
  readonly [Name in Placeholders<List extends { readonly path: infer Path } ? Path : never>]: string;
} & {
  readonly [Name in List extends { readonly filter: readonly (infer Filter)[] } ? Filter & string : never]?:
    | string
    | undefined;
} & {
  /** Migrations per request, where the API lets one choose. */
  readonly pageSize?: number | undefined;
  /** Requests at most. Default as many as there are pages. */
  readonly maxPages?: number | undefined;
};

type RestStarting<Description extends RestDescription> = Description extends { readonly start: object }
  ? {
      /** Starts a migration, and gives the ref to follow. It is sent once: whether one that got no answer has begun is not knowable. */
      start(
        input: RestStartInput<Description['start']>,
        context?: CallContext,
      ): Promise<RestRef<Description>>;
    }
  : unknown;

type RestCanceling<Description extends RestDescription> = Description extends { readonly cancel: object }
  ? {
      /** Asks the API to call the migration off. That it has ended is what the next read says. */
      cancel(ref: RestRef<Description>, context?: CallContext): Promise<void>;
    }
  : unknown;

/** What a start is given. */
export type RestStartInput<Start> = Start extends { readonly input: infer Input }
  ? {
      readonly [Name in keyof Input as Input[Name] extends `${string}?` ? never : Name]: InputValue<
        Input[Name]
      >;
    } & {
      readonly [Name in keyof Input as Input[Name] extends `${string}?` ? Name : never]?:
        | InputValue<Input[Name]>
        | undefined;
    }
  : Readonly<Record<string, never>>;

type InputValue<Type> = Type extends `${infer Kind}?` ? InputKind<Kind> : InputKind<Type>;

type InputKind<Kind> = Kind extends keyof InputValues ? InputValues[Kind] : never;

interface InputValues {
  readonly string: string;
  readonly secret: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly list: readonly unknown[];
  readonly object: Readonly<Record<string, unknown>>;
  readonly json: unknown;
}

type Placeholders<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;
