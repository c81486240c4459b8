import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { IfPresent } from '../../http/body-fields';

export const PRODUCT_POLICIES = ['CLOUD_API_FALLBACK', 'STRICT'] as const;
export type ProductPolicy = (typeof PRODUCT_POLICIES)[number];

/** Sends a marketing template through Meta's Marketing Messages API, which chooses better whom it reaches. */
export class SendMarketingDto {
  /**
   * What happens where the Marketing Messages API cannot take the message: `CLOUD_API_FALLBACK` sends it in the
   * ordinary way, `STRICT` lets it fail. Left out: Meta's own default, the fallback.
   */
  @ApiPropertyOptional({ type: String, enum: PRODUCT_POLICIES, example: 'CLOUD_API_FALLBACK' })
  @IfPresent()
  @IsIn(PRODUCT_POLICIES, { message: 'productPolicy must be CLOUD_API_FALLBACK or STRICT.' })
  productPolicy?: ProductPolicy;

  /** Whether Meta may use what people do with the message to improve later ones. Left out: as set in WhatsApp Manager. */
  @IfPresent() @IsBoolean() messageActivitySharing?: boolean;
}
