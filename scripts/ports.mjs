import net from 'node:net';

function listenOnce(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const { port: bound } = server.address();
      server.close(() => resolve(bound));
    });
  });
}

/** Whether something accepts connections there. */
export function isAnswering(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 1_000 });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

/**
 * The wanted port if it is free, else any free one. Looks on all interfaces as well as on the host itself: on Linux a
 * server on 0.0.0.0 and one on 127.0.0.1 may share a number, and callers would reach whichever is the more specific.
 */
export async function freePort(wanted, host = '127.0.0.1') {
  if (wanted !== undefined && !(await isAnswering(wanted)) && (await listenOnce(wanted, host)) === wanted) {
    return wanted;
  }
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = await listenOnce(0, host);
    if (port !== undefined && !(await isAnswering(port))) return port;
  }
  throw new Error(`No free port could be found on ${host}.`);
}
