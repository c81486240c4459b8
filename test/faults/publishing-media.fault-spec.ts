import { setTimeout as pause } from 'node:timers/promises';
import type { FaultRule } from '../../sandbox/graph/faults';
import { SEED } from '../../sandbox/world-seed';
import { eventually } from '../eventually';
import { INSTAGRAM_SCOPES } from '../factories/instagram-accounts.factory';
import { REDIRECT_URI } from '../factories/meta-login';
import type { FaultService } from './fault-service';
import { type Stage, onStage, seconds } from './stage';
import { query } from './tables';

jest.setTimeout(600_000);

const ORDERS = 60;
const KILLS = 6;
const META_TIMEOUT_MS = 1_000;
/** The service waits three times as long for what it has Meta publish. */
const TOO_LATE_MS = 4 * META_TIMEOUT_MS;

/** What goes wrong when Meta is told to publish. */
const PUBLISH_TROUBLES: readonly FaultRule[] = [
  { drop: 'after' }, // published, and the answer is lost
  { delayAfterMs: TOO_LATE_MS }, // published, and the answer comes too late
  { drop: 'before' },
  { status: 502 },
  { code: 2, isTransient: true }, // Meta says to try again
];
const CREATE_TROUBLES: readonly FaultRule[] = [{ drop: 'after' }, { drop: 'before' }, { status: 502 }];

/** One rule for each call to come: each takes a while, and every fourth of those that publish goes wrong. */
function arrangeAnswers({ control, random }: Stage): void {
  const draw = random.branch('answers');
  const rule = (path: string, troubles: readonly FaultRule[], share: number): void => {
    const trouble = draw.chance(share) ? draw.pick(troubles) : { delayAfterMs: draw.between(20, 300) };
    control.failNext({ method: 'POST', path, ...trouble });
  };
  for (let call = 0; call < 3 * ORDERS; call += 1) rule('/media_publish$', PUBLISH_TROUBLES, 1 / 4);
  for (let call = 0; call < 6 * ORDERS; call += 1) rule('/media$', CREATE_TROUBLES, 1 / 12);
}

/** The person grants what publishing takes, too. */
async function connectInstagram({ client, control }: Stage): Promise<void> {
  const { code } = control.issueCode({
    redirectUri: REDIRECT_URI,
    scopes: [
      'whatsapp_business_management',
      'whatsapp_business_messaging',
      ...INSTAGRAM_SCOPES,
      'instagram_content_publish',
    ],
  });
  const granted = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
  if (granted.status !== 200) throw new Error(`Connecting answered ${granted.text}`);
  const configured = await client.post<{ status: string }>('/api/meta/webhook/configure', {
    verifyToken: 'a-verify-token',
    fields: { messages: true, comments: true },
  });
  expect(configured.body.data).toMatchObject({ status: 'active' });
  const connected = await client.post(`/api/meta/instagram/accounts/${SEED.instagramId}/connect`, {});
  if (connected.status !== 200) throw new Error(`Connecting Instagram answered ${connected.text}`);
}

/** @returns captions, each of one order */
async function orderAll({ client }: Stage): Promise<string[]> {
  const captions: string[] = [];
  const image = { url: 'https://cdn.example.com/a.jpg' };
  for (let at = 1; at <= ORDERS; at += 1) {
    const caption = `No ${at}`;
    const body =
      at % 10 === 0
        ? { type: 'carousel', caption, children: [1, 2].map(() => ({ type: 'image', ...image })) }
        : at % 4 === 0
          ? { type: 'reel', caption, url: 'https://cdn.example.com/a.mp4' }
          : { type: 'image', caption, ...image };
    const answer = await client.post('/api/meta/instagram/media', body);
    if (answer.status !== 202) throw new Error(`Ordering answered ${answer.status}: ${answer.text}`);
    captions.push(caption);
  }
  return captions;
}

/** Lets pass the time that everybody waits for. */
async function hurry({ databaseUrl }: Stage): Promise<void> {
  await query(
    databaseUrl,
    `UPDATE instagram_publication_containers SET last_creation_at = last_creation_at - interval '1 minute'`,
  );
  await query(
    databaseUrl,
    // In the stand-in, what is under way has its effect at once: a minute later nothing can be on its way any more.
    `UPDATE instagram_publications SET next_step_at = now(),
            publishing_at = CASE WHEN state = 'unknown' THEN publishing_at - interval '30 seconds' ELSE publishing_at END
      WHERE next_step_at > now() AND claim_id IS NULL`,
  );
}

