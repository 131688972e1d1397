/**
 * Goal: whatever else a foreign program does wrong is an error in its output, with the line, and
 * no process is left, however it ends. Method: a speaker that misbehaves on request.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { splitCommand } from '../../pipe/command.ts';
import { boundedStderr } from '../../pipe/stderr.ts';
import {
  boot,
  closeAfterEach,
  leftOver,
  machine,
  NODE,
  noneIsLeft,
  pids,
  program,
  refusal,
  SPEAKER,
  speaker,
  start,
  started,
} from './subjects.ts';

closeAfterEach();

describe('nonsense is refused, with the line it is in', () => {
  test.each([
    ['banner', 'found broken JSON, expected one value\n  hint: the line is "listening on stdin"'],
    ['mute', 'found no reply (no answer within 1.5 s), expected one to the request "hello"'],
  ])('%s, when it starts', async (what, message) => {
    expect(await refusal(speaker(what, { timeoutMs: 1500 }))).toContain(message);
    await noneIsLeft();
  });

  test('a deviation nobody knows, before anything runs', async () => {
    const message =
      ':1: found "pool-size-zer" at $.known[0], expected a repaired deviation: one of ';
    const error = await refusal(speaker('misspell'));
    expect(error).toContain(message);
    expect(error).toContain('did you mean "pool-size-zero"?');
  });

  test('a line without an end', async () => {
    const message = 'found more than 16777216 characters, expected the end of the line';
    expect(await refusal(speaker('endless'))).toContain(message);
  });

  test.each([
    ['few', ':3: found 5 outcomes at $.outcomes, expected 6, one for each operation'],
    ['nonsense', ':3: found 5 at $.outcomes, expected a list of outcomes'],
    ['wrong', ':3: found "oh" at $.outcomes[0].is, expected what came of it: one of ok, none, '],
  ])('%s, when it runs', async (what, message) => {
    const subject = await speaker(what);
    const session = await boot(subject);
    expect(await refusal(session.run(program))).toContain(message);
    await noneIsLeft();
    expect(await (await boot(subject)).run([])).toEqual([]);
  });

  test('a line nobody asked for', async () => {
    // When it is noticed depends on how the lines travel.
    const asking = speaker('talkative')
      .then((subject) => boot(subject))
      .then((session) => session.run(program));
    const error = await refusal(asking);
    expect(error).toMatch(/expected one line per request|"by" at \$, expected/);
  });

  test('death at boot, which is no operation', async () => {
    const error = await refusal(boot(await speaker('die-at-boot')));
    expect(error).toContain(
      'found no reply (exit code 5: oops: null pointer), expected one to the',
    );
  });

  test('a reset that does not happen', async () => {
    const session = await boot(await speaker('no-reset'));
    expect(await refusal(session.reset?.() as Promise<void>)).toContain('false at $.reset');
  });
});

describe('the command', () => {
  test.each([
    ['no-such-program-anywhere', 'does not start: spawn no-such-program-anywhere ENOENT'],
    ['node "open', 'found an open ", expected the same quote again'],
    ['  ', 'found no program, expected a command'],
  ])('%s is refused', async (command, message) => {
    expect(await refusal(start(command))).toContain(message);
  });

  test.each([
    ['a b', ['a', 'b']],
    [' a\t "b  c"d ', ['a', 'b  cd']],
    [`a '"$HOME"' "it's" ''`, ['a', '"$HOME"', "it's", '']],
    [String.raw`a\ b *`, ['a\\', 'b', '*']],
  ])('%s is split without a shell', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });
});

describe('processes', () => {
  test('a refused machine costs none', async () => {
    const subject = await speaker('refuse');
    expect(await subject.boot(machine)).toEqual({
      refused: 'too large',
    });
    expect(started()).toHaveLength(1);
  });

  test('one that ignores the end of its input is killed', async () => {
    const subject = await speaker('stay');
    expect(leftOver()).toHaveLength(1);
    await subject.close?.();
    await noneIsLeft();
  });

  test('what a command starts in turn goes with it', async () => {
    const subject = await start(`sh -c '${NODE} "${SPEAKER}" stay "${pids()}"; true'`);
    expect(leftOver()).toHaveLength(1);
    await subject.close?.();
    await noneIsLeft();
  });

  test('stay when a signal does not end us, because somebody handles it', async () => {
    const subject = await speaker('nothing');
    const handled = once(process, 'SIGHUP');
    process.kill(process.pid, 'SIGHUP');
    await handled;
    await boot(subject);
    expect(started()).toHaveLength(1);
  });

  test('go when a signal ends us', async () => {
    const script = `
      import { pipeSubject } from './pipe/subject.ts';
      await pipeSubject(process.argv[1]);
      console.log('up');
      setInterval(() => {}, 1000);`;
    const words = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const cwd = join(import.meta.dirname, '../..');
    const us = spawn(process.execPath, [...words, `${NODE} "${SPEAKER}" stay "${pids()}"`], {
      cwd,
    });
    await once(us.stdout, 'data');
    expect(leftOver()).toHaveLength(1);
    us.kill('SIGTERM');
    expect(await once(us, 'exit')).toEqual([null, 'SIGTERM']);
    await noneIsLeft();
  });
});

describe('stderr', () => {
  test('is handed on', async () => {
    const seen: string[] = [];
    const subject = await speaker('noisy', { stderr: (text) => seen.push(text) });
    await subject.close?.();
    expect(seen.join('')).toHaveLength(200_000);
  });

  test('is shown up to a bound', () => {
    const shown = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const show = boundedStderr();
    for (let i = 0; i < 100; i++) show('z'.repeat(1000));
    const text = shown.mock.calls.map(([piece]) => String(piece)).join('');
    shown.mockRestore();
    expect(text.replaceAll('z', '')).toBe('\n… the rest of its stderr is not shown\n');
    expect(text.match(/z/g)).toHaveLength(8 * 1024);
  });
});
