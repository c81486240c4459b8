import { CallEvents } from './call-events';
import { CallSettingsController } from './call-settings.controller';
import { CallHandler, CallStatusHandler } from './call.handlers';
import { CallsApi } from './calls-api';
import { CallsController } from './calls.controller';
import { CallsRepository } from './calls.repository';
import { CallsService } from './calls.service';
import { WhatsAppPeopleEraser } from './whatsapp-people.eraser';

/** Calls, as WhatsAppModule puts them together with the rest. The fixed paths come before those that name a call. */
export const CALL_CONTROLLERS = [CallSettingsController, CallsController];

export const CALL_PROVIDERS = [
  CallEvents,
  CallHandler,
  CallStatusHandler,
  CallsApi,
  CallsRepository,
  CallsService,
  WhatsAppPeopleEraser,
];
