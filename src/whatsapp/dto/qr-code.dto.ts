import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { IfPresent } from '../../http/body-fields';

const FORMATS = ['SVG', 'PNG'] as const;

/** A short link, with its QR code, that opens a chat with the number and the text already written. */
export class QrCodeDto {
  @ApiProperty({ type: String, example: '4O4YGZEG3RIVE1' })
  code!: string;
  @ApiProperty({ type: String, example: 'I want to book a table' })
  prefilledMessage!: string;
  @ApiProperty({ type: String, example: 'https://wa.me/message/4O4YGZEG3RIVE1' })
  deepLinkUrl!: string;
  /** Address of the picture; a short-lived one of Meta's. `null` where Meta gives none. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example/qr.svg' })
  imageUrl!: string | null;
}

export class QrCodeListDto {
  @ApiProperty({ type: [QrCodeDto] })
  qrCodes!: QrCodeDto[];
}

export class CreateQrCodeDto {
  /** What is already written when the chat opens. @example I want to book a table */
  @IsString() @Length(1, 140) prefilledMessage!: string;

  @ApiProperty({ type: String, enum: FORMATS, required: false, default: 'SVG' })
  @IfPresent()
  @IsIn(FORMATS)
  format?: 'SVG' | 'PNG';
}

export class UpdateQrCodeDto {
  /** Codes that are printed already open the chat with the new text. @example I want to cancel a table */
  @IsString() @Length(1, 140) prefilledMessage!: string;
}
