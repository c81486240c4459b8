import { ApiProperty } from '@nestjs/swagger';
import { IsString, IsUrl, Length, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { WabaQuery } from './account-query.dto';

const ADDRESS = { require_protocol: true, protocols: ['http', 'https'], require_tld: false };
const META_URL_MAX = 200;

/** Another address for messages. */
export class CallbackOverrideWishDto {
  /** Left out: the address of this service, as for a Meta app that several services share. */
  @ApiProperty({ type: String, required: false, example: 'https://hooks.example.com/whatsapp' })
  @IfPresent()
  @IsUrl(ADDRESS)
  @MaxLength(META_URL_MAX)
  url?: string;

  /** What that address answers to. Needed for an address that is not ours; for ours one is made up. */
  @ApiProperty({ type: String, required: false, example: 'a-long-random-text' })
  @IfPresent()
  @IsString()
  @Length(1, 200)
  verifyToken?: string;
}

export class WabaCallbackOverrideDto extends WabaQuery {
  /** Left out: the address of this service, as for a Meta app that several services share. */
  @ApiProperty({ type: String, required: false, example: 'https://hooks.example.com/whatsapp' })
  @IfPresent()
  @IsUrl(ADDRESS)
  @MaxLength(META_URL_MAX)
  url?: string;

  /** What that address answers to. Needed for an address that is not ours; for ours one is made up. */
  @ApiProperty({ type: String, required: false, example: 'a-long-random-text' })
  @IfPresent()
  @IsString()
  @Length(1, 200)
  verifyToken?: string;
}

export class CallbackRouteDto {
  /** The address that is set here; `null`: none, and the next level counts. */
  @ApiProperty({ type: String, nullable: true, example: null })
  overrideUrl!: string | null;
  /** Where Meta sends messages in the end, as far as it told. */
  @ApiProperty({ type: String, nullable: true, example: 'https://api.example.com/api/meta/webhook/events' })
  effectiveUrl!: string | null;
  /** Whether that is this service. */
  @ApiProperty({ type: Boolean })
  isOurs!: boolean;
}

/** Whether Meta sends us the events of one WhatsApp Business Account. */
export class WabaSubscriptionDto {
  @ApiProperty({ type: String, example: '102290129340398' })
  wabaId!: string;
  /** `unreadable`: Meta did not say, which proves nothing. */
  @ApiProperty({ type: String, enum: ['subscribed', 'missing', 'unreadable'], example: 'subscribed' })
  state!: 'subscribed' | 'missing' | 'unreadable';
  /** What is wrong, in a sentence. */
  @ApiProperty({ type: String, nullable: true, example: null })
  problem!: string | null;
  /** Meta's ids of the numbers whose events come with it. */
  @ApiProperty({ type: [String], example: ['106540352242922'] })
  phoneNumberIds!: string[];
}

export class WabaSubscriptionListDto {
  @ApiProperty({ type: [WabaSubscriptionDto] })
  subscriptions!: WabaSubscriptionDto[];
}
