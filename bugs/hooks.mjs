/** Module hook, in the loader's thread: gives planted files their edited text. */

/** File URL -> TypeScript. */
let planted = new Map();

export function initialize(sources) {
  planted = sources;
}

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const source = planted.get(url.replace(/[?#].*/, ''));
  return source === undefined ? loaded : { ...loaded, source };
}
