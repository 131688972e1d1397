/** Fails when the compiler would refuse a planted bug: what does not compile tests nothing. */
import { ALL_BUGS } from '../bugs/catalog.ts';
import { checkTypes } from '../bugs/types.ts';

const problems = checkTypes(ALL_BUGS);
for (const { bug, message } of problems) console.error(`${bug}: ${message}`);
console.log(`${ALL_BUGS.length - problems.length} of ${ALL_BUGS.length} planted bugs compile`);
process.exitCode = problems.length === 0 ? 0 : 1;
