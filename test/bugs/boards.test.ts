/** Goal: what finds bugs in the board loader accepts the loader as it is. Method: fixed seeds. */
import { expect, test } from 'vitest';
import { BOARD_LAWS } from '../../boards/laws.ts';
import { checkReservations, RESERVATION_LAWS } from '../../cli/bugs/boards/reservations.ts';
import { checkTranslation } from '../../cli/bugs/boards/translation.ts';

const SEED = 'boards';

test('the laws of device trees are these', () => {
  const checked = ['board/translate', ...RESERVATION_LAWS];
  expect(checked).toEqual(BOARD_LAWS.map((law) => law.id));
});

test.each(RESERVATION_LAWS)('%s', (law) => {
  expect(checkReservations(law, SEED, 200)?.message).toBeUndefined();
});

test('board/translate', () => {
  expect(checkTranslation(SEED, 500)?.message).toBeUndefined();
});
