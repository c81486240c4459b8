import { AccountEventsRepository } from './account-events.repository';
import {
  AccountAlertHandler,
  AccountReviewedHandler,
  AccountUpdatedHandler,
  BusinessCapabilityHandler,
} from './account-update.handlers';
import { AccountsController } from './accounts.controller';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AssetAdoptionSubscriber } from './asset-adoption.subscriber';
import { AssetDiscoveryProcessor } from './asset-discovery.processor';
import { AssetDiscoveryService } from './asset-discovery.service';
import { BusinessProfileController } from './business-profile.controller';
import { BusinessProfileService } from './business-profile.service';
import { PhoneNumberNameHandler, PhoneNumberQualityHandler } from './phone-number.handlers';
import { PhoneNumbersController } from './phone-numbers.controller';
import { WabaFinder } from './waba-finder';
import { WabaImporter } from './waba-importer';
import { WabaSubscriber } from './waba-subscriber';

/** WhatsApp Business Accounts, their numbers and profiles, as WhatsAppModule puts them together with the rest. */
export const ACCOUNT_CONTROLLERS = [AccountsController, BusinessProfileController, PhoneNumbersController];

export const ACCOUNT_PROVIDERS = [
  AccountAlertHandler,
  AccountEventsRepository,
  AccountReviewedHandler,
  AccountUpdatedHandler,
  AccountsRepository,
  AccountsService,
  AssetAdoptionSubscriber,
  AssetDiscoveryProcessor,
  AssetDiscoveryService,
  BusinessCapabilityHandler,
  BusinessProfileService,
  PhoneNumberNameHandler,
  PhoneNumberQualityHandler,
  WabaFinder,
  WabaImporter,
  WabaSubscriber,
];
