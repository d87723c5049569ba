#!/usr/bin/env node
import { signalExitCodes } from './exit-codes.ts';
import { createProcessSurroundings } from './process-surroundings.ts';
import { runProgram } from './program.ts';

/** A pipe that nobody reads, a terminal that was closed. */
const goneCodes = ['EPIPE', 'EIO'];

/** How long what was interrupted may take to let go of everything. */
const lingerMs = 200;

// A reader that goes away, as `head` does, is no error; nor is there anybody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(goneCodes.includes(error.code ?? '') ? 0 : 1),
  );
}

const surroundings = createProcessSurroundings(signalExitCodes);
process.exitCode = await runProgram(process.argv.slice(2), surroundings);

// A request that somebody else's adapter does not call off would keep a process that was asked to end.
if (surroundings.interruption.aborted) setTimeout(() => process.exit(), lingerMs).unref();
