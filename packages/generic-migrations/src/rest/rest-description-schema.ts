import {
  baseUrlExpectation,
  headerValueExpectation,
  isBaseUrl,
  isHeaderValue,
  isZone,
  migrationStates,
  type StandardSchema,
  zoneExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import { headerNameExpectation, isHeaderName } from './header-name.ts';
import { isJsonPointer, jsonPointerExpectation } from './json-pointer.ts';
import type { RestDescription } from './rest-description.ts';
import { isPathTemplate, pathTemplateExpectation } from './url-template.ts';

const text = z.string().check(z.minLength(1, 'a non-empty string'));
const name = z
  .string()
  .check(z.regex(/^[A-Za-z]\w*$/, 'a name of letters, digits and underscores that begins with a letter'));
const headerName = z.string().check(z.refine(isHeaderName, headerNameExpectation));
const headerValue = z.string().check(z.refine(isHeaderValue, headerValueExpectation));
const pointer = z.string().check(z.refine(isJsonPointer, jsonPointerExpectation));
const path = z.string().check(z.refine(isPathTemplate, pathTemplateExpectation));
const texts = z.record(z.string(), z.string());
const positive = z.number().check(z.refine((value) => value > 0, 'a number above 0'));
const count = positive.check(z.refine((value) => Number.isSafeInteger(value), 'a whole number above 0'));
const httpStatus = z
  .number()
  .check(z.refine((value) => Number.isInteger(value) && value >= 200 && value <= 599, 'an HTTP status'));
const stateTable = z
  .record(z.string(), z.enum(migrationStates))
  .check(z.refine((states) => Object.keys(states).length > 0, 'a table with at least one word'));
const scalar = z.union([z.string(), z.number(), z.boolean()], 'a string, a number or a boolean');
const failures = [
  'transient',
  'throttled',
  'unauthorized',
  'forbidden',
  'invalid_request',
  'invalid_response',
] as const;

/** A union tells of a value that fits none of its members only that: the expectation says what they are. */
const pointers = z.union(
  [pointer, z.array(pointer).check(z.minLength(1, 'a list with at least one JSON Pointer'))],
  `${jsonPointerExpectation}, or a list of them`,
);
const header = z.strictObject({ header: headerName });
const time = z.union(
  [pointer, z.strictObject({ pointer, format: z.optional(z.enum(['iso', 'seconds', 'milliseconds'])) })],
  `${jsonPointerExpectation}, or an object with "pointer" and "format" (iso, seconds or milliseconds)`,
);
const progress = z.strictObject({
  percent: z.optional(
    z.union(
      [pointer, z.strictObject({ pointer, max: positive })],
      `${jsonPointerExpectation}, or an object with "pointer" and "max"`,
    ),
  ),
  completed: z.optional(pointers),
  total: z.optional(pointers),
  failed: z.optional(pointers),
  unit: z.optional(
    z.union([text, z.strictObject({ pointer })], 'a non-empty string, or an object with "pointer"'),
  ),
});
const method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const request = {
  method: z.optional(method),
  path,
  query: z.optional(texts),
  body: z.optional(z.json()),
};
const items = {
  items: pointers,
  total: z.optional(
    z.union([pointers, header], `${jsonPointerExpectation}, a list of them, or an object with "header"`),
  ),
  pageSize: z.optional(pointer),
};

const id = z.union(
  [
    pointer,
    z.strictObject({
      pointer,
      field: z.optional(text),
      type: z.optional(z.enum(['text', 'number'])),
      ignoreCase: z.optional(z.boolean()),
    }),
  ],
  `${jsonPointerExpectation}, or an object with "pointer", "field", "type" (text or number) and "ignoreCase"`,
);
const partial = z.union(
  [
    z.strictObject({ flag: pointer }),
    z.strictObject({ count: pointer }),
    z.strictObject({ items: pointer, pointer, values: z.array(scalar) }),
  ],
  'an object with "flag", with "count", or with "items", "pointer" and "values"',
);
const reading = z.strictObject({
  state: z
    .string()
    .check(
      z.refine(
        (state) => state === 'http_status' || isJsonPointer(state),
        `${jsonPointerExpectation}, or "http_status"`,
      ),
    ),
  outcome: z.optional(pointer),
  id: z.optional(id),
  phase: z.optional(pointer),
  progress: z.optional(progress),
  createdAt: z.optional(time),
  startedAt: z.optional(time),
  updatedAt: z.optional(time),
  finishedAt: z.optional(time),
  assumedZone: z.optional(z.string().check(z.refine(isZone, zoneExpectation))),
  message: z.optional(pointer),
  url: z.optional(pointer),
  issues: z.optional(
    z.strictObject({
      items: z.optional(pointer),
      message: pointer,
      code: z.optional(pointer),
      subject: z.optional(pointer),
    }),
  ),
  partial: z.optional(z.array(partial)),
});

const parts = z.strictObject({
  ...items,
  path: z.optional(path),
  query: z.optional(texts),
  name: pointer,
  state: z.optional(pointer),
  states: z.optional(stateTable),
  progress: z.optional(progress),
  message: z.optional(pointer),
  countAs: z.optional(text),
  unavailableCode: z.optional(text),
});

const batch = z.strictObject({
  path,
  query: z.optional(texts),
  ids: text,
  style: z.optional(z.enum(['joined', 'repeated'])),
  separator: z.optional(text),
  items: pointer,
  error: z.optional(pointer),
  max: count,
});

const size = z.optional(z.strictObject({ parameter: text, value: count }));
const paging = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('page'),
      parameter: text,
      size,
      first: z.optional(z.number().check(z.refine(isPageNumber, 'a whole number from 0'))),
    }),
    z.strictObject({ type: z.literal('offset'), parameter: text, size }),
    z.strictObject({
      type: z.literal('cursor'),
      parameter: text,
      pointer,
      hasMore: z.optional(pointer),
      size,
    }),
    z.strictObject({ type: z.literal('next_link'), pointer, isLast: z.optional(pointer), size }),
    z.strictObject({ type: z.literal('link_header'), size }),
  ],
  'one of page, offset, cursor, next_link, link_header',
);
const list = z.strictObject({
  ...items,
  path,
  query: z.optional(texts),
  filter: z.optional(z.array(text)),
  ref: z.optional(z.record(z.string(), pointer)),
  states: z.optional(stateTable),
  paging: z.optional(paging),
});

