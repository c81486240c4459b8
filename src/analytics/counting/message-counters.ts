export const COUNTERS = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'sent_delivered',
  'sent_read',
  'sent_failed',
  'unsent_failed',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** What the figures are told apart by. Each is a set of sums of its own, so that no question adds up more than it has to. */
export type MetricDimension = 'account' | 'channel' | 'template' | 'category' | 'error';

/** In the place of an asset where all of an account are added up. */
export const NO_ASSET = '00000000-0000-0000-0000-000000000000';

/** Width of a bucket: offsets of today's time zones are multiples of it. */
export const BUCKET_MINUTES = 15;

/** In the order of the primary key, without the month. */
const KEY = [
  'account_id',
  'dimension',
  'platform',
  'asset_id',
  'bucket_at',
  'template_name',
  'template_language',
  'label',
  'message_month',
];

export const METRIC_KEY = KEY.join(', ');
export const METRIC_COLUMNS = [...KEY, ...COUNTERS].join(', ');
export const SAME_KEY = (one: string, other: string): string =>
  KEY.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
export const countersOfRow = (alias: string): string =>
  `(${COUNTERS.map((name) => `${alias}.${name}`).join(', ')})`;
export const ADD_COUNTERS = COUNTERS.map((name) => `${name} = m.${name} + excluded.${name}`).join(', ');
export const ANY_COUNTER = `(${COUNTERS.map((name) => `sum(${name}) <> 0`).join(' OR ')})`;
export const SUM_COUNTERS = COUNTERS.map((name) => `sum(${name})::integer AS ${name}`).join(', ');

/**
 * What facts add to the figures, as a query: a row for each dimension and each instant that counts.
 * @param facts a relation of facts
 * @param sign -1 takes it away again
 */
export function contributionsOf(facts: string, sign: 1 | -1): string {
  const signed = COUNTERS.map((name) => `${sign === 1 ? '' : '-'}point.${name} AS ${name}`).join(', ');
  return `
    SELECT f.account_id, part.dimension, f.platform, part.asset_id,
           date_bin('${BUCKET_MINUTES} minutes', point.at, '2000-01-01T00:00:00Z') AS bucket_at,
           part.template_name, part.template_language, part.label, f.message_month, ${signed}
      FROM ${facts} f
     CROSS JOIN LATERAL (VALUES
       (f.received_at, 1, 0, 0, 0, 0, 0, 0, 0, 0),
       (f.sent_at, 0, 1, 0, 0, 0, (f.delivered_at IS NOT NULL)::integer, (f.read_at IS NOT NULL)::integer,
        (f.failed_at IS NOT NULL)::integer, 0),
       (f.delivered_at, 0, 0, 1, 0, 0, 0, 0, 0, 0),
       (f.read_at, 0, 0, 0, 1, 0, 0, 0, 0, 0),
       (f.failed_at, 0, 0, 0, 0, 1, 0, 0, 0, (f.sent_at IS NULL)::integer)
     ) AS point (at, ${COUNTERS.join(', ')})
     CROSS JOIN LATERAL (VALUES
       ('account', '${NO_ASSET}'::uuid, '', '', '', true),
       ('channel', f.asset_id, '', '', '', true),
       ('template', f.asset_id, f.template_name, f.template_language, '', f.template_name <> ''),
       ('category', f.asset_id, '', '', f.category, f.category <> ''),
       ('error', f.asset_id, f.template_name, f.template_language, f.error_code, point.failed = 1)
     ) AS part (dimension, asset_id, template_name, template_language, label, is_part)
     WHERE point.at IS NOT NULL AND part.is_part`;
}
