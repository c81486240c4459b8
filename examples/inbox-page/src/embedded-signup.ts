import type { Settings } from './settings';

/** What Embedded Signup leads to, as `POST /api/meta/auth/connect` takes it. */
export interface Signup {
  code: string;
  wabaId: string;
  phoneNumberId?: string;
  businessId?: string;
  event: 'FINISH' | 'FINISH_ONLY_WABA' | 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING';
}

interface LoginAnswer {
  authResponse: { code?: string } | null;
}

/** The part of Meta's SDK that is used. */
interface FacebookSdk {
  init(settings: { appId: string; version: string; xfbml: boolean; autoLogAppEvents: boolean }): void;
  login(callback: (answer: LoginAnswer) => void, options: object): void;
}

declare global {
  interface Window {
    FB?: FacebookSdk;
    fbAsyncInit?: () => void;
  }
}

/** To be called when the page loads: `FB.login` opens a window, which browsers allow only right after a click. */
export function loadSdk({ sdkUrl, metaAppId, graphVersion }: Settings): Promise<FacebookSdk> {
  return new Promise((resolve, reject) => {
    window.fbAsyncInit = () => {
      const sdk = window.FB;
      if (sdk === undefined) return;
      sdk.init({ appId: metaAppId, version: graphVersion, xfbml: false, autoLogAppEvents: true });
      resolve(sdk);
    };
    const script = document.createElement('script');
    script.src = sdkUrl;
    script.async = true;
    script.onerror = () => {
      reject(new Error('Meta’s SDK could not be loaded. Some content blockers stop it.'));
    };
    document.head.append(script);
  });
}

type SignupIds = Omit<Signup, 'code'>;

const CODE_LIVES_MS = 25_000;

/**
 * Opens Embedded Signup. The code comes by the callback of `FB.login`, the ids by a message event of the window, in either
 * order. The code lives about 30 seconds: hand it to the service at once.
 * @returns null when the person went away
 */
export async function signUp(sdk: FacebookSdk, settings: Settings): Promise<Signup | null> {
  const listening = new AbortController();
  const ids = new Promise<SignupIds | null>((resolve) => {
    const hear = (event: MessageEvent<unknown>): void => {
      if (!isMeta(event.origin, settings)) return;
      const told = readEvent(event.data);
      if (told !== undefined) resolve(told);
    };
    window.addEventListener('message', hear, { signal: listening.signal });
  });
  const code = new Promise<string | null>((resolve) => {
    sdk.login(
      ({ authResponse }) => {
        resolve(authResponse?.code ?? null);
      },
      {
        config_id: settings.signupConfigId,
        response_type: 'code',
        override_default_response_type: true,
        extras: { setup: {}, sessionInfoVersion: '3' },
      },
    );
  });
  try {
    const given = await code;
    if (given === null) return null;
    const tooLate = new Promise<null>((resolve) => setTimeout(resolve, CODE_LIVES_MS, null));
    const finished = await Promise.race([ids, tooLate]);
    return finished === null ? null : { code: given, ...finished };
  } finally {
    listening.abort();
  }
}

/** The end of a name is not enough: `evilfacebook.com` ends in it, too. */
function isMeta(origin: string, { sdkUrl }: Settings): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  const isFacebook = protocol === 'https:' && hostname.endsWith('.facebook.com');
  // The sandbox's SDK and window have one origin; Meta's SDK comes from connect.facebook.net, which sends nothing.
  return isFacebook || origin === new URL(sdkUrl).origin;
}

/** @returns null for a signup that was given up, undefined for what is about something else */
function readEvent(data: unknown): SignupIds | null | undefined {
  if (typeof data !== 'string') return undefined;
  let message: { type?: unknown; event?: unknown; data?: Record<string, unknown> };
  try {
    message = JSON.parse(data) as typeof message;
  } catch {
    return undefined;
  }
  const { type, event, data: facts = {} } = message;
  if (type !== 'WA_EMBEDDED_SIGNUP') return undefined;
  if (
    event !== 'FINISH' &&
    event !== 'FINISH_ONLY_WABA' &&
    event !== 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING'
  )
    return null;
  const { waba_id: wabaId, phone_number_id: phoneNumberId, business_id: businessId } = facts;
  if (typeof wabaId !== 'string') return null;
  return {
    wabaId,
    event,
    ...(typeof phoneNumberId === 'string' ? { phoneNumberId } : {}),
    ...(typeof businessId === 'string' ? { businessId } : {}),
  };
}
