#!/usr/bin/env node
import { signalExitCodes } from './exit-codes.ts';
import { createProcessSurroundings } from './process-surroundings.ts';
import { runProgram } from './program.ts';

/** A pipe that nobody reads, a terminal that was closed. */
const goneCodes = ['EPIPE', 'EIO'];

// A reader that goes away, as `head` does, is no error; nor is there anybody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(goneCodes.includes(error.code ?? '') ? 0 : 1),
  );
}

process.exitCode = await runProgram(process.argv.slice(2), createProcessSurroundings(signalExitCodes));
