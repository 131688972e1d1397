/** An answer in words, as people read it behind an operation. */
import { hex, sizeText } from '../contract/numbers.ts';
import type { Outcome, Pieces, Runs } from '../contract/outcome.ts';

export function outcomeLine(outcome: Outcome): string {
  const notes = warnings(outcome) + events(outcome);
  switch (outcome.is) {
    case 'ok': {
      const parts = ['ok'];
      for (const field of ['phys', 'handle', 'address', 'pfn'] as const) {
        const value = outcome[field];
        if (value !== undefined) parts.push(`${field} ${hex(value)}`);
      }
      if (outcome.truth !== undefined) parts.push(String(outcome.truth));
      if (outcome.length !== undefined) parts.push(sizeText(outcome.length));
      if (outcome.count !== undefined) parts.push(String(outcome.count));
      const pieces = outcome.entries ?? outcome.segments;
      if (pieces !== undefined) parts.push(piecesText(pieces));
      if (outcome.census !== undefined) {
        parts.push(outcome.census.map(([of, free]) => `${of} ${free}`).join(', '));
      }
      if (outcome.bytes !== undefined) parts.push(`bytes ${runsText(outcome.bytes)}`);
      return parts.join(' ') + notes;
    }
    case 'error':
      return `-${outcome.errno}${notes}`;
    case 'crash':
      return `crash: ${outcome.crash} in ${outcome.where}`;
    default:
      return outcome.is + notes;
  }
}

function warnings(outcome: Outcome): string {
  return (outcome.warnings ?? []).map((warning) => ` (warns: ${warning})`).join('');
}

function events(outcome: Outcome): string {
  const texts = (outcome.events ?? []).map(({ event, bytes, of, phys }) => {
    const whose = of === undefined ? '' : ` of ${of}`;
    return ` (${event}${whose}: ${sizeText(bytes)}${phys === undefined ? '' : ` at ${hex(phys)}`})`;
  });
  return texts.join('');
}

/** `0x0*4096 0x5a*16`, cut after a few runs. */
function runsText(runs: Runs): string {
  const shown = runs.slice(0, 6).map(([value, count]) => `${hex(value)}*${count}`);
  return shown.join(' ') + (runs.length > 6 ? ` … ${runs.length - 6} more runs` : '');
}

/** `0x80000000+4K 0x90000000+100`, cut after a few pieces. */
function piecesText(pieces: Pieces): string {
  const shown = pieces
    .slice(0, 6)
    .map(([address, length]) => `${hex(address)}+${sizeText(length)}`);
  return shown.join(' ') + (pieces.length > 6 ? ` … ${pieces.length - 6} more` : '');
}
