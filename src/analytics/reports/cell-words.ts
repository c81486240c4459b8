import { ZonedTime } from '../../calendar/zoned-time';
import type { AnalyticsGranularity } from '../scope/analytics-range';
import type { ColumnUnit, TableCell } from '../tables/analytics-table';

const NUMBERS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const SHARES = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });
const CHANGES = new Intl.NumberFormat('en-US', {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 });
/** For what is not there, which is not 0. */
export const NOTHING = '–';

/** How cells are written for people: times by the clocks of the report's time zone, lengths of time in hours and minutes. */
export class CellWords {
  private readonly zone: ZonedTime;

  constructor(
    timeZone: string,
    private readonly granularity: AnalyticsGranularity,
  ) {
    this.zone = new ZonedTime(timeZone);
  }

  of(cell: TableCell, unit: ColumnUnit): string {
    if (cell === null) return NOTHING;
    if (cell instanceof Date) return this.time(cell);
    if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
    if (typeof cell === 'string') return unit === 'time' ? this.timeText(cell) : cell;
    return Number.isFinite(cell) ? numberIn(cell, unit) : NOTHING;
  }

  /** A whole day as its date; a moment with hours and minutes. */
  time(instant: Date): string {
    const local = new Date(this.zone.localTime(instant.getTime())).toISOString();
    const isDay = this.granularity !== 'hour' && local.slice(11, 19) === '00:00:00';
    return isDay ? local.slice(0, 10) : `${local.slice(0, 10)} ${local.slice(11, 16)}`;
  }

  private timeText(text: string): string {
    const instant = new Date(text);
    return Number.isNaN(instant.getTime()) ? text : this.time(instant);
  }
}

function numberIn(value: number, unit: ColumnUnit): string {
  switch (unit) {
    case 'share':
      return SHARES.format(value);
    case 'change':
      return CHANGES.format(value);
    case 'money':
      return MONEY.format(value);
    case 'seconds':
      return lengthOfTime(value);
    default:
      return NUMBERS.format(value);
  }
}

/** `1 h 5 min`, `42 s`. */
function lengthOfTime(value: number): string {
  const sign = value < 0 ? '-' : '';
  const total = Math.round(Math.abs(value));
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3_600), 'h'],
    [Math.floor((total % 3_600) / 60), 'min'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0 s';
  return (
    sign +
    parts
      .slice(first, first + 2)
      .filter(([amount]) => amount > 0)
      .map(([amount, unit]) => `${amount} ${unit}`)
      .join(' ')
  );
}
