import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import type { TestApp } from '../test-app';
import type { sandboxOf } from './meta-login';

export const CONNECT = '/api/meta/auth/connect';
export const NUMBERS = '/api/meta/whatsapp/phone-numbers';

export interface Step {
  step: string;
  state: string;
  attempts?: number;
  requestId?: string | null;
  error: { code: string; message: string; metaCode?: number } | null;
}
export interface Progress {
  onboardingId: string;
  state: string;
  steps: Step[];
}
export interface Connected {
  accountId: string;
  onboarding: Progress | null;
}
export interface Onboarding {
  id: string;
  state: string;
  phoneNumberId: string | null;
  steps: Step[];
  history: { phase: number | null; progress: number | null; declined: boolean };
  contactsAt: string | null;
}
export type Signup = ReturnType<ReturnType<typeof sandboxOf>['playEmbeddedSignup']>;

export const statesOf = (steps: readonly Step[] | undefined): Record<string, string> =>
  Object.fromEntries((steps ?? []).map(({ step, state }) => [step, state]));

/** Connects what came out of Embedded Signup, as a browser does. */
export function finish(
  client: ApiClient,
  signup: Signup,
  extra: Record<string, unknown> = {},
): Promise<ApiAnswer<ApiBody<Connected>>> {
  return client.post<Connected>(CONNECT, {
    code: signup.code,
    wabaId: signup.wabaId,
    ...(signup.phoneNumberId === null ? {} : { phoneNumberId: signup.phoneNumberId }),
    ...extra,
  });
}

export async function readOnboarding(client: ApiClient, phoneNumberId: string | null): Promise<Onboarding> {
  return (await client.get<Onboarding>(`${NUMBERS}/${phoneNumberId ?? ''}/onboarding`)).body.data;
}

/** What would be tried again in a while is to be tried again now. */
export async function makeStepsDue(app: TestApp): Promise<void> {
  await app.db.query(`UPDATE whatsapp_onboarding_steps SET next_attempt_at = now() WHERE state <> 'done'`);
}
