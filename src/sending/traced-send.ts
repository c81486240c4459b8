import type { Platform, SendResult, StartedSend } from '../conversations/conversation-types';
import type { Tracing } from '../tracing/tracing';

/** Sends one message as a part of what ordered it: its log lines carry both ids, and its calls lie in the same trace. */
export async function tracedSend(
  tracing: Tracing,
  platform: Platform,
  { messageId, requestId, traceParent, attempt }: StartedSend,
  work: () => Promise<SendResult>,
): Promise<SendResult> {
  return tracing.run(
    {
      name: `send ${platform} message`,
      kind: 'consumer',
      causes: [traceParent],
      attributes: { 'app.platform': platform, 'app.message_id': messageId, 'app.attempt': attempt },
      fields: { messageId },
      requestId,
    },
    async (recording) => {
      const result = await work();
      recording?.span.set({ 'app.outcome': result.state });
      return result;
    },
  );
}
