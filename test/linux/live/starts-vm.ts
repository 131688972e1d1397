/** Starts a virtual machine, prints its process id, and waits to be killed. */
import { rigOr, withVm } from './needed.ts';

const rig = await rigOr((note) => {
  throw new Error(note);
});
await withVm(rig, {}, async (vm) => {
  process.stdout.write(`${vm.pid}\n`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
