import type { FailureClass, StateTable } from '@migration-status/core/adapter';

/** Where a value stands in JSON, as RFC 6901 writes it: `/job/status`, `/errors/0/message`; empty for the whole. */
export type JsonPointer = string;

/** A JSON value: what a description consists of and what an input may be. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * A REST job API as data: JSON without any code, and without credentials.
 *
 * Pointers in `reading` and `parts` begin at the record of one migration, all others at the whole body.
 *
 * @example
 * const acme = {
 *   provider: 'acme',
 *   baseUrl: 'https://api.acme.example/v2',
 *   auth: 'bearer',
 *   ref: ['jobId'],
 *   status: { path: '/jobs/{jobId}' },
 *   reading: { id: '/id', state: '/status', progress: { percent: '/percent' } },
 *   states: { QUEUED: 'pending', RUNNING: 'running', DONE: 'succeeded', ERROR: 'failed' },
 * } as const satisfies RestDescription;
 */
export interface RestDescription {
  /** The provider's name: lower case, the first part of every key. */
  readonly provider: string;
  /** Where all paths start. Without it every adapter is told, and its host is a part of every key. */
  readonly baseUrl?: string | undefined;
  /** How requests are signed; the credentials themselves are options. Default `none`. */
  readonly auth?: RestAuth | undefined;
  /** Headers of every request that anybody may see. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The fields of a ref, all of them text; empty where there is only one migration. */
  readonly ref: readonly string[];
  /** Those of them that a key is made of. Default all. */
  readonly key?: readonly string[] | undefined;
  /** How the state of one migration is asked for. */
  readonly status: RestStatusRequest;
  /** What stands where in the record of a migration. */
  readonly reading: RestReading;
  /**
   * Native word → state. Where `reading.outcome` is described, the words are pairs as soon as there is an outcome:
   * `done/error`. A boolean is `true` or `false`, an HTTP status its number.
   */
  readonly states: StateTable;
  /** What there is to say about words to which the API adds nothing. */
  readonly explanations?: Readonly<Record<string, RestExplanation>> | undefined;
  /** How the API says that it does not know a migration. Default: HTTP 404. */
  readonly notFound?: RestNotFound | undefined;
  /** What the body of a refused request says. */
  readonly errors?: RestErrors | undefined;
  /** The tasks or meters of a migration. */
  readonly parts?: RestParts | undefined;
  /** How many migrations are read in one request. */
  readonly batch?: RestBatch | undefined;
  /** How migrations are listed. */
  readonly list?: RestList | undefined;
  /** How a migration is started. */
  readonly start?: RestStart | undefined;
  /** How a migration is called off; any 2xx is a success. */
  readonly cancel?: RestRequest | undefined;
}

/** `bearer` and `basic` go into `Authorization`; anything else goes into the header of that name. */
export type RestAuth = 'none' | 'bearer' | 'basic' | { readonly header: string };

/** One request. `{field}` stands for a field of the ref, and is always encoded. */
export interface RestRequest {
  /** Default `GET` for reading, `POST` for `start` and `cancel`. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
  /** Begins with a slash, may have a query: `/jobs/{jobId}?expand=tasks`. */
  readonly path: string;
  /** Added to the query; the values are templates. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON; every text in it is a template, and a text that is but one placeholder becomes its value. */
  readonly body?: JsonValue | undefined;
}

/** The request for one migration. */
export interface RestStatusRequest extends RestRequest {
  /** Where the record of the migration stands in the answer. Default: the answer is the record. */
  readonly record?: JsonPointer | undefined;
}

