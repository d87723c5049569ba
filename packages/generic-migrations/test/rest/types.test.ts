import type { ListedMigration, MigrationAdapter } from '@migration-status/core/adapter';
import { describe, expectTypeOf, it } from 'vitest';
import type {
  gitlabDirectTransfer,
  salesforceBulkIngest,
  zendeskJobStatuses,
} from '../../src/presets/index.ts';
import { createRestAdapter, type RestDescription, type RestOptions } from '../../src/rest/index.ts';
import { acme } from './acme.ts';

const described = {
  ...acme,
  ref: ['project', 'jobId'],
  status: { path: '/{project}/{jobId}' },
  list: { path: '/{project}/jobs', items: '', filter: ['status'] },
  start: {
    path: '/{project}',
    input: { project: 'string', dry: 'boolean', users: 'list?', limit: 'number?', more: 'json?' },
    ref: { project: '{project}', jobId: '/id' },
  },
  cancel: { path: '/{project}/{jobId}/cancel' },
} as const satisfies RestDescription;

const create = () => createRestAdapter(described, { token: 'acme_token' });
const createPlain = () => createRestAdapter(acme, { token: 'acme_token' });

describe('the types of an adapter', () => {
  it('are an adapter like any other', () => {
    expectTypeOf(create).returns.toExtend<MigrationAdapter<unknown, { project: string; jobId: string }>>();
    expectTypeOf(createPlain).returns.toExtend<MigrationAdapter>();
  });

  it('have the fields of the ref', () => {
    type Ref = Parameters<ReturnType<typeof create>['getStatus']>[0];
    expectTypeOf<Ref>().toEqualTypeOf<{ readonly project: string; readonly jobId: string }>();
    expectTypeOf<Parameters<ReturnType<typeof createPlain>['key']>[0]>().toEqualTypeOf<{
      readonly jobId: string;
    }>();
  });

  it('have the members that are described, and no others', () => {
    type Members = keyof ReturnType<typeof create>;
    type Few = keyof ReturnType<typeof createPlain>;
    expectTypeOf<'list' | 'start' | 'cancel'>().toExtend<Members>();
    expectTypeOf<Extract<Members, 'getStatuses' | 'urlLengthOf' | 'parsePush'>>().toBeNever();
    expectTypeOf<Extract<Few, 'list' | 'start' | 'cancel' | 'getStatuses'>>().toBeNever();
  });

  it('have the placeholders and the filters of a list', () => {
    type Filter = NonNullable<Parameters<ReturnType<typeof create>['list']>[0]>;
    expectTypeOf<{ project: 'a' }>().toExtend<Filter>();
    expectTypeOf<{ project: 'a'; status: 'b'; pageSize: 1; maxPages: 2 }>().toExtend<Filter>();
    expectTypeOf<{ status: 'b' }>().not.toExtend<Filter>();
    expectTypeOf<Parameters<ReturnType<typeof create>['list']>['length']>().toEqualTypeOf<1 | 2>();
    type Listed = ReturnType<ReturnType<typeof create>['list']>;
    expectTypeOf<Listed>().toExtend<
      AsyncIterable<ListedMigration<unknown, { project: string; jobId: string }>>
    >();
  });

  it('have the inputs of a start', () => {
    type Input = Parameters<ReturnType<typeof create>['start']>[0];
    expectTypeOf<{ project: string; dry: boolean }>().toExtend<Input>();
    expectTypeOf<{ project: string; dry: boolean; users: object[]; limit: number }>().toExtend<Input>();
    expectTypeOf<{ project: string; dry: boolean; users: string }>().not.toExtend<Input>();
    expectTypeOf<{ project: string }>().not.toExtend<Input>();
    expectTypeOf<{ project: string; dry: string }>().not.toExtend<Input>();
    expectTypeOf<{ project: string; dry: boolean; limit: string }>().not.toExtend<Input>();
  });

  it('ask for the credentials and the base URL of the description', () => {
    expectTypeOf<{ token: string }>().toExtend<RestOptions<typeof acme>>();
    expectTypeOf<{ apiKey: string }>().not.toExtend<RestOptions<typeof acme>>();
    expectTypeOf<{ apiKey: string; baseUrl: string }>().toExtend<RestOptions<typeof gitlabDirectTransfer>>();
    expectTypeOf<{ apiKey: string }>().not.toExtend<RestOptions<typeof gitlabDirectTransfer>>();
    expectTypeOf<{ user: string; password: string; baseUrl: string }>().toExtend<
      RestOptions<typeof zendeskJobStatuses>
    >();
    expectTypeOf<{ token: string; baseUrl: string }>().toExtend<RestOptions<typeof salesforceBulkIngest>>();
  });

  it('are wide where the description is', () => {
    const createWide = (description: RestDescription) =>
      createRestAdapter(description, { baseUrl: 'https://a.example', token: 'x' });
    type Ref = Parameters<ReturnType<typeof createWide>['getStatus']>[0];
    expectTypeOf<Ref>().toEqualTypeOf<{ readonly [field: string]: string }>();
    expectTypeOf(createWide).returns.toExtend<MigrationAdapter>();
  });
});
