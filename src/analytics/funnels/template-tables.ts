import type { AnalyticsTable, TableColumn } from '../tables/analytics-table';
import { FUNNEL_COLUMNS, FUNNEL_STEPS, funnelCells } from './funnel-figures';
import type { TemplateFunnels } from './funnel-results';

export const TEMPLATE_TABLES = ['templates', 'errors', 'prices', 'buttons'] as const;

const TEMPLATE: readonly TableColumn[] = [
  { key: 'name', title: 'Template', unit: 'text' },
  { key: 'language', title: 'Language', unit: 'text' },
];

const count = (key: string, title: string): TableColumn => ({ key, title, unit: 'count' });
const text = (key: string, title: string): TableColumn => ({ key, title, unit: 'text' });

export function templateTables({ templates }: TemplateFunnels): AnalyticsTable[] {
  return [
    {
      name: 'templates',
      title: 'Templates, and what Meta counted',
      columns: [
        ...TEMPLATE,
        ...FUNNEL_COLUMNS,
        count('metaSent', 'Meta: sent'),
        count('metaDelivered', 'Meta: delivered'),
        count('metaRead', 'Meta: read'),
        count('metaClicks', 'Meta: clicks'),
        { key: 'metaCost', title: 'Meta: cost', unit: 'money' },
        text('metaCurrency', 'Meta: currency'),
        count('sentDifference', 'Difference of sent'),
        count('deliveredDifference', 'Difference of delivered'),
        count('readDifference', 'Difference of read'),
      ],
      rows: templates.map(({ name, language, meta, ...funnel }) => [
        name,
        language,
        ...funnelCells(funnel),
        meta?.sent ?? null,
        meta?.delivered ?? null,
        meta?.read ?? null,
        meta?.clicks ?? null,
        meta?.cost ?? null,
        meta?.currency ?? null,
        meta?.difference.sent ?? null,
        meta?.difference.delivered ?? null,
        meta?.difference.read ?? null,
      ]),
      chart: { kind: 'bar', x: 'name', y: FUNNEL_STEPS },
    },
    {
      name: 'errors',
      title: 'What templates failed with most',
      columns: [...TEMPLATE, text('code', 'Code'), text('title', 'Error'), count('count', 'Failed')],
      rows: templates.flatMap(({ name, language, errors }) =>
        errors.map((error) => [name, language, error.code, error.title, error.count]),
      ),
    },
    {
      name: 'prices',
      title: "Meta's prices of templates",
      columns: [
        ...TEMPLATE,
        text('category', 'Category'),
        text('type', 'Type'),
        count('count', 'Sent'),
        count('billable', 'Billable'),
      ],
      rows: templates.flatMap(({ name, language, prices }) =>
        prices.map((price) => [name, language, price.category, price.type, price.count, price.billable]),
      ),
    },
    {
      name: 'buttons',
      title: 'Taps on buttons, as Meta counted them',
      columns: [...TEMPLATE, text('type', 'Kind'), text('button', 'Button'), count('count', 'Taps')],
      rows: templates.flatMap(({ name, language, meta }) =>
        (meta?.clicked ?? []).map((click) => [name, language, click.type, click.button, click.count]),
      ),
    },
  ];
}
