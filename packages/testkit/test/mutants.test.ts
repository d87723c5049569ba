import { expect, test } from 'vitest';
import { auditIds } from './mutant-suite.ts';
import { mutants } from './mutants.ts';

/** The files beside this one test the mutants; several, so that they run at the same time. */
const testedLetters = 'KRSMHAXNCBLTEPG';

test('every audit has a mutant, and every mutant an audit', () => {
  expect(Object.keys(mutants)).toEqual(auditIds);
  expect(Object.values(mutants).filter((list) => list.length === 0)).toEqual([]);
});

test('no audit is left out by the files that test the mutants', () => {
  expect(auditIds.filter((id) => !testedLetters.includes(id.charAt(0)))).toEqual([]);
});

test('there are at least 100 mutants', () => {
  expect(Object.values(mutants).flat().length).toBeGreaterThanOrEqual(100);
});
