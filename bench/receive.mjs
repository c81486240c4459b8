// How many deliveries are acknowledged in a second, and for the service: that every one of them is in its table.
import { step } from '../scripts/progress.mjs';
import { newRunName, residentMegabytes, sendLoad, startComparison, startService } from './processes.mjs';
import { withRedis } from './redis.mjs';
import { median } from './statistics.mjs';

/** More than any server here answers in a second; should one be faster, its measurement ends when all are sent. */
const MOST_PER_SECOND = 45_000;
const SAMPLE_EVERY_MS = 100;
const QUIET_MS = 500; // after a start or an end, before the next measurement

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const RECEIVERS = {
  bare: { title: 'bare Node HTTP: reads the body, answers 200', measure: measureComparison },
  'verify-only': { title: 'Nest on Fastify: verifies, answers, stores nothing', measure: measureComparison },
  'express-bull': {
    title: 'Express + Bull: signature over `JSON.stringify`, one job per event, not durable',
    measure: measureComparison,
  },
  api: { title: 'this service, receiving (`APP_ROLES=api`), durable', measure: measureService },
  all: {
    title: 'this service, receiving and processing at once (all roles, one process), durable',
    measure: measureService,
  },
};

const ROLES = { api: 'api', all: 'api,worker,scheduler' };

function deliveriesFor({ seconds, warmUpSeconds }, perSecond = MOST_PER_SECOND) {
  return { kind: 'text', run: newRunName(), count: Math.ceil(perSecond * (seconds + warmUpSeconds)) };
}

/** Every answer must be a 200: a server that refuses work quickly would look fast. */
function checkAnswers(stage, who, { refused }) {
  const statuses = Object.entries(refused).map(([status, count]) => `${count} × ${status}`);
  stage.check(`${who}: every answer was 200`, statuses.length === 0, statuses.join(', '));
}

async function measureComparison(stage, key) {
  const server = await startComparison(stage, key);
  await pause(QUIET_MS);
  const result = await sendLoad(stage, server, { deliveries: deliveriesFor(stage.options) });
  checkAnswers(stage, key, result);
  if (key === 'express-bull') await checkJobs(stage, server, result);
  await server.stop();
  return result;
}

async function checkJobs(stage, { redisPrefix }, { acknowledged }) {
  const jobs = await withRedis(stage.redisUrl, (client) => client.llen(`${redisPrefix}:webhook-events:wait`));
  stage.check('express-bull: a job for every acknowledged event', jobs === acknowledged, `${jobs} jobs`);
}

/** The measured service's database holds exactly what it has acknowledged: that is what durable means here. */
async function checkStored(stage, who, database, acknowledged) {
  const [{ stored, distinct_bodies: bodies }] = await database.query(
    `SELECT count(*)::int AS stored, count(DISTINCT digest)::int AS distinct_bodies FROM webhook_deliveries`,
  );
  stage.check(
    `${who}: acknowledged = stored`,
    stored === acknowledged && bodies === acknowledged,
    `${acknowledged} acknowledged, ${stored} rows, ${bodies} different bodies`,
  );
}

async function measureService(stage, key) {
  const load = { deliveries: deliveriesFor(stage.options) };
  return underLoad(stage, key, load, { idleMs: key === 'all' ? stage.options.idleSeconds * 1000 : QUIET_MS });
}

/** Starts the service on a fresh database, loads it, and answers the load's result with what it took in memory. */
async function underLoad(stage, key, load, { idleMs = QUIET_MS } = {}) {
  const database = await stage.freshDatabase();
  await stage.databases.settle();
  const service = await startService(stage, { database, roles: ROLES[key] });
  await pause(idleMs);
  const idleMegabytes = await residentMegabytes(service.pid);
  let peakMegabytes = idleMegabytes;
  const sampling = setInterval(() => {
    void residentMegabytes(service.pid).then((now) => (peakMegabytes = Math.max(peakMegabytes, now)));
  }, SAMPLE_EVERY_MS);
  try {
    const result = await sendLoad(stage, service, load);
    const who = `service (${ROLES[key]})`;
    checkAnswers(stage, who, result);
    await checkStored(stage, who, database, result.acknowledged);
    const [{ processed }] = await database.query(
      `SELECT count(*)::int AS processed FROM webhook_deliveries WHERE state = 'processed'`,
    );
    return { ...result, idleMegabytes, peakMegabytes, processed };
  } finally {
    clearInterval(sampling);
    await service.stop();
    await stage.databases.drop(database);
  }
}

/** Measures the given receivers in turn, each round in another order, and keeps every result under its name. */
export async function measureReceiving(stage, keys = Object.keys(RECEIVERS)) {
  const receive = (stage.results.receive ??= {});
  for (let round = 0; round < stage.options.rounds; round += 1) {
    const first = round % keys.length;
    for (const key of [...keys.slice(first), ...keys.slice(0, first)]) {
      const result = await step(
        `Receiving, round ${round + 1}: ${key}`,
        () => RECEIVERS[key].measure(stage, key),
        ({ rate }) => `${Math.round(rate).toLocaleString('en')}/s`,
      );
      (receive[key] ??= []).push(result);
    }
  }
}

/** How long an acknowledgement takes at half of the rate that was measured, requests coming when they are due. */
export async function measureLatency(stage) {
  if (stage.results.receive?.api === undefined) await measureReceiving(stage, ['api']);
  const latency = (stage.results.latency = {});
  const keys = ['api', 'all'].filter((key) => stage.results.receive[key] !== undefined);
  const { seconds, warmUpSeconds } = stage.options;
  for (let round = 0; round < stage.options.rounds; round += 1) {
    for (const key of keys) {
      const rate = Math.floor(median(stage.results.receive[key].map((result) => result.rate)) / 2);
      const load = {
        rate,
        // As many as may be under way when the service stalls for a moment; they do not send faster.
        connections: stage.options.connections * 4,
        deliveries: deliveriesFor({ seconds, warmUpSeconds }, rate),
      };
      const result = await step(
        `Latency at half load, round ${round + 1}: ${key}, ${rate.toLocaleString('en')}/s`,
        () => underLoad(stage, key, load),
        ({ durationsMs }) => `p99 ${durationsMs.p99.toFixed(1)} ms`,
      );
      (latency[key] ??= []).push(result);
    }
  }
}

/** Memory is looked at while the service receives and processes as fast as it can; only that is run if it was not yet. */
export async function measureMemory(stage) {
  if (stage.results.receive?.all === undefined) await measureReceiving(stage, ['all']);
  stage.results.memory = stage.results.receive.all.map(({ idleMegabytes, peakMegabytes }) => ({
    idleMegabytes,
    peakMegabytes,
  }));
}
