import { tellOfAccount, tellPhoneQuality, tellSecurity } from './account-events';
import { playAccountUpdate, type AccountUpdate } from './account-updates';
import { decideName, type NameDecision } from './display-names';
import { InstagramControl } from '../instagram/instagram-control';
import { TIERS } from '../messages/sending-limits';
import type { BusinessRecord, PhoneRecord, WabaRecord } from '../world';

export interface PhoneNumberChange {
  phoneNumberId?: string;
  status?: string;
  qualityRating?: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
  throughputLevel?: 'STANDARD' | 'HIGH' | 'NOT_APPLICABLE';
  codeVerificationStatus?: 'VERIFIED' | 'NOT_VERIFIED' | 'EXPIRED';
  isOfficialBusinessAccount?: boolean;
  /** Change without webhook, as when one got lost. */
  silent?: boolean;
}

export interface MessagingLimitChange {
  /** The portfolio, or any number of it; the first where both are left out. */
  businessId?: string;
  phoneNumberId?: string;
  /** `TIER_250`, `TIER_2K`, `TIER_10K`, `TIER_100K`, `TIER_UNLIMITED`, or one of the older steps. */
  limit: string;
  /** How `business_capability_update` writes it: both forms stand in Meta's pages. */
  form?: 'number' | 'tier';
  silent?: boolean;
}

export interface AccountAlert {
  wabaId?: string;
  entityType?: string;
  entityId?: string;
  severity?: 'CRITICAL' | 'WARNING' | 'INFORMATIONAL';
  status?: 'ACTIVE' | 'NONE';
  alertType: string;
  description?: string;
}

/** What Meta does to accounts and numbers: state and webhook at once. Each gives back how many apps were told. */
export class AccountControl extends InstagramControl {
  /** Status, quality, throughput: the number says so from now on, and the webhooks that Meta has for it go out. */
  updatePhoneNumber(change: PhoneNumberChange): number {
    const phone = this.phone(change.phoneNumberId);
    const before = { ...phone };
    const { phoneNumberId: _id, silent = false, ...values } = change;
    Object.assign(phone, values);
    if (change.status === 'DISCONNECTED') phone.registered = false;
    if (phone.throughputLevel === 'HIGH' && before.throughputLevel !== 'HIGH') {
      this.context.limits.startUpgrade(phone);
    }
    return silent ? 0 : this.tellPhoneChange(before, phone);
  }

  /** Meta changes how many people a portfolio may reach in 24 hours; every account and number of it is told. */
  setMessagingLimit(input: MessagingLimitChange): number {
    const { world } = this.context;
    const people = TIERS[input.limit];
    if (people === undefined) throw new Error(`limit must be one of ${Object.keys(TIERS).join(', ')}.`);
    const business =
      input.businessId === undefined
        ? this.businessOf(this.phone(input.phoneNumberId))
        : world.get('business', input.businessId);
    const old = business.messagingLimit;
    business.messagingLimit = input.limit;
    if (input.silent === true) return 0;
    const asNumber = Number.isFinite(people) ? people : -1;
    const event = people > (TIERS[old] ?? 0) ? 'UPGRADE' : 'DOWNGRADE';
    let told = 0;
    for (const waba of world.all('waba').filter(({ ownerBusinessId }) => ownerBusinessId === business.id)) {
      for (const phone of world.phonesOf(waba.id)) {
        tellPhoneQuality(this.context, phone, event, { old, current: input.limit });
      }
      told += tellOfAccount(this.context, waba, 'business_capability_update', {
        max_daily_conversations_per_business: input.form === 'tier' ? input.limit : asNumber,
        max_phone_numbers_per_waba: 25,
        max_phone_numbers_per_business: 25,
      });
    }
    return told;
  }

  /** `phone_number_quality_update`, also with the events of old: UPGRADE, DOWNGRADE, ONBOARDING. Changes nothing. */
  playPhoneQuality(input: {
    phoneNumberId?: string;
    event: string;
    currentLimit?: string;
    oldLimit?: string;
  }): number {
    return tellPhoneQuality(this.context, this.phone(input.phoneNumberId), input.event, {
      ...(input.currentLimit !== undefined && { current: input.currentLimit }),
      ...(input.oldLimit !== undefined && { old: input.oldLimit }),
    });
  }

