import type { DataSource } from 'typeorm';

/** What tests read of a node of a plan. */
export interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Alias?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Filter?: string;
  Plans?: Plan[];
}

/** The plans of what somebody asks, found by asking PostgreSQL instead of running it: whoever asks gets no rows. */
export async function plansOf(
  db: Pick<DataSource, 'query'>,
  ask: (database: DataSource) => Promise<unknown>,
): Promise<Plan[]> {
  const plans: Plan[] = [];
  const explaining = {
    query: async (sql: string, parameters: unknown[]): Promise<unknown[]> => {
      const [row]: { 'QUERY PLAN': { Plan: Plan }[] }[] = await db.query(
        `EXPLAIN (FORMAT JSON) ${sql}`,
        parameters,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan;
      if (plan !== undefined) plans.push(plan);
      return [];
    },
  } as Partial<DataSource> as DataSource;
  await ask(explaining);
  return plans;
}

export const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
