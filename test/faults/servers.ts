import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Client } from 'pg';
import { type ServerCommand, ServerProcess } from './processes';

/** PostgreSQL and Redis as `scripts/faults.mjs` has made them ready. */
export function preparedServers(): { postgres: ServerProcess; redis: ServerProcess } {
  const file = process.env.FAULTS_SERVERS_FILE;
  if (file === undefined)
    throw new Error('Run these with npm run test:faults, which prepares their servers.');
  const { postgres, redis } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'postgres' | 'redis',
    ServerCommand
  >;
  return {
    postgres: new ServerProcess('PostgreSQL', postgres, answersSql),
    redis: new ServerProcess('Redis', redis, answersPing),
  };
}

async function answersSql(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** In Redis' own protocol: one question does not need a client that reconnects. */
async function answersPing(url: string): Promise<boolean> {
  const { hostname, port, password } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1_000 });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    let answer = '';
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.includes('+PONG')) done(true);
    });
    for (const event of ['error', 'timeout', 'close'])
      socket.once(event, () => {
        done(false);
      });
  });
}
