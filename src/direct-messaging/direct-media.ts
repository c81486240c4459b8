import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../database/ids';
import { type FieldProblem, NotFoundError } from '../errors/app.error';
import { GraphUnavailableError } from '../graph-client/graph.error';
import { MediaMissingError, MediaStorage } from '../media/media-storage';
import { PublicFilesRepository, type PublicFile } from '../media/public-files.repository';
import { PublicMediaLinks } from '../media/public-media-links';
import { type CopyPlace, UploadCopiesRepository } from '../media/upload-copies.repository';
import type { MessagingPlatform } from '../webhooks/messenger-events';
import { DirectApi } from './direct-api';
import type { DirectDoor, DirectSender } from './direct-door';
import {
  type DirectFile,
  type FileReference,
  fileKey,
  filesOf,
  misfitOf,
  withReferences,
} from './direct-files';

/** The way by which a message is about to leave. */
export interface DirectExit {
  platform: MessagingPlatform;
  sender: DirectSender;
  door: DirectDoor;
}

/** For bringing all files of a message to Meta, below what the engine gives it before the call; what is there stays. */
const LONGEST_UPLOAD_MS = 45_000;
/** The upload, and writing down what came of it. */
const LEASE_MS = LONGEST_UPLOAD_MS + 15_000;
const ASK_AGAIN_MS = 200;
/** Meta fetches at once; the rest is for its own repetitions. */
const LINK_LIVES_MS = 60 * 60_000;

/** Files of ours in messages that go out: whether they fit, and what Meta knows them by. */
@Injectable()
export class DirectMedia {
  constructor(
    private readonly files: PublicFilesRepository,
    private readonly copies: UploadCopiesRepository,
    private readonly links: PublicMediaLinks,
    private readonly storage: MediaStorage,
    private readonly api: DirectApi,
  ) {}

  /**
   * What is wrong with the files of ours that a message names; empty when all can be sent. Those that there are stay until
   * `tx` ends, and then as long as the order that was written in it waits.
   */
  async findProblems(tx: EntityManager, accountId: AccountId, message: unknown): Promise<FieldProblem[]> {
    const named = filesOf(message);
    if (named.length === 0) return [];
    const uploads = await this.files.use(tx, accountId, [...new Set(named.map(({ uploadId }) => uploadId))]);
    return named.flatMap(({ path, type, uploadId }) => {
      const upload = uploads.get(uploadId);
      if (upload === undefined)
        return [
          {
            path,
            rule: 'mediaExists',
            message: 'There is no such uploaded file, or not any more. Upload it again.',
          },
        ];
      const misfit = misfitOf(type, upload);
      return misfit === null ? [] : [{ path, ...misfit }];
    });
  }

  /**
   * The message as Meta understands it. Files that Meta does not have yet are brought there first, each once, however many
   * messages wait for it. Nothing is sent by this; it may be repeated at any time.
   * @throws NotFoundError for a file that was deleted: for good
   * @throws GraphError as of any call: its class says whether another attempt makes sense
   */
  async resolve(exit: DirectExit, message: unknown): Promise<unknown> {
    const named = filesOf(message);
    if (named.length === 0) return message;
    const references = new Map<string, FileReference>();
    const end = Date.now() + LONGEST_UPLOAD_MS;
    for (const file of named) {
      const key = fileKey(file);
      if (!references.has(key)) references.set(key, await this.referenceTo(exit, file, end));
    }
    return withReferences(message, references);
  }

  /** After Meta said that it does not know a file of this message: the next `resolve` brings it there again. */
  async forget({ accountId, id }: DirectSender, message: unknown): Promise<void> {
    const ids = filesOf(message).map(({ uploadId }) => uploadId);
    if (ids.length > 0) await this.copies.forget(accountId, id, ids);
  }

  private async referenceTo(exit: DirectExit, file: DirectFile, end: number): Promise<FileReference> {
    const { sender, door } = exit;
    const upload = await this.files.find({ accountId: sender.accountId, uploadId: file.uploadId });
    if (upload === null) throw deleted();
    // Instagram Login documents no way to bring a file: Meta fetches it here.
    if (door.host === 'instagram') {
      const link = { accountId: sender.accountId, uploadId: file.uploadId };
      const until = new Date(Date.now() + LINK_LIVES_MS);
      return { url: this.links.linkTo(link, upload.mimeType, until) };
    }
    return { attachment_id: await this.attachmentIdOf(exit, file, upload, end) };
  }

  private async attachmentIdOf(
    exit: DirectExit,
    file: DirectFile,
    upload: PublicFile,
    end: number,
  ): Promise<string> {
    const place = {
      accountId: exit.sender.accountId,
      assetId: exit.sender.id,
      uploadId: file.uploadId,
    };
    for (;;) {
      const timeoutMs = end - Date.now();
      if (timeoutMs <= 0)
        throw new GraphUnavailableError('Bringing the files to Meta takes longer than expected.', 'not-sent');
      const claim = await this.copies.claim(place, LEASE_MS);
      if (claim.state === 'gone') throw deleted();
      if (claim.state === 'mine')
        return this.bringTo(exit, place, { file, upload, timeoutMs }, claim.leaseId);
      if (claim.state === 'ready') {
        const [type, id] = split(claim.mediaId);
        // Sent as another type before: a second copy, which is not worth remembering beside the first.
        return type === file.type && id !== undefined ? id : this.bring(exit, { file, upload, timeoutMs });
      }
      await sleep(ASK_AGAIN_MS);
    }
  }

  private async bringTo(exit: DirectExit, place: CopyPlace, load: Load, leaseId: string): Promise<string> {
    try {
      const id = await this.bring(exit, load);
      // Dying before this line leaves a copy at Meta that nobody knows.
      await this.copies.record(place, leaseId, `${load.file.type}:${id}`);
      return id;
    } catch (error) {
      await this.copies.release(place, leaseId).catch(() => undefined);
      throw error;
    }
  }

  private async bring({ platform, door }: DirectExit, { file, upload, timeoutMs }: Load): Promise<string> {
    try {
      return await this.api.upload(door, {
        platform,
        type: file.type,
        file: {
          fileName: upload.id,
          mimeType: upload.mimeType,
          size: upload.size,
          open: async () => (await this.storage.open(upload.storageKey)).stream,
        },
        timeoutMs,
      });
    } catch (error) {
      throw error instanceof MediaMissingError ? deleted() : error;
    }
  }
}

interface Load {
  file: DirectFile;
  upload: PublicFile;
  timeoutMs: number;
}

/** `type:id`, as copies of direct messages are remembered. */
function split(mediaId: string): [type: string, id: string | undefined] {
  const [type = '', id] = mediaId.split(':');
  return [type, id];
}

function deleted(): NotFoundError {
  return new NotFoundError(
    'The uploaded file that this message was to be sent with is gone. Upload it again.',
  );
}
