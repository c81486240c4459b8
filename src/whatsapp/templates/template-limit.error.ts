import { AppError } from '../../errors/app.error';

/** One of Meta's limits on templates would be exceeded, by what has been done from here. Meta was not asked. */
export class TemplateLimitError extends AppError {
  readonly code = 'META_RATE_LIMITED';
  readonly status = 429;
  override readonly retryable = true;
  override readonly retryAfterMs: number;

  /** @param allowedAt from when on Meta will take it */
  constructor(
    message: string,
    limit: 'edits_per_day' | 'edits_per_30_days' | 'creations_per_hour',
    allowedAt: Date,
  ) {
    super(`${message} It is possible again at ${allowedAt.toISOString()}.`, {
      limit,
      allowedAt: allowedAt.toISOString(),
    });
    this.retryAfterMs = Math.max(0, allowedAt.getTime() - Date.now());
  }
}
