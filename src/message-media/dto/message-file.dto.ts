import { ApiProperty } from '@nestjs/swagger';
import { MessageMediaDto } from '../../conversations/dto/message-media.dto';

const KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const;

export class MessageFileProblemDto {
  /**
   * `MEDIA_NOT_FOUND`: Meta does not have it, or not any more. `MEDIA_TOO_LARGE`, `MEDIA_TYPE_MISMATCH`: it is not taken.
   * `MEDIA_ADDRESS_REFUSED`: the message named an address that is not called from here. Others tell of trouble on the way.
   * @example MEDIA_NOT_FOUND
   */
  code!: string;
  /** @example "Meta does not have the file, or not any more." */
  message!: string;
}

/** A file that came with a message, of whichever platform. */
export class MessageFileDto extends MessageMediaDto {
  @ApiProperty({ type: String, format: 'uuid' }) messageId!: string;
  accountId!: string;
  /** What the message has it as; null for what is shared, and where it is not known any more. */
  @ApiProperty({ type: String, enum: KINDS, nullable: true, example: 'image' })
  kind!: (typeof KINDS)[number] | null;
  /** Why there is no content, of one that `failed`. */
  @ApiProperty({ type: MessageFileProblemDto, nullable: true, example: null })
  error!: MessageFileProblemDto | null;
  @ApiProperty({ type: Date }) createdAt!: Date;
}
