/** What two subjects answered to the same operations, for people. */
import type { Report } from './campaign.ts';
import { reportText, totalLabels } from './campaign.ts';

const number = new Intl.NumberFormat('en-US');

const KINDS = [
  ['same', 'compared'],
  ['place', 'elsewhere: in memory of the page allocator, whose places are not compared'],
  ['cache', 'bytes that caches decide, which an emulator has none of'],
  ['unknown', 'bytes that nobody wrote'],
  ['different', 'different'],
] as const;

export function twinText(report: Report, options: { readonly labels: boolean }): string {
  const labels = totalLabels(report);
  const lines = KINDS.map(([kind, words]) => {
    return `answers    ${number.format(labels.get(`twin: ${kind}`) ?? 0)} ${words}`;
  });
  const early = labels.get('twin: ended early') ?? 0;
  const died = labels.get('died in a known way') ?? 0;
  lines.push(`cases      ${early} ended early, ${died} died in a known way`);
  return `${lines.join('\n')}\n${reportText(report, options)}`;
}
