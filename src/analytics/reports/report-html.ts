import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import { CellWords } from './cell-words';
import { chartOf, escapeXml } from './report-chart';
import type { ReportHead, ReportTable } from './report-source';
import { REPORT_STYLE } from './report-style';

type Row = readonly TableCell[];

/** Rows that are held until the table is known to be short enough to be drawn: two years of days for four platforms. */
const MOST_HELD = 3_000;
const MOST_TILES = 24;
/** The page runs nothing and asks nobody for anything, wherever it is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page for people that stands by itself: no scripts, nothing from elsewhere, every text escaped. */
export async function* asHtml(head: ReportHead, tables: AsyncIterable<ReportTable>): AsyncGenerator<string> {
  const words = new CellWords(head.timeZone, head.granularity);
  yield pageHead(head, words);
  let dataset: string | null = null;
  for await (const { dataset: name, datasetTitle, table } of tables) {
    if (name !== dataset) {
      if (dataset !== null) yield '</section>\n';
      dataset = name;
      yield `<section>\n<h2>${isolated(datasetTitle)}</h2>\n`;
    }
    yield* section(table, words);
  }
  if (dataset !== null) yield '</section>\n';
  yield `</main>\n<footer><p>Report <code>${escapeXml(head.id)}</code>. “–” where there is nothing to tell, which is not 0.</p></footer>\n</body>\n</html>\n`;
}

function pageHead(head: ReportHead, words: CellWords): string {
  const title = escapeXml(head.title);
  // The last moment of the range, not the first after it: people count the last day in.
  const facts: [string, string][] = [
    ['Account', head.accountName ?? head.accountId],
    ['From', words.time(head.from)],
    ['To', lastOf(head, words)],
    ['Time zone', head.timeZone],
    ['Platforms', head.platforms?.join(', ') ?? 'all'],
    ['Channels', head.channels?.join(', ') ?? 'all'],
    ['Made', `${head.madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>
${REPORT_STYLE}
</style>
</head>
<body>
<header>
<h1>${isolated(head.title)}</h1>
<dl class="head">
${facts.map(([name, value]) => `<dt>${name}</dt><dd>${isolated(value)}</dd>`).join('\n')}
</dl>
</header>
<main>
`;
}

function lastOf({ until, granularity }: ReportHead, words: CellWords): string {
  return granularity === 'hour' ? words.time(until) : words.time(new Date(until.getTime() - 1)).slice(0, 10);
}

async function* section(table: AnalyticsTable, words: CellWords): AsyncGenerator<string> {
  yield `<h3>${isolated(table.title)}</h3>\n`;
  const held: Row[] = [];
  let isDrawn = false;
  for await (const row of table.rows) {
    if (isDrawn) yield rowText(row, table.columns, words);
    else held.push(row);
    if (isDrawn || held.length < MOST_HELD) continue;
    isDrawn = true;
    if (table.chart !== undefined) yield '<p class="note">There are too many rows for a picture.</p>\n';
    yield tableHead(table);
    for (const early of held.splice(0)) yield rowText(early, table.columns, words);
  }
  if (!isDrawn) {
    if (held.length === 0) {
      yield '<p class="note">There is nothing to tell of this range.</p>\n';
      return;
    }
    yield pictures(table, held, words);
    yield tableHead(table);
    for (const row of held) yield rowText(row, table.columns, words);
  }
  yield '</tbody>\n</table></div>\n';
}

function pictures(table: AnalyticsTable, rows: readonly Row[], words: CellWords): string {
  const chart = chartOf(table, rows, words);
  if (chart !== null) {
    const note =
      chart.note === null ? '' : `<figcaption class="note">${escapeXml(chart.note)}</figcaption>\n`;
    return `<figure>\n${chart.svg}\n${note}</figure>\n`;
  }
  return tiles(table, rows, words);
}

interface Tile {
  name: string;
  value: string;
  /** What it was before, where that is told. */
  before: string | null;
}

/** Figures that stand alone: of a table with one row each of its numbers, of one with a figure in each row (`title`, `value`) each row. */
function tiles(table: AnalyticsTable, rows: readonly Row[], words: CellWords): string {
  const told = (
    rows.length === 1 ? tilesOfRow(table, rows[0], words) : tilesOfRows(table, rows, words)
  ).slice(0, MOST_TILES);
  if (told.length === 0) return '';
  const parts = told.map(
    ({ name, value, before }) =>
      `<div><dt>${isolated(name)}</dt><dd>${isolated(value)}${before === null ? '' : `<small>${isolated(before)}</small>`}</dd></div>`,
  );
  return `<dl class="tiles">\n${parts.join('\n')}\n</dl>\n`;
}

function tilesOfRow({ columns }: AnalyticsTable, row: Row | undefined, words: CellWords): Tile[] {
  if (columns.some(({ key }) => key === 'value'))
    return row === undefined ? [] : [...figureOf(columns, row, words)];
  return columns
    .map((column, place) => ({ column, cell: row?.[place] ?? null }))
    .filter(({ column, cell }) => !isName(column) && cell !== null)
    .map(({ column, cell }) => ({ name: column.title, value: words.of(cell, column.unit), before: null }));
}

function tilesOfRows({ columns }: AnalyticsTable, rows: readonly Row[], words: CellWords): Tile[] {
  return rows.flatMap((row) => figureOf(columns, row, words));
}

/** None where the table has no figure in each row, or there is nothing to tell of this one. */
function figureOf(columns: readonly TableColumn[], row: Row, words: CellWords): Tile[] {
  const cell = (key: string): { cell: TableCell; unit: TableColumn['unit'] } => {
    const place = columns.findIndex((column) => column.key === key);
    return { cell: row[place] ?? null, unit: columns[place]?.unit ?? 'text' };
  };
  const [title, value, previous, change] = ['title', 'value', 'previous', 'changeRate'].map(cell);
  if (typeof title?.cell !== 'string' || value === undefined || value.cell === null) return [];
  const rate = change === undefined || change.cell === null ? '' : `${words.of(change.cell, change.unit)}, `;
  return [
    {
      name: title.cell,
      value: words.of(value.cell, value.unit),
      before:
        previous === undefined || previous.cell === null
          ? null
          : `${rate}before: ${words.of(previous.cell, previous.unit)}`,
    },
  ];
}

function tableHead({ title, columns }: AnalyticsTable): string {
  const name = escapeXml(title);
  const heads = columns.map((column) => `<th scope="col"${classOf(column)}>${isolated(column.title)}</th>`);
  return `<div class="scroll" role="region" tabindex="0" aria-label="${name}"><table>
<caption>${isolated(title)}</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
`;
}

function rowText(row: Row, columns: readonly TableColumn[], words: CellWords): string {
  const cells = columns.map((column, place) => {
    const text = isolated(words.of(row[place] ?? null, column.unit));
    return place === 0 && isName(column)
      ? `<th scope="row">${text}</th>`
      : `<td${classOf(column)}>${text}</td>`;
  });
  return `<tr>${cells.join('')}</tr>\n`;
}

function isName({ unit }: TableColumn): boolean {
  return unit === 'text' || unit === 'time';
}

function classOf(column: TableColumn): string {
  return isName(column) ? '' : ' class="n"';
}

/** Text that is written from right to left stays by itself, and does not turn around what stands beside it. */
function isolated(text: string): string {
  return `<bdi>${escapeXml(text)}</bdi>`;
}
