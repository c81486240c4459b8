import type { Client } from 'meta-business-backend-client';
import { element, make } from './elements';
import { loadSdk, signUp } from './embedded-signup';
import type { Settings } from './settings';

/** Without query and fragment: Meta compares it byte for byte with what the app allows. */
const REDIRECT_URI = location.origin + location.pathname;

/** The OAuth login: the browser goes to Meta's dialog, and comes back to this page with a code. */
export async function goToDialog(client: Client): Promise<void> {
  const { url } = await client.get('/api/meta/auth/url', { query: { redirectUri: REDIRECT_URI } });
  location.assign(url);
}

/** @returns whether this page was opened by Meta's dialog, which leaves its answer in the address */
export async function finishLogin(client: Client): Promise<boolean> {
  const query = new URLSearchParams(location.search);
  const [code, state] = [query.get('code'), query.get('state')];
  const refusal = query.get('error_description');
  // At once: a code works a single time, and a reload must not send it again.
  if (code !== null || refusal !== null) history.replaceState(null, '', REDIRECT_URI);
  if (refusal !== null) throw new Error(`Meta says: ${refusal}`);
  if (code === null || state === null) return false;
  await client.post('/api/meta/auth/connect', { body: { code, state, redirectUri: REDIRECT_URI } });
  return true;
}

/** Accounts that are connected, and the two ways to connect one. */
export class Connecting {
  private readonly state = element('p', 'connect-state');

  constructor(
    private readonly client: Client,
    private readonly settings: Settings,
    private readonly onConnected: () => void,
  ) {}

  start(showProblem: (error: unknown) => void): void {
    element('section', 'connect').hidden = false;
    element('button', 'facebook').onclick = () => {
      goToDialog(this.client).catch(showProblem);
    };
    const button = element('button', 'whatsapp');
    button.hidden = this.settings.signupConfigId === '';
    if (button.hidden) return;
    button.disabled = true;
    loadSdk(this.settings)
      .then((sdk) => {
        button.disabled = false;
        button.onclick = () => {
          button.disabled = true;
          this.signUp(sdk)
            .catch(showProblem)
            .finally(() => {
              button.disabled = false;
            });
        };
      })
      .catch(showProblem);
  }

  async showAccounts(): Promise<void> {
    const { accounts } = await this.client.get('/api/meta/auth/accounts');
    element('ul', 'accounts').replaceChildren(
      ...accounts.map(({ name, status }) =>
        make('li', { dir: 'auto' }, `${name ?? 'Without a name'} (${status.replaceAll('_', ' ')})`),
      ),
    );
  }

  private async signUp(sdk: Parameters<typeof signUp>[0]): Promise<void> {
    const signup = await signUp(sdk, this.settings);
    if (signup === null) {
      this.state.textContent = 'The signup was not finished.';
      return;
    }
    this.state.textContent = 'Connecting …';
    const { onboarding } = await this.client.post('/api/meta/auth/connect', { body: signup });
    this.state.textContent =
      onboarding === null ? 'WhatsApp is connected.' : 'WhatsApp is connected and being set up.';
    this.onConnected();
  }
}
