import { createHmac } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { Injectable, Logger } from '@nestjs/common';
import { AddressRefusedError, OutboundAddressPolicy } from '../../media/outbound-address-policy';

export interface ForwardedRequest {
  url: string;
  secret: string;
  flowId: string;
  wabaId: string;
  /** WhatsApp's request in clear, as JSON. */
  body: string;
}

export type ForwardAnswer =
  | { kind: 'answered'; status: number; body: unknown }
  /** `reason` is for the log and the flow's state: no secret is in it. */
  | { kind: 'failed'; reason: string };

/** WhatsApp waits ten seconds in all; the rest is for the way and the encryption. */
const BUDGET_MS = 8_500;
/** Screens may hold pictures in base64. */
const LARGEST_ANSWER_BYTES = 3 * 1024 * 1024;

/** Asks the business's own endpoint what the next screen is. Public addresses only, no redirects, and not for ever. */
@Injectable()
export class FlowForwarder {
  private readonly log = new Logger(FlowForwarder.name);

  constructor(private readonly addresses: OutboundAddressPolicy) {}

  async forward(request: ForwardedRequest): Promise<ForwardAnswer> {
    try {
      const { status, text } = await this.post(request);
      if (text === '') return { kind: 'answered', status, body: {} };
      return { kind: 'answered', status, body: JSON.parse(text) as unknown };
    } catch (error) {
      const reason = this.reasonOf(error);
      this.log.warn({ message: `The endpoint of flow ${request.flowId} gave no answer: ${reason}` });
      return { kind: 'failed', reason };
    }
  }

  private async post(request: ForwardedRequest): Promise<{ status: number; text: string }> {
    const url = this.addresses.parse(request.url);
    const body = Buffer.from(request.body);
    const signal = AbortSignal.timeout(BUDGET_MS);
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: this.addresses.agentFor(url),
        headers: { ...headersOf(request), 'content-length': body.length },
        signal,
      });
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(body);
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > LARGEST_ANSWER_BYTES) {
        answer.destroy();
        throw new Error('The answer is larger than 3 MB.');
      }
      chunks.push(bytes);
    }
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks, size).toString('utf8') };
  }

  private reasonOf(error: unknown): string {
    if (error instanceof AddressRefusedError) return error.message;
    const refusal = this.addresses.refusalOf(error);
    if (refusal !== null) return refusal.message;
    if (error instanceof SyntaxError) return 'The answer is not JSON.';
    if (error instanceof Error && error.name === 'AbortError') return 'No answer within 8.5 seconds.';
    return error instanceof Error && error.message.startsWith('The answer')
      ? error.message
      : 'Nothing answers at this address.';
  }
}

/** The time is signed with the body, so that an old request cannot be sent again. */
function headersOf({ secret, flowId, wabaId, body }: ForwardedRequest): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'meta-business-backend',
    'x-flow-id': flowId,
    'x-waba-id': wabaId,
    'x-flow-timestamp': timestamp,
    'x-flow-signature-256': `sha256=${signature}`,
  };
}
