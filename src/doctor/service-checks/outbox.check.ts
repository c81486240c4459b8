import { Injectable } from '@nestjs/common';
import { OutboxLag } from '../../domain-events/outbox-lag.service';
import type { Check } from '../check-runner';
import { type Finding, about, minutes } from '../finding';

const LATE_MS = 60_000;
const VERY_LATE_MS = 10 * 60_000;

/** Whether what happened is told on: to browsers, outbound webhooks, analytics, sentiment. */
@Injectable()
export class OutboxCheck implements Check {
  readonly name = 'outbox';
  readonly subject = 'the outbox';

  constructor(private readonly lag: OutboxLag) {}

  async look(): Promise<Finding[]> {
    const finding = about(this.name, this.subject);
    const lags = await this.lag.read();
    const late = lags.filter(({ oldestAgeMs }) => oldestAgeMs >= LATE_MS);
    const oldest = Math.max(0, ...lags.map(({ oldestAgeMs }) => oldestAgeMs));
    const dead = lags.filter((each) => each.dead > 0);
    const evidence = {
      late: late.map(
        ({ subscriber, events, oldestAgeMs }) =>
          `${subscriber}: ${events} events, ${Math.round(oldestAgeMs / 1_000)} s`,
      ),
      failing: lags.filter(({ failing }) => failing > 0).map(({ subscriber }) => subscriber),
      dead: dead.map((each) => `${each.subscriber}: ${each.dead}`),
    };
    if (late.length > 0)
      return [
        finding({
          severity: oldest >= VERY_LATE_MS ? 'error' : 'warning',
          title: `${late.length} subscribers are up to ${minutes(oldest)} behind`,
          explanation:
            'What has happened is stored and not yet told on: live updates, outbound webhooks, notifications or figures come late. Messages themselves are not held up.',
          fix: 'See that workers run, and their log for the names in the evidence.',
          evidence,
        }),
      ];
    if (dead.length > 0)
      return [
        finding({
          severity: 'warning',
          title: 'Some events were given up by who should have heard of them',
          explanation: `They failed again and again: ${evidence.dead.join(', ')}.`,
          fix: 'See the notifications of the service and the log for the cause.',
          evidence,
        }),
      ];
    return [
      finding({
        severity: 'ok',
        title: 'What happens is told on at once',
        explanation: 'No subscriber is behind.',
        evidence,
      }),
    ];
  }
}
