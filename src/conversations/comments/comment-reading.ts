import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import {
  type JsonRecord,
  readNumber,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';

/** A list inside a node that was read with it. */
export interface NestedList {
  items: JsonRecord[];
  /** The cursor behind which the rest is; null: that was all. */
  after: string | null;
}

export function nestedList(node: JsonRecord, name: string): NestedList {
  const list = readRecord(node, name) ?? {};
  const paging = readRecord(list, 'paging') ?? {};
  const after = readText(readRecord(paging, 'cursors') ?? {}, 'after');
  const hasNext = readText(paging, 'next') !== undefined;
  return { items: readRecords(list, 'data'), after: hasNext ? (after ?? null) : null };
}

/**
 * Up to when that which is being read is certainly told. Meta's times of edits are whole seconds: one within this very
 * second may not be in it yet, and must not count as older.
 */
export function asOfReading(startedAt: Date): Date {
  return new Date(Math.floor(startedAt.getTime() / 1000) * 1000 - 1000);
}

/** Up to when a comment of `at` is known to be as it was read. */
export function laterOf(at: Date, asOf: Date): Date {
  return at > asOf ? at : asOf;
}

/** What a backfill of comments tells beside its counts; undefined where there is nothing to tell. */
export function noteOnReading({
  refused,
  isCut,
}: {
  /** Posts whose comments Meta refused to show. */
  refused: number;
  /** There was more than is read at once. */
  isCut: boolean;
}): { note?: string } {
  const sentences: string[] = [];
  if (refused > 0)
    sentences.push(`Meta refused to show the comments of ${refused} ${refused === 1 ? 'post' : 'posts'}.`);
  if (isCut) sentences.push('Comments under older posts were not looked at.');
  return sentences.length === 0 ? {} : { note: sentences.join(' ') };
}

/** Likes of a comment; null where Meta does not show them. */
export function countIn(node: JsonRecord, name: string): number | null {
  const count = readNumber(node, name);
  return count !== undefined && Number.isInteger(count) && count >= 0 && count <= 2_147_483_647
    ? count
    : null;
}

/** A permission is missing, which leaves the token good for all else: trying again would not bring it. */
export function lacksPermission(error: unknown): error is GraphReauthRequiredError {
  if (!(error instanceof GraphReauthRequiredError)) return false;
  const code = error.meta?.code ?? 0;
  return code === 10 || (code >= 200 && code <= 299);
}
