import { type AssetId, newId } from '../../database/ids';
import type { NameColumn } from '../memory/name-column';
import { type DurationMonth, type PackedDurations, bytesOf, monthOf } from './duration-month';

type Row = readonly [at: number, seconds: number, isFirst: 0 | 1, channel: AssetId];

const of = (agent: string, rows: readonly Row[]): PackedDurations => {
  const durations = Buffer.alloc(rows.length * 8);
  rows.forEach(([at, seconds, isFirst], index) => {
    durations.writeUInt32BE(at, index * 8);
    durations.writeUInt32BE(seconds * 2 + isFirst, index * 8 + 4);
  });
  const channels = rows.map(([, , , channel]) => channel.replaceAll('-', '')).join('');
  return { platform: 'whatsapp', agent, durations, channels: Buffer.from(channels, 'hex') };
};
const nameIn = ({ names, index }: NameColumn, row: number): string | undefined => names[index[row] ?? -1];
const rowsOf = ({ at, seconds, isFirst, channel, agent }: DurationMonth): unknown[] =>
  Array.from(at, (second, row) => [
    second,
    seconds[row],
    isFirst[row],
    nameIn(channel, row),
    nameIn(agent, row),
  ]);

const LONGEST = 2 ** 31 - 1;
const LAST_SECOND = 31 * 86_400 - 1;
const [ONE, OTHER] = [newId<AssetId>(), newId<AssetId>()];

it('puts the durations of all agents and channels in the order of their time', () => {
  const month = monthOf(0, [
    of('ada', [
      [500, 7, 1, ONE],
      [LAST_SECOND, LONGEST, 1, OTHER],
      [0, 0, 0, ONE],
    ]),
    of('bea', [
      [499, LONGEST, 0, OTHER],
      [1, 0, 1, OTHER],
    ]),
  ]);
  expect(rowsOf(month)).toEqual([
    [0, 0, 0, ONE, 'ada'],
    [1, 0, 1, OTHER, 'bea'],
    [499, LONGEST, 0, OTHER, 'bea'],
    [500, 7, 1, ONE, 'ada'],
    [LAST_SECOND, LONGEST, 1, OTHER, 'ada'],
  ]);
  expect(month.channel.names).toHaveLength(2);
});

it('is empty where there is nothing', () => {
  expect(rowsOf(monthOf(0, []))).toEqual([]);
});

it('tells agents apart, however many there are', () => {
  const month = monthOf(
    0,
    Array.from({ length: 70_000 }, (_, index) => of(String(index), [[index, 1, 0, ONE]])),
  );
  expect(rowsOf(month).at(-1)).toEqual([69_999, 1, 0, ONE, '69999']);
  expect(bytesOf(month)).toBeGreaterThan(70_000 * (4 + 4 + 1 + 2 + 2 + 4));
});