/** What stands where in the record of a migration. */
export interface RestReading {
  /** The word for the state; `http_status` where the HTTP status alone says it and no body is looked at. */
  readonly state: JsonPointer | 'http_status';
  /** A second word, which says how it ended: the word of the table is then `state/outcome`. Null, empty or absent is none. */
  readonly outcome?: JsonPointer | undefined;
  /** Compared with the ref, so that an answer about another migration is an error. */
  readonly id?: JsonPointer | RestId | undefined;
  readonly phase?: JsonPointer | undefined;
  readonly progress?: RestProgress | undefined;
  readonly createdAt?: JsonPointer | RestTime | undefined;
  readonly startedAt?: JsonPointer | RestTime | undefined;
  readonly updatedAt?: JsonPointer | RestTime | undefined;
  readonly finishedAt?: JsonPointer | RestTime | undefined;
  /** The zone of times that come without one: `Z` or an offset such as `+02:00`. Default `Z`. */
  readonly assumedZone?: string | undefined;
  /** One sentence for people. */
  readonly message?: JsonPointer | undefined;
  /** A page about the migration. */
  readonly url?: JsonPointer | undefined;
  /** What went wrong. An error where the migration has ended, a warning until then. */
  readonly issues?: RestIssues | undefined;
  /** What a partial success looks like where it is not a word: any of these makes `succeeded` a `partially_succeeded`. */
  readonly partial?: readonly RestPartial[] | undefined;
}

/** Where the id stands. */
export interface RestId {
  readonly pointer: JsonPointer;
  /** The field of the ref that it is. Default the last one. */
  readonly field?: string | undefined;
  /** `number` where the body has a whole number for what the ref has as text. Default `text`. */
  readonly type?: 'text' | 'number' | undefined;
  /** Whether upper and lower case are the same id. Default false. */
  readonly ignoreCase?: boolean | undefined;
}

/** Where counts stand. Numbers may come as text. Several pointers are added up, if all are there. */
export interface RestProgress {
  readonly percent?: JsonPointer | { readonly pointer: JsonPointer; readonly max: number } | undefined;
  readonly completed?: JsonPointer | readonly JsonPointer[] | undefined;
  readonly total?: JsonPointer | readonly JsonPointer[] | undefined;
  readonly failed?: JsonPointer | readonly JsonPointer[] | undefined;
  /** What is counted, as a word or where the word stands. */
  readonly unit?: string | { readonly pointer: JsonPointer } | undefined;
}

/** A time that is no ISO 8601 text. */
export interface RestTime {
  readonly pointer: JsonPointer;
  /** `seconds` and `milliseconds` count from 1970. Default `iso`. */
  readonly format?: 'iso' | 'seconds' | 'milliseconds' | undefined;
}

/** Where the reasons of a failure stand: one, or a list of them. */
export interface RestIssues {
  /** The list; the other pointers begin at its items. Default: there is but one reason, in the record itself. */
  readonly items?: JsonPointer | undefined;
  readonly message: JsonPointer;
  readonly code?: JsonPointer | undefined;
  readonly subject?: JsonPointer | undefined;
}

/** A flag that is true, a count above zero, or a list of which an item has one of the values. */
export type RestPartial =
  | { readonly flag: JsonPointer }
  | { readonly count: JsonPointer }
  | {
      readonly items: JsonPointer;
      readonly pointer: JsonPointer;
      readonly values: readonly (string | number | boolean)[];
    };

/** An issue of fixed words. */
export interface RestExplanation {
  readonly code: string;
  readonly message: string;
  /** Default `error`. */
  readonly severity?: 'error' | 'warning' | undefined;
}

/** Each is enough. */
export interface RestNotFound {
  /** Default `[404]`. A page of markup never counts: it does not come from the API. */
  readonly httpStatus?: readonly number[] | undefined;
  /** Where a body says it, whatever its HTTP status, … */
  readonly pointer?: JsonPointer | undefined;
  /** … and with what. */
  readonly values?: readonly (string | number | boolean | null)[] | undefined;
}

/** Where a refusal says why; of several pointers the first that leads to a text counts. */
export interface RestErrors {
  readonly message?: JsonPointer | readonly JsonPointer[] | undefined;
  readonly code?: JsonPointer | readonly JsonPointer[] | undefined;
  /** The API's codes → what they say about our access, where that is something else than the HTTP status says. */
  readonly failures?: Readonly<Record<string, FailureClass>> | undefined;
}

/** Where a page of items stands; of several pointers the first that leads to a list counts. */
export interface RestItems {
  readonly items: JsonPointer | readonly JsonPointer[];
  /** How many there are on all pages. */
  readonly total?: JsonPointer | readonly JsonPointer[] | RestHeader | undefined;
  /** How many a full page holds, where the answer says it. */
  readonly pageSize?: JsonPointer | undefined;
}

/** A value that stands in a header of the answer. */
export interface RestHeader {
  readonly header: string;
}

