import { AppError, type ErrorDetails } from '../../errors/app.error';

/** Nobody can tell at present. Its message never holds a text or a key. */
export class SentimentUnavailableError extends AppError {
  readonly code = 'SERVICE_UNAVAILABLE';
  readonly status = 503;
  override readonly retryable = true;
  /** When asking again makes sense. */
  override readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs = 5_000, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, details, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The service that was asked does not want one of the texts, and will not want it later. */
export class SentimentRefusedError extends AppError {
  readonly code = 'VALIDATION_FAILED';
  readonly status = 400;

  /** @param index which of the texts, where that is known */
  constructor(
    message: string,
    readonly index: number | null = null,
  ) {
    const path = index === null ? 'texts' : `texts.${index}`;
    super(message, { fields: [{ path, rule: 'isAnalyzable', message }] });
  }
}
