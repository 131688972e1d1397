/** The board: what QEMU is told of it, wherever it is started. */

/** Where its RAM begins. */
export const RAM_START = 2 ** 30;

/**
 * Arguments for a board of `memory` bytes and `cpus` processors; `more` are options of the machine
 * type, each with a comma before it. One thread does all processors, so that runs can be repeated.
 */
export function boardArguments(memory: number, cpus: number, more = ''): string[] {
  const size = `${Math.ceil(memory / 2 ** 20)}M`;
  const ram = `memory-backend-ram,id=ram,size=${size}`;
  return [
    ...['-M', `virt,memory-backend=ram${more}`],
    ...['-cpu', 'cortex-a57', '-accel', 'tcg,thread=single', '-smp', String(cpus)],
    // Nothing is taken from the host before it is touched: boards may be larger than their host.
    ...['-m', size, '-object', `${ram},reserve=off`],
    ...['-nodefaults', '-nographic'],
  ];
}
