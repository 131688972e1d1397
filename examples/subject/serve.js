// The protocol: a line of JSON in, a line of JSON out, until the input ends.
import { createInterface } from 'node:readline';
import { Machine } from './machine.js';

export async function serve(name, Allocator) {
  let boot = null;
  let machine = null;
  const hello = {
    carveout: 'subject',
    version: 1,
    name,
    observes: ['phys', 'handle', 'bytes', 'warnings'],
  };

  function answer(request) {
    if (request.hello) return hello;
    if (request.boot) {
      const reason = refusal(request.boot);
      if (reason !== null) return { refused: reason };
      boot = request.boot;
      machine = new Machine(boot, Allocator);
      return { booted: { warnings: machine.warnings } };
    }
    if (request.reset) {
      machine = new Machine(boot, Allocator);
      return { reset: true };
    }
    return { outcomes: request.run.map((op) => machine.apply(op)) };
  }

  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
  }
}

// What this subject has no idea of is refused when the machine boots.
function refusal(machine) {
  if (machine.devices.some((device) => device.iommu !== null)) return 'no IOMMU here';
  return null;
}
