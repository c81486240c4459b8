import type { SandboxContext } from '../context';
import { GraphError, missingPermission, tokenError } from '../graph/graph-error';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { answerAccessToken, takeCode, tokenAnswer } from './oauth.routes';
import { DAY_MS, type TokenRecord } from './tokens';

const SHORT_SECONDS = 3600;

/** Instagram API with Instagram Login. Its code exchange has the path of Facebook's, so the form tells them apart. */
export function registerInstagramLogin(router: GraphRouter, context: SandboxContext): void {
  router.root('POST', 'oauth/access_token', (request) =>
    isInstagramExchange(context, request)
      ? exchangeInstagramCode(context, request)
      : answerAccessToken(context, request),
  );
  router.root('GET', 'access_token', (request) => exchangeLongLived(context, request));
  router.root('GET', 'refresh_access_token', (request) => refresh(context, request));
}

function isInstagramExchange(context: SandboxContext, request: GraphRequest): boolean {
  const { params, method } = request;
  if (method !== 'POST' || textOf(params.grant_type) !== 'authorization_code') return false;
  const code = (textOf(params.code) ?? '').replace(/#_$/, '');
  const record = context.tokens.findCode(code);
  return !record || record.purpose === 'instagram';
}

/** api.instagram.com answers in its own flat form, also in failure. */
function exchangeInstagramCode(context: SandboxContext, { params }: GraphRequest): GraphReply {
  try {
    const app = context.tokens.requireApp(textOf(params.client_id), textOf(params.client_secret));
    const code = takeCode(
      context,
      (textOf(params.code) ?? '').replace(/#_$/, ''),
      app.id,
      textOf(params.redirect_uri),
    );
    const token = context.tokens.issue({
      kind: 'INSTAGRAM',
      appId: app.id,
      personId: code.personId,
      scopes: code.scopes.filter((scope) => scope !== 'public_profile'),
      targets: new Map(),
      expiresInSeconds: SHORT_SECONDS,
      ...(code.instagramId !== undefined && { instagramId: code.instagramId }),
    });
    return new GraphReply(200, {
      access_token: token.token,
      user_id: code.instagramId ?? '',
      permissions: token.scopes,
    });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return new GraphReply(400, { error_type: 'OAuthException', code: 400, error_message: error.message });
  }
}

function exchangeLongLived(context: SandboxContext, request: GraphRequest): JsonObject {
  const { tokens, settings } = context;
  if (textOf(request.params.grant_type) !== 'ig_exchange_token') {
    throw new GraphError(100, 'Unsupported grant_type', { type: 'IGApiException' });
  }
  const token = instagramToken(context, request);
  tokens.requireApp(token.appId, textOf(request.params.client_secret));
  if (token.isLongLived) {
    throw new GraphError(452, 'Session key invalid. This could be because the token is long-lived already.', {
      type: 'IGApiException',
    });
  }
  const { token: _token, issuedAt: _issuedAt, expiresAt: _expiresAt, ...parts } = token;
  return tokenAnswer(
    context,
    tokens.issue({ ...parts, isLongLived: true, expiresInSeconds: settings.tokens.longLivedSeconds }),
  );
}

/** Facebook's tokens are unknown here. */
function instagramToken({ tokens }: SandboxContext, request: GraphRequest): TokenRecord {
  const token = tokens.authenticate(request.tokenText ?? '');
  if (token.kind === 'INSTAGRAM') return token;
  throw tokenError('Invalid OAuth access token - Cannot parse access token');
}

/** Only a token at least a day old, and still alive, can be refreshed. */
function refresh(context: SandboxContext, request: GraphRequest): JsonObject {
  const { clock, settings } = context;
  if (textOf(request.params.grant_type) !== 'ig_refresh_token') {
    throw new GraphError(100, 'Unsupported grant_type', { type: 'IGApiException' });
  }
  const token = instagramToken(context, request);
  if (!token.scopes.includes('instagram_business_basic')) throw missingPermission('instagram_business_basic');
  if (!token.isLongLived || clock.now() - token.issuedAt < DAY_MS) {
    throw new GraphError(100, 'The access token is not old enough to be refreshed.', {
      type: 'IGApiException',
    });
  }
  token.issuedAt = clock.now();
  token.expiresAt = clock.now() + settings.tokens.longLivedSeconds * 1000;
  return tokenAnswer(context, token);
}
