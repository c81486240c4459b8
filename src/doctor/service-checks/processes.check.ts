import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { APP_ROLES, type AppRole } from '../../config/env';
import { RedisFacts } from '../../queue/redis-facts';
import type { Check } from '../check-runner';
import { type Finding, about, minutes } from '../finding';
import { ProcessBeats, type SeenProcess } from '../process-beats';

const LATE_MS = 10 * 60_000;
const TOKENS_LATE_MS = 2 * 3_600_000;

const MISSING: Readonly<Record<AppRole, { explanation: string; fix: string }>> = {
  api: {
    explanation: 'Nobody takes Meta’s deliveries, and nobody answers the frontend.',
    fix: 'Start a process with api in APP_ROLES.',
  },
  worker: {
    explanation:
      'Deliveries are stored and never processed, and messages are ordered and never sent: both wait until a worker runs.',
    fix: 'Start a process with worker in APP_ROLES, and see in its log why it ended.',
  },
  scheduler: {
    explanation:
      'Tokens are not renewed and run out, lost subscriptions are not noticed, months ahead are not made, old data is not removed.',
    fix: 'Start a process with scheduler in APP_ROLES; several do no harm.',
  },
};

/** Whether somebody does the work: which processes live, who takes jobs, and whether what is due is done. */
@Injectable()
export class ProcessesCheck implements Check {
  readonly name = 'processes';
  readonly subject = 'the processes of the service';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly beats: ProcessBeats,
    private readonly redis: RedisFacts,
  ) {}

  async look(): Promise<Finding[]> {
    const processes = await this.beats.alive();
    return [
      ...APP_ROLES.map((role) => this.role(role, processes)),
      ...(await this.queues(processes)),
      await this.schedule(),
    ];
  }

  private role(role: AppRole, processes: readonly SeenProcess[]): Finding {
    const finding = about(`role-${role}`, `processes with the role ${role}`);
    const those = processes.filter(({ roles }) => roles.includes(role));
    if (those.length === 0)
      return finding({ severity: 'error', title: `Nobody runs as ${role}`, ...MISSING[role] });
    return finding({
      severity: 'ok',
      title: `${those.length} ${those.length === 1 ? 'process runs' : 'processes run'} as ${role}`,
      explanation: 'Seen within the last minute.',
      evidence: {
        processes: those.map(({ host, pid }) => `${host}:${pid}`),
        versions: [...new Set(those.map(({ version }) => version))],
      },
    });
  }

  private async queues(processes: readonly SeenProcess[]): Promise<Finding[]> {
    const finding = about('queues', 'the queues in Redis');
    const [consumers, paused] = await Promise.all([this.redis.consumers(), this.redis.paused()]);
    if (consumers === null || paused === null)
      return [
        finding({
          severity: 'unknown',
          title: 'Who takes jobs cannot be seen',
          explanation: 'Redis does not answer, or does not let its clients be listed.',
        }),
      ];
    const idle = [...consumers].filter(([, count]) => count === 0).map(([name]) => name);
    const isAnyWorker = processes.some(({ roles }) => roles.includes('worker'));
    if (paused.length > 0)
      return [
        finding({
          severity: 'warning',
          title: `Queues are paused: ${paused.join(', ')}`,
          explanation:
            'Nothing is taken from them. The regular sweeps do the same work, some seconds later each time.',
          fix: 'Resume them in the queue dashboard, /admin/queues.',
          evidence: { paused },
        }),
      ];
    if (isAnyWorker && idle.length > 0)
      return [
        finding({
          severity: 'warning',
          title: `Nobody takes jobs from ${idle.length} of ${consumers.size} queues`,
          explanation:
            'Workers run and have no connection to Redis, or to another one than this process. The regular sweeps do the work, later.',
          fix: 'See that REDIS_URL and REDIS_PREFIX are the same for all processes, and what the workers log.',
          evidence: { idle },
        }),
      ];
    return [
      finding({
        severity: 'ok',
        title: isAnyWorker ? 'Jobs are taken from every queue' : 'The queues are not paused',
        explanation: 'Redis lists the connections of those who take them.',
        evidence: { queues: consumers.size, consumers: Math.max(0, ...consumers.values()) },
      }),
    ];
  }

  private async schedule(): Promise<Finding> {
    const finding = about('schedules', 'the regular work');
    const [row]: { checks_ms: number | null; tokens_ms: number | null; tokens: number }[] =
      await this.database.query(
        `SELECT (SELECT extract(epoch FROM now() - next_check_at) * 1000 FROM webhook_watch WHERE id = 1)::float8 AS checks_ms,
                due.tokens_ms::float8, due.tokens
           FROM (SELECT extract(epoch FROM now() - min(next_refresh_at)) * 1000 AS tokens_ms, count(*)::int AS tokens
                   FROM meta_accounts WHERE deleted_at IS NULL AND next_refresh_at < now()) AS due`,
      );
    const checksMs = row?.checks_ms ?? 0;
    const tokensMs = row?.tokens_ms ?? 0;
    const evidence = {
      subscriptionChecksLateSeconds: Math.max(0, Math.round(checksMs / 1_000)),
      tokensDue: row?.tokens ?? 0,
      tokensLateSeconds: Math.max(0, Math.round(tokensMs / 1_000)),
    };
    if (checksMs < LATE_MS && tokensMs < TOKENS_LATE_MS)
      return finding({
        severity: 'ok',
        title: 'Regular work is done in time',
        explanation: 'Nothing that is due waits.',
        evidence,
      });
    return finding({
      severity: 'warning',
      title: `Regular work is ${minutes(Math.max(checksMs, tokensMs))} late`,
      explanation: 'Looks at subscriptions or renewals of tokens are due and nobody does them.',
      fix: 'See that a process with the role scheduler runs, and what it logs.',
      evidence,
    });
  }
}
