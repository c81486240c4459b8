import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type RollupScope, rollupRows } from '../rollups/rollup-reader';
import type { TemplateErrorCount, TemplatePriceCount } from './funnel-results';

interface Row {
  template_name: string;
  template_language: string;
  label: string;
  count: number;
  billable: number;
}

const MOST_CODES = 5;
/** Meta has some five categories and three types. */
const MOST_PRICES = 20;
/** Rows for as many templates as are answered, each with all that it may have. */
const MOST_TEMPLATES = 1_000;

/** What templates failed with, and what they are priced as. By name and language with a tabulator between them. */
@Injectable()
export class TemplatePartsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Of each template the five codes with the most failures of the range, the most first. */
  async errors(scope: RollupScope): Promise<Map<string, TemplateErrorCount[]>> {
    const rows = await this.parts(scope, 'error', 'failed', MOST_CODES);
    return byTemplate(rows, ({ label: code, count }) => ({ code, count }));
  }

  async prices(scope: RollupScope): Promise<Map<string, TemplatePriceCount[]>> {
    const rows = await this.parts(scope, 'price', 'sent', MOST_PRICES);
    return byTemplate(rows, ({ label, count, billable }) => {
      const [category = '', type = ''] = label.split('/');
      return { category, type, count, billable };
    });
  }

  private async parts(
    scope: RollupScope,
    dimension: 'error' | 'price',
    counter: 'failed' | 'sent',
    most: number,
  ): Promise<Row[]> {
    const { relation, parameters } = rollupRows(scope, dimension);
    return this.database.query(
      `SELECT * FROM (
         SELECT template_name, template_language, label, sum(${counter})::float8 AS count, sum(sent_billable)::float8 AS billable,
                row_number() OVER (PARTITION BY template_name, template_language
                                   ORDER BY sum(${counter}) DESC, label) AS place
           FROM ${relation} AS part
          WHERE template_name <> '' GROUP BY template_name, template_language, label HAVING sum(${counter}) > 0) AS part
        WHERE place <= ${most} ORDER BY count DESC, template_name, template_language, place LIMIT ${most * MOST_TEMPLATES}`,
      parameters,
    );
  }
}

function byTemplate<Part>(rows: readonly Row[], partOf: (row: Row) => Part): Map<string, Part[]> {
  const parts = new Map<string, Part[]>();
  for (const row of rows) {
    const key = `${row.template_name}\t${row.template_language}`;
    const own = parts.get(key);
    if (own === undefined) parts.set(key, [partOf(row)]);
    else own.push(partOf(row));
  }
  return parts;
}
