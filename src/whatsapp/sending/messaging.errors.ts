import { AppError } from '../../errors/app.error';

/** Meta's code for marketing to somebody who has stopped it, in an answer or in a status. */
export const STOPPED_MARKETING = 131050;

const HOURS_OF_WINDOW = 24;

/** A free-form message to somebody who has not written within the last 24 hours. Meta's own code for it is 131047. */
export class WindowClosedError extends AppError {
  readonly code = 'WINDOW_CLOSED';
  readonly status = 422;

  /** @param closedAt null when the person never wrote to this number */
  constructor(closedAt: Date | null) {
    super(
      closedAt === null
        ? 'This person has not written to this number yet: only a template may be sent.'
        : `The customer service window closed at ${closedAt.toISOString()}: only a template may be sent.`,
      { closedAt: closedAt?.toISOString() ?? null, windowHours: HOURS_OF_WINDOW, templateRequired: true },
    );
  }
}

/** The person asked not to be written to; or, for a marketing template, to get no marketing. */
export class RecipientOptedOutError extends AppError {
  readonly code = 'RECIPIENT_OPTED_OUT';
  readonly status = 422;

  constructor(from: 'all' | 'marketing', since: Date) {
    super(
      from === 'all'
        ? 'This person does not want to be written to.'
        : 'This person has stopped marketing messages; other templates may still be sent.',
      { from, since: since.toISOString() },
    );
  }
}
