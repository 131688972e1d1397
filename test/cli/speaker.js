// A subject that misbehaves on request: `node speaker.js <what> [file]`. It keeps no machine; its
// answers are the simplest ones. `file` counts the processes that ran.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [what, file] = process.argv.slice(2);
if (file !== undefined) appendFileSync(file, `${process.pid}\n`);

const SILENT = ['mute', 'endless'];
const HELLO = { carveout: 'subject', version: 1, name: 'speaker', observes: ['phys'] };

// As a person would misspell it.
if (what === 'misspell') HELLO.known = ['pool-size-zer'];

function die(code) {
  process.stderr.write('one moment\noops: null pointer\n');
  process.exitCode = code;
  process.stdin.destroy();
}

function outcomes(ops) {
  if (what === 'nonsense') return { outcomes: 5 };
  const trap = ops.findIndex((op) => op.op === 'required_mask');
  if (trap < 0) return { outcomes: ops.map(() => ({ is: 'ok' })) };
  if (what === 'die') return die(3);
  if (what === 'abort') return process.abort();
  if (what === 'hang') return undefined;
  if (what === 'die-on-many' && ops.length > 1) return die(4);
  if (what === 'few') return { outcomes: ops.slice(1).map(() => ({ is: 'ok' })) };
  if (what === 'wrong') return { outcomes: ops.map(() => ({ is: 'oh' })) };
  return { outcomes: ops.map(() => ({ is: 'ok' })) };
}

function answer(request) {
  if (request.hello) return SILENT.includes(what) ? undefined : HELLO;
  if (request.boot && what === 'refuse') return { refused: 'too large' };
  if (request.boot && what === 'die-at-boot') return die(5);
  if (request.boot) return { booted: { warnings: [] } };
  if (request.reset) return { reset: what !== 'no-reset' };
  return outcomes(request.run);
}

if (what === 'banner') process.stdout.write('listening on stdin\n');
if (what === 'endless') setInterval(() => process.stdout.write('x'.repeat(2 ** 20)), 1);
if (what === 'noisy') process.stderr.write(`${'y'.repeat(99)}\n`.repeat(2000));
if (what === 'stay') setInterval(() => {}, 1000);

for await (const line of createInterface({ input: process.stdin })) {
  const reply = answer(JSON.parse(line));
  if (reply !== undefined) process.stdout.write(`${JSON.stringify(reply)}\n`);
  if (what === 'talkative') process.stdout.write('{"by":"the way"}\n');
}
