import * as http from 'node:http';
import * as https from 'node:https';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { AddressRefusedError, OutboundAddressPolicy } from '../../media/outbound-address-policy';
import { withoutEchoes } from './echoed-secrets';
import type { AttemptFailure } from './endpoint-states';
import { retryAfterMs } from './retry-schedule';

/** What became of one attempt. */
export interface CallOutcome {
  at: Date;
  durationMs: number;
  /** What was answered; null where nothing was. */
  status: number | null;
  /** Null: it was delivered. */
  failure: AttemptFailure | null;
  /** What was wrong, for people. Never holds what the address may hold. */
  error: string | null;
  /** How the answer began. */
  response: string | null;
  /** The receiver asked for so much time. */
  retryAfterMs: number | null;
}

/** Of an answer no more is read, nor waited for: it is only kept for people to look at. */
const READ_BYTES = 1_024;
const READ_MS = 1_000;

/** Calls addresses that customers gave: public ones only, for a bounded time, reading a bounded answer. */
@Injectable()
export class EndpointCall {
  constructor(
    private readonly config: AppConfig,
    private readonly policy: OutboundAddressPolicy,
  ) {}

  /**
   * Sends one message. Never throws for what the receiver does, or does not do.
   * @throws Error when `signal` broke it off: nobody knows whether it arrived
   */
  async post(
    address: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<CallOutcome> {
    const at = new Date();
    const begun = performance.now();
    const deadline = AbortSignal.timeout(this.config.env.ENDPOINT_TIMEOUT_MS);
    const outcome = (rest: Partial<CallOutcome>): CallOutcome => ({
      at,
      durationMs: Math.round(performance.now() - begun),
      status: null,
      failure: null,
      error: null,
      response: null,
      retryAfterMs: null,
      ...rest,
    });
    try {
      const url = this.policy.parse(address);
      const answer = await this.ask(url, headers, body, AbortSignal.any([signal, deadline]));
      const response = await beginningOf(answer, deadline);
      const { statusCode = 0 } = answer;
      return outcome({
        status: statusCode,
        response: response === null ? null : withoutEchoes(response, headers),
        ...judge(statusCode),
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], new Date()),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      if (deadline.aborted) {
        const seconds = this.config.env.ENDPOINT_TIMEOUT_MS / 1_000;
        return outcome({ failure: 'timeout', error: `No answer came within ${seconds} seconds.` });
      }
      return outcome(this.failureOf(error));
    }
  }

  private ask(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        agent: this.policy.agentFor(url),
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          'content-length': String(Buffer.byteLength(body)),
        },
        signal,
      });
      outgoing.on('error', reject);
      outgoing.once('response', resolve);
      // As after a change of protocol that nobody asked for: there is neither an answer nor an error.
      outgoing.once('close', () => {
        reject(new Error('closed'));
      });
      outgoing.end(body);
    });
  }

  private failureOf(error: unknown): { failure: AttemptFailure; error: string } {
    const refusal = error instanceof AddressRefusedError ? error : this.policy.refusalOf(error);
    if (refusal !== null) return { failure: 'address', error: refusal.message };
    const code = codeOf(error);
    if (DNS_CODES.has(code))
      return { failure: 'dns', error: `The name of the host was not found (${code}).` };
    if (TLS_CODE.test(code))
      return {
        failure: 'tls',
        error: `A secure connection could not be made: look at the receiver’s certificate (${code}).`,
      };
    if (code.startsWith('HPE_'))
      return { failure: 'unreadable', error: `What was answered is no HTTP (${code}).` };
    return {
      failure: 'connection',
      error: `The connection could not be made, or broke off before an answer came${code === '' ? '' : ` (${code})`}.`,
    };
  }
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL', 'ENODATA']);
const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

function judge(status: number): { failure: AttemptFailure | null; error: string | null } {
  if (status >= 200 && status < 300) return { failure: null, error: null };
  if (status === 410)
    return { failure: 'gone', error: 'The receiver answered 410: it does not want to be called any more.' };
  if (status === 429 || status === 503)
    return { failure: 'limited', error: `The receiver answered ${status}: it cannot take more at present.` };
  if (status >= 300 && status < 400)
    return {
      failure: 'redirect',
      error: `The receiver answered ${status}, a redirect, which is not followed. Give the address that it leads to.`,
    };
  return { failure: 'status', error: `The receiver answered ${status}.` };
}

/** A status is an answer, whatever becomes of the rest: one that breaks off, trickles or never ends spoils nothing. */
async function beginningOf(answer: http.IncomingMessage, deadline: AbortSignal): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  const enough = AbortSignal.any([deadline, AbortSignal.timeout(READ_MS)]);
  const stop = (): void => {
    answer.destroy();
  };
  enough.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of answer) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= READ_BYTES) break;
    }
  } catch {
    // What has come is what there is.
  } finally {
    enough.removeEventListener('abort', stop);
    answer.destroy();
  }
  if (size === 0) return null;
  return readable(Buffer.concat(chunks).subarray(0, READ_BYTES).toString('utf8'));
}

/** Without what PostgreSQL and terminals do not take. */
function readable(text: string): string {
  return Array.from(text, (character) =>
    character < ' ' && character !== '\n' && character !== '\t'
      ? ' '
      : character === '\u007f'
        ? ' '
        : character,
  ).join('');
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // Node tries several addresses of a name and reports all failures together.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
