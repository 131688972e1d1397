/**
 * The page allocator beside its literal twin: after every call the answers, what was moved, every
 * list in its order and the counters are compared; and the blocks must be right by themselves.
 */
import { PageAllocator } from '../../sut/mm/page-alloc.ts';
import { historyPrograms, runHistory } from './buddy-history.ts';
import {
  badContig,
  badSplit,
  blockText,
  incomplete,
  type Seen,
  see,
  unaccounted,
  uncoalesced,
  type Wrong,
} from './buddy-invariants.ts';
import { layoutOf, layoutText } from './buddy-layouts.ts';
import { type BuddyProgram, buddyPrograms } from './buddy-programs.ts';
import { type Answers, BuddyRun, type Call, type Live, type MakeAllocator } from './buddy-run.ts';
import { smallBuddyPrograms } from './buddy-small.ts';
import { belowWatermark } from './buddy-watermark.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';

/** The laws that `checkBuddy` knows. */
export const BUDDY_LAWS = [
  'buddy/placement',
  'buddy/coalesced',
  'buddy/history-free',
  'buddy/complete',
  'buddy/accounting',
  'buddy/contig',
  'buddy/watermark',
] as const;
export type BuddyLaw = (typeof BUDDY_LAWS)[number];

/** First failure of a law in `cases` programs of `seed`; `make` is the allocator under test. */
export function checkBuddy(
  law: BuddyLaw,
  seed: string,
  cases: number,
  make: MakeAllocator = (layout) => new PageAllocator(layout),
): LockstepFailure | undefined {
  if (law === 'buddy/history-free') {
    const programs = historyPrograms();
    return checkLockstep({ law, programs, run: (p) => runHistory(p, make) }, seed, cases);
  }
  const run = (program: BuddyProgram) => runBuddyProgram(program, make, law);
  const small = () => smallBuddyPrograms(law);
  return checkLockstep({ law, programs: buddyPrograms(law), run, small }, seed, cases);
}

type Broken = Wrong & { readonly law: BuddyLaw };

/** The first call after which something is wrong; of several things, what breaks `law`. */
export function runBuddyProgram(
  program: BuddyProgram,
  make: MakeAllocator,
  law: BuddyLaw,
  watch?: (call: Call, answers: Answers, run: BuddyRun) => void,
): Divergence | undefined {
  const layout = layoutOf(program.layout, program.watermarks);
  const run = new BuddyRun(layout, make);
  const calls = [layoutText(layout)];
  const worst = (all: readonly Broken[]) => {
    const found = all.find((broken) => broken.law === law) ?? all[0];
    return found && { ...found, calls };
  };
  let before = see(run.sut, layout);
  const atBoot = worst(stateDiffers(run, before, 'buddy/placement'));
  if (atBoot) return atBoot;
  for (const step of program.steps) {
    const times = 'times' in step ? step.times : 1;
    for (let k = 0; k < times; k++) {
      const call = run.resolve(step);
      if (call === undefined) continue;
      calls.push(call.text);
      const live = run.live.map((one) => ({ ...one }));
      const answers = run.perform(call);
      const after = see(run.sut, layout);
      const found = worst(brokenLaws(run, call, answers, { before, after, live }));
      if (found) return found;
      watch?.(call, answers, run);
      before = after;
    }
  }
  return undefined;
}

interface States {
  readonly before: Seen;
  readonly after: Seen;
  /** Who had what before the call. */
  readonly live: readonly Live[];
}

function brokenLaws(run: BuddyRun, call: Call, answers: Answers, states: States): Broken[] {
  const contig = call.name === 'contig';
  return [
    ...alone(run, call, answers, states),
    ...answerDiffers(run, call, answers),
    ...stateDiffers(run, states.after, contig ? 'buddy/contig' : 'buddy/placement'),
  ];
}

const broken = (law: BuddyLaw, wrong: Wrong | undefined): Broken[] =>
  wrong === undefined ? [] : [{ law, ...wrong }];

/** What is wrong without looking at the reference. */
function alone({ layout, sut, live: now }: BuddyRun, call: Call, answers: Answers, s: States) {
  const { before, after, live } = s;
  const answer = Number(answers.observed);
  const found = [
    ...broken('buddy/coalesced', uncoalesced(layout, after)),
    ...broken('buddy/accounting', unaccounted(layout, after, now, sut)),
    ...broken('buddy/accounting', badSplit(call, answer, before, after)),
  ];
  if (call.name === 'contig') {
    const wrong = badContig(call, answers.observed, before, after, live);
    return [...found, ...broken('buddy/contig', wrong)];
  }
  if (call.name !== 'alloc' && call.name !== 'movable') return found;
  const wrong =
    layout.watermarks === undefined
      ? broken('buddy/complete', incomplete(call, answer, before, layout))
      : broken('buddy/watermark', belowWatermark(call, answer, before, layout, sut));
  return [...found, ...wrong];
}

function answerDiffers({ layout }: BuddyRun, call: Call, answers: Answers): Broken[] {
  const { expected, observed } = answers;
  const moves = broken('buddy/contig', differ(answers.expectedMoves, answers.observedMoves));
  if (expected === observed) return moves;
  const law = (): BuddyLaw => {
    if (call.name === 'contig') return 'buddy/contig';
    if (layout.watermarks !== undefined) return 'buddy/watermark';
    return expected === -1 || observed === -1 ? 'buddy/complete' : 'buddy/placement';
  };
  return [{ law: law(), expected: `${expected}`, observed: `${observed}` }, ...moves];
}

/** Lists, in their order, and counters. */
function stateDiffers({ layout, sut, reference }: BuddyRun, seen: Seen, law: BuddyLaw): Broken[] {
  return layout.zones.flatMap(({ name }, index) => {
    const lists = differ(reference.blocks(name).map(blockText), seen[index]!.map(blockText));
    const counters = differ(
      [reference.freeCount(name), reference.freeCmaCount(name), reference.managed(name)],
      [sut.freeCount(name), sut.freeCmaCount(name), sut.managed(name)],
    );
    return [...broken(law, lists), ...broken('buddy/accounting', counters)];
  });
}

function differ(expected: readonly unknown[], observed: readonly unknown[]): Wrong | undefined {
  const [wanted, got] = [expected.join(' '), observed.join(' ')];
  return wanted === got ? undefined : { expected: wanted, observed: got };
}
