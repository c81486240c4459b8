import type { AnalyticsTable } from '../tables/analytics-table';
import { CellWords } from './cell-words';
import { escapeXml } from './report-chart';
import { asHtml } from './report-html';
import { asJson } from './report-json';
import type { ReportHead, ReportTable } from './report-source';

const EVIL = `</title></style><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;
const ARABIC = 'حملة الربيع 2026';
const HEAD: ReportHead = {
  id: '0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11',
  title: EVIL,
  accountId: 'a',
  accountName: EVIL,
  from: new Date('2026-02-28T23:00:00Z'),
  until: new Date('2026-03-31T22:00:00Z'),
  timeZone: 'Europe/Berlin',
  granularity: 'day',
  platforms: null,
  channels: [EVIL, ARABIC],
  madeAt: new Date('2026-04-01T06:00:00Z'),
};

const table = (changes: Partial<AnalyticsTable> = {}): AnalyticsTable => ({
  name: 'days',
  title: EVIL,
  columns: [
    { key: 'at', title: EVIL, unit: 'time' },
    { key: 'name', title: 'Name', unit: 'text' },
    { key: 'sent', title: EVIL, unit: 'count' },
    { key: 'rate', title: 'Rate', unit: 'share' },
  ],
  rows: [
    [new Date('2026-02-28T23:00:00Z'), EVIL, 1_234_567, 0.5],
    [new Date('2026-03-29T22:00:00Z'), ARABIC, 0, null],
  ],
  chart: { kind: 'line', x: 'at', y: ['sent'], series: 'name' },
  ...changes,
});

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

async function* told(...tables: AnalyticsTable[]): AsyncGenerator<ReportTable> {
  await Promise.resolve();
  for (const each of tables) yield { dataset: 'timeseries', datasetTitle: EVIL, table: each };
}

const page = (...tables: AnalyticsTable[]): Promise<string> => textOf(asHtml(HEAD, told(...tables)));

/** Names of all elements, and of their attributes. */
function marksOf(html: string): { elements: Set<string>; attributes: Set<string> } {
  const elements = new Set<string>();
  const attributes = new Set<string>();
  const marks = html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .matchAll(/<\/?([a-zA-Z!][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)[^>]*>/g);
  for (const [, name = '', rest = ''] of marks) {
    elements.add(name.toLowerCase());
    for (const [, attribute = ''] of rest.matchAll(/\s([\w:-]+)="/g)) attributes.add(attribute.toLowerCase());
  }
  return { elements, attributes };
}

describe('the page', () => {
  it('takes every text as text: in the head, tables, and pictures', async () => {
    const html = await page(
      table(),
      table({ chart: { kind: 'bar', x: 'name', y: ['sent'] } }),
      table({ chart: undefined as never }),
    );
    const { elements, attributes } = marksOf(html);
    for (const forbidden of [
      'script',
      'img',
      'iframe',
      'object',
      'link',
      'a',
      'foreignobject',
      'image',
      'use',
    ])
      expect(elements).not.toContain(forbidden);
    expect([...attributes].filter((name) => /^on|href|src/.test(name))).toEqual([]);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/url\((?!#)|@import|https?:\/\/(?!www\.w3\.org)/);
    expect(html.match(/<title>/g)).toHaveLength(3); // its own, and one of each picture
  });

  it('forbids itself to run or load anything', async () => {
    expect(await page(table())).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none';`,
    );
  });

  it('keeps texts from right to left by themselves', async () => {
    const html = await page(table());
    expect(html).toContain(`<bdi>${ARABIC}</bdi>`);
    expect(html).toContain('<html lang="en">');
  });

  it('says of each picture what it is, and the same in a table with heads', async () => {
    const html = await page(table({ title: 'Messages by day' }));
    expect(html).toMatch(/<svg [^>]*role="img" aria-label="Chart: Messages by day\./);
    expect(html).toContain('<caption><bdi>Messages by day</bdi></caption>');
    expect(html).toContain('<th scope="row"><bdi>2026-03-01</bdi></th>');
    expect(html).toContain('<td class="n"><bdi>1,234,567</bdi></td>');
    // In the colour of the page, light or dark.
    expect(html).toContain('fill="currentColor"');
    expect(html).not.toContain('#010203');
  });

  it('tells nothing from 0, and the last day of the range as people do', async () => {
    const html = await page(table());
    expect(html).toContain('<td class="n"><bdi>0</bdi></td><td class="n"><bdi>–</bdi></td>');
    expect(html).toContain('<dt>To</dt><dd><bdi>2026-03-31</bdi></dd>');
  });

  it('shows figures that stand alone as tiles', async () => {
    const columns = [{ key: 'wait', title: 'Wait', unit: 'seconds' as const }];
    const html = await page({ name: 'totals', title: 'Totals', columns, rows: [[3_720]] });
    expect(html).toContain(
      '<dl class="tiles">\n<div><dt><bdi>Wait</bdi></dt><dd><bdi>1 h 2 min</bdi></dd></div>',
    );
  });

  it('shows a figure in each row as a tile, with what it was before', async () => {
    const columns = [
      { key: 'title', title: 'Figure', unit: 'text' as const },
      { key: 'value', title: 'In the range', unit: 'count' as const },
      { key: 'previous', title: 'Before', unit: 'count' as const },
      { key: 'changeRate', title: 'Change', unit: 'change' as const },
    ];
    const rows = [
      [EVIL, 120, 100, 0.2],
      ['Unknown', null, null, null],
      ['New', 3, null, null],
    ];
    const html = await page({ name: 'totals', title: 'Totals', columns, rows });
    expect(html.match(/<div><dt>/g)).toHaveLength(2);
    expect(html).toContain('<dd><bdi>120</bdi><small><bdi>+20%, before: 100</bdi></small></dd>');
    expect(html).toContain('<dt><bdi>New</bdi></dt><dd><bdi>3</bdi></dd>');
    expect(html).not.toContain('<script');
  });

  it('is written row by row where a table is too long for a picture, with every row', async () => {
    async function* many(): AsyncGenerator<[Date, string, number, null]> {
      await Promise.resolve();
      for (let row = 0; row < 4_000; row += 1) yield [new Date(row * 86_400_000), 'x', row, null];
    }
    const html = await page(table({ rows: many() }));
    expect(html).toContain('too many rows for a picture');
    expect(html.match(/<tr>/g)).toHaveLength(4_001);
    expect(html).not.toContain('<svg');
  });

  it('says so where there is nothing', async () => {
    expect(await page(table({ rows: [] }))).toContain('There is nothing to tell of this range.');
  });
});

