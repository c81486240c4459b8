import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { sha256 } from '../crypto/secret-hash';
import { parseSignedRequest } from '../crypto/signed-request';
import { UnauthorizedError, ValidationFailedError } from '../errors/app.error';

/** A callback that one of our Meta apps has signed. */
export interface MetaCallback {
  /** The app that it came through; ids of people mean something only together with it. */
  metaAppId: string;
  metaUserId: string;
  /** The same for the same request: of the signed part, since the signature itself can be spelled in several ways. */
  digest: Buffer;
}

/** Reads `signed_request`, the form in which Meta tells that a person left. */
@Injectable()
export class MetaCallbackReader {
  constructor(private readonly config: AppConfig) {}

  /**
   * @param body the parsed form; fields that Meta may add one day are ignored
   * @throws ValidationFailedError without `signed_request`
   * @throws UnauthorizedError when no app secret of ours signed it
   */
  read(body: unknown): MetaCallback {
    const text = typeof body === 'object' && body !== null && 'signed_request' in body ? body.signed_request : undefined;
    if (typeof text !== 'string' || text === '') {
      throw ValidationFailedError.of('signed_request', 'isString', 'signed_request is missing.');
    }
    for (const { metaAppId, secrets } of this.apps()) {
      const request = parseSignedRequest(text, secrets);
      if (request === null) continue;
      return { metaAppId, metaUserId: request.userId, digest: sha256(text.slice(text.indexOf('.') + 1)) };
    }
    throw new UnauthorizedError('signed_request is not signed by this Meta app.');
  }

  private apps(): { metaAppId: string; secrets: readonly string[] }[] {
    const { env } = this.config;
    const meta = { metaAppId: env.META_APP_ID, secrets: [env.META_APP_SECRET, ...env.META_APP_SECRETS_PREVIOUS] };
    if (env.INSTAGRAM_APP_ID === undefined || env.INSTAGRAM_APP_SECRET === undefined) return [meta];
    return [meta, { metaAppId: env.INSTAGRAM_APP_ID, secrets: [env.INSTAGRAM_APP_SECRET] }];
  }
}
