import { formulaSafe } from '../../http/csv-answer';
import { CsvBrokenError } from './csv-text';
import { type CsvList, readCsv } from './recipient-csv';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = (file: string | Buffer, column?: string, pieces = 1_000): Promise<CsvList> =>
  readCsv(inPieces(typeof file === 'string' ? Buffer.from(file) : file, pieces), column);

async function rowsOf(list: Promise<CsvList>): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of (await list).rows) rows.push(row);
  return rows;
}

/** What was read before it broke, and how it broke. */
async function brokenRows(list: CsvList): Promise<{ rows: number[]; rule: string; line: number }> {
  const rows: number[] = [];
  try {
    for await (const { line } of list.rows) rows.push(line);
  } catch (error) {
    if (error instanceof CsvBrokenError) return { rows, rule: error.rule, line: error.line };
    throw error;
  }
  throw new Error('It did not break.');
}

const ruleOf = async (list: Promise<CsvList>): Promise<string> => {
  try {
    await list;
  } catch (error) {
    if (error instanceof CsvBrokenError) return error.rule;
    throw error;
  }
  return 'none';
};

const ANA = { line: 2, to: '+16505551234', parameters: { first_name: 'Ána' } };

describe('a CSV file of recipients', () => {
  it.each([
    ['commas', 'Phone,First Name\n+16505551234,Ána\n'],
    ['semicolons', 'Phone;First Name\n+16505551234;Ána\n'],
    ['tabs', 'Phone\tFirst Name\n+16505551234\tÁna'],
    ['a mark at the beginning', '\ufeffPhone,First Name\r\n+16505551234,Ána\r\n'],
    ['quotes', '"Phone","First Name"\n"+16505551234","Ána"\n'],
    ['old line ends', 'Phone,First Name\r+16505551234,Ána\r'],
    ['the column elsewhere', 'first-name,mobile number\nÁna,+16505551234\n'],
  ])('is read with %s, however it is cut', async (_, file) => {
    for (const size of [1, 3, 1_000]) expect(await rowsOf(read(file, undefined, size))).toEqual([ANA]);
  });

  it.each([
    ['little end first', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['big end first', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['without a mark', (text: string) => Buffer.from(text, 'utf16le')],
  ])('is read as UTF-16, %s', async (_, encode) => {
    expect(await rowsOf(read(encode('Phone\tFirst Name\n+16505551234\tÁna\n')))).toEqual([ANA]);
  });

  it('begins behind the line that Excel writes for itself, and counts it', async () => {
    expect(await rowsOf(read('sep=;\r\nPhone;First Name\r\n+16505551234;Ána\r\n'))).toEqual([
      { ...ANA, line: 3 },
    ]);
  });

  it('may be numbers under each other without a header', async () => {
    expect(await rowsOf(read('+16505551234\n+16505551235\n'))).toMatchObject([
      { line: 1, to: '+16505551234' },
      { line: 2, to: '+16505551235' },
    ]);
  });

  it('names the lines as an editor does: blank ones and line breaks in cells count', async () => {
    const rows = await rowsOf(read('phone,note\n\n+16505551234,"two\nlines"\n,\n+16505551235,x\n'));
    expect(rows).toMatchObject([
      { line: 3, parameters: { note: 'two\nlines' } },
      { line: 6, to: '+16505551235' },
    ]);
  });

  it('keeps what looks like a formula as the text that it is', async () => {
    expect(await rowsOf(read('phone,name\n+16505551234,=HYPERLINK("http://evil")\n'))).toMatchObject([
      { line: 2, code: 'csv.quote' },
    ]);
    expect(await rowsOf(read('phone,name\n+16505551234,=1+1\n'))).toMatchObject([
      { parameters: { name: '=1+1' } },
    ]);
  });

  it('takes the column that it is told', async () => {
    expect(await rowsOf(read('Kontakt,Wert\n+16505551234,x\n', 'kontakt'))).toMatchObject([
      { to: '+16505551234', parameters: { wert: 'x' } },
    ]);
  });

  it.each([
    ['no column of numbers', 'a,b\n1,2\n', undefined, 'csv.phone_column'],
    ['not the column that it is told', 'phone,b\n1,2\n', 'c', 'csv.phone_column'],
    ['two columns of one name', 'phone,a,A\n1,2,3\n', undefined, 'csv.columns'],
    ['nothing', '', undefined, 'csv.empty'],
    ['blanks only', ' \n\n', undefined, 'csv.empty'],
  ])('is refused with %s', async (_, file, column, rule) => {
    expect(await ruleOf(read(file, column))).toBe(rule);
  });

  it('is refused in an encoding in which letters would change', async () => {
    const latin = Buffer.from('phone,name\n+16505551234,Ána\n', 'latin1');
    expect(await ruleOf(read(latin))).toBe('csv.encoding');
  });

  it('goes on behind a line with a quote in the middle of a cell, or with too many cells', async () => {
    const rows = await rowsOf(read('phone,size\n+16505551234,5" pipe\n+16505551235,a,b\n+16505551236,c\n'));
    expect(rows).toMatchObject([
      { line: 2, code: 'csv.quote' },
      { line: 3, code: 'csv.columns' },
      { line: 4, to: '+16505551236' },
    ]);
  });

  it('ends at a quote that is left open, and says in which line', async () => {
    const open = await read('phone,name\n+16505551234,Ana\n+16505551235,"Bo\n+16505551236,Cy\n');
    expect(await brokenRows(open)).toEqual({ rows: [2], rule: 'csv.quote_open', line: 3 });
  });

  it('does not hold the rest of a long file because a quote is left open', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('phone,name\n+16505551234,"Ana\n'));
      for (; pulled < 100_000; pulled += 1) yield Buffer.from(`+1650555${pulled % 10_000},Bo\n`);
    }
    expect(await brokenRows(await readCsv(endless(), undefined))).toMatchObject({
      rule: 'csv.quote_open',
      line: 2,
    });
    expect(pulled).toBeLessThan(50_000);
  });

  it('ends where quotes do not match, for lines could be missing behind that', async () => {
    const mixed = await read('phone,name\n+16505551234,"Ana"s\n+16505551235,Bo\n+16505551236,Cy\n');
    expect(await brokenRows(mixed)).toEqual({ rows: [], rule: 'csv.quote', line: 2 });
  });
});

describe('a cell of an export', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2', "'-2"],
    ['+cmd|x', "'+cmd|x"],
    ['\t=1', "'\t=1"],
    ['+16505551234', '+16505551234'],
    ['Ana', 'Ana'],
  ])('%s becomes %s', (cell, safe) => {
    expect(formulaSafe(cell)).toBe(safe);
  });
});
