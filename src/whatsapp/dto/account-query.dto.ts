import { IsOptional, IsUUID, Matches } from 'class-validator';

const META_ID = { message: '$property must be an id of Meta, digits only' };

/** Names the connected account; needed only by users who have several. */
export class AccountQuery {
  /** The connected Meta account, as `GET /api/meta/auth/accounts` lists them. Needed only when you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

/** Names a WABA. */
export class WabaQuery extends AccountQuery {
  /**
   * Meta's id of the WhatsApp Business Account. Needed only when you have several.
   * @example "102290129340398"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, META_ID) wabaId?: string;
}

/** Names a phone number. */
export class PhoneNumberQuery extends WabaQuery {
  /**
   * Meta's id of the phone number. Needed only when you have several.
   * @example "106540352242922"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, META_ID) phoneNumberId?: string;
}