/** The tasks or meters of a migration. */
export interface RestParts extends RestItems {
  /** A request of their own, which is made after that for the state, for those who ask for it. Default: they are in the record. */
  readonly path?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** What a part is called; one without is counted but not shown. */
  readonly name: JsonPointer;
  readonly state?: JsonPointer | undefined;
  /** Its words, where they are others than those of the migration. */
  readonly states?: StateTable | undefined;
  readonly progress?: RestProgress | undefined;
  readonly message?: JsonPointer | undefined;
  /** What parts are called when they are counted as the progress of the migration. Default: they are not. */
  readonly countAs?: string | undefined;
  /** The code of the warning where they cannot be had. Default `parts_unavailable`. */
  readonly unavailableCode?: string | undefined;
}

/** How many migrations are read in one request. The ref must have one field. */
export interface RestBatch {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** The query parameter for the ids, … */
  readonly ids: string;
  /** … which is given once with a separator between them, or once for each. Default `joined`. */
  readonly style?: 'joined' | 'repeated' | undefined;
  /** Default `,`. */
  readonly separator?: string | undefined;
  /** The records, as a list or by id. One that is missing is `not_found`. */
  readonly items: JsonPointer;
  /** Where in a record an error about it alone stands. */
  readonly error?: JsonPointer | undefined;
  /** How many ids a request may have. */
  readonly max: number;
}

/** How migrations are listed. Each placeholder of the path is a field that the filter must have. */
export interface RestList extends RestItems {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Query parameters that a caller may give. */
  readonly filter?: readonly string[] | undefined;
  /** Where in an item the fields of its ref stand; others come from the filter. Default: the id, as its only or last field. */
  readonly ref?: Readonly<Record<string, JsonPointer>> | undefined;
  /** Words of which an item of the list says less than the migration itself would: `{ DONE: 'unknown' }`. */
  readonly states?: StateTable | undefined;
  /** Default: there is but one page. */
  readonly paging?: RestPaging | undefined;
}

/** The query parameter for the size of a page, and how large pages are asked for. */
export interface RestPageSize {
  readonly parameter: string;
  readonly value: number;
}

/** How one gets from a page to the next. */
export type RestPaging =
  /** By number: ends after a page that is not full, or that brings nothing new. */
  | {
      readonly type: 'page';
      readonly parameter: string;
      readonly size?: RestPageSize | undefined;
      /** Default 1. */
      readonly first?: number | undefined;
    }
  /** By the count of items before it: ends as `page` does. */
  | { readonly type: 'offset'; readonly parameter: string; readonly size?: RestPageSize | undefined }
  /** By a text of the last page: ends where there is none, or where `hasMore` leads to false. */
  | {
      readonly type: 'cursor';
      readonly parameter: string;
      readonly pointer: JsonPointer;
      readonly hasMore?: JsonPointer | undefined;
      readonly size?: RestPageSize | undefined;
    }
  /** By a URL in the last page, whole or relative: ends where there is none, or where `isLast` leads to true. */
  | {
      readonly type: 'next_link';
      readonly pointer: JsonPointer;
      readonly isLast?: JsonPointer | undefined;
      readonly size?: RestPageSize | undefined;
    }
  /** By the URL with `rel="next"` in the `Link` header: ends where there is none. */
  | { readonly type: 'link_header'; readonly size?: RestPageSize | undefined };

/** How a migration is started. Placeholders stand for inputs. */
export interface RestStart extends RestRequest {
  /** What a caller gives. A `?` at the end makes it optional; where it is not given, the field of the body is left out. */
  readonly input?: Readonly<Record<string, RestInputType>> | undefined;
  /** Where the fields of the new ref stand: in the answer, in an input (`{projectId}`), or in a header. */
  readonly ref: Readonly<Record<string, JsonPointer | RestRefHeader>>;
}

/** `secret` is text that is taken out of every error, `list` and `object` are JSON of that kind, `json` is any. */
export type RestInputType =
  `${'string' | 'secret' | 'number' | 'boolean' | 'list' | 'object' | 'json'}${'' | '?'}`;

/** A header with a URL in it that ends as the template says: `{ header: 'location', template: '/jobs/{jobId}' }`. */
export interface RestRefHeader extends RestHeader {
  readonly template: string;
}
