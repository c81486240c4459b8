import { type RuleTable, clear, raise } from './finding';

const MOOD = 'conversation.mood';

export const SENTIMENT_RULES: RuleTable = {
  'sentiment.alert': ({ conversationId, messageId, score, confidence, reason }) => [
    raise({
      kind: 'sentiment.alert',
      topic: MOOD,
      group: conversationId,
      subject: { type: 'conversation', id: conversationId },
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `A conversation with ${name} is going badly`,
        message:
          reason === 'strong'
            ? 'What was written last is very negative. Somebody should answer soon.'
            : 'Several messages in a row are negative. Somebody should answer soon.',
      }),
      payload: { conversationId, messageId, score, confidence, reason },
    }),
  ],
  'sentiment.recovered': ({ conversationId }) => [clear(MOOD, conversationId)],
};
