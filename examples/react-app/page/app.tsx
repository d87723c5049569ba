import { describeSummary } from '@migration-status/core';
import {
  createRemoteStatusView,
  MigrationTable,
  useMigrationHistory,
  useStatusView,
} from '@migration-status/react';
import { type ReactElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const view = createRemoteStatusView('/migrations/statuses/events', { sortBy: ({ key }) => key });

const columns = [
  'migration',
  'state',
  'progress',
  'news',
  'trouble',
  { id: 'history', header: 'So far', cell: ({ key }: { key: string }) => <History migrationKey={key} /> },
] as const;

function App(): ReactElement {
  const summary = useStatusView(view, (snapshot) => describeSummary(snapshot));
  return (
    <>
      <h1>Migrations</h1>
      <p>{summary}</p>
      <MigrationTable view={view} columns={columns} />
    </>
  );
}

function History({ migrationKey }: { readonly migrationKey: string }): string {
  const history = useMigrationHistory(view, migrationKey);
  return history?.states.map(({ nativeState }) => nativeState).join(' → ') ?? '';
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