/** The only worker is dead, and its claims have run out. */
async function endClaims({ databaseUrl }: Stage): Promise<number> {
  const rows = await query<{ state: string }>(
    databaseUrl,
    `UPDATE instagram_publications SET next_step_at = now() WHERE claim_id IS NOT NULL AND next_step_at IS NOT NULL
     RETURNING state`,
  );
  return rows.filter(({ state }) => state === 'publishing').length;
}

async function countIn({ databaseUrl }: Stage, states: readonly string[]): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM instagram_publications WHERE state = ANY ($1)';
  const [row] = await query<{ count: number }>(databaseUrl, sql, [states]);
  return row?.count ?? 0;
}

/** @returns how many publications it died in the middle of */
async function killAmidPublishing(stage: Stage, worker: FaultService): Promise<number> {
  await eventually(
    async () => {
      await hurry(stage);
      return countIn(stage, ['publishing']);
    },
    (count) => count >= 2,
    { timeoutMs: 60_000, intervalMs: 10 },
  );
  await worker.kill();
  const orphans = await endClaims(stage);
  await worker.start();
  return orphans;
}

function creationIdIn(body: unknown): string {
  const isObject = typeof body === 'object' && body !== null && 'creation_id' in body;
  return isObject && typeof body.creation_id === 'string' ? body.creation_id : '';
}

describe('publishing on Instagram', () => {
  it('while workers are killed and answers are lost: everything that was ordered appears, exactly once', () =>
    onStage('kill -9 of a publishing worker', async (stage) => {
      await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      const patience = { META_TIMEOUT_MS: String(META_TIMEOUT_MS) };
      const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...patience });
      stage.control.configure({
        instagram: {
          links: 'trust',
          imageProcessingMs: 50,
          videoProcessingMs: 200,
          postsPerDay: 1_000,
          containersPerDay: 0,
        },
      });
      await stage.connect();
      await connectInstagram(stage);
      arrangeAnswers(stage);
      const captions = await orderAll(stage);

      let orphans = 0;
      for (let kill = 0; kill < KILLS; kill += 1) orphans += await killAmidPublishing(stage, worker);
      expect(orphans).toBeGreaterThan(0);
      const killedAt = Date.now();
      const open = ['queued', 'creating', 'processing', 'ready', 'publishing', 'unknown'];
      await eventually(
        async () => {
          await hurry(stage);
          await pause(200);
          return countIn(stage, open);
        },
        (count) => count === 0,
        { timeoutMs: 240_000, intervalMs: 50 },
      );

      const media = stage.control.publishedInstagramMedia();
      const rows = await query<{
        caption: string;
        state: string;
        media_id: string | null;
        had_lost_answer: boolean;
        publish_calls: number;
        error: unknown;
      }>(
        stage.databaseUrl,
        `SELECT request ->> 'caption' AS caption, state, media_id, had_lost_answer, publish_calls, error
           FROM instagram_publications`,
      );
      const unlike = rows.filter(({ state }) => state !== 'published');
      if (unlike.length > 0) throw new Error(`Not everything was published: ${JSON.stringify(unlike)}`);
      expect(media.map(({ caption }) => caption).sort()).toEqual([...captions].sort());
      // The stand-in would refuse it, and Meta probably, too: it is not asked in the first place.
      const publishedAt = new Map(media.map((each) => [each.containerId, each.publishedAt]));
      const calls = stage.control.calls({ method: 'POST', path: /\/media_publish$/ });
      expect(calls.length).toBeGreaterThan(ORDERS);
      const repeated = calls.filter(
        ({ body, at }) => at > (publishedAt.get(creationIdIn(body)) ?? Number.POSITIVE_INFINITY),
      );
      expect(repeated).toEqual([]);
      const told = new Map(rows.map(({ caption, media_id: id }) => [caption, id]));
      expect(media.filter(({ caption, mediaId }) => told.get(caption) !== mediaId)).toEqual([]);
      const events = await query<{ count: number }>(
        stage.databaseUrl,
        `SELECT count(*)::int AS count FROM domain_events WHERE kind = 'instagram.media.published'`,
      );
      expect(events).toEqual([{ count: ORDERS }]);
      const lost = rows.filter((row) => row.had_lost_answer).length;
      const again = rows.filter((row) => row.publish_calls > 1).length;
      stage.say(
        `${captions.length} ordered, ${media.length} on the account, each once; ${orphans} left half-way by ${KILLS} deaths, ` +
          `${lost} with a lost answer, ${again} told to Meta more than once (settled ${seconds(Date.now() - killedAt)} after the last)`,
      );
    }));
});
