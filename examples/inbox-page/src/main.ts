import {
  ApiError,
  Session,
  type SessionTokens,
  createClient,
  isApiError,
} from 'meta-business-backend-client';
import { LiveUpdates } from 'meta-business-backend-client/realtime';
import { Connecting, finishLogin } from './connecting';
import { element } from './elements';
import { Inbox } from './inbox';
import { readSettings } from './settings';

const TOKENS = 'session';

/** For each tab and only until it is closed. Whoever can run scripts in the page can read it, wherever it is kept. */
const store = {
  read: (): SessionTokens | null =>
    JSON.parse(sessionStorage.getItem(TOKENS) ?? 'null') as SessionTokens | null,
  write: (tokens: SessionTokens | null): void => {
    if (tokens === null) sessionStorage.removeItem(TOKENS);
    else sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
  },
};

const STATES = {
  connecting: 'Connecting …',
  live: 'Live',
  interrupted: 'The connection is lost; it comes back by itself.',
  loggedOut: 'You are logged out.',
  closed: '',
};

async function main(): Promise<void> {
  const settings = await readSettings();
  const session = new Session({ baseUrl: settings.apiUrl, store });
  const client = createClient({ baseUrl: settings.apiUrl, ...session.credentials });
  const inbox = new Inbox(client, showProblem);
  const connecting = new Connecting(client, settings, () => {
    refresh().catch(showProblem);
  });
  let updates: LiveUpdates | undefined;

  async function refresh(): Promise<void> {
    await connecting.showAccounts();
    await inbox.load();
  }

  async function enter(): Promise<void> {
    element('form', 'login').hidden = true;
    element('button', 'logout').hidden = false;
    await finishLogin(client).catch(showProblem);
    // First the connection, then the lists: what happens in between comes as an event.
    updates = new LiveUpdates({
      baseUrl: settings.apiUrl,
      ...session.credentials,
      onEvent: (event) => {
        inbox.take(event);
      },
      onState: (state) => {
        element('p', 'connection').textContent = STATES[state];
        if (state === 'loggedOut') leave();
      },
      onResync: () => {
        refresh().catch(showProblem);
      },
    });
    updates.connect();
    connecting.start(showProblem);
    element('section', 'inbox').hidden = false;
    await refresh();
  }

  function leave(): void {
    updates?.close();
    element('section', 'connect').hidden = true;
    element('section', 'inbox').hidden = true;
    element('button', 'logout').hidden = true;
    element('form', 'login').hidden = false;
  }

  element('form', 'login').onsubmit = (event) => {
    event.preventDefault();
    const fields = new FormData(element('form', 'login'));
    const body = { email: textOf(fields.get('email')), password: textOf(fields.get('password')) };
    session
      .login(body)
      .then(() => {
        showProblem(null);
        return enter();
      })
      .catch(showProblem);
  };
  element('button', 'logout').onclick = () => {
    session.logout().catch(showProblem).finally(leave);
  };
  if (session.isLoggedIn) await enter();
  else element('form', 'login').hidden = false;
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : '';
}

/** `message` is for people; the request's id finds what happened in the service's logs. */
function showProblem(error: unknown): void {
  const place = element('p', 'problem');
  if (error === null) place.textContent = '';
  else if (isApiError(error, 'UNAUTHORIZED'))
    place.textContent = 'The login is over, or the password is wrong.';
  else if (error instanceof ApiError)
    place.textContent = `${error.message} (${error.requestId ?? error.code})`;
  else place.textContent = error instanceof Error ? error.message : 'Something went wrong.';
}

main().catch(showProblem);
