import { GRAINS, startOfGrain } from '../rollups/rollup-grains';
import { COUNTERS, type Counter } from '../rollups/rollup-counts';

/** What the figures are told apart by. Each is a set of sums of its own, so that no question adds up more than it has to. */
export type RollupDimension =
  | 'account'
  | 'channel'
  | 'template'
  /** By Meta's category and type of the price. */
  | 'price'
  | 'error'
  | 'campaign'
  | 'agent'
  | 'sentiment';

/** In the place of an asset where all of an account are added up. */
export const NO_ASSET = '00000000-0000-0000-0000-000000000000';

/** Dimensions that have sums over all assets, too: few labels, and many rows for each of them otherwise. */
export const ADDED_UP: readonly RollupDimension[] = ['account', 'price', 'error', 'agent', 'sentiment'];

/** What a quarter of an hour is told apart by, without the month of the messages. */
const PLACE = [
  'dimension',
  'platform',
  'asset_id',
  'bucket_at',
  'template_name',
  'template_language',
  'label',
] as const;

/** In the order of the primary key. */
const KEY = ['account_id', 'grain', ...PLACE, 'message_month'];

export const METRIC_KEY = KEY.join(', ');
export const METRIC_COLUMNS = [...KEY, ...COUNTERS].join(', ');
export const SAME_KEY = (one: string, other: string): string =>
  KEY.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
export const countersOfRow = (alias: string): string =>
  `(${COUNTERS.map((name) => `${alias}.${name}`).join(', ')})`;
export const ADD_COUNTERS = COUNTERS.map((name) => `${name} = m.${name} + excluded.${name}`).join(', ');

const ANY_COUNTER = `(${COUNTERS.map((name) => `sum(${name}) <> 0`).join(' OR ')})`;
const SUM_COUNTERS = COUNTERS.map((name) => `sum(${name}) AS ${name}`).join(', ');

/** At each instant of a fact that counts, which counters it raises; the others are 0 there. */
const POINTS: Record<string, Partial<Record<Counter, string>>> = {
  received_at: { received: '1' },
  sent_at: {
    sent: '1',
    sent_delivered: '(f.delivered_at IS NOT NULL)::integer',
    sent_read: '(f.read_at IS NOT NULL)::integer',
    sent_failed: '(f.failed_at IS NOT NULL)::integer',
    sent_billable: 'f.is_billable::integer',
    sent_clicked: '(f.clicked_at IS NOT NULL)::integer',
    sent_replied: '(f.replied_at IS NOT NULL)::integer',
  },
  delivered_at: { delivered: '1' },
  read_at: { read: '1' },
  failed_at: { failed: '1', unsent_failed: '(f.sent_at IS NULL)::integer' },
  answered_at: {
    answers: '1',
    answer_seconds: 'f.answer_seconds::bigint',
    first_answers: 'f.is_first_answer::integer',
    first_answer_seconds: 'CASE WHEN f.is_first_answer THEN f.answer_seconds::bigint ELSE 0 END',
  },
  commented_at: { comments: '1' },
  comment_replied_at: { comment_replies: '1' },
};

const pointValues = Object.entries(POINTS)
  .map(([at, raised]) => `(f.${at}, ${COUNTERS.map((name) => raised[name] ?? '0').join(', ')})`)
  .join(',\n       ');

interface Part {
  dimension: RollupDimension;
  /** Whether it is told apart by template, too. */
  template?: boolean;
  label?: string;
  /** What has a part in it. */
  where?: string;
}

const PARTS: readonly Part[] = [
  { dimension: 'account' },
  { dimension: 'channel' },
  { dimension: 'template', template: true, where: `f.template_name <> ''` },
  { dimension: 'price', template: true, label: 'f.price', where: `f.price <> ''` },
  { dimension: 'error', template: true, label: 'f.error_code', where: 'point.failed = 1' },
  { dimension: 'campaign', label: 'f.campaign', where: `f.campaign <> ''` },
  { dimension: 'agent', label: 'f.agent', where: `f.agent <> ''` },
  {
    dimension: 'sentiment',
    label: 'f.sentiment',
    where: `f.sentiment <> '' AND point.received + point.comments = 1`,
  },
];

/** One by asset, one over all of them, or both. */
function partValues({ dimension, template = false, label = `''`, where = 'true' }: Part): string[] {
  const assets = [
    ...(dimension === 'account' ? [] : ['f.asset_id']),
    ...(ADDED_UP.includes(dimension) ? [`'${NO_ASSET}'::uuid`] : []),
  ];
  const named = template ? 'f.template_name, f.template_language' : `'', ''`;
  return assets.map((asset) => `('${dimension}', ${asset}, ${named}, ${label}, ${where})`);
}

/**
 * What facts add to the figures, as a query: a row for each dimension and each instant that counts.
 * @param facts a relation of facts
 * @param sign -1 takes it away again
 */
export function contributionsOf(facts: string, sign: 1 | -1): string {
  const signed = COUNTERS.map((name) => `${sign === 1 ? '' : '-'}point.${name} AS ${name}`).join(', ');
  return `
    SELECT f.account_id, part.dimension, f.platform, part.asset_id,
           date_bin('15 minutes', point.at, '2000-01-01T00:00:00Z') AS bucket_at,
           part.template_name, part.template_language, part.label, f.message_month, ${signed}
      FROM ${facts} f
     CROSS JOIN LATERAL (VALUES
       ${pointValues}
     ) AS point (at, ${COUNTERS.join(', ')})
     CROSS JOIN LATERAL (VALUES
       ${PARTS.flatMap(partValues).join(',\n       ')}
     ) AS part (dimension, asset_id, template_name, template_language, label, is_part)
     WHERE point.at IS NOT NULL AND part.is_part`;
}

/**
 * Contributions added up, for each grain: first to quarters, which are few, and these to hours, days and months.
 * @param contributions a query as `contributionsOf`, or several with UNION ALL between them
 */
export function rollupsOf(contributions: string): string {
  const place = PLACE.join(', ');
  const start = startOfGrain('g.grain', 'bucket_at');
  const wide = PLACE.map((name) => (name === 'bucket_at' ? `${start} AS bucket_at` : name)).join(', ');
  return `
    SELECT account_id, g.grain, ${wide}, message_month, ${SUM_COUNTERS}
      FROM (SELECT account_id, ${place}, message_month, ${SUM_COUNTERS} FROM (${contributions}) AS part
             GROUP BY account_id, ${place}, message_month HAVING ${ANY_COUNTER}) AS quarters
     CROSS JOIN unnest(ARRAY[${GRAINS.map((grain) => `'${grain}'`).join(', ')}]) AS g (grain)
     GROUP BY account_id, g.grain, dimension, platform, asset_id, ${start}, template_name, template_language, label,
              message_month
    HAVING ${ANY_COUNTER}`;
}
