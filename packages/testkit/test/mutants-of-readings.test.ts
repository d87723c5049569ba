import { testMutants } from './mutant-suite.ts';

testMutants('KRSM');
