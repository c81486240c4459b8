/** First parts of paths that are words of Meta's and not the id of something. */
const ROOTS: ReadonlySet<string> = new Set([
  'me',
  'oauth',
  'debug_token',
  'access_token',
  'refresh_access_token',
]);
/** Edges are lower-case words; ids of messages and threads have digits, colons or capitals in them. */
const WORD = /^[a-z][a-z_]{1,39}$/;
const MOST_PARTS = 4;

/**
 * What a path asks for, without whom: `/{id}/messages` of `/1029.../messages`. Nobody's id is in it, so that it can be
 * counted and logged.
 * @param path as in `GraphRequest`, without version and query
 */
export function edgeOf(path: string): string {
  const [first = '', ...rest] = path.split('/').slice(1, MOST_PARTS + 1);
  const parts = [ROOTS.has(first) ? first : '{id}', ...rest.map((part) => (WORD.test(part) ? part : '{id}'))];
  return `/${parts.join('/')}`;
}
