import { signalExitCodes } from '../../src/exit-codes.ts';
import { createPainter } from '../../src/output/painter.ts';
import { createProcessSurroundings } from '../../src/process-surroundings.ts';

/** A program that is asked to end, says so, and does not come to an end by itself. */
const { stdout, interruption, atExit } = createProcessSurroundings(signalExitCodes);
const painter = createPainter(stdout);
atExit(painter.close);
painter.paint('working');
interruption.addEventListener('abort', () => painter.paint('working', ['asked to end']));
setInterval(() => {}, 60_000);
