import type { EndpointFacts } from '../../domain-events/domain-events';
import { type RuleTable, clear, raise } from './finding';

const STATE = 'endpoint.state';

/** What is told of customers' own webhooks. */
export const ENDPOINT_RULES: RuleTable = {
  'endpoint.failing': ({ since, error, ...endpoint }) => [
    raise({
      kind: 'endpoint.failing',
      topic: STATE,
      group: endpoint.endpointId,
      subject: subjectOf(endpoint),
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `The outbound webhook ${name} does not take what it is sent`,
        message: `${error} It is tried again and again, and what happens meanwhile waits. If it never answers it is disabled after some days.`,
      }),
      payload: { endpointId: endpoint.endpointId, since, error },
    }),
  ],
  'endpoint.disabled': ({ reason, error, ...endpoint }) => [
    raise({
      kind: 'endpoint.disabled',
      topic: STATE,
      group: endpoint.endpointId,
      subject: subjectOf(endpoint),
      severity: 'critical',
      isLasting: true,
      one: (name) => ({
        title: `The outbound webhook ${name} was disabled`,
        message: `${reason === 'gone' ? error : `It has failed for days. ${error}`} What happens is held for some days: mend it, set it to active, and replay what it missed.`,
      }),
      payload: { endpointId: endpoint.endpointId, reason, error },
    }),
  ],
  'endpoint.recovered': ({ endpointId }) => [clear(STATE, endpointId)],
};

function subjectOf({ endpointId, host }: EndpointFacts) {
  return { type: 'endpoint' as const, id: endpointId, name: host };
}