describe('the document', () => {
  it('is valid whatever is in it, with a key for each column', async () => {
    const lone = 'half a sign \ud83d';
    const rows = [[new Date('2026-03-01T00:00:00Z'), lone, Number.NaN, true]];
    const text = await textOf(asJson(HEAD, told(table({ rows }), table({ rows: [] }))));
    expect(JSON.parse(text)).toMatchObject({
      report: { title: EVIL, account: { id: 'a', name: EVIL }, from: '2026-02-28T23:00:00.000Z' },
      tables: [
        {
          dataset: 'timeseries',
          columns: [{ key: 'at' }, { key: 'name' }, { key: 'sent' }, { key: 'rate' }],
          rows: [{ at: '2026-03-01T00:00:00.000Z', name: 'half a sign \ufffd', sent: null, rate: true }],
        },
        { rows: [] },
      ],
    });
    expect(JSON.parse(await textOf(asJson(HEAD, told())))).toMatchObject({ tables: [] });
  });
});

describe('cells for people', () => {
  const words = new CellWords('Europe/Berlin', 'day');
  it.each([
    [0.815, 'share', '81.5%'],
    [0.125, 'change', '+12.5%'],
    [-0.5, 'change', '-50%'],
    [0.0825, 'money', '0.0825'],
    [42, 'seconds', '42 s'],
    [90_061, 'seconds', '1 d 1 h'],
    [0, 'seconds', '0 s'],
    [null, 'count', '–'],
    [Number.POSITIVE_INFINITY, 'count', '–'],
    [true, 'text', 'yes'],
    [new Date('2026-03-28T23:00:00Z'), 'time', '2026-03-29'],
    [new Date('2026-03-29T12:00:00Z'), 'time', '2026-03-29 14:00'],
    ['2026-03-28T23:00:00.000Z', 'time', '2026-03-29'],
  ] as const)('%s as %s', (cell, unit, expected) => {
    expect(words.of(cell, unit)).toBe(expected);
  });

  it('are escaped with everything that could end a text or a value', () => {
    expect(escapeXml(`<>&"'\u0000\u0008a\ud800`)).toBe('&#60;&#62;&#38;&#34;&#39;a\ufffd');
  });
});
