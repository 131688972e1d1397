/** Something the rig cannot do without, and that people can provide. */

/** The message is one sentence for people, without a stop. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}
