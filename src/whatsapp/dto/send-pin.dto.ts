import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsIn, IsInt, IsString, Length, Max, Min, ValidateIf } from 'class-validator';
import { SendMessageBaseDto } from './send-base.dto';
import { Part } from './send-field-rules';

const PIN_OPERATIONS = ['pin', 'unpin'] as const;
const DAYS = {
  message: 'expiration_days must be a whole number of days, 1 to 30, when a message is pinned.',
};

export class SendPinDto {
  /** Three messages may be pinned at once; a fourth takes the place of the oldest. */
  @ApiProperty({ type: String, enum: PIN_OPERATIONS, example: 'pin' })
  @IsIn(PIN_OPERATIONS, { message: 'type must be pin or unpin.' })
  type!: (typeof PIN_OPERATIONS)[number];

  /**
   * WhatsApp's id of the message in the group.
   * @example wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB
   */
  @IsString() @Length(1, 512) message_id!: string;

  /** For how many days; required to pin, without meaning to unpin. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 30, required: false, example: 7 })
  @ValidateIf((pin: SendPinDto) => pin.type !== 'unpin' || pin.expiration_days !== undefined)
  @IsInt(DAYS)
  @Min(1, DAYS)
  @Max(30, DAYS)
  expiration_days?: number;
}

/** Pins a message in a group, or takes the pin away. Only the group's administrator, which the business is, may. */
export class SendPinMessageDto extends SendMessageBaseDto {
  @IsIn(['pin']) type!: 'pin';
  /** Required here: messages are pinned in groups only. */
  @ApiProperty({ type: String, enum: ['group'], example: 'group' })
  @IsIn(['group'], { message: 'Messages are pinned in groups only: recipient_type must be group.' })
  override recipient_type!: 'group';
  @IsDefined() @Part(() => SendPinDto) pin!: SendPinDto;
}
