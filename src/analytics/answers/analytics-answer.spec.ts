import { StreamableFile } from '@nestjs/common';
import { analyticsAnswer, downloadName } from './analytics-answer';

const answers = (): Parameters<typeof analyticsAnswer<{ total: number }>>[1] => ({
  json: jest.fn(() => ({ total: 1 })),
  tables: jest.fn(() => [{ name: 'totals', title: 'Totals', columns: [], rows: [] }]),
  fileName: 'overview',
});

it('makes the form that is asked for and not the other', async () => {
  const asJson = answers();
  expect(await analyticsAnswer({ format: 'json' }, asJson)).toEqual({ total: 1 });
  expect(asJson.tables).not.toHaveBeenCalled();

  const asCsv = answers();
  expect(await analyticsAnswer({ format: 'csv', table: 'totals' }, asCsv)).toBeInstanceOf(StreamableFile);
  expect(asCsv.json).not.toHaveBeenCalled();
});

it('names a download after its first and its last day', () => {
  const range = { from: new Date('2026-03-01T00:00:00Z'), until: new Date('2026-04-01T00:00:00Z') };
  expect(downloadName('overview', range)).toBe('overview-2026-03-01-2026-03-31');
});
