import * as fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { type RecordRules, parseRecord } from './record-parser';
import { type BadRecord, type ByteSource, RecordReader } from './record-reader';

type Found = BadRecord | { line: number; cells: string[] };

function cellsOf(raw: Buffer, rules: RecordRules): string[] {
  const parsed = parseRecord(raw, 0, true, rules);
  return parsed.is === 'record' ? parsed.cells : [];
}

/** No more than so many bytes at a time. */
function inPieces(bytes: Buffer, size: number): ByteSource {
  return (from, into) => Promise.resolve(bytes.copy(into, 0, from, Math.min(from + size, bytes.length)));
}

/** Reads all of it, in pieces of `size` bytes, and after every chunk goes on with another reader, as after a crash. */
async function readAll(
  text: string | Buffer,
  {
    delimiter = ',',
    size = 7,
    records = 2,
  }: { delimiter?: string | null; size?: number; records?: number } = {},
): Promise<Found[]> {
  const bytes = Buffer.from(text as string);
  const found: Found[] = [];
  const rules = { delimiter, isWanted: () => true };
  let position = { offset: 0, line: 1 };
  for (;;) {
    const reader = new RecordReader(inPieces(bytes, size), rules, { ...position }, 64);
    const chunk = await reader.next({ records, bytes: 1_000_000 });
    for (const item of chunk.items) {
      if (!('cells' in item)) found.push(item);
      // What is kept of it is read again later.
      else found.push({ line: item.line, cells: cellsOf(item.raw, rules) });
    }
    position = chunk.position;
    if (chunk.isOver) return found;
  }
}

describe('reading records', () => {
  it('gives back whatever was written as CSV, however it is cut and wherever it is taken up again', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '🙂', ',', '"', '\n', ' ', ';', '1'),
      maxLength: 6,
    });
    // One cell alone that is empty is an empty line.
    const row = fc.array(cell, { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom<'unix' | 'windows'>('unix', 'windows'),
        async (rows, size, records, ends) => {
          const csv = stringify(rows, { record_delimiter: ends, quoted_match: /[\r\n]/ });
          const found = await readAll(csv, { size, records });
          expect(found.map((record) => ('cells' in record ? record.cells : record))).toEqual(rows);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('tells the line that each record begins in', async () => {
    const found = await readAll('a,b\r\n"1\r\n2",x\r\n\r\nlast,y');
    expect(found).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1\r\n2', 'x'] },
      { line: 5, cells: ['last', 'y'] },
    ]);
  });

  it('takes lines as they are where there are no columns', async () => {
    const found = await readAll('"one", two\n\nthree\rfour', { delimiter: null });
    expect(found).toEqual([
      { line: 1, cells: ['"one", two'] },
      { line: 3, cells: ['three'] },
      { line: 4, cells: ['four'] },
    ]);
  });

  it('keeps a quote in the middle of a cell as it is', async () => {
    expect(await readAll('say "hi",x\n')).toEqual([{ line: 1, cells: ['say "hi"', 'x'] }]);
  });

  it('names the line of a quote that is never closed, and reads the others', async () => {
    const found = await readAll('1,good\n2,"open\n3,good\n4,good\n');
    expect(found).toEqual([
      { line: 1, cells: ['1', 'good'] },
      { line: 2, code: 'csv.quote_open', message: expect.any(String) as string },
      { line: 3, cells: ['3', 'good'] },
      { line: 4, cells: ['4', 'good'] },
    ]);
  });

  it('names the line of a quote that swallows others until the next one, and reads those', async () => {
    const found = await readAll('1,"open\n2,"good"\n3,good\n');
    expect(found).toEqual([
      { line: 1, code: 'csv.quote', message: expect.any(String) as string },
      { line: 2, cells: ['2', 'good'] },
      { line: 3, cells: ['3', 'good'] },
    ]);
  });

  it('holds no line that is far too long, and goes on behind it', async () => {
    const huge = Buffer.alloc(12_000_000, 'x');
    const found = await readAll(Buffer.concat([Buffer.from('1,a\n'), huge, Buffer.from('\n3,c\n')]), {
      size: 65_536,
      records: 50,
    });
    expect(found).toEqual([
      { line: 1, cells: ['1', 'a'] },
      { line: 2, code: 'line.too_long', message: expect.any(String) as string },
      { line: 3, cells: ['3', 'c'] },
    ]);
  });
});
