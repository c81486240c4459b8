import { Transform, Type } from 'class-transformer';
import { IsArray, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { GraphRejectedError } from '../graph-client/graph.error';
import { GraphId } from '../graph-client/graph-fields';
import { OptionalFlag, OptionalObject, OptionalText, isRecord, textAt } from './meta-values';

export class GraphIdItem {
  @GraphId() id!: string;
}

/** The answer to a write: `{"success": true}`, an id, or both. */
export class GraphWritten {
  @OptionalFlag() success?: boolean;
}

/** @throws GraphRejectedError for the rare refusal that comes as a success with `false` in it */
export function requireWritten({ success }: GraphWritten): void {
  if (success === false) throw new GraphRejectedError('Meta answered that it did not do this.');
}

export class GraphWaba {
  @GraphId() id!: string;
  @OptionalText() name?: string;
  @OptionalText() currency?: string;
  @OptionalText() timezone_id?: string;
  @OptionalText() account_review_status?: string;
  @OptionalObject() health_status?: Record<string, unknown>;
  @OptionalText() whatsapp_business_manager_messaging_limit?: string;
}

export class GraphPhoneNumber {
  @GraphId() id!: string;
  @OptionalText() display_phone_number?: string;
  @OptionalText() verified_name?: string;
  @OptionalText() status?: string;
  @OptionalText() quality_rating?: string;
  @OptionalText() name_status?: string;
  @OptionalText() code_verification_status?: string;
  @OptionalText() platform_type?: string;
  @OptionalObject() throughput?: Record<string, unknown>;
  @OptionalText() account_mode?: string;
  @OptionalFlag() is_official_business_account?: boolean;
  @OptionalFlag() is_on_biz_app?: boolean;
  @OptionalFlag() is_pin_enabled?: boolean;
  @OptionalText() whatsapp_business_manager_messaging_limit?: string;
  @OptionalText() messaging_limit_tier?: string;
  @OptionalObject() health_status?: Record<string, unknown>;
  @OptionalText() new_display_name?: string;
  @OptionalText() new_name_status?: string;
  @OptionalText() username?: string;
}

export class GraphProfileItem {
  @OptionalText() about?: string;
  @OptionalText() address?: string;
  @OptionalText() description?: string;
  @OptionalText() email?: string;
  @OptionalText() profile_picture_url?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) websites?: string[];
  @OptionalText() vertical?: string;
  @OptionalObject() business_profile?: Record<string, unknown>;
}

export class GraphProfileList {
  @IsArray() @ValidateNested({ each: true }) @Type(() => GraphProfileItem) data!: GraphProfileItem[];
}

export class GraphSubscribedApp {
  @OptionalObject() whatsapp_business_api_data?: Record<string, unknown>;
  @OptionalText() override_callback_uri?: string;
}

export class GraphTokenData {
  @OptionalFlag() is_valid?: boolean;
  @OptionalText() type?: string;
  @OptionalText() user_id?: string;
  @Transform(({ obj }: { obj: unknown }) =>
    isRecord(obj) && Array.isArray(obj.scopes) ? obj.scopes : undefined,
  )
  @IsOptional()
  @IsArray()
  scopes?: unknown[];
  @Transform(({ obj }: { obj: unknown }) =>
    isRecord(obj) && Array.isArray(obj.granular_scopes) ? obj.granular_scopes : undefined,
  )
  @IsOptional()
  @IsArray()
  granular_scopes?: unknown[];
}

export class GraphTokenInspection {
  @IsObject() @ValidateNested() @Type(() => GraphTokenData) data!: GraphTokenData;
}

/** For which WABAs an account's token is good. */
export interface WhatsAppGrant {
  /** Meta's ids; null when the permission is for all of them, or missing, or Meta does not tell. */
  wabaIds: string[] | null;
  /** Meta's id of the system user whose token it is; null for a person's. */
  systemUserId: string | null;
  /** True when Meta lists the token's permissions and the one that every look at a WABA needs is not among them. */
  lacksManagement: boolean;
}

