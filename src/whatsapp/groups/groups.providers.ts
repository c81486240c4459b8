import { GroupEventHandler } from './group-event.handler';
import { GroupsApi } from './groups-api';
import { GroupsController } from './groups.controller';
import { GroupsRepository } from './groups.repository';
import { GroupsService } from './groups.service';

/** Groups, as WhatsAppModule puts them together with the rest. */
export const GROUP_CONTROLLERS = [GroupsController];

export const GROUP_PROVIDERS = [GroupEventHandler, GroupsApi, GroupsRepository, GroupsService];
