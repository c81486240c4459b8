import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * Asks Redis for a PONG over a connection of its own: the queue's clients buffer commands while they reconnect and would
 * answer late instead of no.
 * @param url a `redis://` or `rediss://` address
 * @throws Error when it does not answer within `timeoutMs`, or with anything else
 */
export async function pingRedis(url: string, timeoutMs: number): Promise<void> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '') || 'localhost';
  const target = { host, port: port === '' ? 6379 : Number(port) };
  const socket = protocol === 'rediss:' ? connectTls({ ...target, servername: host }) : connectPlain(target);
  const login = [username, password].filter((part) => part !== '').map((part) => decodeURIComponent(part));
  const commands = [...(login.length === 0 ? [] : [['AUTH', ...login]]), ['PING']];
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('Redis does not answer in time.'));
      }, timeoutMs);
      let answer = '';
      socket.once('close', () => {
        clearTimeout(timer);
        reject(new Error('Redis closed the connection.'));
      });
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString('latin1');
        if (answer.includes('+PONG\r\n')) resolve();
        else if (answer.includes('-')) reject(new Error('Redis refuses the command.'));
      });
      socket.write(commands.map(encodeCommand).join(''));
    });
  } finally {
    socket.destroy();
  }
}

/** RESP: an array of bulk strings. */
function encodeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
