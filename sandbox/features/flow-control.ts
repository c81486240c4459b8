import { callFlowEndpoint, type FlowEndpointCall, type FlowEndpointResult } from './flow-endpoint';
import { changeFlowStatus, tellOfFlow } from './flow-events';
import type { JsonObject } from '../json';
import { OnboardingControl } from '../login/onboarding-control';
import type { FlowStatus } from '../whatsapp-accounts/whatsapp-records';

/** Flows: what WhatsApp and Meta's monitoring do with them. */
export class FlowControl extends OnboardingControl {
  /** Calls the flow's endpoint as a person's WhatsApp does, encrypted and signed, and reads the answer. */
  callFlowEndpoint(call: FlowEndpointCall): Promise<FlowEndpointResult> {
    return callFlowEndpoint(this.context, call);
  }

  /** Throttled, blocked, or let go again, with webhook. */
  setFlowStatus(input: { flowId: string; status: FlowStatus }): number {
    return changeFlowStatus(this.context, this.context.world.get('flow', input.flowId), input.status);
  }

  /** An alarm of Meta's monitoring; without `details` with plausible measurements. */
  playFlowAlert(input: {
    flowId: string;
    event:
      | 'CLIENT_ERROR_RATE'
      | 'ENDPOINT_ERROR_RATE'
      | 'ENDPOINT_LATENCY'
      | 'ENDPOINT_AVAILABILITY'
      | 'FLOW_VERSION_EXPIRY_WARNING';
    state?: 'ACTIVATED' | 'DEACTIVATED';
    details?: JsonObject;
  }): number {
    const flow = this.context.world.get('flow', input.flowId);
    return tellOfFlow(this.context, flow, {
      event: input.event,
      message: `The sandbox plays ${input.event}.`,
      ...(input.event !== 'FLOW_VERSION_EXPIRY_WARNING' && { alert_state: input.state ?? 'ACTIVATED' }),
      ...MEASUREMENTS[input.event],
      ...input.details,
    });
  }
}

const MEASUREMENTS: Readonly<Record<string, JsonObject>> = {
  CLIENT_ERROR_RATE: {
    error_rate: 14.28,
    threshold: 10,
    errors: [{ error_type: 'INVALID_SCREEN_TRANSITION', error_rate: 100, error_count: 2 }],
  },
  ENDPOINT_ERROR_RATE: {
    error_rate: 14.28,
    threshold: 10,
    errors: [{ error_type: 'TIMEOUT_ERROR', error_rate: 100, error_count: 2 }],
  },
  ENDPOINT_LATENCY: { p50_latency: 500, p90_latency: 8000, requests_count: 34, threshold: 7000 },
  ENDPOINT_AVAILABILITY: { availability: 75, threshold: 90 },
  FLOW_VERSION_EXPIRY_WARNING: { warning: 'The version of the flow JSON expires.' },
};
