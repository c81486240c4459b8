import type { Known } from './meta-enum';

export interface WhatsAppTemplateRef {
  templateId: string;
  name?: string;
  /** As Meta sends it; `en_US` and `en-US` both occur. */
  language?: string;
}

export type WhatsAppTemplateCategoryName = Known<'AUTHENTICATION' | 'MARKETING' | 'UTILITY'>;

export interface WhatsAppTemplateStatus extends WhatsAppTemplateRef {
  /** Meta's `event`. */
  status: Known<
    | 'APPROVED'
    | 'ARCHIVED'
    | 'UNARCHIVED'
    | 'DELETED'
    | 'DISABLED'
    | 'FLAGGED'
    | 'IN_APPEAL'
    | 'LIMIT_EXCEEDED'
    | 'LOCKED'
    | 'UNLOCKED'
    | 'PAUSED'
    | 'PENDING'
    | 'REINSTATED'
    | 'PENDING_DELETION'
    | 'REJECTED'
  >;
  category?: WhatsAppTemplateCategoryName;
  /** Null where there is none; Meta writes `NONE` or leaves it out. */
  reason: Known<
    | 'ABUSIVE_CONTENT'
    | 'INCORRECT_CATEGORY'
    | 'INVALID_FORMAT'
    | 'PROMOTIONAL'
    | 'SCAM'
    | 'TAG_CONTENT_MISMATCH'
    | 'CATEGORY_NOT_AVAILABLE'
  > | null;
  /** As Meta sends it: a date in words or a Unix time. */
  disableDate?: string;
  otherInfo?: {
    title?: Known<'FIRST_PAUSE' | 'SECOND_PAUSE' | 'RATE_LIMITING_PAUSE' | 'UNPAUSE' | 'DISABLED'>;
    description?: string;
  };
  rejection?: { reason?: string; recommendation?: string };
}

export type WhatsAppQualityScore = Known<'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'>;

export interface WhatsAppTemplateQuality extends WhatsAppTemplateRef {
  previousScore?: WhatsAppQualityScore;
  score: WhatsAppQualityScore;
}

/** `announced`: Meta is going to change it, and `category` is the one that still holds. */
export type WhatsAppTemplateCategory = WhatsAppTemplateRef &
  (
    | {
        phase: 'done';
        category: WhatsAppTemplateCategoryName;
        previousCategory?: WhatsAppTemplateCategoryName;
      }
    | {
        phase: 'announced';
        category: WhatsAppTemplateCategoryName;
        nextCategory: WhatsAppTemplateCategoryName;
        effectiveAt?: Date;
      }
  );

/** The texts of a template as they are now. */
export interface WhatsAppTemplateComponents extends WhatsAppTemplateRef {
  header?: string;
  body?: string;
  footer?: string;
  buttons: { type?: string; text?: string; url?: string; phoneNumber?: string }[];
}

export interface WhatsAppPhoneNumberQuality {
  /** Digits; Meta names the number by nothing else here. */
  displayPhoneNumber: string;
  event: Known<'ONBOARDING' | 'THROUGHPUT_UPGRADE' | 'FLAGGED' | 'UNFLAGGED' | 'UPGRADE' | 'DOWNGRADE'>;
  /** `TIER_1K` …; on its way out in favour of the business's own limit. */
  currentLimit?: string;
  oldLimit?: string;
  /** `TIER_2K` …, or a number as text; `-1` = no limit. */
  maxDailyConversationsPerBusiness?: string;
}

export interface WhatsAppPhoneNumberName {
  displayPhoneNumber: string;
  decision: Known<'APPROVED' | 'REJECTED' | 'DEFERRED' | 'PENDING'>;
  requestedName?: string;
  rejectionReason: string | null;
}

export interface WhatsAppAccountUpdated {
  event: Known<
    | 'ACCOUNT_DELETED'
    | 'ACCOUNT_OFFBOARDED'
    | 'ACCOUNT_RECONNECTED'
    | 'ACCOUNT_RESTRICTION'
    | 'ACCOUNT_VIOLATION'
    | 'AD_ACCOUNT_LINKED'
    | 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE'
    | 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE'
    | 'DISABLED_UPDATE'
    | 'MM_LITE_TERMS_SIGNED'
    | 'PARTNER_ADDED'
    | 'PARTNER_APP_INSTALLED'
    | 'PARTNER_APP_UNINSTALLED'
    | 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE'
    | 'PARTNER_REMOVED'
    | 'VERIFIED_ACCOUNT'
    | 'VOLUME_BASED_PRICING_TIER_UPDATE'
  >;
  /** From `waba_info` in partner events, where the entry's id is that of the partner's business. */
  wabaId: string;
  /** `waba_ban_date` is a date in words, such as `April 17, 2025`. */
  ban?: { state?: Known<'DISABLE' | 'REINSTATE' | 'SCHEDULE_FOR_DISABLE'>; date?: string };
  violationType?: string;
  restrictions?: { type?: string; expiresAt?: Date }[];
  /** The value as received, with the parts peculiar to the event. */
  details: unknown;
}

export interface WhatsAppAccountAlert {
  entityType?: Known<'BUSINESS' | 'PHONE_NUMBER' | 'WABA'>;
  entityId?: string;
  severity?: Known<'CRITICAL' | 'WARNING' | 'INFORMATIONAL'>;
  status?: Known<'ACTIVE' | 'NONE'>;
  alertType: string;
  description?: string;
}

export interface WhatsAppAccountReviewed {
  decision: Known<'APPROVED' | 'REJECTED' | 'PENDING' | 'DEFERRED'>;
}

export interface WhatsAppBusinessCapability {
  /** `TIER_2K` …, or a number as text; `-1` = no limit. */
  maxDailyConversationsPerBusiness?: string;
  maxPhoneNumbersPerWaba?: number;
  maxPhoneNumbersPerBusiness?: number;
}

export interface WhatsAppBusinessUsernameUpdated {
  displayPhoneNumber?: string;
  /** Absent once it is deleted. */
  username?: string;
  status: Known<'approved' | 'reserved' | 'deleted'>;
}

export interface WhatsAppPaymentConfigurationUpdated {
  configurationName: string;
  providerName?: string;
  providerMid?: string;
  status?: string;
  createdAt?: Date;
  updatedAt?: Date;
}

export interface WhatsAppPartnerSolution {
  event: string;
  solutionId: string;
  status?: string;
}

export interface WhatsAppSecurityEvent {
  displayPhoneNumber?: string;
  event: Known<'PIN_CHANGED' | 'PIN_RESET_REQUEST' | 'PIN_REQUEST_SUCCESS'>;
  /** Meta's id of the person who asked. */
  requester?: string;
}

export interface WhatsAppFlowEvent {
  event: Known<
    | 'FLOW_STATUS_CHANGE'
    | 'CLIENT_ERROR_RATE'
    | 'ENDPOINT_ERROR_RATE'
    | 'ENDPOINT_LATENCY'
    | 'ENDPOINT_AVAILABILITY'
    | 'FLOW_VERSION_EXPIRY_WARNING'
  >;
  flowId?: string;
  message?: string;
  oldStatus?: string;
  newStatus?: string;
  /** The value as received, with the measurements peculiar to the event. */
  details: unknown;
}
