import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AgentNames } from '../response-times/agent-names.repository';
import { DURATION_KINDS } from '../response-times/duration-figures';
import { DurationsService } from '../response-times/durations.service';
import { durationScope, durationsAt } from '../response-times/response-times.service';
import { NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { agentTables } from './agent-tables';
import type { AgentFigures, AgentList } from './funnel-results';

const MOST_AGENTS = 1_000;
const COUNTERS = ['sent', 'sent_delivered', 'sent_read', 'sent_failed', 'unsent_failed'] as const;

@Injectable()
export class AgentFiguresService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'agents';
  readonly title = 'Agents';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly rollups: RollupReader,
    private readonly durations: DurationsService,
    private readonly names: AgentNames,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return agentTables(await this.read(scope));
  }

  /** Users who sent something or closed a conversation in the range, the most messages first. */
  async read(scope: AnalyticsScope): Promise<AgentList> {
    const within = durationScope(scope);
    const { from, until } = scope.range;
    const [counts, durations] = await Promise.all([
      this.rollups.totalsBy({ ...within, from, until }, 'agent', 'label', COUNTERS),
      this.durations.byGroup(within, { from, until }, 'agent'),
    ]);
    const ids = new Set([...counts.keys(), ...DURATION_KINDS.flatMap((kind) => [...durations[kind].keys()])]);
    const shown = [...ids].slice(0, MOST_AGENTS);
    const names = await this.names.of(shown);
    const agents = shown.map((userId): AgentFigures => {
      const { sent, sent_delivered, sent_read, sent_failed, unsent_failed } = counts.get(userId) ?? NO_COUNTS;
      const own = durationsAt(durations, userId);
      return {
        userId,
        name: names.get(userId) ?? null,
        sent,
        delivered: sent_delivered,
        read: sent_read,
        failed: sent_failed + unsent_failed,
        casesClosed: own.resolution.count,
        ...own,
      };
    });
    return { agents, furtherAgents: ids.size - shown.length };
  }
}
