import type { StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** A user of the backup. `userType` is a word on the wire and a number in the vendor's own types, so it is not checked. */
export interface OnlyOfficeUser {
  readonly shouldImport?: boolean | null | undefined;
  readonly key?: string | null | undefined;
  readonly [field: string]: unknown;
}

/**
 * What a parse found, and, sent back with a selection, what to import (`MigrationApiInfo`). Whatever is not listed here is
 * kept too.
 *
 * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/models/migration-api-info
 */
export interface OnlyOfficeParseResult {
  readonly migratorName?: string | null | undefined;
  /** `parse` or `migration`; absent while a job that was asked for waits for its turn. */
  readonly operation?: string | null | undefined;
  /** File names, and absolute paths on the server when an archive is of the wrong type. */
  readonly failedArchives?: readonly string[] | null | undefined;
  readonly users?: readonly OnlyOfficeUser[] | null | undefined;
  readonly withoutEmailUsers?: readonly OnlyOfficeUser[] | null | undefined;
  readonly existUsers?: readonly OnlyOfficeUser[] | null | undefined;
  readonly importPersonalFiles?: boolean | null | undefined;
  readonly importSharedFiles?: boolean | null | undefined;
  readonly importSharedFolders?: boolean | null | undefined;
  readonly importCommonFiles?: boolean | null | undefined;
  readonly importProjectFiles?: boolean | null | undefined;
  readonly importGroups?: boolean | null | undefined;
  /** 0 until the import has ended. */
  readonly successedUsers: number;
  /** Accounts that could not be made; 0 until the import has ended. Failed files are in `errors` only. */
  readonly failedUsers: number;
  readonly errors?: readonly string[] | null | undefined;
  readonly [field: string]: unknown;
}

/** The one job of a portal, as the portal describes it (`MigrationStatusDto`). */
export interface OnlyOfficeJob {
  /** 0 to 100 within a phase. It falls back, and 100 is not the end. */
  readonly progress?: number | null | undefined;
  /** In the language of the portal; empty when nothing went wrong. */
  readonly error?: string | null | undefined;
  readonly parseResult?: OnlyOfficeParseResult | null | undefined;
  /** True at the end of the parse and again at the end of the import. */
  readonly isCompleted: boolean;
  readonly [field: string]: unknown;
}

const flag = z.nullish(z.boolean());
const texts = z.nullish(z.array(z.string()));
const users = z.nullish(z.array(z.looseObject({ shouldImport: flag, key: z.nullish(z.string()) })));
const count = z.number().check(z.nonnegative('a count'));

const parseResultSchema = z.looseObject({
  migratorName: z.nullish(z.string()),
  operation: z.nullish(z.string()),
  failedArchives: texts,
  users,
  withoutEmailUsers: users,
  existUsers: users,
  importPersonalFiles: flag,
  importSharedFiles: flag,
  importSharedFolders: flag,
  importCommonFiles: flag,
  importProjectFiles: flag,
  importGroups: flag,
  successedUsers: count,
  failedUsers: count,
  errors: texts,
});

const jobSchema = z.looseObject({
  progress: z.nullish(z.number()),
  error: z.nullish(z.string()),
  parseResult: z.nullish(parseResultSchema),
  isCompleted: z.boolean(),
});

/** A portal without a job leaves the job out; null and `{}` say the same. */
const jobOrNothingSchema = z.nullish(
  z.pipe(
    z.transform((value: unknown) => (isEmptyObject(value) ? null : value)),
    z.nullish(jobSchema),
  ),
);

/** The answer of the status endpoint: its job, or nothing. */
export const onlyOfficeStatusSchema: StandardSchema<OnlyOfficeJob | null | undefined> =
  inEitherForm(jobOrNothingSchema);

/** The answer of the list endpoint: names of migrators. */
export const onlyOfficeMigratorsSchema: StandardSchema<string[]> = inEitherForm(z.array(z.string()));

/** The answer to a command when it has a body: the envelope around nothing. */
export const onlyOfficeCommandSchema: StandardSchema<{ statusCode: 200 }> = z.looseObject({
  statusCode: z.literal(200),
});

/** Takes what does not fit for not said. `z.catch` would too, and draws all of zod's helpers into a bundle. */
const unsaid = z.transform((): undefined => undefined);

interface OnlyOfficeError {
  readonly error?: { readonly message?: string | null | undefined } | undefined;
  readonly response?: { readonly title: string } | undefined;
}

/**
 * An error: by the API's own envelope, or as a rejected model inside the envelope of a success. The envelope also holds a
 * .NET type and a stack trace, which are left where they are. Nothing is required, because a proxy may answer in the
 * portal's place.
 */
export const onlyOfficeErrorSchema: StandardSchema<OnlyOfficeError> = z.object({
  error: z.union([z.optional(z.object({ message: z.nullish(z.string()) })), unsaid]),
  response: z.union([z.optional(z.object({ title: z.string() })), unsaid]),
});

/**
 * What a status is read from, as the value of the `fields` query: without it every answer repeats all users of the backup.
 * The import flags are among them because a queued import may be told from a parse by nothing else.
 */
export const onlyOfficeStatusFields = [
  'progress',
  'error',
  'isCompleted',
  'parseResult.operation',
  'parseResult.migratorName',
  'parseResult.successedUsers',
  'parseResult.failedUsers',
  'parseResult.errors',
  'parseResult.failedArchives',
  'parseResult.importPersonalFiles',
  'parseResult.importSharedFiles',
  'parseResult.importSharedFolders',
  'parseResult.importCommonFiles',
  'parseResult.importProjectFiles',
  'parseResult.importGroups',
].join(',');

/**
 * The server wraps what it says in an envelope, the vendor's page shows it bare. One form is chosen before it is checked,
 * so that a mismatch is reported where it stands.
 */
function inEitherForm<Output>(schema: z.ZodMiniType<Output>): StandardSchema<Output> {
  const enveloped = z.pipe(
    z.looseObject({ response: schema, statusCode: z.nullish(z.literal(200)) }),
    z.transform((envelope: { response: Output }) => envelope.response),
  );
  return {
    '~standard': {
      version: 1,
      vendor: 'migration-status',
      validate: (body) => (isEnvelope(body) ? enveloped : schema)['~standard'].validate(body),
    },
  };
}

function isEnvelope(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('response' in body || 'statusCode' in body);
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}