  /** `business_capability_update` in either of the forms that Meta's pages show: a number or a `TIER_…`. */
  playBusinessCapability(input: {
    wabaId?: string;
    maxDailyConversations: number | string;
    maxPhoneNumbersPerWaba?: number;
    maxPhoneNumbersPerBusiness?: number;
  }): number {
    return tellOfAccount(this.context, this.waba(input.wabaId), 'business_capability_update', {
      max_daily_conversations_per_business: input.maxDailyConversations,
      ...(input.maxPhoneNumbersPerWaba !== undefined && {
        max_phone_numbers_per_waba: input.maxPhoneNumbersPerWaba,
      }),
      ...(input.maxPhoneNumbersPerBusiness !== undefined && {
        max_phone_numbers_per_business: input.maxPhoneNumbersPerBusiness,
      }),
    });
  }

  /** Meta's verdict over the name that is in review, or over the present one again. */
  decideDisplayName(input: {
    phoneNumberId?: string;
    decision: NameDecision;
    rejectionReason?: string;
  }): number {
    return decideName(this.context, this.phone(input.phoneNumberId), input.decision, input.rejectionReason);
  }

  /** Any event of `account_update`, with its effects: bans and restrictions hold, removed partners see nothing more. */
  playAccountUpdate(input: AccountUpdate): number {
    return playAccountUpdate(this.context, input);
  }

  playAccountAlert(input: AccountAlert): number {
    const waba = this.waba(input.wabaId);
    return tellOfAccount(this.context, waba, 'account_alerts', {
      entity_type: input.entityType ?? 'BUSINESS',
      entity_id: input.entityId ?? waba.ownerBusinessId,
      alert_info: {
        alert_severity: input.severity ?? 'WARNING',
        alert_status: input.status ?? 'ACTIVE',
        alert_type: input.alertType,
        alert_description: input.description ?? 'An alert of the sandbox.',
      },
    });
  }

  decideAccountReview(input: {
    wabaId?: string;
    decision: 'APPROVED' | 'REJECTED' | 'PENDING' | 'DEFERRED';
  }): number {
    const waba = this.waba(input.wabaId);
    waba.reviewStatus = input.decision;
    return tellOfAccount(this.context, waba, 'account_review_update', { decision: input.decision });
  }

  /** Somebody asks in the Business Manager to turn the two-step pin off, or does. */
  playSecurity(input: {
    phoneNumberId?: string;
    event: 'PIN_CHANGED' | 'PIN_RESET_REQUEST' | 'PIN_REQUEST_SUCCESS';
    requester?: string;
  }): number {
    const phone = this.phone(input.phoneNumberId);
    if (input.event === 'PIN_REQUEST_SUCCESS') phone.pin = null;
    return tellSecurity(this.context, phone, {
      event: input.event,
      ...(input.event === 'PIN_RESET_REQUEST' && { requester: input.requester ?? '61555822107539' }),
    });
  }

  /** The means of payment of an account fails (131042, 141006), or works again. Meta tells nobody. */
  setPaymentIssue(input: { wabaId?: string; hasIssue: boolean }): void {
    this.waba(input.wabaId).standing.hasPaymentIssue = input.hasIssue;
  }

  protected phone(id: string | undefined): PhoneRecord {
    const { world } = this.context;
    return id === undefined ? world.first('phone') : world.get('phone', id);
  }

  protected waba(id: string | undefined): WabaRecord {
    const { world } = this.context;
    return id === undefined ? world.first('waba') : world.get('waba', id);
  }

  private businessOf(phone: PhoneRecord): BusinessRecord {
    const { world } = this.context;
    return world.get('business', world.wabaOfPhone(phone).ownerBusinessId);
  }

  private tellPhoneChange(before: PhoneRecord, phone: PhoneRecord): number {
    const limit = this.businessOf(phone).messagingLimit;
    let told = 0;
    if (phone.status !== before.status) {
      const event = phone.status === 'FLAGGED' ? 'FLAGGED' : before.status === 'FLAGGED' ? 'UNFLAGGED' : null;
      if (event) told += tellPhoneQuality(this.context, phone, event, { current: limit });
    }
    if (phone.throughputLevel === 'HIGH' && before.throughputLevel !== 'HIGH') {
      told += tellPhoneQuality(this.context, phone, 'THROUGHPUT_UPGRADE', { current: limit });
    }
    return told;
  }
}
