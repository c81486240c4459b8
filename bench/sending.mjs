// How near a campaign comes to what Meta lets its number send, whether Meta has to complain, and how long an answer to a
// customer takes meanwhile. The Graph sandbox plays Meta, with Meta's limits, in a process of its own.
import { performance } from 'node:perf_hooks';
import { apiClient } from '../scripts/http-json.mjs';
import { Problem } from '../scripts/problem.mjs';
import { step } from '../scripts/progress.mjs';
import { signInAtDialog } from '../scripts/sandbox-client.mjs';
import { assertNotStopping } from '../scripts/shutdown.mjs';
import { startSandbox, startService } from './processes.mjs';
import { ADMIN } from './stage.mjs';

export const CAMPAIGNS = {
  high: { title: 'a number of 1,000/s', perSecond: 1_000, level: 'HIGH', share: 1 },
  standard: { title: 'a number of 80/s', perSecond: 80, level: 'STANDARD', share: 0.1 },
};
const REDIRECT_URI = 'http://127.0.0.1/connected';
const LOOK_EVERY_MS = 25;
const REPLY_EVERY_MS = 900;
const CUSTOMERS = 12;
const LONGEST_MS = 180_000;
const MESSAGES = '/api/meta/whatsapp/messages';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function controlOf({ url }) {
  const call = async (operation, init) => {
    const response = await fetch(new URL(`/__control/${operation}`, url), init);
    const text = await response.text();
    if (!response.ok)
      throw new Problem(`The sandbox answered ${response.status} to ${operation}: ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  return {
    get: (operation) => call(operation),
    post: (operation, input = {}) =>
      call(operation, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      }),
  };
}

/** Somebody's account with a number of this level, whose webhooks arrive. */
async function connect(service, control, { level }) {
  const api = apiClient(service.url);
  await api.post('/api/auth/register', ADMIN);
  api.authorize(
    (await api.post('/api/auth/login', { email: ADMIN.email, password: ADMIN.password })).accessToken,
  );
  const { id: phoneNumberId } = await control.post('create-phone-number', {
    displayPhoneNumber: '+1 555-078-7777',
    throughputLevel: level,
  });
  const { url } = await api.get(`/api/meta/auth/url?${new URLSearchParams({ redirectUri: REDIRECT_URI })}`);
  const { code, state } = await signInAtDialog(url, REDIRECT_URI);
  await api.post('/api/meta/auth/connect', { code, state, redirectUri: REDIRECT_URI });
  await api.get(`/api/meta/whatsapp/account?phoneNumberId=${phoneNumberId}`);
  await api.get('/api/meta/whatsapp/templates');
  const { status } = await api.post('/api/meta/webhook/configure', {
    verifyToken: 'bench-verify-token',
    fields: { messages: true },
  });
  if (status !== 'active') throw new Problem(`The webhooks are ${status} and not active.`);
  return { api, phoneNumberId };
}

const digits = (prefix, index) => `+1650${prefix}${String(index).padStart(5, '0')}`;

/** Customers who wrote, so that they may be answered. */
async function haveCustomersWrite(database, control, phoneNumberId) {
  const phones = Array.from({ length: CUSTOMERS }, (_, index) => digits('77', index));
  for (const phone of phones)
    await control.post('play-message', {
      phoneNumberId,
      from: { phone },
      type: 'text',
      content: { body: 'Hello' },
    });
  for (;;) {
    assertNotStopping();
    const [{ count }] = await database.query('SELECT count(*)::int AS count FROM messages');
    if (count === CUSTOMERS) return phones;
    await sleep(50);
  }
}

async function prepareCampaign(service, api, phoneNumberId, count) {
  const { id } = await api.post('/api/meta/whatsapp/campaigns', {
    name: 'Benchmark',
    phoneNumberId,
    template: { name: 'hello_world', language: 'en_US' },
  });
  const lines = Array.from({ length: count }, (_, index) => digits('80', index));
  await api.upload(
    `/api/meta/whatsapp/campaigns/${id}/recipients`,
    'text/csv',
    ['phone', ...lines].join('\n'),
  );
  return id;
}

/** Sends an answer to a customer; once Meta has it, tells its id and when it was asked for, by the clock of this machine. */
async function reply(api, phoneNumberId, to) {
  const askedMs = Date.now();
  const { id } = await api.post(MESSAGES, {
    phoneNumberId,
    to,
    type: 'text',
    text: { body: 'We are on it' },
  });
  for (;;) {
    assertNotStopping();
    const { status, statuses } = await api.get(`${MESSAGES}/${id}`);
    if (status === 'failed') throw new Problem(`An answer failed: ${JSON.stringify(statuses.at(-1))}`);
    const accepted = statuses.find((each) => each.status === 'accepted');
    if (accepted !== undefined) return { id, askedMs };
    await sleep(50);
  }
}

/** @returns the seconds from the first to the last message that Meta accepted, and how long answers took meanwhile */
async function runCampaign({ api, control, phoneNumberId, campaignId, customers, count }) {
  const accepted = async () => (await control.get('limit-stats')).numbers[phoneNumberId]?.accepted ?? 0;
  const before = await accepted();
  await api.post(`/api/meta/whatsapp/campaigns/${campaignId}/start`);
  const replies = [];
  const asked = [];
  let firstMs;
  let nextReplyMs = Infinity;
  const endMs = performance.now() + LONGEST_MS;
  for (;;) {
    assertNotStopping();
    const now = performance.now();
    const done = (await accepted()) - before - replies.length;
    if (firstMs === undefined && done > 0) [firstMs, nextReplyMs] = [now, now + REPLY_EVERY_MS / 2];
    if (done >= count) {
      const took = performance.now() - firstMs;
      await Promise.all(asked);
      return { seconds: took / 1000, replies };
    }
    if (now > endMs) throw new Problem(`Only ${done} of ${count} messages went out in time.`);
    if (now >= nextReplyMs && asked.length < customers.length) {
      nextReplyMs = now + REPLY_EVERY_MS;
      asked.push(reply(api, phoneNumberId, customers[asked.length]).then((sent) => replies.push(sent)));
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function checkEverybody({ stage, key, api, control, phoneNumberId, campaignId, count }, replies) {
  const { refused, numbers } = await control.get('limit-stats');
  const { data: messages } = await control.get(`sent-messages?phoneNumberId=${phoneNumberId}`);
  const people = new Set(messages.filter(({ type }) => type === 'template').map(({ to }) => to));
  const templates = messages.filter(({ type }) => type === 'template').length;
  const campaign = await api.get(`/api/meta/whatsapp/campaigns/${campaignId}`);
  stage.check(
    `sending (${key}): everybody in the campaign got one message`,
    people.size === count && templates === count,
    `${templates} messages to ${people.size} people, of ${count}; campaign ${JSON.stringify(campaign.progress ?? campaign)}`,
  );
  const acceptedAt = new Map(messages.map((message) => [message.bizOpaqueCallbackData, message.acceptedAt]));
  return {
    replies: replies.map(({ id, askedMs }) => acceptedAt.get(id) - askedMs),
    complaints: refused['130429'] ?? 0,
    busiestSecond: numbers[phoneNumberId]?.busiestSecond ?? 0,
  };
}

async function measureOnce(stage, key) {
  const campaign = CAMPAIGNS[key];
  const count = Math.round(stage.options.campaignMessages * campaign.share);
  const database = await stage.databases.create();
  const sandbox = await startSandbox(stage);
  const service = await startService(stage, {
    database,
    roles: 'api,worker,scheduler',
    settings: {
      META_GRAPH_URL: sandbox.url,
      META_OAUTH_URL: sandbox.url,
      OAUTH_REDIRECT_URIS: REDIRECT_URI,
    },
  });
  try {
    const control = controlOf(sandbox);
    const { api, phoneNumberId } = await connect(service, control, campaign);
    await control.post('configure', {
      // Statuses come as Meta's do: sent within two seconds, delivered within ten, read minutes later.
      statuses: { timing: 'realistic' },
      limits: { messagingTiers: false },
    });
    const customers = await haveCustomersWrite(database, control, phoneNumberId);
    const campaignId = await prepareCampaign(service, api, phoneNumberId, count);
    await stage.databases.settle();
    const run = { stage, key, api, control, phoneNumberId, campaignId, customers, count };
    const { seconds, replies } = await runCampaign(run);
    return { messages: count, rate: count / seconds, ...(await checkEverybody(run, replies)) };
  } finally {
    await service.stop();
    await sandbox.stop();
    await stage.databases.drop(database);
  }
}

export async function measureSending(stage) {
  const sending = (stage.results.sending = {});
  for (let round = 0; round < stage.options.rounds; round += 1) {
    for (const key of Object.keys(CAMPAIGNS)) {
      const result = await step(
        `Sending, round ${round + 1}: ${CAMPAIGNS[key].title}`,
        () => measureOnce(stage, key),
        ({ rate, complaints }) => `${rate.toFixed(1)} messages/s, ${complaints} complaints`,
      );
      (sending[key] ??= []).push(result);
    }
  }
}
