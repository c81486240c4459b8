import type { SandboxContext } from '../context';
import { escapeHtml, shell } from './dialog-pages';
import { issueCode, WHATSAPP_SCOPES } from './grants';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { textListOf, textOf } from '../json';
import type { AppRecord, LoginConfiguration, PersonRecord } from '../world';

interface DialogCall {
  app: AppRecord;
  redirectUri: string;
  state: string | undefined;
  scopes: string[];
  configuration: LoginConfiguration | undefined;
  /** Login for Business grants everything or nothing; only the classic dialog lets single permissions go. */
  isForBusiness: boolean;
  isInstagram: boolean;
  /** The account that logs in; the first where left out. */
  instagramId: string | undefined;
}

/** The consent page, for a person in a browser and, without page, for programs. */
export function registerDialog(router: GraphRouter, context: SandboxContext): void {
  router.root('GET', 'dialog/oauth', (request) => openDialog(context, request, false));
  router.root('GET', 'oauth/authorize', (request) => openDialog(context, request, true));
}

function openDialog(context: SandboxContext, request: GraphRequest, isInstagram: boolean): GraphReply {
  const call = readCall(context, request, isInstagram);
  if (call instanceof GraphReply) return call;
  const { settings, world } = context;
  const decision = textOf(request.params.__decision) ?? settings.dialog.mode;
  const personId = textOf(request.params.__person) ?? settings.dialog.personId;
  const person = personId === undefined ? world.first('person') : world.get('person', personId);
  if (decision === 'approve') return approve(context, call, person);
  if (decision === 'deny') return deny(call);
  return html(200, consentPage(call, request, world.all('person')));
}

function readCall(
  context: SandboxContext,
  request: GraphRequest,
  isInstagram: boolean,
): DialogCall | GraphReply {
  const { params } = request;
  const app = context.world.findKind('app', textOf(params.client_id) ?? '');
  if (!app)
    return html(400, errorPage('Invalid App ID: The provided app ID does not look like a valid app ID.'));
  const redirectUri = textOf(params.redirect_uri);
  if (redirectUri === undefined) return html(400, errorPage('The redirect_uri URL must be given.'));
  if (!isAbsoluteUrl(redirectUri)) return html(400, errorPage('The redirect_uri URL must be absolute.'));
  if (app.redirectUris.length > 0 && !app.redirectUris.includes(redirectUri)) {
    return html(
      400,
      errorPage('URL blocked: This redirect failed because the redirect URI is not white-listed in the app.'),
    );
  }
  const configId = textOf(params.config_id);
  const configuration = configId === undefined ? undefined : app.loginConfigurations.get(configId);
  const asked = textListOf(params.scope);
  const scopes = configuration?.scopes ?? (configId !== undefined ? WHATSAPP_SCOPES : asked);
  const isForBusiness = configId !== undefined;
  return {
    app,
    redirectUri,
    state: textOf(params.state),
    scopes: [...scopes],
    configuration,
    isForBusiness,
    isInstagram,
    instagramId: textOf(params.__instagram),
  };
}

function approve(context: SandboxContext, call: DialogCall, person: PersonRecord): GraphReply {
  const { configuration, isInstagram } = call;
  const { world } = context;
  const instagramId = isInstagram
    ? (call.instagramId === undefined ? world.first('instagram') : world.get('instagram', call.instagramId))
        .id
    : undefined;
  const decline = call.isForBusiness ? [] : context.settings.dialog.decline;
  const { code } = issueCode(context, {
    purpose: isInstagram ? 'instagram' : 'dialog',
    appId: call.app.id,
    personId: person.id,
    redirectUri: call.redirectUri,
    scopes: call.scopes,
    decline,
    ...(configuration && {
      tokenKind: configuration.tokenKind,
      tokenSeconds: configuration.expiresInSeconds,
    }),
    ...(instagramId !== undefined && { instagramId }),
  });
  const fragment = isInstagram ? '#_' : '#_=_';
  return redirect(call, { code, ...(call.state !== undefined && { state: call.state }) }, fragment);
}

function deny(call: DialogCall): GraphReply {
  return redirect(
    call,
    {
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
      ...(call.state !== undefined && { state: call.state }),
    },
    '#_=_',
  );
}

function redirect(call: DialogCall, params: Record<string, string>, fragment: string): GraphReply {
  const query = new URLSearchParams(params).toString();
  const separator = call.redirectUri.includes('?') ? '&' : '?';
  return new GraphReply(302, '', { location: `${call.redirectUri}${separator}${query}${fragment}` });
}

function isAbsoluteUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function html(status: number, body: string): GraphReply {
  return new GraphReply(status, body, { 'content-type': 'text/html; charset=utf-8' });
}

function errorPage(message: string): string {
  return shell('Error', `<h1>Sorry, something went wrong.</h1><p>${escapeHtml(message)}</p>`);
}

function consentPage(call: DialogCall, request: GraphRequest, persons: PersonRecord[]): string {
  const fields = Object.entries(request.params)
    .map(([name, value]) => {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(text)}">`;
    })
    .join('');
  const buttons = persons
    .map(
      (person) =>
        `<button name="__person" value="${person.id}">Continue as ${escapeHtml(person.name)}</button>`,
    )
    .join('');
  const scopes = call.scopes.map((scope) => `<li>${escapeHtml(scope)}</li>`).join('');
  return shell(
    'Log in',
    `<small>Graph sandbox, not the real login</small><h1>${escapeHtml(call.app.name)}</h1>
<p>asks for these permissions:</p><ul>${scopes}</ul>
<form method="get">${fields}<input type="hidden" name="__decision" value="approve">${buttons}</form>
<form method="get">${fields}<button name="__decision" value="deny" style="background:#e4e6eb;color:#050505">Cancel</button></form>`,
  );
}
