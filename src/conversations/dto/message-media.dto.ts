import { ApiProperty } from '@nestjs/swagger';
import type { MessageMedia } from '../message-media';

/** The file of a message. */
export class MessageMediaDto implements MessageMedia {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /**
   * `pending` until it is fetched from Meta, then `stored`; the event `message.media_stored` says so. `failed`: it could not be
   * had. `removed`: it was here and is gone, for instance as its sender took the message back.
   */
  @ApiProperty({ type: String, enum: ['pending', 'stored', 'failed', 'removed'], example: 'stored' })
  status!: MessageMedia['status'];
  @ApiProperty({ type: String, nullable: true, example: 'image/jpeg' }) mimeType!: string | null;
  /** In bytes. */
  @ApiProperty({ type: Number, nullable: true, example: 84_210 }) size!: number | null;
  /** In hexadecimal digits. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  sha256!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'receipt.pdf' }) fileName!: string | null;
  /** Its content is not what Meta called it, or could run where it is opened: it is given out as a plain download. */
  @ApiProperty({ type: Boolean, example: false }) isSuspect!: boolean;
  /** Where its content is, under this service's address; needs the credential. Ranges are served. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/meta/whatsapp/media/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10/content',
  })
  url!: string | null;
}
