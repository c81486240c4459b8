import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { AnalyticsTable, TableCell } from '../tables/analytics-table';
import { csvAnswer, csvCell, tableAsCsv, tableNamed } from './analytics-csv';

/** With the mark at its beginning, which `text` of node:stream leaves out. */
const text = async (stream: Readable): Promise<string> => (await buffer(stream)).toString();

const aTable = (name: string, rows: AnalyticsTable['rows'] = []): AnalyticsTable => ({
  name,
  title: name,
  columns: [
    { key: 'timestamp', title: 'Time', unit: 'time' },
    { key: 'name', title: 'Name', unit: 'text' },
    { key: 'change', title: 'Change', unit: 'change' },
  ],
  rows,
});

it('writes the keys of columns, then a line for each row', async () => {
  const at = new Date('2026-03-29T01:00:00+02:00');
  const csv = await text(
    tableAsCsv(
      aTable('series', [
        [at, 'Ana, "the first"\nof all', -0.25],
        [at, null, null],
      ]),
    ),
  );
  expect(csv).toBe(
    '\uFEFFtimestamp,name,change\r\n' +
      '2026-03-28T23:00:00.000Z,"Ana, ""the first""\nof all",-0.25\r\n' +
      '2026-03-28T23:00:00.000Z,,\r\n',
  );
});

it('tells its columns when there is no row', async () => {
  expect(await text(tableAsCsv(aTable('series')))).toBe('\uFEFFtimestamp,name,change\r\n');
});

it('breaks off when rows cannot be read on', async () => {
  async function* broken(): AsyncGenerator<TableCell[]> {
    yield [null, 'first', 1];
    await Promise.reject(new Error('gone'));
  }
  await expect(text(tableAsCsv(aTable('series', broken())))).rejects.toThrow('gone');
});

it('stops reading rows when nobody reads the stream any more', async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<TableCell[]> {
    try {
      for (;;) yield await Promise.resolve([null, 'x'.repeat(1_000), 1]);
    } finally {
      closed = true;
    }
  }
  const stream = tableAsCsv(aTable('series', endless()));
  for await (const chunk of stream) if (chunk !== '') break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(true);
});

it.each<[TableCell, string]>([
  ['=HYPERLINK("http://x")', `'=HYPERLINK("http://x")`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['-1+1', `'-1+1`],
  // Numbers are no words.
  [-1, '-1'],
  [0, '0'],
  [0.5, '0.5'],
  [null, ''],
  [true, 'true'],
])('writes %p so that no spreadsheet takes words for a formula', (cell, written) => {
  expect(csvCell(cell)).toBe(written);
});

it('answers with the table that is named, or the first', () => {
  const tables = [aTable('totals'), aTable('by-platform')];
  expect(tableNamed(tables, undefined).name).toBe('totals');
  expect(tableNamed(tables, 'by-platform').name).toBe('by-platform');
  expect(csvAnswer(tables, 'by-platform', 'overview-2026-03-01').getHeaders()).toMatchObject({
    type: 'text/csv; charset=utf-8',
    disposition: 'attachment; filename="overview-2026-03-01-by-platform.csv"',
  });
});

it('says which tables there are when another one is wanted', () => {
  expect(() => csvAnswer([aTable('totals'), aTable('by-platform')], 'points', 'overview')).toThrow(
    expect.objectContaining({
      code: 'VALIDATION_FAILED',
      details: {
        fields: [
          expect.objectContaining({ path: 'table', message: 'table must be one of totals, by-platform.' }),
        ],
      },
    }) as Error,
  );
});
