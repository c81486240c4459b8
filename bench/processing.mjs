// How many stored events are turned into their effects in a second: in batches, one transaction per event, and in
// batches with many messages stored already.
import { tailOf } from '../scripts/child-processes.mjs';
import { Problem } from '../scripts/problem.mjs';
import { step } from '../scripts/progress.mjs';
import { assertNotStopping } from '../scripts/shutdown.mjs';
import { withSession } from './databases.mjs';
import { inboundPrefix, outboundOfMix, outboundPrefix } from './deliveries.mjs';
import { newRunName, sendLoad, startService } from './processes.mjs';
import { storeOutbound } from './seed.mjs';

const LOOK_EVERY_MS = 50;
const LONGEST_STANDSTILL_MS = 60_000;
/** Of the deliveries; while these are processed the process warms up, and the clock has not started. */
const WARM_UP_SHARE = 0.2;

export const PROCESSORS = {
  batched: { title: 'in batches, empty database', settings: {} },
  single: {
    title: 'one transaction per event, empty database',
    settings: { WEBHOOK_BATCH_SIZE: '1' },
    isSlow: true,
  },
  stored: { title: 'in batches, messages stored already', settings: {}, isFull: true },
};

const multipleOfNine = (count) => Math.max(9, count - (count % 9));

/** Two thirds messages, one third statuses of messages that were sent before. Signed and received as always. */
async function fill(stage, database, redisPrefix, deliveries) {
  await database.query('TRUNCATE webhook_deliveries, webhook_digests');
  await storeOutbound(database, deliveries.run, outboundOfMix(deliveries.count));
  const service = await startService(stage, { database, roles: 'api', redisPrefix });
  const { acknowledged } = await sendLoad(stage, service, { deliveries, seconds: null });
  await service.stopKeepingJobs();
  if (acknowledged !== deliveries.count)
    throw new Problem(`Only ${acknowledged} of ${deliveries.count} deliveries were taken in.`);
  // What a table that has been in use for a while has had as well.
  await database.query('VACUUM (ANALYZE) webhook_deliveries, webhook_digests');
}

const LOOK = `SELECT clock_timestamp() AS at, EXISTS (SELECT FROM webhook_deliveries WHERE state = 'pending') AS is_left`;
const COUNT_PENDING = `SELECT count(*)::int AS count FROM webhook_deliveries WHERE state = 'pending'`;
const rowsOf = async (client, sql) => (await client.query(sql)).rows;

/** Waits until nothing is pending. Answers the database's time then. */
async function untilProcessed(database, service) {
  return withSession(database, async (client) => {
    await client.query('SET enable_seqscan = off'); // looking must cost little: there is an index of what is pending
    let lastCount = -1;
    let lastChangeMs = Date.now();
    for (let look = 0; ; look += 1) {
      assertNotStopping();
      const [{ at, is_left: isLeft }] = await rowsOf(client, LOOK);
      if (!isLeft) return at;
      if (look % 100 === 0) {
        const [{ count }] = await rowsOf(client, COUNT_PENDING);
        if (count !== lastCount) [lastCount, lastChangeMs] = [count, Date.now()];
        if (service.hasEnded() || Date.now() - lastChangeMs > LONGEST_STANDSTILL_MS)
          throw new Problem(`Processing stopped with ${count} deliveries left:\n${tailOf(service.log())}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  });
}

/**
 * Events a second, from the moment the first fifth was done. `processed_at` is when a transaction began; those that
 * began after that moment are counted, up to when all were seen to be done.
 */
async function rateOf(database, endAt) {
  const [{ count, seconds, transactions }] = await database.query(
    `WITH done AS (SELECT processed_at AS at, events_processed AS events FROM webhook_deliveries),
          warm AS (SELECT percentile_disc($2::float8) WITHIN GROUP (ORDER BY at) AS at FROM done)
     SELECT sum(events) FILTER (WHERE done.at > warm.at)::int AS count,
            extract(epoch FROM $1::timestamptz - min(warm.at))::float8 AS seconds,
            count(DISTINCT done.at)::int AS transactions
       FROM done, warm`,
    [endAt, WARM_UP_SHARE],
  );
  return { rate: count / seconds, transactions };
}

/** All counts add up, or the figure is worth nothing: every event processed, every message and status there once. */
async function checkEffects(stage, key, database, { run, count }) {
  const states = await database.query(
    `SELECT state, count(*)::int AS deliveries, sum(events_processed)::int AS events
       FROM webhook_deliveries GROUP BY state ORDER BY state`,
  );
  const [{ messages, statuses, read }] = await database.query(
    `SELECT (SELECT count(*)::int FROM messages WHERE starts_with(external_id, $1)) AS messages,
            (SELECT count(*)::int FROM message_statuses s JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id
              WHERE starts_with(m.external_id, $2)) AS statuses,
            (SELECT count(*)::int FROM messages WHERE starts_with(external_id, $2) AND status = 'read') AS read`,
    [inboundPrefix(run), outboundPrefix(run)],
  );
  const isRight =
    states.length === 1 &&
    states[0].state === 'processed' &&
    states[0].deliveries === count &&
    states[0].events === count &&
    messages === (count * 2) / 3 &&
    statuses === count / 3 &&
    read === outboundOfMix(count);
  const found = states.map(({ state, deliveries, events }) => `${deliveries} ${state} with ${events} events`);
  stage.check(
    `processing (${key}): every event has its effect, once`,
    isRight,
    `of ${count}: ${found.join(', ')}; ${messages} messages, ${statuses} statuses, ${read} read`,
  );
}

async function measureOnce(stage, key) {
  const { settings, isSlow = false, isFull = false } = PROCESSORS[key];
  const { options, databases } = stage;
  const deliveries = {
    kind: 'mixed',
    run: newRunName(),
    count: multipleOfNine(isSlow ? options.singleDeliveries : options.deliveries),
  };
  const database = isFull ? await stage.fullDatabase() : await stage.freshDatabase();
  const redisPrefix = `bench-${deliveries.run}`;
  await fill(stage, database, redisPrefix, deliveries);
  await databases.settle();
  const service = await startService(stage, { database, roles: 'worker', redisPrefix, settings });
  let result;
  try {
    result = await rateOf(database, await untilProcessed(database, service));
  } finally {
    await service.stop();
  }
  await checkEffects(stage, key, database, deliveries);
  if (isSlow)
    stage.check(
      'processing (single): the service made one transaction of each event',
      result.transactions >= deliveries.count * 0.99, // two may begin in the same microsecond
      `${result.transactions} transactions for ${deliveries.count} events; WEBHOOK_BATCH_SIZE was 1`,
    );
  if (!isFull) await databases.drop(database);
  return { ...result, events: deliveries.count };
}

/** Measures them in turn, each round in another order. */
export async function measureProcessing(stage) {
  const processing = (stage.results.processing = {});
  const keys = Object.keys(PROCESSORS);
  await stage.fullDatabase();
  for (let round = 0; round < stage.options.rounds; round += 1) {
    const first = round % keys.length;
    for (const key of [...keys.slice(first), ...keys.slice(0, first)]) {
      const result = await step(
        `Processing, round ${round + 1}: ${key}`,
        () => measureOnce(stage, key),
        ({ rate }) => `${Math.round(rate).toLocaleString('en')} events/s`,
      );
      (processing[key] ??= []).push(result);
    }
  }
}
