import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { isSignedByAny } from '../crypto/hmac-signature';
import { UnauthorizedError, ValidationFailedError } from '../errors/app.error';
import { laneOf } from './delivery-lane';
import type { DeliveryOrigin } from './delivery-steps';
import { DeliveryWriter } from './delivery-writer';
import { WebhookRefusals } from './webhook-refusals';
import { WebhookWaker } from './webhook-waker';

/** Takes deliveries in. What it has answered for is on disk; everything else may be done later, or again. */
@Injectable()
export class WebhookInboxService {
  constructor(
    private readonly config: AppConfig,
    private readonly writer: DeliveryWriter,
    private readonly refusals: WebhookRefusals,
    waker: WebhookWaker,
  ) {
    writer.whenStored((lanes) => {
      waker.wake(lanes);
    });
  }

  /**
   * Verifies a delivery and stores it. The same bytes a second time are the same delivery: Meta repeats what it believes
   * lost.
   * @param signature the header `X-Hub-Signature-256`
   * @param origin where it belongs in a trace, where it is recorded
   * @throws UnauthorizedError when the signature does not fit the bytes
   * @throws ValidationFailedError when what was signed is no JSON object; it is kept all the same
   * @throws ServiceUnavailableError, or whatever PostgreSQL throws; then the answer is 503 and Meta delivers again
   */
  async receive(
    body: Buffer,
    signature: string | undefined,
    origin: DeliveryOrigin | null = null,
  ): Promise<void> {
    if (!isSignedByAny(body, signature, this.config.appSecrets)) {
      this.refusals.note(signature);
      throw new UnauthorizedError('X-Hub-Signature-256 is missing or does not fit the body.');
    }
    const isJson = looksLikeJsonObject(body);
    await this.writer.write({
      body,
      lane: laneOf(body),
      ignoredBecause: isJson ? null : 'the body is not JSON',
      origin,
    });
    if (!isJson) throw ValidationFailedError.of('', 'json', 'The body is not a JSON object.');
  }
}

/**
 * Whether the bytes begin and end as a JSON object does. Enough to tell a sender that is not Meta; parsing is the
 * processor's work, after the acknowledgement.
 */
function looksLikeJsonObject(body: Buffer): boolean {
  const text = body.subarray(0, 64).toString('latin1').trimStart();
  const end = body.subarray(-64).toString('latin1').trimEnd();
  return text.startsWith('{') && end.endsWith('}');
}
