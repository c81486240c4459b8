/**
 * The source of a regular expression that takes without the flag `i` what the given one takes with it: OpenAPI's patterns
 * have no flags. For ASCII letters; names of groups and classes such as `\p{…}` are not looked into.
 */
export function caselessPattern(source: string): string {
  let result = '';
  let isClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === '\\') {
      at += 1;
      result += character + source.charAt(at);
      continue;
    }
    if (character === '[') isClass = true;
    if (character === ']') isClass = false;
    const range = isClass ? /^(?:[a-z]-[a-z]|[A-Z]-[A-Z])/.exec(source.slice(at))?.[0] : undefined;
    if (range !== undefined) {
      result += range.toLowerCase() + range.toUpperCase();
      at += 2;
    } else if (/[a-z]/i.test(character)) {
      const both = character.toLowerCase() + character.toUpperCase();
      result += isClass ? both : `[${both}]`;
    } else result += character;
  }
  return result;
}
