import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { AccountNotFoundError, ConflictError, ValidationFailedError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { cleanFileName } from '../../media/file-names';
import { AddressRefusedError } from '../../media/outbound-address-policy';
import { DownloadFailedError, SafeDownload } from '../../media/safe-download';
import { AccountScope, type NamedAssets } from '../account-scope';
import { MediaHolds } from './media-holds';
import type { MediaKind } from './media-kinds';
import { MediaUploadsRepository, type StoredUpload } from './media-uploads.repository';
import { type TakenFile, UploadIntake } from './upload-intake';

/** Files that users give this service, to be sent later. */
@Injectable()
export class UploadsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly intake: UploadIntake,
    private readonly uploads: MediaUploadsRepository,
    private readonly downloads: SafeDownload,
    private readonly holds: MediaHolds,
  ) {}

  /**
   * Before anything is received from somebody who could not keep it.
   * @throws AccountNotFoundError
   */
  async assertMember(user: AuthenticatedUser): Promise<void> {
    if ((await this.scope.accountIdsOf(user)).length === 0) throw new AccountNotFoundError();
  }

  /** Stores a file as it comes in; `keep` says whose it is. */
  async take(file: {
    source: AsyncIterable<Uint8Array>;
    declaredType: string | null;
    kind: MediaKind | null;
  }): Promise<TakenFile> {
    return this.intake.take({ ...file, declaredSize: null, field: 'file' });
  }

  /** @throws ValidationFailedError for a kind that was told after the file and is another */
  async keep(
    user: AuthenticatedUser,
    taken: TakenFile,
    target: NamedAssets & { kind?: MediaKind; fileName?: string },
    givenName: string | null,
  ): Promise<StoredUpload> {
    try {
      if (target.kind !== undefined && target.kind !== taken.kind)
        throw ValidationFailedError.of('kind', 'beforeFile', 'kind must stand before the file in the form.');
      const accountId = await this.scope.resolve(user, target);
      return await this.write(accountId, taken, target.fileName ?? givenName);
    } catch (error) {
      await this.discard(taken);
      throw error;
    }
  }

  /** A file that was taken and is not wanted after all. */
  async discard(taken: TakenFile): Promise<void> {
    await this.uploads.giveUp(taken.storageKey);
  }

  /** Fetches a file from an address that a user gave. */
  async import(
    user: AuthenticatedUser,
    request: NamedAssets & { url: string; kind?: MediaKind; fileName?: string },
  ): Promise<StoredUpload> {
    const accountId = await this.scope.resolve(user, request);
    // However it ends: what was opened is closed.
    const over = new AbortController();
    try {
      const download = await this.downloads.open(request.url, over.signal);
      const taken = await this.intake.take({
        source: download.source,
        declaredType: download.mimeType,
        declaredSize: download.size,
        kind: request.kind ?? null,
        field: 'url',
      });
      return await this.write(accountId, taken, request.fileName ?? download.fileName);
    } catch (error) {
      if (error instanceof AddressRefusedError || error instanceof DownloadFailedError)
        throw ValidationFailedError.of('url', error.rule, error.message);
      throw error;
    } finally {
      over.abort();
    }
  }

  /** @throws ConflictError while something is still to be sent with it */
  async remove(upload: StoredUpload): Promise<void> {
    await this.database.transaction(async (tx) => {
      const locked = await this.uploads.lock(tx, [upload.accountId], upload.id);
      if (locked === null) return;
      if ((await this.holds.heldOf(tx, [locked])).size > 0)
        throw new ConflictError(
          'A message, a campaign or a publication that is still to go out needs this file. Cancel it first, or wait for it.',
        );
      await this.uploads.remove(tx, locked.accountId, locked.id);
    });
  }

  private async write(accountId: AccountId, taken: TakenFile, name: string | null): Promise<StoredUpload> {
    return this.uploads.keep({ ...taken, accountId, fileName: cleanFileName(name) });
  }
}
