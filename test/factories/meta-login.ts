import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import type { CodeInput, SandboxControl } from '../../sandbox/control/control';
import type { TestApp } from '../test-app';

/** The one address that `testEnvironment` allows. */
export const REDIRECT_URI = 'https://app.example.com/callback';

export interface ConnectedAnswer {
  accountId: string;
  status: string;
  permissions: string[];
  declinedPermissions: string[];
  expiresAt: string | null;
}

/** The stand-in of an application that was started with one. */
export function sandboxOf({ sandbox }: TestApp): SandboxControl {
  if (sandbox === undefined) throw new Error('Start the test application with sandbox: true');
  return sandbox.control;
}

/** Connects the seeded person, or the one of `input`, as they come back from the dialog. */
export async function connect(
  app: TestApp,
  client: ApiClient,
  input: CodeInput = {},
): Promise<ApiAnswer<ApiBody<ConnectedAnswer>>> {
  const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI, ...input });
  return client.post<ConnectedAnswer>('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
}

/** The same, for tests that are about what comes after. */
export async function connectedAccount(
  app: TestApp,
  client: ApiClient,
  input: CodeInput = {},
): Promise<string> {
  const answer = await connect(app, client, input);
  if (answer.status !== 200) throw new Error(`Connecting answered ${answer.status}: ${answer.text}`);
  return answer.body.data.accountId;
}
