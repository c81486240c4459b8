import { MASK, maskText, maskUrl, maskValue } from '../operations/log-masking';
import type { AuditFields } from './audit-event';

/** In place of what was personal: that it was there, or changed, is told, and not what it said. */
export const PERSONAL = '[personal]';

/** Parts of names, between underscores or capitals, that say that a value is secret, or is made of one. */
const SECRET_PARTS = new Set([
  ...[
    'secret',
    'secrets',
    'token',
    'tokens',
    'password',
    'passwords',
    'pin',
    'hash',
    'nonce',
    'digest',
    'sha256',
  ],
  ...[
    'key',
    'keys',
    'credential',
    'credentials',
    'authorization',
    'cookie',
    'headers',
    'signature',
    'cipher',
    'proof',
  ],
  ...['code', 'fingerprint', 'handle', 'session', 'sdp', 'link', 'nonces'],
]);
/** They are named like secrets and are none: settings, times, counts and names. */
const HARMLESS_FIELDS = new Set([
  ...[
    'token_kind',
    'token_expiry',
    'has_token',
    'callback_token_set',
    'is_pin_enabled',
    'pin_set_at',
    'pin_changed_at',
  ],
  ...[
    'previous_secret_until',
    'header_names',
    'is_shared_key',
    'country_code',
    'send_problem_code',
    'error_code',
  ],
  ...[
    'history_declined_code',
    'problem_code',
    'code_verification_status',
    'code_expiration_minutes',
    'group_key',
  ],
  ...['enable_identity_key_check', 'public_key', 'permalink_url', 'link'],
]);
/** Whatever they are called, these are ciphertexts of ours, bytes, or tokens. */
const SECRET_LOOKS = /^v1\.[A-Za-z0-9_.-]{1,32}\.[A-Za-z0-9_-]{16}\.|^\\x[0-9a-f]+$|-----BEGIN |^mbb_/;
/** When a row was touched, and how often it was tried, tells nothing that the event itself does not. */
const NOISE = new Set(['updated_at', 'updatedAt', 'created_at']);

const LONGEST_TEXT = 300;
const LONGEST_VALUE = 1_500;
const LONGEST_FIELDS = 8_000;
const MOST_ITEMS = 50;
const DEEPEST = 6;

/** @param name a column, or a field of a request or an answer, in either spelling */
export function isSecretField(name: string): boolean {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return !HARMLESS_FIELDS.has(snake) && snake.split(/[._-]/).some((part) => SECRET_PARTS.has(part));
}

/**
 * A row as it may be shown. Of a secret only is told that there is one, so that a change of it is seen.
 * @param row as `to_jsonb` gives it
 * @param personal columns of which only is told that they hold something
 */
export function shownRow(row: AuditFields, personal: ReadonlySet<string>): AuditFields {
  return bounded(
    Object.fromEntries(
      Object.entries(row)
        .filter(([name, value]) => value !== null && !NOISE.has(name))
        .map(([name, value]): [string, unknown] => {
          if (isSecretField(name)) return [name, MASK];
          return [name, personal.has(name) ? PERSONAL : (shownValue(value, 0) ?? MASK)];
        }),
    ),
  );
}

/** What differs between two rows, of each what it was and what it is; before they are shown, or no personal change would be seen. */
export function changedFields(
  before: AuditFields,
  after: AuditFields,
): { before: AuditFields; after: AuditFields } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null),
  );
  const pick = (row: AuditFields): AuditFields =>
    Object.fromEntries(names.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]));
  return { before: pick(before), after: pick(after) };
}

/** A request's body as settings are shown: everything but secrets, and what looks like somebody's. */
export function shownRequest(body: unknown): AuditFields | null {
  if (!isFields(body)) return null;
  return bounded(shownFields(body, 0, (value, name, depth) => shownValue(maskValue(value, name), depth)));
}

/**
 * A request's body as messages are shown: which fields there were, and of these only ids and what kind of thing was meant. What
 * was said, and to whom, stands in the message itself, where it is found and erased.
 */
