import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import type { CostFigure } from './cost-figures';
import type { Costs } from './costs';

export const COST_TABLES = ['totals', 'by-price', 'by-time', 'by-number', 'by-country'] as const;

const CURRENCY: TableColumn = { key: 'currency', title: 'Currency', unit: 'text' };
const FIGURES: TableColumn[] = [
  { key: 'sent', title: 'Sent', unit: 'count' },
  { key: 'billable', title: 'Billable', unit: 'count' },
  { key: 'volume', title: 'Counted by Meta', unit: 'count' },
  { key: 'cost', title: 'Cost', unit: 'money' },
  { key: 'unpricedVolume', title: 'Without a cost', unit: 'count' },
  { key: 'isComplete', title: 'Complete', unit: 'text' },
];
const PRICE: TableColumn[] = [
  { key: 'category', title: 'Category', unit: 'text' },
  { key: 'type', title: 'Type', unit: 'text' },
];

function cells(figure: CostFigure): TableCell[] {
  return [figure.sent, figure.billable, figure.volume, figure.cost, figure.unpricedVolume, figure.isComplete];
}

export function costTables({ currencies }: Costs): AnalyticsTable[] {
  return [
    {
      name: 'totals',
      title: 'Costs',
      columns: [
        CURRENCY,
        ...FIGURES,
        { key: 'sentWithoutPrice', title: 'Sent without a price', unit: 'count' },
      ],
      rows: currencies.map((each) => [each.currency, ...cells(each.totals), each.sentWithoutPrice]),
    },
    {
      name: 'by-price',
      title: 'Costs by category and type',
      columns: [CURRENCY, ...PRICE, ...FIGURES],
      rows: currencies.flatMap(({ currency, prices }) =>
        prices.map((each) => [currency, each.category, each.type, ...cells(each)]),
      ),
      chart: { kind: 'bar', x: 'category', y: ['cost'], series: 'currency' },
    },
    {
      name: 'by-time',
      title: 'Costs over time',
      columns: [{ key: 'timestamp', title: 'Time', unit: 'time' }, CURRENCY, ...PRICE, ...FIGURES],
      rows: currencies.flatMap(({ currency, prices }) =>
        prices.flatMap(({ category, type, points }) =>
          points.map((point) => [point.timestamp, currency, category, type, ...cells(point)]),
        ),
      ),
      chart: { kind: 'line', x: 'timestamp', y: ['cost'], series: 'category' },
    },
    {
      name: 'by-number',
      title: 'Costs by number',
      columns: [
        { key: 'channelId', title: 'Id', unit: 'text' },
        { key: 'phoneNumber', title: 'Number', unit: 'text' },
        { key: 'name', title: 'Name', unit: 'text' },
        CURRENCY,
        ...FIGURES,
      ],
      rows: currencies.flatMap(({ currency, numbers }) =>
        numbers.map((each) => [
          each.number?.id ?? null,
          each.phoneNumber,
          each.number?.name ?? null,
          currency,
          ...cells(each),
        ]),
      ),
    },
    {
      name: 'by-country',
      title: 'Costs by country',
      columns: [{ key: 'country', title: 'Country', unit: 'text' }, CURRENCY, ...FIGURES],
      rows: currencies.flatMap(({ currency, countries }) =>
        (countries ?? []).map((each) => [each.country, currency, ...cells(each)]),
      ),
      chart: { kind: 'bar', x: 'country', y: ['cost'], series: 'currency' },
    },
  ];
}
