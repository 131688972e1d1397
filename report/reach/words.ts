/** A verdict in words: what a driver gets, and what is in the way. */
import { hex, sizeText } from '../../contract/numbers.ts';
import type { ViewReport } from '../board.ts';
import type { Barrier, Cause, Reach } from './reach.ts';

type Limit = Pick<ViewReport, 'limit' | 'limitOf'>;

/** `at`: physical address whose bus address the verdict holds. */
export function explain(reach: Reach, at: number, view: Limit): string {
  switch (reach.is) {
    case 'direct':
      return 'direct: bus address = physical address';
    case 'window':
      return `window: bus address = physical address ${distance(reach.busAddress! - at)}`;
    case 'bounces': {
      const most = reach.longest === null ? '' : ` up to ${sizeText(reach.longest)}`;
      const rest = reach.longest === null ? '' : '; longer is refused';
      return `bounces${most}${barrierText(reach.barrier!, view)}${rest}`;
    }
    case 'cannot-map': {
      const what = reach.partly ? 'cannot map the whole, only a part' : 'cannot map';
      return `${what}${barrierText(reach.barrier!, view)}; ${CAUSES[reach.cause!]}`;
    }
    default:
      return UNTOLD[reach.is];
  }
}

const UNTOLD = {
  iommu: 'iommu: not judged yet',
  'no-pool': 'no pool: attaching it fails, for every device',
  'no-memory': 'nothing free there to ask with',
  unclear: 'not judged: the mapping has no one meaning',
} as const;

const CAUSES: Readonly<Record<Cause, string>> = {
  'no-linear-address': 'no linear address to bounce from',
  'too-long': 'too long to bounce',
  'bounce-beyond': 'bounce memory is out of reach, too',
  'no-bounce': 'there is no bounce memory',
};

function distance(shift: number): string {
  return shift < 0 ? `- ${hex(-shift)}` : `+ ${hex(shift)}`;
}

function barrierText(barrier: Barrier, { limit, limitOf }: Limit): string {
  switch (barrier) {
    case 'beyond':
      return `: beyond ${limitOf} ${hex(limit)}`;
    case 'outside':
      return ': outside of every window';
    case 'crosses':
      return ': goes on behind its window';
    case 'forced':
      return ': everything bounces in a restricted pool';
  }
}
