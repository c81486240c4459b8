import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ConflictError, ValidationFailedError } from '../errors/app.error';
import { isRecord } from '../http/unfit-content';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { DirectApi } from './direct-api';
import { DirectDesk } from './direct-desk.service';
import type { DirectSender } from './direct-door';
import type { DirectFileType } from './direct-files';
import type { DirectHouse, NamedSender } from './direct-house';
import { DirectMedia } from './direct-media';

/** What is to be brought to Meta: from a public address, or an upload of ours. */
export interface AttachmentWish {
  type: DirectFileType;
  url?: string | undefined;
  mediaId?: string | undefined;
}

/** Meta fetches the file while we wait. */
const LONGEST_FETCH_MS = 30_000;

/** Brings files to Meta ahead of the messages that carry them. Doing it twice leaves one copy too many, and no harm. */
@Injectable()
export class DirectAttachments {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly desk: DirectDesk,
    private readonly media: DirectMedia,
    private readonly api: DirectApi,
  ) {}

  /**
   * @returns Meta's id, for `attachment_id`
   * @throws ConflictError where Meta has no way to bring files: Instagram Login
   */
  async upload<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender,
    { type, url, mediaId }: AttachmentWish,
  ): Promise<string> {
    const sender = await house.choose(user, named);
    const message = { attachment: { type, payload: { attachment_id: mediaId } } };
    const problems = await this.database.transaction((tx) =>
      this.media.findProblems(tx, sender.accountId, message),
    );
    if (problems.length > 0)
      throw new ValidationFailedError(problems.map((problem) => ({ ...problem, path: 'mediaId' })));
    const { platform } = house;
    return this.desk.call(house, sender, async (door) => {
      if (door.host === 'instagram')
        throw new ConflictError(
          'Accounts of Instagram Login take no files beforehand. Send the message with url, or with attachment_id of an uploaded file.',
        );
      if (url !== undefined)
        return this.api.upload(door, { platform, type, url, timeoutMs: LONGEST_FETCH_MS });
      return attachmentIdIn(await this.media.resolve({ platform, sender, door }, message));
    });
  }
}

function attachmentIdIn(message: unknown): string {
  const attachment = isRecord(message) ? message.attachment : undefined;
  const payload = isRecord(attachment) ? attachment.payload : undefined;
  const id = isRecord(payload) ? payload.attachment_id : undefined;
  if (typeof id !== 'string') throw new Error('A file that was brought to Meta has no id.');
  return id;
}
