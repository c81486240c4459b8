import { AccountEventsController } from './account-events.controller';
import { AccountEventsRepository } from './account-events.repository';
import { AccountHistory } from './account-history';
import { AccountHistoryScheduler } from './account-history.scheduler';
import { AccountAlertHandler, BusinessCapabilityHandler } from './account-notice.handlers';
import { AccountRoutingController } from './account-routing.controller';
import { PartnerSolutionHandler, PaymentConfigurationHandler } from './account-side.handlers';
import { AccountSubscriptions } from './account-subscriptions.service';
import { AccountReviewedHandler, AccountUpdatedHandler } from './account-update.handlers';
import { AccountsController } from './accounts.controller';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AssetAdoptionSubscriber } from './asset-adoption.subscriber';
import { AssetDiscoveryProcessor } from './asset-discovery.processor';
import { AssetDiscoveryService } from './asset-discovery.service';
import { BusinessProfileController } from './business-profile.controller';
import { BusinessProfileService } from './business-profile.service';
import { CallbackOverrideService } from './callback-override.service';
import { CallbackOverridesRepository } from './callback-overrides.repository';
import { NumberEventsRepository } from './number-events.repository';
import { BusinessUsernameHandler, NumberSecurityHandler } from './number-identity.handlers';
import { NumberExaminations } from './number-examination.service';
import { NumberReader } from './number-reader';
import { NumberReadsRepository } from './number-reads.repository';
import { NumberReadsScheduler } from './number-reads.scheduler';
import { NumberScope } from './number-scope';
import { NumberTelling } from './number-telling';
import { ContactSyncHandler, HistoryProgressHandler } from './onboarding-progress.handlers';
import { OnboardingController } from './onboarding.controller';
import { OnboardingRepository } from './onboarding.repository';
import { OnboardingRunner } from './onboarding.runner';
import { OnboardingService } from './onboarding.service';
import { OnboardingSteps } from './onboarding.steps';
import { PhoneNumberNameHandler, PhoneNumberQualityHandler } from './phone-number.handlers';
import { NumberTroubleHandler } from './number-trouble.handler';
import { PhoneNumbersApi } from './phone-numbers-api';
import { PhoneNumbersController } from './phone-numbers.controller';
import { PhoneNumbersService } from './phone-numbers.service';
import { PhoneRegistrationController } from './phone-registration.controller';
import { PhoneRegistrationService } from './phone-registration.service';
import { PhoneSettingsApi } from './phone-settings-api';
import { PhoneSettingsController } from './phone-settings.controller';
import { PhoneSettingsService } from './phone-settings.service';
import { PinVault } from './pin-vault';
import { ProfilePictures } from './profile-pictures';
import { QrCodesApi } from './qr-codes-api';
import { QrCodesController } from './qr-codes.controller';
import { QrCodesService } from './qr-codes.service';
import { ReadChanges } from './read-changes';
import { SendingStanding } from './sending-standing.service';
import { WabaFinder } from './waba-finder';
import { WabaImporter } from './waba-importer';
import { WabaSubscriber } from './waba-subscriber';

/** WhatsApp Business Accounts, their numbers and profiles, as WhatsAppModule puts them together with the rest. */
export const ACCOUNT_CONTROLLERS = [
  AccountsController,
  AccountEventsController,
  AccountRoutingController,
  BusinessProfileController,
  OnboardingController,
  PhoneNumbersController,
  PhoneRegistrationController,
  PhoneSettingsController,
  QrCodesController,
];

export const ACCOUNT_PROVIDERS = [
  AccountAlertHandler,
  AccountEventsRepository,
  AccountHistory,
  AccountHistoryScheduler,
  AccountReviewedHandler,
  AccountSubscriptions,
  AccountUpdatedHandler,
  AccountsRepository,
  AccountsService,
  AssetAdoptionSubscriber,
  AssetDiscoveryProcessor,
  AssetDiscoveryService,
  BusinessCapabilityHandler,
  BusinessProfileService,
  BusinessUsernameHandler,
  CallbackOverrideService,
  CallbackOverridesRepository,
  ContactSyncHandler,
  HistoryProgressHandler,
  NumberEventsRepository,
  NumberExaminations,
  NumberReader,
  NumberReadsRepository,
  NumberReadsScheduler,
  NumberScope,
  NumberSecurityHandler,
  NumberTelling,
  NumberTroubleHandler,
  OnboardingRepository,
  OnboardingRunner,
  OnboardingService,
  OnboardingSteps,
  PartnerSolutionHandler,
  PaymentConfigurationHandler,
  PhoneNumberNameHandler,
  PhoneNumberQualityHandler,
  PhoneNumbersApi,
  PhoneNumbersService,
  PhoneRegistrationService,
  PhoneSettingsApi,
  PhoneSettingsService,
  PinVault,
  ProfilePictures,
  QrCodesApi,
  QrCodesService,
  ReadChanges,
  SendingStanding,
  WabaFinder,
  WabaImporter,
  WabaSubscriber,
];
