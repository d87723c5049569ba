import type { MigrationAdapter, MigrationReading, MigrationState } from '@migration-status/core/adapter';

/** A request as the adapter sent it. */
export interface FixtureRequest {
  readonly method: string;
  /** `http://127.0.0.1:40001`: where the provider is pretended to be, for answers with links in them. */
  readonly origin: string;
  /** Path and query, still encoded. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How many requests came before it, in the same audit. */
  readonly index: number;
}

/** What a provider answers. */
export interface FixtureAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body, as a JSON value. */
  readonly json?: unknown;
  /** The body, as text; instead of `json`. */
  readonly text?: string | undefined;
}

/** Method syntax lets a harness say of which kind its refs are, where the kit handles refs of all kinds. */
type ReplyFunction<Ref> = { reply(request: FixtureRequest, ref: Ref): FixtureAnswer }['reply'];

/**
 * An answer, or a function that makes one: for an adapter that checks that the answer is about the ref it asked for, or that
 * makes several requests to find a status out.
 */
export type FixtureReply<Ref = unknown> = FixtureAnswer | ReplyFunction<Ref>;

/** The fields of a reading that must be so; others are not looked at. One that must be absent is expected as undefined. */
export type ExpectedReading = { readonly state: MigrationState } & {
  readonly [Field in keyof MigrationReading]?: MigrationReading[Field] | undefined;
};

/** Something that the provider says about a migration, and what it means. */
export interface Sample<Ref = unknown> {
  /** A few words, unique among the samples: `running`. */
  readonly label: string;
  readonly reply: FixtureReply<Ref>;
  readonly expect: ExpectedReading;
  /** The ref to read it with. Default `toRef` of some id. It tells what is awaited of a job that has phases. */
  readonly ref?: Ref | undefined;
}

/** How the adapter under audit is made, and what its provider says. */
export interface AdapterHarness<Ref = unknown> {
  /** A fresh adapter that speaks to `baseUrl` only. `secret` stands in for every credential. */
  create(context: HarnessContext): MigrationAdapter<unknown, Ref>;
  /**
   * The ref of the migration with this id, which may be any text. An adapter without ids gives the same ref for all; one whose
   * refs are whole URLs makes them of the base URL that it was made with.
   */
  toRef(id: string, context: Pick<HarnessContext, 'baseUrl'>): Ref;
  /** What the provider says, at least once for each of its words, and once that it does not know the migration. */
  readonly samples: readonly Sample<Ref>[];
  /** An answer with a word for the state that nobody has documented. */
  readonly unrecognised: FixtureReply<Ref>;
  /**
   * The names of the fields that the state is read from. Default: the one that holds `nativeState`. To be named where the
   * state is put together from several.
   */
  readonly stateFields?: readonly string[] | undefined;
  /** How many requests one `getStatus` makes. Default 1. */
  readonly requestsPerStatus?: number | undefined;
  /** For adapters with `getStatuses`. */
  readonly batch?: BatchHarness<Ref> | undefined;
  /** For adapters with `list`. */
  readonly list?: ListHarness | undefined;
  /** For adapters with `start`. */
  readonly start?: StartHarness | undefined;
  /** For adapters with `cancel`. */
  readonly cancel?: CancelHarness<Ref> | undefined;
  /** For adapters with `parsePush`. */
  readonly push?: PushHarness | undefined;
  /** The README, as text or as a file: with a table that begins `| native | state |` and has a row for each word. */
  readonly statesTable?: string | URL | undefined;
}

/** A harness within one audit, where it is known of which server refs are. */
export interface BoundHarness extends Omit<AdapterHarness, 'toRef'> {
  /** The ref of a migration at the server of the audit, or at the one that is named. */
  toRef(id: string, baseUrl?: string): unknown;
}

/** What an adapter is made with. */
export interface HarnessContext {
  /** `http://127.0.0.1:40001` */
  readonly baseUrl: string;
  /** A made-up credential of letters and digits, another one in each audit. The kit looks for it where it must not be. */
  readonly secret: string;
}

/** How a provider answers a question about many migrations. */
export interface BatchHarness<Ref = unknown> {
  /** One answer out of what would be answered about each ref alone. Refs that are left out are unknown to the provider. */
  toAnswer(items: readonly BatchItem<Ref>[], request: FixtureRequest): FixtureAnswer;
}

/** What would be answered about one ref alone. */
export interface BatchItem<Ref = unknown> {
  readonly ref: Ref;
  readonly answer: FixtureAnswer;
}

/** How a provider lists migrations. */
export interface ListHarness {
  /** What `list` is called with. */
  readonly filter?: unknown;
  /** One answer per request, in their order. */
  readonly pages: readonly FixtureReply<undefined>[];
  /** The ids of the migrations on all pages, in their order, as `toRef` takes them; at least one. */
  readonly ids: readonly string[];
}

/** How a provider starts a migration. */
export interface StartHarness {
  /** What `start` is called with. */
  readonly input: unknown;
  readonly reply: FixtureReply<undefined>;
  /** Fields that the ref must have. */
  readonly expect?: Readonly<Record<string, unknown>> | undefined;
}

/** How a provider cancels a migration. */
export interface CancelHarness<Ref = unknown> {
  readonly reply: FixtureReply<Ref>;
  /** Default `toRef` of some id. */
  readonly ref?: Ref | undefined;
}

/** How a provider sends messages by itself. */
export interface PushHarness {
  /** The headers that the provider would send with a message. */
  sign(message: PushToSign): Readonly<Record<string, string>>;
  readonly samples: readonly PushSample[];
  /** The body of a message about something else than a migration, as text. */
  readonly unknownEvent: string;
}

/** A message before it is signed. */
export interface PushToSign {
  /** Tells it from all other messages. */
  readonly id: string;
  readonly body: string;
  /** When it is sent, epoch milliseconds. */
  readonly wallTime: number;
  /** The secret that the adapter was made with. */
  readonly secret: string;
}

/** A message, and what it means. */
export interface PushSample {
  readonly label: string;
  /** As text. */
  readonly body: string;
  readonly expect: ExpectedReading;
}
