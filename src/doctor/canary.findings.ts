import type { CanaryRun } from '../webhooks/canary/webhook-canary.service';
import { type Finding, about } from './finding';

/** What a delivery of our own to our own address came to, stage by stage. */
export function canaryFinding(run: CanaryRun, url: string): Finding {
  const finding = about('canary', url);
  const { call, deliveryId, storedAfterMs, processedAfterMs, state, reason } = run;
  const evidence = {
    answered: call.status,
    answeredAfterMs: call.tookMs,
    storedAfterMs,
    processedAfterMs,
    deliveryId,
    state,
    reason,
  };
  if (call.status !== 200)
    return finding({
      severity: 'error',
      title: 'The canary did not get in',
      explanation: `It was answered ${call.status ?? `nothing (${call.failure ?? 'no reason'})`}.`,
      fix: 'See the findings about the callback.',
      evidence,
    });
  if (storedAfterMs === null)
    return finding({
      severity: 'error',
      title: 'The canary was taken by somebody else',
      explanation:
        'It was answered 200 and is not in this database: another installation, or none of this service, answers at PUBLIC_URL.',
      fix: 'See where the name of PUBLIC_URL and its proxy lead.',
      evidence,
    });
  if (processedAfterMs === null)
    return finding({
      severity: 'error',
      title: 'The canary was stored and nobody processed it',
      explanation: `It is ${state ?? 'there'}. Messages of people would wait in the same way.`,
      fix: 'See that processes with the role worker run, and what they log.',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'The canary came all the way',
    explanation: `Answered after ${call.tookMs} ms, stored after ${storedAfterMs} ms, processed after ${processedAfterMs} ms (${state ?? ''}: ${reason ?? ''}).`,
    evidence,
  });
}
