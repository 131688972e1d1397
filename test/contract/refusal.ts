/** The refusal of something a person or a foreign program wrote. */
import { InputError } from '../../contract/text/input-error.ts';

export function refusal(read: () => unknown): InputError {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
