import type { SandboxContext } from '../context';
import { signedRequest } from '../webhooks/webhook-bytes';

/** The person removes the app: all tokens die, and subscribers of `permissions` hear of it. */
export function revokeEverything(context: SandboxContext, appId: string, personId: string): void {
  const granted = [...context.tokens.verdictsOf(appId, personId)].filter(
    ([, status]) => status === 'granted',
  );
  context.tokens.killPerson(appId, personId, 458);
  context.tokens.forgetVerdicts(appId, personId);
  for (const [permission] of granted) tell(context, appId, personId, permission);
  tell(context, appId, personId, 'connected');
}

export function revokeOne(
  context: SandboxContext,
  appId: string,
  personId: string,
  permission: string,
): void {
  context.tokens.revokePermission(appId, personId, permission);
  tell(context, appId, personId, permission);
}

function tell(context: SandboxContext, appId: string, personId: string, permission: string): void {
  context.webhooks.emitChange({
    object: 'permissions',
    ownerId: personId,
    appId,
    field: permission,
    value: { verb: 'revoked' },
    entryTime: context.clock.seconds(),
  });
}

export interface CallbackResult {
  status: number | null;
  body: string;
}

/** Posts `signed_request` to the app's deauthorize or data deletion address, as Meta does. */
export async function postSignedRequest(
  context: SandboxContext,
  appId: string,
  personId: string,
  which: 'deauthorize' | 'data-deletion',
): Promise<CallbackResult | null> {
  const app = context.world.get('app', appId);
  const url = which === 'deauthorize' ? app.deauthorizeUrl : app.dataDeletionUrl;
  if (url === undefined) return null;
  const payload = { algorithm: 'HMAC-SHA256', issued_at: context.clock.seconds(), user_id: personId };
  const body = new URLSearchParams({ signed_request: signedRequest(payload, app.secret) }).toString();
  try {
    const answer = await context.http.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) },
      body,
      timeoutMs: context.settings.delivery.timeoutMs,
    });
    return { status: answer.status, body: answer.body };
  } catch (error) {
    return { status: null, body: error instanceof Error ? error.message : String(error) };
  }
}
