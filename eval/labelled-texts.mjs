import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const LABELS = ['positive', 'neutral', 'negative'];
/** eval/README.md says what each was used for. */
const SPLITS = ['dev', 'held-out'];
const FOLDER = join(import.meta.dirname, 'sentiment');

/**
 * Reads the labelled set.
 * @returns {Map<string, {label: string, split: string, variety: string, text: string}[]>} by language
 */
export function labelledTexts() {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.tsv'));
  return new Map(files.sort().map((name) => [name.replace('.tsv', ''), rowsOf(join(FOLDER, name))]));
}

function rowsOf(path) {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line, index) => {
    const [label, split, variety, text] = line.split('\t');
    if (!LABELS.includes(label) || !SPLITS.includes(split) || !text)
      throw new Error(`${path}, line ${index + 2}: label, split, variety and text, separated by tabs.`);
    return { label, split, variety, text };
  });
}
