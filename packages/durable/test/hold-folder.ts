import { openEmbedded } from '../src/database/embedded-database.ts';

/** A process that opens a folder, says so, and holds it until it is killed. */
const [folder = ''] = process.argv.slice(2);
await openEmbedded(folder);
process.send?.('open');
setInterval(() => {}, 60_000);
