import type { TableCell } from '../tables/analytics-table';
import type { ReportHead, ReportTable } from './report-source';

/** One document: what the report is, then each table with its columns and rows, row by row as they are read. */
export async function* asJson(head: ReportHead, tables: AsyncIterable<ReportTable>): AsyncGenerator<string> {
  const { id, title, accountId, accountName, madeAt, from, until, ...rest } = head;
  const report = {
    id,
    title,
    account: { id: accountId, name: accountName },
    from: from.toISOString(),
    until: until.toISOString(),
    ...rest,
    madeAt: madeAt.toISOString(),
  };
  yield `{"report":${JSON.stringify(report)},"tables":[`;
  let between = '\n';
  for await (const { dataset, datasetTitle, table } of tables) {
    const { name, title: tableTitle, columns } = table;
    const said = JSON.stringify({ dataset, datasetTitle, name, title: tableTitle, columns });
    yield `${between}${said.slice(0, -1)},"rows":[`;
    between = ',\n';
    const keys = columns.map(({ key }) => JSON.stringify(key));
    let beforeRow = '\n';
    for await (const row of table.rows) {
      yield `${beforeRow}{${keys.map((key, place) => `${key}:${cellText(row[place] ?? null)}`).join(',')}}`;
      beforeRow = ',\n';
    }
    yield ']}';
  }
  yield '\n]}\n';
}

/** Times as ISO 8601 in UTC; what is no number is null. */
function cellText(cell: TableCell): string {
  return JSON.stringify(typeof cell === 'string' ? cell.toWellFormed() : cell);
}
