import { MediaWorker } from '../../src/message-media/media.worker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import { storedId } from './messaging.factory';
import { sandboxOf } from './meta-login';

/** Where the sandbox keeps the bytes of attachments. */
export const DIRECT_FILES = /direct_media/;
export const FILES = '/api/meta/media';

export interface FileView {
  id: string;
  status: string;
  mimeType: string | null;
  size: number | null;
  sha256: string | null;
  fileName: string | null;
  isSuspect: boolean;
  url: string | null;
}

export interface DescribedFile extends FileView {
  messageId: string;
  kind: string | null;
  error: { code: string; message: string } | null;
}

type MessageInput = Omit<Parameters<ReturnType<typeof sandboxOf>['playDirectMessage']>[0], 'from'>;
type AttachmentInput = NonNullable<MessageInput['attachments']>[number];

export const anAttachment = (type: string, bytes: Buffer, over: Partial<AttachmentInput> = {}) => ({
  type,
  mediaBase64: bytes.toString('base64'),
  ...over,
});

/** A person writes; answers with Meta's id and ours, once the message is stored. */
export async function personSends(
  app: TestApp,
  input: MessageInput,
): Promise<{ mid: string; id: string; userId: string }> {
  const { messageId, userId } = sandboxOf(app).playDirectMessage({ from: 'Ana Lee', ...input });
  return { mid: messageId, id: await storedId(app, messageId), userId };
}

/** @param path of the platform's messages */
export async function filesOf(client: ApiClient, path: string, id: string): Promise<FileView[]> {
  return (await client.get<{ files: FileView[] }>(`${path}/${id}`)).body.data.files;
}

/** The files of a message, once they are as wanted; attempts do not wait for their time. */
export async function filesWhen(
  app: TestApp,
  { client, path, id }: { client: ApiClient; path: string; id: string },
  areWanted: (files: FileView[]) => boolean,
): Promise<FileView[]> {
  return eventually(async () => {
    await app.db.query(
      `UPDATE message_media SET next_attempt_at = now() WHERE message_id = $1 AND state = 'pending'`,
      [id],
    );
    app.app.get(MediaWorker).wake();
    return filesOf(client, path, id);
  }, areWanted);
}

/** That many files, and all of them so. */
export const all =
  (status: string, count = 1) =>
  (files: FileView[]): boolean =>
    files.length === count && files.every((file) => file.status === status);

export async function contentOf(client: ApiClient, file: FileView | undefined): Promise<Buffer> {
  const answer = await client.response(file?.url ?? '');
  if (answer.status !== 200) throw new Error(`The content answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
