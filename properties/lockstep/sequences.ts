/** All sequences of 1 to `most` of the items: shorter ones first, then as the items are ordered. */
export function* sequences<T>(items: readonly T[], most: number): Generator<readonly T[]> {
  let longest: (readonly T[])[] = [[]];
  for (let length = 1; length <= most; length++) {
    longest = longest.flatMap((before) => items.map((item) => [...before, item]));
    yield* longest;
  }
}
