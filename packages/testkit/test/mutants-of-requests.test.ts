import { testMutants } from './mutant-suite.ts';

testMutants('H');
