import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import { type FieldProblem, NotFoundError } from '../../errors/app.error';
import { GraphUnavailableError } from '../../graph-client/graph.error';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { type CopyPlace, UploadCopiesRepository } from '../../media/upload-copies.repository';
import { LONGEST_PREPARATION_MS } from '../../sending/sending-channel';
import { MediaApi } from './media-api';
import { misfitOf } from './media-kinds';
import { mediaReferencesOf, withMetaIds } from './media-references';
import { MediaUploadsRepository, type StoredUpload } from './media-uploads.repository';

/** The number that a message goes out from. */
export interface SendingEnd {
  accountId: AccountId;
  assetId: AssetId;
  /** Meta's. */
  phoneNumberId: string;
  token: string;
}

type MessageObject = Readonly<Record<string, unknown>>;

/** For bringing one file to Meta, as a whole. */
const LONGEST_UPLOAD_MS = LONGEST_PREPARATION_MS;
/** The upload, and writing down what came of it. */
const LEASE_MS = LONGEST_UPLOAD_MS + 15_000;
const ASK_AGAIN_MS = 200;
/** What this process knows of Meta's ids without asking: a campaign sends the same file thousands of times. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Files of ours in messages that go out: whether they fit, and what Meta knows them by. */
@Injectable()
export class OutgoingMedia {
  private readonly remembered = new Map<string, { mediaId: string; until: number }>();
  private readonly underWay = new Map<string, Promise<string>>();

  constructor(
    private readonly uploads: MediaUploadsRepository,
    private readonly copies: UploadCopiesRepository,
    private readonly storage: MediaStorage,
    private readonly api: MediaApi,
  ) {}

  /**
   * What is wrong with the files of ours that a message names; empty when all can be sent. Those that fit are kept from
   * retention by this for a while, and then by the message that waits to be sent.
   * @param request Meta's message object
   */
  async findProblems(accountId: AccountId, request: MessageObject): Promise<FieldProblem[]> {
    const references = mediaReferencesOf(request);
    if (references.length === 0) return [];
    const uploads = await this.uploads.use(accountId, [...new Set(references.map(({ id }) => id))]);
    return references.flatMap(({ path, kind, id, isVoice }) => {
      const upload = uploads.get(id);
      if (upload === undefined)
        return problem(
          path,
          'mediaExists',
          'There is no such uploaded file, or not any more. Upload it again.',
        );
      if (isVoice && upload.mimeType !== 'audio/ogg')
        return problem(
          path,
          'mediaType',
          'A voice note has to be OGG with OPUS. Leave voice out, or convert the file.',
        );
      const misfit = misfitOf(kind, upload);
      return misfit === null ? [] : problem(path, misfit.rule, misfit.message);
    });
  }

  /**
   * The message object as Meta understands it: with Meta's ids in place of ours. Files that Meta does not have yet, or not
   * any more, are brought there first, each once, however many messages wait for it. Nothing is sent by this; it may be
   * repeated at any time.
   * @returns `request` itself in substance, where it names no file of ours
   * @throws NotFoundError for a file that was deleted: for good
   * @throws GraphError as of any call: its class says whether another attempt makes sense
   */
  async resolve(send: SendingEnd, request: MessageObject): Promise<Record<string, unknown>> {
    const ids = [...new Set(mediaReferencesOf(request).map(({ id }) => id))];
    if (ids.length === 0) return { ...request };
    const pairs = await Promise.all(
      ids.map(async (id): Promise<[string, string]> => [id, await this.mediaIdOf(send, id)]),
    );
    return withMetaIds(request, new Map(pairs));
  }

  /** After Meta said that it does not know the files of this message: the next `resolve` brings them there again. */
  async forget(
    { accountId, assetId }: Omit<SendingEnd, 'token' | 'phoneNumberId'>,
    request: MessageObject,
  ): Promise<void> {
    const ids = mediaReferencesOf(request).map(({ id }) => id);
    if (ids.length === 0) return;
    for (const uploadId of ids) this.remembered.delete(keyOf({ accountId, assetId, uploadId }));
    await this.copies.forget(accountId, assetId, ids);
  }

  private async mediaIdOf(send: SendingEnd, uploadId: string): Promise<string> {
    const place: CopyPlace = { accountId: send.accountId, assetId: send.assetId, uploadId };
    const key = keyOf(place);
    const known = this.remembered.get(key);
    if (known !== undefined && known.until > Date.now()) return known.mediaId;
    const others = this.underWay.get(key);
    if (others !== undefined) return others;
    const work = this.find(send, place)
      .then((mediaId) => {
        this.remember(key, mediaId);
        return mediaId;
      })
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, work);
    return work;
  }

  private remember(key: string, mediaId: string): void {
    // The oldest goes; a Map keeps the order of insertion.
    const [oldest] = this.remembered.keys();
    if (this.remembered.size >= MOST_REMEMBERED && oldest !== undefined) this.remembered.delete(oldest);
    this.remembered.delete(key);
    this.remembered.set(key, { mediaId, until: Date.now() + REMEMBERED_MS });
  }

  private async find(send: SendingEnd, place: CopyPlace): Promise<string> {
    const upload = (await this.uploads.use(place.accountId, [place.uploadId])).get(place.uploadId);
    if (upload === undefined) throw deleted();
    const end = Date.now() + LONGEST_UPLOAD_MS;
    for (;;) {
      const claim = await this.copies.claim(place, LEASE_MS);
      if (claim.state === 'ready') return claim.mediaId;
      if (claim.state === 'gone') throw deleted();
      if (claim.state === 'mine') return this.bring(send, place, upload, claim.leaseId);
      if (Date.now() >= end)
        throw new GraphUnavailableError(
          'A file that another process brings to Meta is not there yet.',
          'not-sent',
        );
      await sleep(ASK_AGAIN_MS);
    }
  }

  private async bring(
    send: SendingEnd,
    place: CopyPlace,
    upload: StoredUpload,
    leaseId: string,
  ): Promise<string> {
    try {
      const mediaId = await this.api.upload(send.token, send.phoneNumberId, {
        fileName: upload.fileName ?? upload.id,
        mimeType: upload.mimeType,
        size: upload.size,
        open: async () => (await this.storage.open(upload.storageKey)).stream,
        timeoutMs: LONGEST_UPLOAD_MS,
      });
      // Dying before this line leaves a copy at Meta that nobody knows, and which Meta deletes.
      await this.copies.record(place, leaseId, mediaId);
      return mediaId;
    } catch (error) {
      await this.copies.release(place, leaseId).catch(() => undefined);
      if (error instanceof MediaMissingError) throw deleted();
      throw error;
    }
  }
}

function problem(path: string, rule: string, message: string): FieldProblem[] {
  return [{ path: `${path}.id`, rule, message }];
}

function deleted(): NotFoundError {
  return new NotFoundError(
    'The uploaded file that this message was to be sent with is gone. Upload it again.',
  );
}

function keyOf({ accountId, assetId, uploadId }: CopyPlace): string {
  return `${accountId} ${assetId} ${uploadId}`;
}
