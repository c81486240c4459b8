import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { objectOf, textOf, type JsonObject } from '../json';
import type { WabaRecord } from '../world';

const HOUR_MS = 3_600_000;
const THROTTLED_PER_HOUR = 10;

/** A flow message needs the account's own flow: published, or in draft where the message says so. */
export function checkFlowMessage(context: SandboxContext, waba: WabaRecord, interactive: JsonObject): void {
  if (interactive.type !== 'flow') return;
  const parameters = objectOf(objectOf(interactive.action).parameters);
  const id = textOf(parameters.flow_id);
  const name = textOf(parameters.flow_name);
  const flow = context.world
    .all('flow')
    .find((item) => item.wabaId === waba.id && (id === undefined ? item.name === name : item.id === id));
  if (!flow) throw catalogueError(131009, `There is no flow ${id ?? name ?? ''} in this account.`);
  if (flow.status === 'BLOCKED') throw catalogueError(132068);
  if (flow.status === 'THROTTLED') {
    const now = context.clock.now();
    flow.throttledSends = flow.throttledSends.filter((at) => now - at < HOUR_MS);
    if (flow.throttledSends.length >= THROTTLED_PER_HOUR) throw catalogueError(132069);
    flow.throttledSends.push(now);
  }
  const isDraft = textOf(parameters.mode)?.toLowerCase() === 'draft';
  if (flow.status === 'DRAFT' && !isDraft)
    throw catalogueError(131009, 'The flow is a draft; publish it, or send it with mode draft.');
  if (flow.status === 'DEPRECATED') throw catalogueError(131009, 'The flow is deprecated.');
}