const inputType = z.templateLiteral(
  [z.enum(['string', 'secret', 'number', 'boolean', 'list', 'object', 'json']), z.enum(['', '?'])],
  'one of string, secret, number, boolean, list, object, json, with "?" at the end if it is optional',
);
const start = z.strictObject({
  ...request,
  input: z.optional(z.record(z.string(), inputType)),
  ref: z.record(
    z.string(),
    z.union(
      [
        pointer,
        z.string().check(z.regex(/^\{\w+\}$/)),
        z.strictObject({ header: headerName, template: path }),
      ],
      `${jsonPointerExpectation}, an input such as "{projectId}", or an object with "header" and "template"`,
    ),
  ),
});

/** The shape of a description; what its parts have to do with each other is checked after it. */
export const restDescriptionSchema: StandardSchema<RestDescription> = z.strictObject({
  provider: z
    .string()
    .check(z.regex(/^[a-z][a-z0-9-]*$/, 'a name of lower case letters, digits and hyphens')),
  baseUrl: z.optional(z.string().check(z.refine(isBaseUrl, baseUrlExpectation))),
  auth: z.optional(
    z.union([z.enum(['none', 'bearer', 'basic']), header], 'none, bearer, basic, or an object with "header"'),
  ),
  headers: z.optional(z.record(z.string(), headerValue)),
  ref: z.array(name),
  key: z.optional(z.array(text)),
  status: z.strictObject({ ...request, record: z.optional(pointer) }),
  reading,
  states: stateTable,
  explanations: z.optional(
    z.record(
      z.string(),
      z.strictObject({ code: text, message: text, severity: z.optional(z.enum(['error', 'warning'])) }),
    ),
  ),
  notFound: z.optional(
    z.strictObject({
      httpStatus: z.optional(z.array(httpStatus)),
      pointer: z.optional(pointer),
      values: z.optional(z.array(z.union([scalar, z.null()], 'a string, a number, a boolean or null'))),
    }),
  ),
  errors: z.optional(
    z.strictObject({
      message: z.optional(pointers),
      code: z.optional(pointers),
      failures: z.optional(z.record(z.string(), z.enum(failures))),
    }),
  ),
  parts: z.optional(parts),
  batch: z.optional(batch),
  list: z.optional(list),
  start: z.optional(start),
  cancel: z.optional(z.strictObject(request)),
});

function isPageNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