export const MANAGEMENT_SCOPE = 'whatsapp_business_management';

export function grantFrom(data: GraphTokenData): WhatsAppGrant {
  const scopes = data.scopes ?? [];
  const scope = data.granular_scopes?.find((item) => textAt(item, 'scope') === MANAGEMENT_SCOPE);
  // An item without target ids means all, not none.
  const targets = isRecord(scope) && Array.isArray(scope.target_ids) ? scope.target_ids : [];
  const wabaIds = targets.filter((id) => typeof id === 'string' || typeof id === 'number').map(String);
  return {
    wabaIds: wabaIds.length === 0 ? null : wabaIds,
    systemUserId: data.type === 'SYSTEM_USER' ? (data.user_id ?? null) : null,
    // A token without any permission does not exist: an empty list tells nothing.
    lacksManagement: scope === undefined && scopes.length > 0 && !scopes.includes(MANAGEMENT_SCOPE),
  };
}

/** A WABA as Meta has it now. */
export interface DiscoveredWaba {
  wabaId: string;
  name: string | null;
  currency: string | null;
  timezoneId: string | null;
  /** Meta's review of the account, `UNKNOWN` when it does not tell. */
  status: string;
  healthStatus: Record<string, unknown> | null;
  messagingLimit: string | null;
}

/** A phone number as Meta has it now. */
export interface DiscoveredPhoneNumber {
  phoneNumberId: string;
  phoneNumber: string | null;
  displayName: string | null;
  status: string;
  qualityRating: string | null;
  nameStatus: string | null;
  codeVerificationStatus: string | null;
  platformType: string | null;
  throughputLevel: string | null;
  messagingLimit: string | null;
  accountMode: string | null;
  isOfficialBusinessAccount: boolean | null;
  isOnBizApp: boolean | null;
  isPinEnabled: boolean | null;
  /** The following only where the number was read by itself; null in a list. */
  healthStatus: Record<string, unknown> | null;
  newDisplayName: string | null;
  newNameStatus: string | null;
  username: string | null;
}

export function wabaOf(answer: GraphWaba): DiscoveredWaba {
  return {
    wabaId: answer.id,
    name: answer.name ?? null,
    currency: answer.currency ?? null,
    timezoneId: answer.timezone_id ?? null,
    status: answer.account_review_status ?? 'UNKNOWN',
    healthStatus: isRecord(answer.health_status) ? answer.health_status : null,
    messagingLimit: answer.whatsapp_business_manager_messaging_limit ?? null,
  };
}

export function phoneNumberOf(answer: GraphPhoneNumber): DiscoveredPhoneNumber {
  return {
    phoneNumberId: answer.id,
    phoneNumber: answer.display_phone_number ?? null,
    displayName: answer.verified_name ?? null,
    status: answer.status ?? 'UNKNOWN',
    qualityRating: answer.quality_rating ?? null,
    nameStatus: answer.name_status ?? null,
    codeVerificationStatus: answer.code_verification_status ?? null,
    platformType: answer.platform_type ?? null,
    throughputLevel: textAt(answer.throughput, 'level') ?? null,
    messagingLimit: answer.whatsapp_business_manager_messaging_limit ?? answer.messaging_limit_tier ?? null,
    accountMode: answer.account_mode ?? null,
    isOfficialBusinessAccount: answer.is_official_business_account ?? null,
    isOnBizApp: answer.is_on_biz_app ?? null,
    isPinEnabled: answer.is_pin_enabled ?? null,
    healthStatus: isRecord(answer.health_status) ? answer.health_status : null,
    newDisplayName: answer.new_display_name ?? null,
    newNameStatus: answer.new_name_status === 'NONE' ? null : (answer.new_name_status ?? null),
    username: answer.username ?? null,
  };
}
