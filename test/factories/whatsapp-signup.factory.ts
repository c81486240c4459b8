import { isDeepStrictEqual } from 'node:util';
import { OnboardingRunner } from '../../src/whatsapp/accounts/onboarding.runner';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type TestApp, startTestApp } from '../test-app';
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

/**
 * Once its steps stand like this: what takes long is gone on with after the answer to whoever connects.
 * @throws Error with how they stand when they never do
 */
export async function onboardingWhen(
  client: ApiClient,
  phoneNumberId: string | null,
  states: Readonly<Record<string, string>>,
): Promise<Onboarding> {
  return eventually(
    () => readOnboarding(client, phoneNumberId),
    ({ steps }) => isDeepStrictEqual(statesOf(steps), states),
  );
}

/** Where no step is taken but those that a request or a test takes: the sweep could be at one of them at any moment. */
export async function startSignupApp(): Promise<TestApp> {
  // What has no schedule while the application starts gets none.
  const sweep = jest.spyOn(OnboardingRunner.prototype, 'sweep').mockResolvedValue();
  try {
    return await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '6000' } });
  } finally {
    sweep.mockRestore();
  }
}

/** What would be tried again in a while is to be tried again now. */
export async function makeStepsDue(app: TestApp): Promise<void> {
  await app.db.query(`UPDATE whatsapp_onboarding_steps SET next_attempt_at = now() WHERE state <> 'done'`);
}
