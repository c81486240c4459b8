import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { sha256 } from '../crypto/secret-hash';
import { parseSignedRequest } from '../crypto/signed-request';
import { UnauthorizedError, ValidationFailedError } from '../errors/app.error';

/** A callback that our Meta app, or our Instagram app, has signed. */
export interface MetaCallback {
  /** App-scoped; of Instagram Login it may be the id of the professional account. */
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
    const text =
      typeof body === 'object' && body !== null && 'signed_request' in body ? body.signed_request : undefined;
    if (typeof text !== 'string' || text === '') {
      throw ValidationFailedError.of('signed_request', 'isString', 'signed_request is missing.');
    }
    const request = parseSignedRequest(text, this.config.appSecrets);
    if (request === null) throw new UnauthorizedError('signed_request is not signed by this Meta app.');
    return { metaUserId: request.userId, digest: sha256(text.slice(text.indexOf('.') + 1)) };
  }
}
