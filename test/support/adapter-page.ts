import { rmSync } from 'node:fs';
import path from 'node:path';
import {
  type AdapterDefinition,
  type CallContext,
  defineAdapter,
  type HttpClient,
  type MigrationAdapter,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import { writeNamedBlocks } from './readme-blocks.ts';
import { workspaceRoot } from './workspace.ts';

/** What those files give that are no mere parts of a definition. */
interface PageModules {
  readonly 'acme-adapter.ts': {
    createAcmeAdapter(options: ExampleOptions): MigrationAdapter<unknown, JobRef>;
  };
  readonly 'recipes/location.ts': {
    createStart(http: HttpClient): (input: unknown, context?: CallContext) => Promise<unknown>;
  };
  readonly 'recipes/signing.ts': { createSigningFetch(key: string): typeof fetch };
  readonly 'recipes/batch.ts': {
    withBatches(
      one: MigrationAdapter<unknown, JobRef>,
      http: HttpClient,
    ): Required<Pick<MigrationAdapter<unknown, JobRef>, 'getStatuses' | 'urlLengthOf'>> &
      MigrationAdapter<unknown, JobRef>;
  };
  readonly 'recipes/push.ts': {
    createParsePush(
      one: MigrationAdapter<unknown, JobRef>,
      signingKey: string,
    ): NonNullable<MigrationAdapter<unknown, JobRef>['parsePush']>;
  };
}

interface ExampleOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
}

/** The code of the page for authors of adapters, as modules. */
export interface AdapterPage {
  /** Where its files are written. */
  readonly folder: string;
  /** One of its files. */
  load<File extends keyof PageModules>(file: File): Promise<PageModules[File]>;
  /** What a recipe declares of a definition. */
  loadRecipe(name: string): Promise<Recipe>;
}

/** What a recipe declares of a definition; the rest is as in the example. */
export type Recipe = Partial<AdapterDefinition<unknown, unknown, unknown>>;

/** A ref of the example. */
export type JobRef = z.infer<typeof jobRef>;

const jobRef = z.object({ jobId: z.string().check(z.minLength(1)) });

/** Writes the files of the page, afresh, into a folder of this name that nobody else uses. */
export function openAdapterPage(name: string): AdapterPage {
  const folder = path.join(workspaceRoot, 'test/.generated', name);
  rmSync(folder, { recursive: true, force: true });
  writeNamedBlocks('docs/write-an-adapter.md', folder);
  const load = (file: string) => import(path.join(folder, file));
  return { folder, load, loadRecipe: (recipe) => load(`recipes/${recipe}.ts`) };
}

/** The example with those parts of its definition that a recipe declares. */
export function toRecipeAdapter(recipe: Recipe, http: HttpClient): MigrationAdapter {
  return defineAdapter({ ...toBasics(http), ...recipe });
}

/** What the recipes leave as it is in the example. */
function toBasics(http: HttpClient): AdapterDefinition<unknown, unknown, unknown> {
  return {
    provider: 'acme',
    http,
    states: {},
    refSchema: jobRef,
    toKeyParts: (ref) => [jobRef.parse(ref).jobId],
    toRequest: (ref) => ({ path: `/v1/jobs/${encodeURIComponent(jobRef.parse(ref).jobId)}` }),
    schema: z.unknown(),
    toReading: (native) => ({ state: 'unknown', nativeState: '', native }),
  };
}
