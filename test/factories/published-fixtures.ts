import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonLosslessly } from '../../src/json/lossless-json';

/** Payloads that Meta and makers of client libraries published. They are not part of this project. */
const FIXTURES = join(__dirname, '../../../shared/meta/fixtures');

export const hasPublishedFixtures = existsSync(FIXTURES);
if (!hasPublishedFixtures)
  console.warn(
    'Not run: the payloads published by others are not beside this project (../shared/meta/fixtures).',
  );

/** `describe`, where the payloads are there. */
export const describePublished = hasPublishedFixtures ? describe : describe.skip;

export function publishedNames(folder: string): string[] {
  if (!hasPublishedFixtures) return [];
  return readdirSync(join(FIXTURES, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** The bytes as published: ids beyond 2^53 would not survive reading and writing. */
export function publishedText(folder: string, name: string): string {
  return readFileSync(join(FIXTURES, folder, `${name}.json`), 'utf8');
}

interface PublishedEntry {
  id: string | number;
  messaging?: { message?: Record<string, unknown> }[];
  standby?: { message?: Record<string, unknown> }[];
  changes?: { value?: { message?: Record<string, unknown> } }[];
}

export function publishedEntries(text: string): PublishedEntry[] {
  return (parseJsonLosslessly(text) as { entry: PublishedEntry[] }).entry;
}

/** What of a published message has to be kept as its content. */
export function publishedContent(text: string): Record<string, unknown> {
  const [entry] = publishedEntries(text);
  const item = entry?.messaging?.[0] ?? entry?.standby?.[0] ?? entry?.changes?.[0]?.value;
  const stored = ['mid', 'seq', 'is_echo', 'app_id', 'metadata', 'reply_to', 'is_deleted'];
  return Object.fromEntries(Object.entries(item?.message ?? {}).filter(([key]) => !stored.includes(key)));
}
