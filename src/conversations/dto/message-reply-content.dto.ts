import { ApiProperty } from '@nestjs/swagger';

// What people answer to buttons, lists, forms and catalogues: forms of a message's content as in message-content.dto.ts.

/** A quick reply of a template was pressed. */
export class ButtonContentDto {
  @ApiProperty({ type: String, enum: ['button'] }) kind!: 'button';
  /** What the template was sent with for this button. @example STOP */
  payload?: string;
  /** What the button says. @example Stop */
  text?: string;
}

export class ChosenReplyDto {
  /** The id that the button or row was sent with. @example change-order */
  id!: string;
  title?: string;
  description?: string;
}

/** A button of an interactive message was pressed. */
export class ButtonReplyContentDto {
  @ApiProperty({ type: String, enum: ['button_reply'] }) kind!: 'button_reply';
  @ApiProperty({ type: ChosenReplyDto }) button_reply!: ChosenReplyDto;
}

/** A row of a list was chosen. */
export class ListReplyContentDto {
  @ApiProperty({ type: String, enum: ['list_reply'] }) kind!: 'list_reply';
  @ApiProperty({ type: ChosenReplyDto }) list_reply!: ChosenReplyDto;
}

export class FormReplyDto {
  /** `flow` or `address_message`. @example flow */
  name?: string;
  /** What the person sees of their answer. @example Sent */
  body?: string;
  /** The answer as Meta sent it: JSON in text. */
  response_json?: string;
  /** The same, read; null where it is not a JSON object. A flow's has `flow_token` and the fields of the form. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { flow_token: 'visit-4711', date: '2026-12-01' },
  })
  response!: Record<string, unknown> | null;
}

/** A flow was completed, or an address given. */
export class FormReplyContentDto {
  @ApiProperty({ type: String, enum: ['nfm_reply'] }) kind!: 'nfm_reply';
  @ApiProperty({ type: FormReplyDto }) nfm_reply!: FormReplyDto;
}

export class CallPermissionDto {
  /** `accept` or `reject`. @example accept */
  response!: string;
  is_permanent?: boolean;
  /** Seconds since 1970 until when the permission holds. */
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], required: false })
  expiration_timestamp?: number | string;
  /** `user_action`, or `automatic` when the person called first. */
  response_source?: string;
}

/** The answer to a call permission request. */
export class CallPermissionReplyContentDto {
  @ApiProperty({ type: String, enum: ['call_permission_reply'] }) kind!: 'call_permission_reply';
  @ApiProperty({ type: CallPermissionDto }) call_permission_reply!: CallPermissionDto;
}

export class OrderedProductDto {
  /** @example di9ozbzfi4 */
  product_retailer_id?: string;
  @ApiProperty({ type: Number, nullable: true, example: 2 }) quantity!: number | null;
  /** In units of the currency, not cents. */
  @ApiProperty({ type: Number, nullable: true, example: 30 }) item_price!: number | null;
  /** @example USD */
  currency?: string;
}

/** A cart that was sent from a catalogue. */
export class OrderContentDto {
  @ApiProperty({ type: String, enum: ['order'] }) kind!: 'order';
  /** @example "194836987003835" */
  catalog_id?: string;
  text?: string;
  @ApiProperty({ type: [OrderedProductDto] }) product_items!: OrderedProductDto[];
}
