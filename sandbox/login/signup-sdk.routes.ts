import type { SandboxContext } from '../context';
import { personReaches } from '../graph/access';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import type { PersonRecord } from '../world';
import { escapeHtml, shell } from './dialog-pages';
import { issueCode, WHATSAPP_SCOPES } from './grants';

/**
 * What of Meta's JavaScript SDK Embedded Signup needs: `FB.init`, `FB.login`, and the window's message event
 * `WA_EMBEDDED_SIGNUP`. As Meta's do, code and event come independently of each other, and the event is text.
 */
export function registerSignupSdk(router: GraphRouter, context: SandboxContext): void {
  router.root('GET', 'en_US/sdk.js', ({ baseUrl }) => script(sdk(baseUrl)));
  router.root('GET', 'dialog/embedded_signup', (request) => openSignup(context, request));
}

function openSignup(context: SandboxContext, request: GraphRequest): GraphReply {
  const { params } = request;
  const app = context.world.findKind('app', textOf(params.app_id) ?? '');
  const configId = textOf(params.config_id) ?? '';
  if (!app || configId === '') return page(400, '<h1>Sorry, something went wrong.</h1>');
  const personId = textOf(params.__person);
  if (textOf(params.__decision) === 'cancel') {
    return page(200, done({ code: null, event: signupEvent('CANCEL', { current_step: 'PERMISSIONS' }) }));
  }
  if (personId === undefined) return page(200, choices(context, app.name, params));
  const person = context.world.get('person', personId);
  const { code } = issueCode(context, {
    purpose: 'embedded',
    appId: app.id,
    personId,
    redirectUri: null,
    scopes: app.loginConfigurations.get(configId)?.scopes ?? WHATSAPP_SCOPES,
  });
  return page(200, done({ code, event: finish(context, person) }));
}

function finish({ world }: SandboxContext, person: PersonRecord): JsonObject {
  const waba = world.all('waba').find((each) => personReaches(person, each));
  if (!waba) return signupEvent('CANCEL', { current_step: 'BUSINESS_ACCOUNT_SELECTION' });
  const phone = world.all('phone').find((each) => each.wabaId === waba.id);
  const data = { waba_id: waba.id, business_id: waba.ownerBusinessId };
  return phone === undefined
    ? signupEvent('FINISH_ONLY_WABA', data)
    : signupEvent('FINISH', { ...data, phone_number_id: phone.id });
}

function signupEvent(event: string, data: JsonObject): JsonObject {
  return { type: 'WA_EMBEDDED_SIGNUP', event, version: 3, data };
}

function choices({ world }: SandboxContext, appName: string, params: JsonObject): string {
  const fields = Object.entries(params)
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(textOf(value) ?? '')}">`,
    )
    .join('');
  const buttons = world
    .all('person')
    .map(({ id, name }) => `<button name="__person" value="${id}">Continue as ${escapeHtml(name)}</button>`)
    .join('');
  return `<small>Graph sandbox, not the real signup</small><h1>Connect WhatsApp to ${escapeHtml(appName)}</h1>
<form method="get">${fields}${buttons}</form>
<form method="get">${fields}<button name="__decision" value="cancel">Cancel</button></form>`;
}

/** Tells the page that opened the dialog, and goes. */
function done(outcome: { code: string | null; event: JsonObject }): string {
  const event = JSON.stringify(JSON.stringify(outcome.event)).replaceAll('<', '\\u003c');
  return `<p>Done. You can close this window.</p><script>
opener.postMessage(${event}, '*');
opener.postMessage({ sandboxLogin: ${JSON.stringify(outcome.code)} }, '*');
close();
</script>`;
}

function sdk(origin: string): string {
  return `(() => {
  const origin = ${JSON.stringify(origin)};
  let settings;
  window.FB = {
    init(given) { settings = given; },
    login(callback, options) {
      if (settings === undefined) throw new Error('FB.login() called before FB.init().');
      const query = new URLSearchParams({ app_id: settings.appId, config_id: options.config_id });
      const popup = window.open(origin + '/' + settings.version + '/dialog/embedded_signup?' + query, 'fb', 'width=600,height=700');
      let isAnswered = false;
      const answer = (code) => {
        if (isAnswered) return;
        isAnswered = true;
        clearInterval(watch);
        removeEventListener('message', hear);
        callback(code === null
          ? { authResponse: null, status: 'unknown' }
          : { authResponse: { code, userID: null, expiresIn: null }, status: 'connected' });
      };
      const hear = (event) => {
        if (event.origin === origin && event.data !== null && typeof event.data === 'object' && 'sandboxLogin' in event.data)
          answer(event.data.sandboxLogin);
      };
      // Closed by hand: said a moment later, since what it told may still be under way.
      const watch = setInterval(() => {
        if (popup !== null && !popup.closed) return;
        clearInterval(watch);
        setTimeout(() => answer(null), 1000);
      }, 300);
      addEventListener('message', hear);
    },
  };
  if (typeof window.fbAsyncInit === 'function') window.fbAsyncInit();
})();
`;
}

function page(status: number, body: string): GraphReply {
  return new GraphReply(status, shell('WhatsApp', body), { 'content-type': 'text/html; charset=utf-8' });
}

function script(body: string): GraphReply {
  return new GraphReply(200, body, { 'content-type': 'text/javascript; charset=utf-8' });
}
