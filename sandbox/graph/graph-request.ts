import type { JsonObject, JsonValue } from '../json';
import type { UploadedFile } from './request-body';
import type { TokenRecord } from '../login/tokens';

export type GraphMethod = 'GET' | 'POST' | 'DELETE';

/** An account whose calls are limited by what it is used for. */
export interface AccountBudget {
  type: 'instagram' | 'messenger';
  id: string;
}

export interface GraphRequest {
  method: GraphMethod;
  /** `v26.0` */
  versionText: string;
  /** 26 */
  version: number;
  /** Path after the version, in parts. */
  segments: string[];
  /** Query and body together; the body wins. */
  params: JsonObject;
  files: UploadedFile[];
  rawBody: Buffer | undefined;
  headers: Readonly<Record<string, string | undefined>>;
  /** Origin that the caller used, so that URLs in answers lead back here. */
  baseUrl: string;
  tokenText: string | undefined;
  token: TokenRecord | undefined;
  /** The account whose hourly budget the call counts into. */
  wabaId?: string;
  /** The Page whose daily budget the call counts into. */
  pageId?: string;
  /** The same of Instagram accounts, and of a Page's messages. */
  budget?: AccountBudget;
}

/** An answer that is more than a JSON body with status 200. */
export class GraphReply {
  constructor(
    readonly status: number,
    readonly body: JsonValue | Buffer | string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export type GraphAnswer = JsonValue | GraphReply;
