import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError, UnsupportedMediaError, ValidationFailedError } from '../../errors/app.error';
import { ResumableUpload, UPLOADABLE_TYPES } from '../../graph-client/resumable-upload';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { TemplateComponent } from '../entities/template.entity';
import { type OpenedUpload, UploadedMedia } from '../media/uploaded-media';
import { isRecord, textAt } from '../meta-values';

/** The type of file that is a sample of a header's format. */
const TYPES_OF_FORMAT: Readonly<Record<string, readonly string[]>> = {
  IMAGE: ['image/jpeg', 'image/png'],
  VIDEO: ['video/mp4'],
  GIF: ['video/mp4'],
  DOCUMENT: ['application/pdf'],
};

/** Samples that reviewers look at in place of the media of a header. */
@Injectable()
export class TemplateSamples {
  constructor(
    private readonly uploads: UploadedMedia,
    private readonly resumable: ResumableUpload,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * Hands an uploaded file to Meta.
   * @param mediaId as `POST /api/meta/whatsapp/media` gave it
   * @returns the handle that stands for it in `example.header_handle`
   * @throws ValidationFailedError when the account has no such file
   * @throws UnsupportedMediaError for a type that Meta takes no samples of
   */
  async handleOf(accountId: AccountId, mediaId: string, path = 'mediaId'): Promise<string> {
    return this.hand(accountId, mediaId, await this.open(accountId, mediaId, path));
  }

  /** The components with a handle in place of each `sampleMediaId`. Files that stand in several places are handed over once. */
  async fillIn(accountId: AccountId, components: readonly TemplateComponent[]): Promise<TemplateComponent[]> {
    const handles = new Map<string, string>();
    const fill = async (list: readonly TemplateComponent[], path: string): Promise<TemplateComponent[]> => {
      const filled: TemplateComponent[] = [];
      for (const [index, component] of list.entries()) {
        const at = `${path}.${index}`;
        const { sampleMediaId, cards, ...rest } = component;
        if (typeof sampleMediaId === 'string') {
          const place = `${at}.sampleMediaId`;
          const upload = await this.open(accountId, sampleMediaId, place);
          // Nothing is read of one that does not fit, or that Meta has a handle for already.
          const known = handles.get(sampleMediaId);
          const misfit = misfitOf(upload, textAt(component, 'format') ?? 'TEXT', place);
          if (misfit !== null || known !== undefined) upload.stream.destroy();
          if (misfit !== null) throw misfit;
          const handle = known ?? (await this.hand(accountId, sampleMediaId, upload));
          handles.set(sampleMediaId, handle);
          filled.push({ ...rest, example: { header_handle: [handle] } });
        } else if (Array.isArray(cards)) {
          const filledCards: unknown[] = [];
          for (const [place, card] of cards.entries()) {
            const parts: unknown = isRecord(card) ? card.components : undefined;
            filledCards.push(
              isRecord(card) && Array.isArray(parts)
                ? {
                    ...card,
                    components: await fill(parts.filter(isRecord), `${at}.cards.${place}.components`),
                  }
                : card,
            );
          }
          filled.push({ ...rest, cards: filledCards });
        } else filled.push(component);
      }
      return filled;
    };
    return fill(components, 'components');
  }

  private async open(accountId: AccountId, mediaId: string, path: string): Promise<OpenedUpload> {
    try {
      return await this.uploads.open(accountId, mediaId);
    } catch (error) {
      if (error instanceof NotFoundError) throw ValidationFailedError.of(path, 'isKnown', error.message);
      throw error;
    }
  }

  /** @param opened from its beginning; what is read again is opened again */
  private async hand(accountId: AccountId, mediaId: string, opened: OpenedUpload): Promise<string> {
    try {
      const { mimeType, size } = opened;
      if (!UPLOADABLE_TYPES.includes(mimeType))
        throw new UnsupportedMediaError(
          `Meta takes samples of the types ${UPLOADABLE_TYPES.join(', ')}; this file is ${mimeType}.`,
        );
      let unread: OpenedUpload | null = opened;
      const read = async (start: number): Promise<AsyncIterable<Uint8Array>> => {
        const first = start === 0 ? unread : null;
        unread = null;
        return (first ?? (await this.uploads.open(accountId, mediaId, start))).stream;
      };
      const source = { fileName: opened.fileName ?? 'sample', mimeType, sizeBytes: size, read };
      return await this.tokens.withToken(accountId, (token) => this.resumable.upload(token, source));
    } finally {
      opened.stream.destroy();
    }
  }
}

/** Why a file cannot be the sample of a header with this format; null when it can. */
function misfitOf({ mimeType }: OpenedUpload, format: string, path: string): ValidationFailedError | null {
  const types = TYPES_OF_FORMAT[format.toUpperCase()];
  if (types === undefined)
    return ValidationFailedError.of(path, 'noSample', `A header with ${format} takes no sample.`);
  if (types.includes(mimeType)) return null;
  return ValidationFailedError.of(
    path,
    'sampleType',
    `A header with ${format} takes a sample of ${types.join(' or ')}; this file is ${mimeType}.`,
  );
}
