import Redis from 'ioredis';

/** The few things that the benchmark itself does in Redis. Everything of one server lies under one prefix. */
export async function withRedis(redisUrl, work) {
  const client = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  client.on('error', () => undefined); // the command that fails says so
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

export async function removeKeys(redisUrl, prefix) {
  await withRedis(redisUrl, async (client) => {
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await client.unlink(keys);
    }
  });
}

export async function redisVersion(redisUrl) {
  const facts = await withRedis(redisUrl, (client) => client.info('server'));
  return /^(?:redis|valkey)_version:(\S+)/m.exec(facts)?.[1] ?? 'unknown';
}
