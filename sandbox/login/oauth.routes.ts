import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, tokenError } from '../graph/graph-error';
import type { GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { DAY_MS, type CodeRecord, type TokenRecord } from './tokens';

/** Code exchange, long-lived tokens, app tokens and the inspection of tokens. */
export function registerOAuth(router: GraphRouter, context: SandboxContext): void {
  router.root('GET', 'oauth/access_token', (request) => answerAccessToken(context, request));
  router.root('GET', 'debug_token', (request) => debugToken(context, request));
}

export function answerAccessToken(context: SandboxContext, request: GraphRequest): JsonObject {
  const { params } = request;
  const app = context.tokens.requireApp(textOf(params.client_id), textOf(params.client_secret));
  const grantType = textOf(params.grant_type);
  if (grantType === 'client_credentials') {
    const token = context.tokens.issue({ kind: 'APP', appId: app.id, expiresInSeconds: 0 });
    return { access_token: token.token, token_type: 'bearer' };
  }
  if (grantType === 'fb_exchange_token' || params.fb_exchange_token !== undefined) {
    return exchangeForLongLived(context, app.id, textOf(params.fb_exchange_token));
  }
  const code = textOf(params.code);
  if (code === undefined) throw invalidParameter('Missing authorization code');
  const record = takeCode(context, code, app.id, textOf(params.redirect_uri));
  const token = context.tokens.issue({
    kind: record.tokenKind,
    appId: app.id,
    personId: record.personId,
    scopes: record.scopes,
    targets: record.targets,
    expiresInSeconds: record.tokenSeconds,
  });
  return tokenAnswer(context, token);
}

/** Checks a code in the order in which Meta complains. A refused code stays unused. */
export function takeCode(
  context: SandboxContext,
  code: string,
  appId: string,
  redirectUri: string | undefined,
): CodeRecord {
  const record = context.tokens.findCode(code);
  if (record?.appId !== appId) throw invalidParameter('Invalid verification code format.');
  if (record.used) throw new GraphError(100, 'This authorization code has been used.', { subcode: 36009 });
  if (record.expiresAt <= context.clock.now()) {
    throw new GraphError(100, 'This authorization code has expired.', { subcode: 36007 });
  }
  if (record.redirectUri !== null && redirectUri === undefined) {
    throw new GraphError(191, 'Missing redirect_uri parameter.');
  }
  const expected = record.redirectUri ?? '';
  if ((redirectUri ?? '') !== expected) {
    throw new GraphError(
      100,
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the ' +
        'OAuth dialog request',
      { subcode: 36008 },
    );
  }
  record.used = true;
  return record;
}

function exchangeForLongLived(context: SandboxContext, appId: string, text: string | undefined): JsonObject {
  if (text === undefined) throw invalidParameter('Missing fb_exchange_token parameter');
  const { tokens, clock, settings } = context;
  const token = tokens.authenticate(text);
  if (token.appId !== appId)
    throw tokenError('Error validating access token: The token belongs to another app.');
  if (token.kind !== 'USER' && token.kind !== 'SYSTEM_USER') {
    throw invalidParameter('The access token does not belong to a user.');
  }
  const isFresh = token.isLongLived && clock.now() - token.issuedAt < DAY_MS;
  // A new exchange of a fresh long-lived token gives the same token.
  if (isFresh || token.expiresAt === 0) return tokenAnswer(context, token);
  const { token: _token, issuedAt: _issuedAt, expiresAt: _expiresAt, dataAccessExpiresAt, ...parts } = token;
  const longLived = tokens.issue({
    ...parts,
    isLongLived: true,
    dataAccessExpiresAt,
    expiresInSeconds: settings.tokens.longLivedSeconds,
  });
  return tokenAnswer(context, longLived);
}

export function tokenAnswer(context: SandboxContext, token: TokenRecord): JsonObject {
  const lasts = token.expiresAt === 0 || context.settings.tokens.omitExpiresIn;
  const expiresIn = Math.round((token.expiresAt - context.clock.now()) / 1000);
  return { access_token: token.token, token_type: 'bearer', ...(!lasts && { expires_in: expiresIn }) };
}

function debugToken(context: SandboxContext, request: GraphRequest): JsonObject {
  const { tokens } = context;
  const inputText = textOf(request.params.input_token);
  if (request.tokenText === undefined) {
    throw new GraphError(104, 'An access token is required to request this resource.');
  }
  const viewer = tokens.authenticate(request.tokenText);
  request.token = viewer;
  tokens.checkProof(viewer, textOf(request.params.appsecret_proof));
  if (inputText === undefined) throw missingInputToken();
  const isOwn = viewer.token === inputText && viewer.kind !== 'APP';
  if (viewer.kind !== 'APP' && viewer.kind !== 'USER' && viewer.kind !== 'SYSTEM_USER' && !isOwn) {
    throw invalidParameter(
      'You must provide an app access token, or a user access token that is an owner or developer of the app',
    );
  }
  return { data: describeToken(context, viewer, inputText) };
}

function missingInputToken(): GraphError {
  return invalidParameter('The parameter input_token is required.');
}

function describeToken(context: SandboxContext, viewer: TokenRecord, inputText: string): JsonObject {
  const { tokens, world } = context;
  const token = tokens.find(inputText);
  if (!token) {
    return { error: { code: 190, message: 'Invalid OAuth access token.' }, is_valid: false, scopes: [] };
  }
  if (token.appId !== viewer.appId) {
    const message = '(#100) The App_id in the input_token did not match the Viewing App';
    return { error: { code: 100, message }, is_valid: false, scopes: [] };
  }
  const problem = tokens.problemOf(token)?.toJson().error;
  const details =
    typeof problem === 'object' && problem !== null && !Array.isArray(problem) ? problem : undefined;
  return {
    app_id: token.appId,
    type: token.kind,
    application: world.get('app', token.appId).name,
    ...(token.kind !== 'APP' && { data_access_expires_at: Math.floor(token.dataAccessExpiresAt / 1000) }),
    expires_at: Math.floor(token.expiresAt / 1000),
    ...(details && {
      error: {
        code: details.code ?? 190,
        message: details.message ?? '',
        ...(details.error_subcode !== undefined && { subcode: details.error_subcode }),
      },
    }),
    is_valid: !details,
    issued_at: Math.floor(token.issuedAt / 1000),
    ...(token.pageId !== undefined && { profile_id: token.pageId }),
    scopes: token.scopes,
    granular_scopes: token.scopes.map((scope) => {
      const targets = token.targets.get(scope);
      return { scope, ...(targets && { target_ids: targets }) };
    }),
    ...(token.personId !== undefined && { user_id: token.personId }),
  };
}
