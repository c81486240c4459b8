import { AppError } from '../errors/app.error';

const HOURS_OF_WINDOW = 24;

/** A message to somebody who has not written lately. Meta's own codes for it are 10/2018278 and 10/2534022. */
export class DirectWindowClosedError extends AppError {
  readonly code = 'WINDOW_CLOSED';
  readonly status = 422;

  /**
   * @param closedAt null when the person never wrote here
   * @param humanAgentUntil until when a human may still answer; null when that has passed, too
   */
  constructor(closedAt: Date | null, humanAgentUntil: Date | null) {
    super(sentenceOf(closedAt, humanAgentUntil), {
      closedAt: closedAt?.toISOString() ?? null,
      windowHours: HOURS_OF_WINDOW,
      humanAgentUntil: humanAgentUntil?.toISOString() ?? null,
      // No template of WhatsApp's kind can be sent here.
      templateRequired: false,
    });
  }
}

function sentenceOf(closedAt: Date | null, humanAgentUntil: Date | null): string {
  if (closedAt === null)
    return 'This person has not written here yet. They can be written to once they have, or have pressed a button; a comment of theirs can be answered with a private reply.';
  const closed = `The 24 hours for an answer ended at ${closedAt.toISOString()}`;
  return humanAgentUntil === null
    ? `${closed}, and so did the 7 days in which a human may answer. Wait until the person writes again.`
    : `${closed}. Until ${humanAgentUntil.toISOString()} a human may still answer: add "tag": "HUMAN_AGENT", for which the Meta app needs the feature Human Agent.`;
}

/** The person asked not to be written to. */
export class DirectOptedOutError extends AppError {
  readonly code = 'RECIPIENT_OPTED_OUT';
  readonly status = 422;

  constructor(since: Date) {
    super('This person does not want to be written to.', { from: 'all', since: since.toISOString() });
  }
}