export function outlinedRequest(body: unknown): AuditFields | null {
  return isFields(body) ? bounded(outline(body, 0)) : null;
}

function outline(fields: AuditFields, depth: number): AuditFields {
  return shownFields(fields, depth, (value, name) => {
    if (isPlain(name, value)) return value;
    if (Array.isArray(value))
      return value.length > 0 && value.every((item) => isPlain(name, item))
        ? value.slice(0, MOST_ITEMS)
        : `[${value.length} items]`;
    if (isFields(value)) return depth >= DEEPEST ? '[deeper]' : outline(value, depth + 1);
    return typeof value === 'string' ? `[${value.length} characters]` : PERSONAL;
  });
}

const KIND_NAMES = new Set([
  ...[
    'type',
    'kind',
    'status',
    'role',
    'language',
    'category',
    'platform',
    'visibility',
    'tag',
    'format',
    'priority',
  ],
  ...['label', 'messaging_type', 'state'],
]);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Meta's ids of things of a business. Its ids of people look the same, and are called otherwise. */
const THINGS_AT_META = new Set([
  ...[
    'pageId',
    'wabaId',
    'sourceWabaId',
    'phoneNumberId',
    'igAccountId',
    'templateId',
    'templateIds',
    'postId',
  ],
  ...['mediaId', 'flowId', 'target_app_id'],
]);

/** An id of ours or of Meta's things, a kind, a switch. People's ids are none of these: they are called otherwise. */
function isPlain(name: string, value: unknown): boolean {
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'string') return false;
  if (KIND_NAMES.has(name)) return /^[A-Za-z_]{1,40}$/.test(value);
  if (!/(?:^i|I)ds?$|_ids?$/.test(name)) return false;
  return UUID.test(value) || (THINGS_AT_META.has(name) && /^\d{1,25}$/.test(value));
}

function shownFields(
  fields: AuditFields,
  depth: number,
  show: (value: unknown, name: string, depth: number) => unknown,
): AuditFields {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MOST_ITEMS)
      .map(([name, value]): [string, unknown] => [
        storable(name.slice(0, 100)),
        isSecretField(name) ? MASK : show(value, name, depth + 1),
      ]),
  );
}

function shownValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return SECRET_LOOKS.test(value) ? undefined : shortened(shownText(value));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[deeper]';
  if (Array.isArray(value))
    return value.slice(0, MOST_ITEMS).map((item) => shownValue(item, depth + 1) ?? MASK);
  return shownFields(value as AuditFields, depth, (item, _name, deeper) => shownValue(item, deeper) ?? MASK);
}

/** Addresses of receivers often carry a key of theirs. */
function shownText(text: string): string {
  if (/^[a-z]+:\/\//i.test(text)) return maskUrl(text);
  return hasTokenLooks(text) ? maskText(text) : text;
}

function hasTokenLooks(text: string): boolean {
  return /\b(?:EAA|IGQ|IGA)[A-Za-z0-9_-]{12}|\beyJ[\w-]+\.|\bBearer\s|\b\d{5,}\|[\w-]{10}/.test(text);
}

/** PostgreSQL has no place in its JSON for NUL, and for half a character. */
export function storable(text: string): string {
  return text
    .replaceAll('\0', '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function shortened(text: string): string {
  const cut =
    text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… [${text.length} characters]`;
  return storable(cut);
}

/** At most about 8 kB, the largest fields going first. */
function bounded(fields: AuditFields): AuditFields {
  const sizes = Object.entries(fields).map(([name, value]) => ({
    name,
    size: value === undefined ? 0 : JSON.stringify(value).length,
  }));
  let total = sizes.reduce((sum, { size, name }) => sum + size + name.length, 0);
  const result: Record<string, unknown> = { ...fields };
  for (const { name, size } of sizes.sort((a, b) => b.size - a.size)) {
    if (size <= LONGEST_VALUE && total <= LONGEST_FIELDS) break;
    result[name] = `[${size} characters]`;
    total -= size;
  }
  return result;
}

function isFields(value: unknown): value is AuditFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
