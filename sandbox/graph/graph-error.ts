import type { JsonObject, JsonValue } from '../json';
import { newTraceId } from '../ids';

export interface GraphErrorParts {
  status?: number;
  type?: string;
  subcode?: number;
  isTransient?: boolean;
  userTitle?: string;
  userMessage?: string;
  data?: JsonValue;
}

/** An error that leaves the sandbox in Graph's envelope. */
export class GraphError extends Error {
  readonly status: number;

  constructor(
    readonly code: number,
    message: string,
    readonly parts: GraphErrorParts = {},
  ) {
    // A refusal is an answer, not a fault: thousands a second need no stack.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'GraphError';
    this.status = parts.status ?? 400;
  }

  /** `type`: as which kind of error it is named. */
  toJson(type = this.parts.type): JsonObject {
    const { subcode, isTransient, userTitle, userMessage, data } = this.parts;
    return {
      error: {
        message: this.message,
        type: type ?? 'OAuthException',
        code: this.code,
        ...(data !== undefined && { error_data: data }),
        ...(subcode !== undefined && { error_subcode: subcode }),
        ...(isTransient !== undefined && { is_transient: isTransient }),
        ...(userTitle !== undefined && { error_user_title: userTitle }),
        ...(userMessage !== undefined && { error_user_msg: userMessage }),
        fbtrace_id: newTraceId(),
      },
    };
  }
}

export function unknownObject(id: string, method: string): GraphError {
  return new GraphError(
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
      'permissions, or does not support this operation. Please read the Graph API documentation at ' +
      'https://developers.facebook.com/docs/graph-api',
    { type: 'GraphMethodException', subcode: 33 },
  );
}

export function unknownField(field: string, nodeType: string): GraphError {
  return new GraphError(
    100,
    `(#100) Tried accessing nonexisting field (${field}) on node type (${nodeType})`,
  );
}

export function invalidParameter(message: string, parts: GraphErrorParts = {}): GraphError {
  return new GraphError(100, `(#100) ${message}`, parts);
}

export function missingParameter(name: string): GraphError {
  return invalidParameter(`The parameter ${name} is required.`);
}

export function missingPermission(scope: string): GraphError {
  return new GraphError(200, `(#200) Requires ${scope} permission to manage the object`, { status: 403 });
}

export function tokenError(message: string, subcode?: number): GraphError {
  return new GraphError(190, message, { status: 401, ...(subcode !== undefined && { subcode }) });
}
