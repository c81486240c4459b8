import * as http from 'node:http';
import * as https from 'node:https';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { fileNameFrom } from './file-names';
import { OutboundAddressPolicy } from './outbound-address-policy';

export type DownloadFailure = 'redirects' | 'answer' | 'reachable' | 'time' | 'complete' | 'encoding';

/** What is at the address could not be had. `rule` is for programs, the message for people. */
export class DownloadFailedError extends Error {
  constructor(
    readonly rule: DownloadFailure,
    message: string,
    /** What the server answered, where that is what is wrong. */
    readonly status: number | null = null,
  ) {
    super(message);
    this.name = DownloadFailedError.name;
  }
}

export interface Download {
  /** Throws AddressRefusedError or DownloadFailedError when it breaks off. */
  source: AsyncIterable<Uint8Array>;
  /** As the server calls it. */
  mimeType: string | null;
  /** In bytes, as announced; null where it is not. */
  size: number | null;
  /** What the server, or else the address, calls the file. */
  fileName: string | null;
}

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const LONGEST_SILENCE_MS = 15_000;

export interface DownloadTrust {
  /** An origin that whoever runs this service has set: it is called wherever it is. */
  origin: string;
}

/** Fetches what is at an address that somebody gave: from public addresses only, and not for ever. */
@Injectable()
export class SafeDownload {
  constructor(
    private readonly config: AppConfig,
    private readonly policy: OutboundAddressPolicy,
  ) {}

  /**
   * Begins to read; the bytes come as they are asked for. How many are taken is the caller's to bound.
   * @param signal ends it, also while it is being read; whoever does not read to the end has to abort it
   * @param trust what is called though it may not be public
   * @throws AddressRefusedError also for where a redirect leads
   * @throws DownloadFailedError
   */
  async open(address: string, signal: AbortSignal, trust: DownloadTrust | null = null): Promise<Download> {
    const deadline = AbortSignal.timeout(this.config.env.MEDIA_IMPORT_TIMEOUT_MS);
    const ends: Ends = { deadline, both: AbortSignal.any([signal, deadline]) };
    let url = this.addressOf(address, trust);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.ask(url, ends, trust);
      const { statusCode = 0, headers } = answer;
      if (statusCode === 200) return this.download(url, answer, ends);
      answer.destroy();
      if (!REDIRECTS.has(statusCode) || headers.location === undefined)
        throw new DownloadFailedError(
          'answer',
          `The server at this address answered ${statusCode} in place of a file.`,
          statusCode,
        );
      if (redirects === MOST_REDIRECTS)
        throw new DownloadFailedError(
          'redirects',
          `The address leads on more than ${MOST_REDIRECTS} times. Give the one that it ends at.`,
        );
      url = this.addressOf(headers.location, trust, url);
    }
  }

  private download(url: URL, answer: http.IncomingMessage, ends: Ends): Download {
    const { headers } = answer;
    if (!['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? '')) {
      answer.destroy();
      throw new DownloadFailedError('encoding', 'The server gives the file only in a compressed form.');
    }
    const size = Number(headers['content-length'] ?? Number.NaN);
    return {
      source: this.bytesOf(answer, ends),
      mimeType: headers['content-type'] ?? null,
      size: Number.isSafeInteger(size) ? size : null,
      fileName: fileNameFrom(headers['content-disposition'], url),
    };
  }

  private addressOf(text: string, trust: DownloadTrust | null, base?: URL): URL {
    const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
    return url !== null && isTrusted(url, trust) ? url : this.policy.parse(text, base);
  }

  private ask(url: URL, ends: Ends, trust: DownloadTrust | null): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = (url.protocol === 'https:' ? https : http).get(url, {
        ...(isTrusted(url, trust) ? {} : { agent: this.policy.agentFor(url) }),
        headers: { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'meta-business-backend' },
        signal: ends.both,
        timeout: LONGEST_SILENCE_MS,
      });
      outgoing.once('timeout', () => {
        outgoing.destroy(
          new DownloadFailedError('time', 'The server at this address did not go on answering.'),
        );
      });
      outgoing.on('error', (error) => {
        reject(this.failureOf(error, ends, 'reachable'));
      });
      outgoing.once('response', resolve);
    });
  }

  private async *bytesOf(
    answer: http.IncomingMessage,
    ends: Ends,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      // Node counts against Content-Length itself: an answer that ends before that throws.
      for await (const chunk of answer) yield chunk as Buffer;
    } catch (error) {
      throw this.failureOf(error, ends, 'complete');
    }
  }

  private failureOf(error: unknown, { deadline }: Ends, rule: 'reachable' | 'complete'): Error {
    if (error instanceof DownloadFailedError) return error;
    if (deadline.aborted)
      return new DownloadFailedError('time', 'The file did not arrive in time. Upload it instead.');
    const refusal = this.policy.refusalOf(error);
    if (refusal !== null) return refusal;
    return new DownloadFailedError(
      rule,
      rule === 'reachable'
        ? 'Nothing answers at this address.'
        : 'The file broke off before its end. Try again, or upload it.',
    );
  }
}

function isTrusted(url: URL, trust: DownloadTrust | null): boolean {
  return trust !== null && url.origin === trust.origin && url.username === '' && url.password === '';
}

interface Ends {
  deadline: AbortSignal;
  /** The deadline, and the caller's. */
  both: AbortSignal;
}
