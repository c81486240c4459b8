import { commentCountsOf } from '../counting/comment-counts';
import { type GrainPiece, piecesOf } from '../rollups/rollup-grains';
import { OWN_FIGURES } from './comment-engagement';

const COLUMNS = ['asset_id', 'post_external_id', 'written', ...OWN_FIGURES].join(', ');
const SUMS = OWN_FIGURES.map((name) => `sum(${name})::integer AS ${name}`).join(', ');

/**
 * Comments of a time added up by post, as a query: whole months and days of UTC from their sums, and single comments at both
 * ends. The post is null where nobody knows it.
 * @param parameters of the statement that it becomes a part of: $1 the account, $2 the Pages and accounts
 */
export function commentsByPost(range: { from: Date; until: Date }, parameters: unknown[]): string {
  const rows = piecesOf(range).map(({ grain, from, until }) => {
    const [first, end] = [from, until].map((at) => `$${parameters.push(at)}::timestamptz`);
    return `SELECT ${COLUMNS} FROM (${rowsOf(grain, first ?? '', end ?? '')}) AS piece`;
  });
  return `
    SELECT asset_id, nullif(post_external_id, '') AS post_external_id, ${SUMS}
      FROM (${rows.length === 0 ? nothing : rows.join(' UNION ALL ')}) AS part
     GROUP BY asset_id, post_external_id HAVING sum(written) > 0`;
}

const nothing = `SELECT ${COLUMNS} FROM comment_metrics WHERE false`;

function rowsOf(grain: GrainPiece['grain'], from: string, until: string): string {
  const scope = (alias: string): string => `${alias}.account_id = $1 AND ${alias}.asset_id = ANY($2::uuid[])`;
  return grain === 'day' || grain === 'month'
    ? `SELECT * FROM comment_metrics m
        WHERE ${scope('m')} AND m.grain = '${grain}' AND m.bucket_at >= ${from} AND m.bucket_at < ${until}`
    : commentCountsOf(
        'comment_metric_facts',
        1,
        `${scope('f')} AND f.commented_at >= ${from} AND f.commented_at < ${until}`,
      );
}
