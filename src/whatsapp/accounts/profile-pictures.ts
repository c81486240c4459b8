import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError, UnsupportedMediaError, ValidationFailedError } from '../../errors/app.error';
import { ResumableUpload } from '../../graph-client/resumable-upload';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { type OpenedUpload, UploadedMedia } from '../media/uploaded-media';

const PICTURE_TYPES: readonly string[] = ['image/jpeg', 'image/png'];
/** Meta's limit for profile pictures. */
const LARGEST_PICTURE_BYTES = 5 * 1024 * 1024;
const FIELD = 'profilePictureMediaId';

/** Pictures of business profiles: Meta takes them as the handle of a resumable upload only. */
@Injectable()
export class ProfilePictures {
  constructor(
    private readonly uploads: UploadedMedia,
    private readonly resumable: ResumableUpload,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * Hands an uploaded picture to Meta.
   * @param mediaId as `POST /api/meta/whatsapp/media` gave it
   * @throws ValidationFailedError when the account has no such file, or it is too large
   * @throws UnsupportedMediaError when it is no JPEG or PNG
   */
  async handleOf(accountId: AccountId, mediaId: string): Promise<string> {
    const opened = await this.open(accountId, mediaId);
    try {
      const { mimeType, size, fileName } = opened;
      if (!PICTURE_TYPES.includes(mimeType))
        throw new UnsupportedMediaError(`A profile picture is a JPEG or PNG; this file is ${mimeType}.`);
      if (size > LARGEST_PICTURE_BYTES)
        throw ValidationFailedError.of(FIELD, 'maxSize', 'A profile picture may have 5 MB at most.');
      let unread: OpenedUpload | null = opened;
      const read = async (start: number): Promise<AsyncIterable<Uint8Array>> => {
        const first = start === 0 ? unread : null;
        unread = null;
        return (first ?? (await this.uploads.open(accountId, mediaId, start))).stream;
      };
      const source = { fileName: fileName ?? 'picture', mimeType, sizeBytes: size, read };
      return await this.tokens.withToken(accountId, (token) => this.resumable.upload(token, source));
    } finally {
      opened.stream.destroy();
    }
  }

  private async open(accountId: AccountId, mediaId: string): Promise<OpenedUpload> {
    try {
      return await this.uploads.open(accountId, mediaId);
    } catch (error) {
      if (error instanceof NotFoundError) throw ValidationFailedError.of(FIELD, 'isKnown', error.message);
      throw error;
    }
  }
}
