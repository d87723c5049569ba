import type { MigrationRow } from '@migration-status/core';
import { type ReactElement, StrictMode, useReducer } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import {
  createRemoteStatusView,
  MigrationTable,
  type RemoteStatusView,
  useMigration,
  useStatusView,
} from '../src/index.ts';

/** What a test sees of the app. */
export interface AppProbe {
  /** How often each row was rendered, by key. */
  rows: Record<string, number>;
  /** How often each of the other components was rendered. */
  components: Record<string, number>;
  /** Streams that were opened. */
  streams: number;
  /** How many different things a selector gave in its last two renders. */
  countSelections(): number;
  complaints: string[];
  view: RemoteStatusView;
  hide(): void;
}

declare global {
  interface Window {
    probe: AppProbe;
    /** Written into the page by its server. */
    page: { readonly initial?: never; readonly isHydrated: boolean };
  }
}

const rows: Record<string, number> = {};
const components: Record<string, number> = {};
const complaints: string[] = [];

const view = createRemoteStatusView('/statuses/events', {
  fetch: (input, init) => {
    window.probe.streams += 1;
    return fetch(input, init);
  },
  initial: window.page.initial,
  lingerMs: 300,
});

/** A column that counts how often its row is rendered. */
const counting = {
  id: 'count',
  header: 'Counted',
  cell: ({ key }: MigrationRow) => {
    rows[key] = (rows[key] ?? 0) + 1;
    return null;
  },
};
const columns = ['migration', 'provider', 'state', 'progress', 'news', 'trouble', counting] as const;

function One(): ReactElement {
  components.one = (components.one ?? 0) + 1;
  const row = useMigration(view, 'acme/0');
  return <p id="one">{row?.status?.progress?.percent ?? 'none'}</p>;
}

const selections: (readonly MigrationRow[])[] = [];

function Selected(): ReactElement {
  components.selected = (components.selected ?? 0) + 1;
  const selected = useStatusView(view, (snapshot) => snapshot.rows.slice(0, 2));
  const [, renderAgain] = useReducer((times: number) => times + 1, 0);
  selections.push(selected);
  return (
    <button id="again" type="button" onClick={renderAgain}>
      {selected.length}
    </button>
  );
}

function App(): ReactElement {
  return (
    <StrictMode>
      <main>
        <h1>Migrations</h1>
        <MigrationTable view={view} columns={columns} />
        <One />
        <Selected />
      </main>
    </StrictMode>
  );
}

const element = document.getElementById('root');
if (element === null) throw new Error('there is no root');
const onRecoverableError = (error: unknown) => complaints.push(String(error));
window.probe = {
  rows,
  components,
  complaints,
  streams: 0,
  countSelections: () => new Set(selections.slice(-2)).size,
  view,
  hide: () => root.unmount(),
};
const root = window.page.isHydrated
  ? hydrateRoot(element, <MigrationTable view={view} />, { onRecoverableError })
  : createRoot(element, { onRecoverableError });
if (!window.page.isHydrated) root.render(<App />);
