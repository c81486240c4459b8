import { FlowEndpointController } from './flow-endpoint.controller';
import { FlowEndpointService } from './flow-endpoint.service';
import { FlowEventHandler } from './flow-event.handler';
import { FlowForwarder } from './flow-forwarder';
import { FlowKeysController } from './flow-keys.controller';
import { FlowKeysService } from './flow-keys.service';
import { FlowsApi } from './flows-api';
import { FlowsController } from './flows.controller';
import { FlowsRepository } from './flows.repository';
import { FlowsService } from './flows.service';

/** Flows, as WhatsAppModule puts them together with the rest. */
export const FLOW_CONTROLLERS = [FlowKeysController, FlowEndpointController, FlowsController];

export const FLOW_PROVIDERS = [
  FlowEndpointService,
  FlowEventHandler,
  FlowForwarder,
  FlowKeysService,
  FlowsApi,
  FlowsRepository,
  FlowsService,
];
