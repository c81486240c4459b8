import { Injectable } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId } from '../../graph-client/graph-fields';
import { NotFoundError } from '../../errors/app.error';
import { OptionalText } from '../meta-values';
import { withKnownFields } from './field-fallback';
import { GraphWritten, requireWritten } from '../whatsapp-api.responses';

const INTERACTIVE_MS = 6_000;
const PAGE_SIZE = 100;
/** Meta lets a number have 2,000. */
const MAX_PAGES = 25;
/** The picture's address comes only where its format is named. */
const LIST_FIELDS = ['code', 'prefilled_message', 'deep_link_url', 'qr_image_url.format(SVG)'];

/** A short link, and the picture of it where one was asked for. */
export interface QrCode {
  code: string;
  prefilledMessage: string;
  deepLinkUrl: string;
  imageUrl: string | null;
}

export type QrImageFormat = 'SVG' | 'PNG';

class GraphQrCode {
  @GraphId() code!: string;
  @OptionalText() prefilled_message?: string;
  @OptionalText() deep_link_url?: string;
  @OptionalText() qr_image_url?: string;
}

class GraphQrCodeList {
  @IsArray() @ValidateNested({ each: true }) @Type(() => GraphQrCode) data!: GraphQrCode[];
}

/** The Graph endpoints of QR codes and short links that open a chat with a number. */
@Injectable()
export class QrCodesApi {
  constructor(private readonly graph: GraphClient) {}

  async list(token: string, phoneNumberId: string): Promise<QrCode[]> {
    return withKnownFields({ fields: LIST_FIELDS }, async (fields) => {
      const found: QrCode[] = [];
      const pages = this.graph.pages({
        path: pathOf(phoneNumberId),
        token,
        query: { fields },
        item: GraphQrCode,
        pageSize: PAGE_SIZE,
        maxPages: MAX_PAGES,
        timeoutMs: INTERACTIVE_MS,
      });
      for await (const page of pages) found.push(...page.map(qrCodeOf));
      return found;
    });
  }

  /** @throws NotFoundError */
  async get(token: string, phoneNumberId: string, code: string): Promise<QrCode> {
    const { data } = await this.graph.call({
      method: 'GET',
      path: `${pathOf(phoneNumberId)}/${encodeURIComponent(code)}`,
      token,
      response: GraphQrCodeList,
      timeoutMs: INTERACTIVE_MS,
    });
    const [first] = data;
    if (first === undefined) throw new NotFoundError('There is no such QR code.');
    return qrCodeOf(first);
  }

  async create(
    token: string,
    phoneNumberId: string,
    { prefilledMessage, format }: { prefilledMessage: string; format: QrImageFormat },
  ): Promise<QrCode> {
    return qrCodeOf(
      await this.graph.call({
        method: 'POST',
        path: pathOf(phoneNumberId),
        token,
        body: { prefilled_message: prefilledMessage, generate_qr_image: format },
        response: GraphQrCode,
      }),
    );
  }

  async update(
    token: string,
    phoneNumberId: string,
    { code, prefilledMessage }: { code: string; prefilledMessage: string },
  ): Promise<QrCode> {
    return qrCodeOf(
      await this.graph.call({
        method: 'POST',
        path: pathOf(phoneNumberId),
        token,
        body: { code, prefilled_message: prefilledMessage },
        response: GraphQrCode,
        retry: 'safe',
      }),
    );
  }

  async remove(token: string, phoneNumberId: string, code: string): Promise<void> {
    requireWritten(
      await this.graph.call({
        method: 'DELETE',
        path: `${pathOf(phoneNumberId)}/${encodeURIComponent(code)}`,
        token,
        response: GraphWritten,
        retry: 'safe',
      }),
    );
  }
}

function pathOf(phoneNumberId: string): string {
  return `/${encodeURIComponent(phoneNumberId)}/message_qrdls`;
}

function qrCodeOf(answer: GraphQrCode): QrCode {
  return {
    code: answer.code,
    prefilledMessage: answer.prefilled_message ?? '',
    deepLinkUrl: answer.deep_link_url ?? `https://wa.me/message/${answer.code}`,
    imageUrl: answer.qr_image_url ?? null,
  };
}
