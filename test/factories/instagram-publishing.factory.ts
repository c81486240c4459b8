import { randomBytes } from 'node:crypto';
import { InstagramPublishingWorker } from '../../src/instagram/publishing/publishing.worker';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';
import {
  INSTAGRAM_SCOPES,
  type InstagramOwner,
  anInstagramOwner,
  instagramLogin,
  linkedAccount,
} from './instagram-accounts.factory';
import { upload } from './media-files';

export const INSTAGRAM_MEDIA = '/api/meta/instagram/media';
export const PUBLICATIONS = '/api/meta/instagram/publications';

export interface PublicationView {
  id: string;
  instagramAccountId: string;
  type: string;
  status: string;
  waitingFor: string | null;
  nextStepAt: string | null;
  publishAt: string | null;
  caption: string | null;
  mediaId: string | null;
  permalink: string | null;
  publishedAt: string | null;
  error: {
    code: string;
    message: string;
    advice: string;
    retryHelps: boolean;
    metaSubcode: number | null;
  } | null;
  containers: {
    position: number;
    type: string;
    containerId: string | null;
    status: string | null;
    creations: number;
  }[];
}

/** Also while something that was told before is still being processed, which PostgreSQL may have to break off. */
export async function forgetAccounts({ db }: TestApp): Promise<void> {
  await eventually(
    () =>
      db.query('DELETE FROM meta_accounts').then(
        () => true,
        () => false,
      ),
    (isDone) => isDone,
  );
}

/** A JPEG of this shape: its header is real, the rest is noise. */
export function aPicture(width = 1_080, height = 1_080, size = 20_000): Buffer {
  const frame = Buffer.from('ffc0001108000000000301220002110103110100', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const head = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), frame]);
  return Buffer.concat([head, randomBytes(Math.max(0, size - head.length))]);
}

/** The account of a person with a Page, who may publish. */
export function aPublisher(app: TestApp, admin: ApiClient): Promise<InstagramOwner> {
  return anInstagramOwner(app, admin, (of, client) =>
    linkedAccount(of, client, {
      scopes: [...INSTAGRAM_SCOPES, 'instagram_content_publish', 'instagram_manage_contents'],
    }),
  );
}

/** The same by Instagram Login. */
export function aLoginPublisher(app: TestApp, admin: ApiClient): Promise<InstagramOwner> {
  return anInstagramOwner(app, admin, (of, client) =>
    instagramLogin(of, client, {
      scopes: [
        'instagram_business_basic',
        'instagram_business_manage_messages',
        'instagram_business_manage_comments',
        'instagram_business_content_publish',
      ],
    }),
  );
}

/** @returns our id of the file */
export async function uploadedFile(
  client: ApiClient,
  bytes: Buffer,
  type: string,
  kind?: string,
): Promise<string> {
  const answer = await upload(client, bytes, type, kind === undefined ? {} : { kind });
  if (answer.status !== 201) throw new Error(`Uploading answered ${answer.status}: ${answer.text}`);
  return answer.body.data.id;
}

/** @returns our id of the order */
export async function ordered(client: ApiClient, body: Record<string, unknown>): Promise<string> {
  const answer = await client.post<{ id: string }>(INSTAGRAM_MEDIA, body);
  if (answer.status !== 202) throw new Error(`Ordering answered ${answer.status}: ${answer.text}`);
  return answer.body.data.id;
}

export async function publicationOf(client: ApiClient, id: string): Promise<PublicationView> {
  const answer: ApiAnswer<ApiBody<PublicationView>> = await client.get<PublicationView>(
    `${PUBLICATIONS}/${id}`,
  );
  if (answer.status !== 200) throw new Error(`Reading answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

/** Lets the time pass that everybody waits for, and has what is due by that dealt with. */
export async function hurry(app: TestApp, { lostFor = '' }: { lostFor?: string } = {}): Promise<void> {
  await app.db.query(
    `UPDATE instagram_publications SET next_step_at = now()
      WHERE next_step_at > now() AND claim_id IS NULL AND (publish_at IS NULL OR publish_at <= now())`,
  );
  // Whoever waits for the outcome of a call has waited long enough for one that is still under way.
  if (lostFor !== '')
    await app.db.query(
      `UPDATE instagram_publications SET publishing_at = publishing_at - $1::interval, next_step_at = now() WHERE state = 'unknown'`,
      [lostFor],
    );
  await app.db.query(
    `UPDATE instagram_publication_containers SET last_creation_at = last_creation_at - interval '1 minute'`,
  );
  app.app.get(InstagramPublishingWorker).wake();
}

/** Hurries it along until it is in one of these states. */
export async function untilIn(
  app: TestApp,
  client: ApiClient,
  id: string,
  ...states: string[]
): Promise<PublicationView> {
  return eventually(
    async () => {
      await hurry(app);
      return publicationOf(client, id);
    },
    ({ status }) => states.includes(status),
    { timeoutMs: 20_000, intervalMs: 100 },
  );
}

/** What was told of publications, in order. */
export async function publicationEvents(app: TestApp): Promise<{ kind: string; payload: unknown }[]> {
  return app.db.query(
    `SELECT kind, payload FROM domain_events WHERE kind LIKE 'instagram.media.%' ORDER BY id`,
  );
}
