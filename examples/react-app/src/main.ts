import { once } from 'node:events';
import { createStatusView } from '@migration-status/core';
import { createStatusHandler } from '@migration-status/dashboard';
import { createSandbox } from '@migration-status/sandbox';
import { bundlePage } from './bundle-page.ts';
import { basePath, createApp } from './create-app.ts';
import { followMigrations } from './follow-migrations.ts';
import { listen } from './listen.ts';

const { PORT = '0' } = process.env;

await using sandbox = await createSandbox({ seed: 7 });
await using tracker = followMigrations(sandbox);
const handler = createStatusHandler(createStatusView(tracker), { basePath });
await using server = await listen(createApp(handler, await bundlePage()), Number(PORT));
console.log(`${server.origin}/`);

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
handler.close();
