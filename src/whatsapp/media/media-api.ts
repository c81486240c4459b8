import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { IsString, MinLength } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId, OptionalGraphNumber } from '../../graph-client/graph-fields';
import { OptionalText } from '../meta-values';

class GraphMedia {
  @IsString() @MinLength(1) url!: string;
  @OptionalText() mime_type?: string;
  @OptionalText() sha256?: string;
  @OptionalGraphNumber() file_size?: number;
}

class UploadedGraphMedia {
  @GraphId() id!: string;
}

/** A file to bring to Meta. */
export interface FileForMeta {
  fileName: string;
  mimeType: string;
  /** In bytes. */
  size: number;
  open(): Promise<Readable>;
  timeoutMs: number;
}

/** What Meta tells of a file. */
export interface MediaDescription {
  /** Good for five minutes, and only with the token. */
  url: string;
  mimeType: string | null;
  /** As told: hexadecimal digits or base64. */
  sha256: string | null;
  /** In bytes. */
  size: number | null;
}

/** The Graph endpoint of WhatsApp's media. */
@Injectable()
export class MediaApi {
  constructor(private readonly graph: GraphClient) {}

  /** @throws GraphRejectedError (Meta's code 100) for a file that is gone: those that people send are kept for 7 days */
  async describe(token: string, mediaId: string): Promise<MediaDescription> {
    const media = await this.graph.call({
      method: 'GET',
      host: 'graph-media',
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      response: GraphMedia,
      // Tried again later, with the row; here it would hold up the next file.
      retry: 'never',
    });
    return {
      url: media.url,
      mimeType: media.mime_type ?? null,
      sha256: media.sha256 ?? null,
      size: media.file_size ?? null,
    };
  }
  /**
   * Brings a file to Meta, to be sent from this number and no other.
   * @returns Meta's id of it, which is good for 30 days
   * @throws GraphRejectedError for a type or size that Meta does not take
   */
  async upload(token: string, phoneNumberId: string, file: FileForMeta): Promise<string> {
    const { fileName, mimeType, size, open, timeoutMs } = file;
    const { id } = await this.graph.call({
      method: 'POST',
      host: 'graph-media',
      path: `/${encodeURIComponent(phoneNumberId)}/media`,
      token,
      file: { fields: { messaging_product: 'whatsapp', type: mimeType }, fileName, mimeType, size, open },
      response: UploadedGraphMedia,
      // Whoever needs the file tries again; in here it would hold up a message for longer than one may take.
      retry: 'never',
      timeoutMs,
    });
    return id;
  }
}
