/** How a template names its placeholders: `{{1}}` or `{{first_name}}`. */
export type ParameterFormat = 'POSITIONAL' | 'NAMED';

// Without quantifiers for the spaces inside: three in a row would take cubic time on a long run of them.
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

export interface Placeholders {
  /** In order of first appearance, each once. */
  names: string[];
  /** One that is neither a number nor lower-case letters, digits and underscores. */
  malformed: string[];
  /** Whether the text begins with one. */
  isFirst: boolean;
  /** Whether it ends with one. */
  isLast: boolean;
  hasAdjacent: boolean;
}

/** The placeholders of a text and what Meta looks at in their places. */
export function placeholdersOf(text: string): Placeholders {
  const found = [...text.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').trim());
  const trimmed = text.trim();
  return {
    names: [...new Set(found)],
    malformed: found.filter((name) => !/^(?:[1-9]\d{0,2}|[a-z_][a-z0-9_]*)$/.test(name)),
    isFirst: trimmed.startsWith('{{'),
    isLast: trimmed.endsWith('}}'),
    hasAdjacent: /\}\}\s*\{\{/.test(text),
  };
}

export function isPositional(name: string): boolean {
  return /^\d+$/.test(name);
}

/** Whether numbered placeholders are 1, 2, 3 … without a gap, in any order. */
export function isGapless(names: readonly string[]): boolean {
  const numbers = names.map(Number).sort((a, b) => a - b);
  return numbers.every((number, index) => number === index + 1);
}

/** In characters as people and Meta count them: an emoji is one, not two. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** The text without its placeholders. */
export function withoutPlaceholders(text: string): string {
  return text.replace(PLACEHOLDER, ' ');
}
