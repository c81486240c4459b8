import type { SandboxContext } from '../context';
import { accountUsage } from '../direct/account-budget';
import type { GraphRequest } from './graph-request';
import { pageUsage } from '../pages/page-budget';

/** Management calls per hour: many for an account that has a number in use. A limit of 0 is none. */
export function managementLimit({ world, settings }: SandboxContext, wabaId: string): number {
  const { managementCallsPerHour, idleManagementCallsPerHour } = settings.limits;
  const isActive = world.phonesOf(wabaId).some((phone) => phone.registered);
  return (isActive ? managementCallsPerHour : idleManagementCallsPerHour) || Infinity;
}

/** How much of its budgets a caller has used, in percent: `X-App-Usage` and, for management calls, the account's. */
export function usageHeaders(context: SandboxContext, request: GraphRequest): Record<string, string> {
  const { usage, clock, settings } = context;
  const appId = request.token?.appId;
  if (appId === undefined) return {};
  const calls = percent(usage.count(`app ${appId}`), settings.limits.appCallsPerHour || Infinity);
  const ofApp = `{"call_count":${calls},"total_cputime":0,"total_time":0}`;
  const headers: Record<string, string> = { 'x-app-usage': ofApp };
  if (request.token?.kind === 'PAGE') headers['x-page-usage'] = ofApp;
  if (request.pageId !== undefined) {
    const { page, business } = pageUsage(context, appId, request.pageId);
    headers['x-page-usage'] = JSON.stringify(page);
    headers['x-business-use-case-usage'] = JSON.stringify(business);
  }
  if (request.budget) {
    headers['x-business-use-case-usage'] = JSON.stringify(accountUsage(context, appId, request.budget));
  }
  const { wabaId } = request;
  if (wabaId === undefined) return headers;
  const key = `waba ${appId} ${wabaId}`;
  const used = percent(usage.count(key), managementLimit(context, wabaId));
  headers['x-business-use-case-usage'] = JSON.stringify({
    [wabaId]: [
      {
        type: 'whatsapp',
        call_count: used,
        total_cputime: 0,
        total_time: 0,
        estimated_time_to_regain_access: used >= 100 ? usage.minutesLeft(key, clock.now()) : 0,
      },
    ],
  });
  return headers;
}

function percent(count: number, limit: number): number {
  return Math.min(100, Math.floor((count * 100) / Math.max(1, limit)));
}
