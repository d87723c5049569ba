import { everyMeasurement } from '../families.ts';
import type { Findings } from './measurement.ts';

/** One case of one measurement, and nothing else, in this process: the findings go to the parent. */
const [name, caseName = '', share = '1'] = process.argv.slice(2);
const measurement = everyMeasurement.find((candidate) => candidate.name === name);
if (measurement === undefined) throw new RangeError(`there is no measurement ${name}`);

const findings: Findings = await measurement.measure(caseName, Number(share));
// What was left asleep must not keep the process.
process.send?.(findings, () => process.exit());
