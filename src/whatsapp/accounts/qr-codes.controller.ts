import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { CreateQrCodeDto, QrCodeDto, QrCodeListDto, UpdateQrCodeDto } from '../dto/qr-code.dto';
import { ApiNumber } from './number-path';
import { NumberScope } from './number-scope';
import { QrCodesService } from './qr-codes.service';

const CODE_PARAM = {
  name: 'code',
  type: String,
  description: 'The code at the end of the link.',
  example: '4O4YGZEG3RIVE1',
};

/** QR codes and short links that open a chat with the number. Kept at Meta, at most 2,000 per number. */
@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/phone-numbers/:id/qr-codes')
export class QrCodesController {
  constructor(
    private readonly qrCodes: QrCodesService,
    private readonly scope: NumberScope,
  ) {}

  /** All QR codes of the number. */
  @Get()
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(QrCodeListDto)
  async list(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<QrCodeListDto> {
    return { qrCodes: await this.qrCodes.list(await this.scope.of(user, id)) };
  }

  /** One QR code. */
  @Get(':code')
  @Access('viewer')
  @ApiNumber()
  @ApiParam(CODE_PARAM)
  @ApiEnvelope(QrCodeDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Param('code') code: string,
  ): Promise<QrCodeDto> {
    return this.qrCodes.get(await this.scope.of(user, id), checked(code));
  }

  /** Makes a QR code and short link. */
  @BodyExample({ prefilledMessage: 'I would like to know more' })
  @Post()
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(QrCodeDto, 201)
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { prefilledMessage, format = 'SVG' }: CreateQrCodeDto,
  ): Promise<QrCodeDto> {
    return this.qrCodes.create(await this.scope.of(user, id), { prefilledMessage, format });
  }

  /** Changes the text of a QR code, also of one that is printed already. */
  @BodyExample({ prefilledMessage: 'I would like to know more' })
  @Put(':code')
  @Access('agent')
  @ApiNumber()
  @ApiParam(CODE_PARAM)
  @ApiEnvelope(QrCodeDto)
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Param('code') code: string,
    @Body() { prefilledMessage }: UpdateQrCodeDto,
  ): Promise<QrCodeDto> {
    return this.qrCodes.update(await this.scope.of(user, id), { code: checked(code), prefilledMessage });
  }

  /** Deletes a QR code. Printed ones lead nowhere from then on. */
  @Delete(':code')
  @Access('agent')
  @ApiNumber()
  @ApiParam(CODE_PARAM)
  @ApiEnvelope(null)
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Param('code') code: string,
  ): Promise<null> {
    await this.qrCodes.remove(await this.scope.of(user, id), checked(code));
    return null;
  }
}

function checked(code: string): string {
  if (/^[A-Za-z0-9]{1,64}$/.test(code)) return code;
  throw ValidationFailedError.of('code', 'qrCode', 'code must be the code of a QR code: letters and digits.');
}
