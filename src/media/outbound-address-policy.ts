import type { Agent } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { AppConfig } from '../config/app-config';

/** An address that nobody may have this service call. `rule` is for programs, the message for people. */
export class AddressRefusedError extends Error {
  constructor(
    readonly rule: 'url' | 'protocol' | 'credentials' | 'publicAddress',
    message: string,
  ) {
    super(message);
    this.name = AddressRefusedError.name;
  }
}

const NOT_PUBLIC = 'The address is not a public one. Give one that everybody on the internet can reach.';

/**
 * Which addresses that people give may be called from here. A name is judged by what it resolves to at the moment of the
 * connection, so that it cannot resolve to something else afterwards.
 */
@Injectable()
export class OutboundAddressPolicy implements OnApplicationShutdown {
  private readonly http: RequestFilteringHttpAgent;
  private readonly https: RequestFilteringHttpsAgent;

  constructor(private readonly config: AppConfig) {
    // Connections are not kept: each is judged anew.
    const options = { keepAlive: false, allowIPAddressList: config.env.OUTBOUND_ALLOWED_ADDRESSES };
    this.http = new RequestFilteringHttpAgent(options);
    this.https = new RequestFilteringHttpsAgent(options);
  }

  onApplicationShutdown(): void {
    this.http.destroy();
    this.https.destroy();
  }

  /**
   * @param base what a redirect's address may be relative to
   * @throws AddressRefusedError for what is no web address, or has a protocol that is not taken, or a password in it
   */
  parse(text: string, base?: URL): URL {
    if (!URL.canParse(text, base?.href))
      throw new AddressRefusedError(
        'url',
        'This is not a web address. Give one such as https://example.com/a.jpg.',
      );
    const url = new URL(text, base);
    const isHttp = url.protocol === 'http:' && this.config.env.OUTBOUND_ALLOW_HTTP;
    if (url.protocol !== 'https:' && !isHttp)
      throw new AddressRefusedError('protocol', 'Only addresses that begin with https:// are called.');
    if (url.username !== '' || url.password !== '')
      throw new AddressRefusedError('credentials', 'The address must not contain a name or a password.');
    return url;
  }

  /** Gives `http.request` connections to public addresses only; see `refusalOf` for what it fails with otherwise. */
  agentFor(url: URL): Agent {
    return url.protocol === 'https:' ? this.https : this.http;
  }

  /** The refusal that an error of a request made through `agentFor` stands for, if it does. */
  refusalOf(error: unknown): AddressRefusedError | null {
    // The agent gives a plain error; its words are all that tells it from others.
    const isRefusal = error instanceof Error && / is not allowed\. Because,? It is /.test(error.message);
    return isRefusal ? new AddressRefusedError('publicAddress', NOT_PUBLIC) : null;
  }
}
