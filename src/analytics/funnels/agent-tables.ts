import { DURATION_COLUMNS, durationCells } from '../response-times/response-times-tables';
import type { AnalyticsTable } from '../tables/analytics-table';
import type { AgentList } from './funnel-results';

export const AGENT_TABLES = ['agents'] as const;

export function agentTables({ agents }: AgentList): AnalyticsTable[] {
  return [
    {
      name: 'agents',
      title: 'Agents',
      columns: [
        { key: 'userId', title: 'Id', unit: 'text' },
        { key: 'name', title: 'Name', unit: 'text' },
        { key: 'sent', title: 'Messages sent', unit: 'count' },
        { key: 'delivered', title: 'Delivered', unit: 'count' },
        { key: 'read', title: 'Read', unit: 'count' },
        { key: 'failed', title: 'Failed', unit: 'count' },
        { key: 'casesClosed', title: 'Cases closed', unit: 'count' },
        ...DURATION_COLUMNS,
      ],
      rows: agents.map((agent) => [
        agent.userId,
        agent.name,
        agent.sent,
        agent.delivered,
        agent.read,
        agent.failed,
        agent.casesClosed,
        ...durationCells(agent),
      ]),
      chart: { kind: 'bar', x: 'name', y: ['sent', 'responseCount', 'casesClosed'] },
    },
  ];
}
