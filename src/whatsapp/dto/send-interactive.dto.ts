import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDefined, IsIn, ValidateNested } from 'class-validator';
import { SendMessageBaseDto } from './send-base.dto';
import { SendCarouselDto } from './send-carousel.dto';
import { SendCatalogMessageDto, SendProductListDto, SendProductMessageDto } from './send-commerce.dto';
import { type InteractiveType, SendInteractiveDto } from './send-interactive-parts.dto';
import { SendButtonsDto, SendCtaUrlDto, SendListDto } from './send-menus.dto';
import { SendOrderDetailsDto, SendOrderStatusDto } from './send-orders.dto';
import {
  SendAddressRequestDto,
  SendCallPermissionDto,
  SendContactRequestDto,
  SendFlowDto,
  SendLocationRequestDto,
  SendVoiceCallDto,
} from './send-requests.dto';
import { NotAList } from './send-field-rules';
import { isRecord } from '../meta-values';

/** By `interactive.type`: what the interactive part is checked against. */
const CLASSES: Readonly<Record<InteractiveType, new () => SendInteractiveDto>> = {
  button: SendButtonsDto,
  list: SendListDto,
  cta_url: SendCtaUrlDto,
  flow: SendFlowDto,
  product: SendProductMessageDto,
  product_list: SendProductListDto,
  catalog_message: SendCatalogMessageDto,
  carousel: SendCarouselDto,
  location_request_message: SendLocationRequestDto,
  address_message: SendAddressRequestDto,
  request_contact_info: SendContactRequestDto,
  order_details: SendOrderDetailsDto,
  order_status: SendOrderStatusDto,
  call_permission_request: SendCallPermissionDto,
  voice_call: SendVoiceCallDto,
};

/** Where nothing says what it is, the class that every one has in common names the types there are. */
function classOf(interactive: unknown): new () => SendInteractiveDto {
  const type = isRecord(interactive) ? interactive.type : undefined;
  return INTERACTIVE_CLASSES.find(({ name }) => name === type)?.value ?? SendInteractiveDto;
}

export const INTERACTIVE_CLASSES = Object.entries(CLASSES).map(([name, value]) => ({ name, value }));

/** Buttons, lists and the like; only inside the customer service window. */
export class SendInteractiveMessageDto extends SendMessageBaseDto {
  @IsIn(['interactive']) type!: 'interactive';
  @ApiProperty({
    oneOf: INTERACTIVE_CLASSES.map(({ value }) => ({ $ref: getSchemaPath(value) })),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(INTERACTIVE_CLASSES.map(({ name, value }) => [name, getSchemaPath(value)])),
    },
  })
  @IsDefined()
  @NotAList()
  @ValidateNested()
  @Type((given) => classOf(given?.object.interactive))
  interactive!: SendInteractiveDto;
}
