import { tellOfAccount } from '../whatsapp-accounts/account-events';
import type { SandboxContext } from '../context';
import type { JsonObject } from '../json';
import type { FlowRecord, FlowStatus } from '../whatsapp-accounts/whatsapp-records';

/** A new status with its webhook. */
export function changeFlowStatus(context: SandboxContext, flow: FlowRecord, status: FlowStatus): number {
  const old = flow.status;
  flow.status = status;
  flow.updatedAt = context.clock.now();
  flow.throttledSends = [];
  return tellOfFlow(context, flow, {
    event: 'FLOW_STATUS_CHANGE',
    message: `Flow ${flow.name} changed status from ${old} to ${status}`,
    old_status: old,
    new_status: status,
  });
}

export function tellOfFlow(context: SandboxContext, flow: FlowRecord, value: JsonObject): number {
  const waba = context.world.get('waba', flow.wabaId);
  return tellOfAccount(context, waba, 'flows', { flow_id: flow.id, ...value });
}
