import { ApiPropertyOptional } from '@nestjs/swagger';

export class ReferredProductDto {
  /** @example "194836987003835" */
  catalog_id?: string;
  /** @example di9ozbzfi4 */
  product_retailer_id?: string;
}

/** What a message belongs to. */
export class MessageContextDto {
  /** Meta's id of the message that it answers, reacts to or pins. @example wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB */
  message_id?: string;
  /** Who sent that one. */
  from?: string;
  forwarded?: boolean;
  /** Forwarded more than a few times. */
  frequently_forwarded?: boolean;
  /** The product of the catalogue that the person asks about. */
  @ApiPropertyOptional({ type: ReferredProductDto }) referred_product?: ReferredProductDto;
  /** Messenger and Instagram: Meta's id of the comment that it answers in private. */
  comment_id?: string;
  /** Instagram: the story that it answers. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) story?: Record<string, unknown>;
}

/** The advertisement, post or link that led the person here. Which fields there are depends on the platform. */
export class MessageReferralDto {
  /** @example https://fb.me/3cr4Wqqkv */
  source_url?: string;
  /** Meta's id of the advertisement or post. @example "120226305854810726" */
  source_id?: string;
  /** `ad` or `post`. @example ad */
  source_type?: string;
  headline?: string;
  body?: string;
  /** `image` or `video`. */
  media_type?: string;
  image_url?: string;
  video_url?: string;
  thumbnail_url?: string;
  /** Click id for the Conversions API; absent for advertisements in Status. */
  ctwa_clid?: string;
  /** What WhatsApp greeted the person with. */
  welcome_message?: string;
  /** Messenger and Instagram: the `ref` of the link. */
  ref?: string;
  source?: string;
  type?: string;
  ad_id?: string;
}
