/** Goal: a virtual machine answers, dies and leaves as promised. Method: real kernels. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readHello } from '../../../linux/replies.ts';
import { helloRequest } from '../../../linux/requests.ts';
import { isAlive, MEMORY, rigOr, withVm } from './needed.ts';

describe('a virtual machine', () => {
  test('boots and says which kernel it is', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, {}, async (vm) => {
      expect(vm.bootMs).toBeNull();
      const reply = await vm.request(helloRequest());
      expect(readHello(reply as Buffer).release).toBe(rig.release);
      expect(vm.bootMs).toBeGreaterThan(100);
    });
  });

  test('has the RAM and the regions of the machine, in their order', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, { append: '' }, async (vm) => {
      await vm.request(helloRequest());
      const nodes = [...vm.console.matchAll(/OF: reserved mem: initialized node ([\w-]+)/g)];
      expect(nodes.map((match) => match[1])).toEqual([
        'region-0-pool_one',
        'region-1-area',
        'region-2-twin',
        'region-5-usual',
      ]);
      const ends = /Initmem setup node 0 \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\]/.exec(vm.console);
      expect(ends?.slice(1).map(Number)).toEqual([0x40000000, 0x18fffffff]);
      expect(vm.console).not.toMatch(/node {3}0: \[mem 0x0*60000000/);
    });
  });

  test('without an init ends with the reason', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, { append: 'quiet cma=0 rdinit=/none' }, async (vm) => {
      const crash = { crash: 'oops', where: expect.stringMatching(/^panic: VFS: Unable to mount/) };
      const end = { ended: true, crash, operation: null };
      expect(await vm.request(helloRequest())).toEqual(end);
      // It stays so.
      expect(await vm.request(helloRequest())).toEqual(end);
    });
  });

  test('that stands still is a hang, and is taken away', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, { timeoutMs: 300 }, async (vm) => {
      await vm.request(helloRequest());
      process.kill(vm.pid!, 'SIGSTOP');
      const crash = { crash: 'hang', where: 'no reply within 0.3 s' };
      expect(await vm.request(helloRequest())).toEqual({ ended: true, crash, operation: null });
      await vm.stop();
      expect(isAlive(vm.pid!)).toBe(false);
    });
  });

  test('that was stopped answers nobody', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, {}, async (vm) => {
      const asked = expect(vm.request(helloRequest())).rejects.toThrow('was stopped');
      await vm.stop();
      await asked;
      await expect(vm.request(helloRequest())).rejects.toThrow('was stopped');
    });
  });

  test('that cannot start is no crash of a kernel', async ({ skip }) => {
    const rig = await rigOr(skip);
    await withVm(rig, { kernel: '/no/such/kernel', memory: MEMORY }, async (vm) => {
      await expect(vm.request(helloRequest())).rejects.toThrow('/no/such/kernel');
    });
  });

  test('does not outlive who started it, even if that is killed', async ({ skip }) => {
    await rigOr(skip);
    const script = new URL('starts-vm.ts', import.meta.url);
    const parent = spawn(process.execPath, ['--import', 'tsx', script.pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    parent.kill('SIGKILL');
    // Its parent is gone, so somebody else has to fetch what is left of it.
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });
});

/** False for nobody and for what only waits to be fetched. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
