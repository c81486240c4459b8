import { type RuleTable, clear, raise } from './finding';

const GAP = 'webhook.gap';

export const WEBHOOK_RULES: RuleTable = {
  'webhook.gap_found': ({ gapId, assetId, cause, from, until, repairable }) =>
    // Of what cannot be read again it is told why, a moment later: once is enough.
    repairable
      ? [
          raise({
            kind: 'webhook.gap_found',
            topic: GAP,
            group: cause,
            subject: { type: 'gap', id: gapId, assetId },
            severity: 'info',
            isLasting: true,
            one: (name) => ({
              title: `Events of ${name} were missed`,
              message: `From ${minute(from)} to ${minute(until)} ${because(cause)} What Meta still has of it is being read; nothing has to be done.`,
            }),
            many: (count) => ({
              title: `Events of ${count} numbers, Pages or accounts were missed`,
              message: `Around ${minute(from)} ${because(cause)} What Meta still has of it is being read; nothing has to be done.`,
            }),
            payload: { gapId, assetId, cause, from, until },
          }),
        ]
      : [],
  'webhook.gap_repaired': ({ gapId }) => [clear(GAP, gapId)],
  'webhook.gap_unrepaired': ({ gapId, assetId, state, note }) => [
    raise({
      kind: 'webhook.gap_unrepaired',
      topic: GAP,
      subject: { type: 'gap', id: gapId, assetId },
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `Missed events of ${name} could not be read again`,
        message: `${note ?? 'Meta keeps nothing of them to read.'} ${state === 'failed' ? 'Once the cause is mended, have the gap repaired again.' : 'Compare with what people wrote on their phones if it matters.'}`,
      }),
      many: (count) => ({
        title: `Missed events of ${count} numbers, Pages or accounts could not be read again`,
        message: 'The list of gaps says of each why, and from when to when.',
      }),
      payload: { gapId, assetId, state, note },
    }),
  ],
  'webhook.delivery_dead': ({ deliveryId, error }) => [
    raise({
      kind: 'webhook.delivery_dead',
      topic: 'webhook.delivery',
      subject: { type: 'delivery', id: deliveryId },
      severity: 'critical',
      isLasting: false,
      one: () => ({
        title: 'Events of Meta’s could not be processed',
        message:
          'A delivery failed again and again and is kept aside: messages or statuses are missing here. An admin of the service can replay it once the cause is mended.',
      }),
      many: (count) => ({
        title: `${count} deliveries of Meta’s could not be processed`,
        message:
          'They failed again and again and are kept aside: messages or statuses are missing here. An admin of the service can replay them once the cause is mended.',
      }),
      payload: { deliveryId, error },
    }),
  ],
};

function because(cause: 'receiver_down' | 'unsubscribed'): string {
  return cause === 'unsubscribed'
    ? 'Meta had no subscription for it.'
    : 'this service could not be reached by Meta.';
}

function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
