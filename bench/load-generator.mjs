// A process of its own, so that its work is not the measured server's nor the benchmark's. Its order is one JSON object
// on standard input, its result one on standard output:
//   { port, path, secret, connections, deliveries: { kind, run, count }, warmUpSeconds, seconds, rate }
// Without `rate` every connection sends its next request when the last one is answered (closed loop), for `seconds`
// or, when they are null, until all are sent. With it, requests are due at fixed times whatever the server does (open
// loop), and a duration begins when the request was due: a server that stalls is not excused from what it held up.
import net from 'node:net';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { answerReader } from './answer-reader.mjs';
import { prepareRequests } from './prepared-requests.mjs';
import { percentilesOf } from './statistics.mjs';

const READ_BUFFER_BYTES = 16 * 1024;
const LONGEST_SILENCE_MS = 30_000;

const order = JSON.parse(await text(process.stdin));
const requests = prepareRequests(order);
const readerFor = answerReader();
const refused = {};
let acknowledged = 0;
let isOver = false;

function fail(error) {
  if (isOver) return;
  console.error(`The load generator: ${error.message}`);
  process.exit(1);
}

/** A kept connection; `onAnswer` is called with it and the status. */
function connect(onAnswer) {
  return new Promise((resolve) => {
    const read = readerFor();
    const connection = { send: (bytes) => socket.write(bytes), index: 0 };
    const socket = net.connect({
      port: order.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
        callback: (length, buffer) => {
          try {
            const status = read(length === buffer.length ? buffer : buffer.subarray(0, length));
            if (status === undefined) return true;
            if (status === 200) acknowledged += 1;
            else refused[status] = (refused[status] ?? 0) + 1;
            onAnswer(connection, status);
          } catch (error) {
            fail(error);
          }
          return true;
        },
      },
    });
    socket.once('connect', () => resolve(connection));
    socket.on('error', fail);
    socket.once('close', () => fail(new Error('The server closed a connection.')));
  });
}

async function connectAll(onAnswer) {
  return Promise.all(Array.from({ length: order.connections }, () => connect(onAnswer)));
}

/** Fails when nothing is answered for long; a server that hangs must not hang the benchmark. */
function watchForSilence() {
  let before = -1;
  setInterval(() => {
    if (acknowledged === before) fail(new Error(`No answer within ${LONGEST_SILENCE_MS / 1000} s.`));
    before = acknowledged;
  }, LONGEST_SILENCE_MS).unref();
}

async function closedLoop() {
  let next = 0;
  let underWay = 0;
  let end;
  let mayStop;
  const idle = new Promise((resolve) => (mayStop = resolve));
  const now = () => ({ at: performance.now(), acknowledged });
  const sendOn = (connection) => {
    if (end === undefined && next < requests.count) {
      connection.send(requests.at(next));
      next += 1;
      return;
    }
    end ??= now(); // none is left before the time is over: the measurement ends here
    underWay -= 1;
    if (underWay === 0) mayStop();
  };
  const connections = await connectAll(sendOn);
  watchForSilence();
  underWay = connections.length;
  let mark = now();
  if (order.seconds !== null) {
    setTimeout(() => {
      if (end !== undefined) fail(new Error('All requests were sent while it was still warming up.'));
      mark = now();
    }, order.warmUpSeconds * 1000);
    setTimeout(() => (end ??= now()), (order.warmUpSeconds + order.seconds) * 1000);
  }
  for (const connection of connections) sendOn(connection);
  await idle; // what was under way is answered too: only then do the counts have to agree
  const seconds = (end.at - mark.at) / 1000;
  return { seconds, rate: (end.acknowledged - mark.acknowledged) / seconds };
}

async function openLoop() {
  const warmUp = Math.floor(order.rate * order.warmUpSeconds);
  const total = Math.min(requests.count, warmUp + Math.floor(order.rate * order.seconds));
  const durations = new Float64Array(total);
  const delays = new Float64Array(total); // of our own sending, as far as a connection was free
  const free = [];
  let [next, done] = [0, 0];
  let startMs = 0;
  let finish;
  const allAnswered = new Promise((resolve) => (finish = resolve));
  const dueMs = (index) => startMs + (index * 1000) / order.rate;
  const sendDue = (wasFree) => {
    const nowMs = performance.now();
    while (next < total && free.length > 0 && dueMs(next) <= nowMs) {
      const connection = free.pop();
      connection.index = next;
      delays[next] = wasFree ? nowMs - dueMs(next) : 0;
      connection.send(requests.at(next));
      next += 1;
    }
  };
  const onAnswer = (connection) => {
    durations[connection.index] = performance.now() - dueMs(connection.index);
    const wasFree = free.length > 0;
    free.push(connection);
    done += 1;
    if (done === total) finish();
    else sendDue(wasFree);
  };
  free.push(...(await connectAll(onAnswer)));
  watchForSilence();
  startMs = performance.now() + 20;
  setInterval(() => sendDue(true), 1);
  await allAnswered;
  return {
    seconds: order.seconds,
    rate: order.rate,
    durationsMs: percentilesOf(durations.subarray(warmUp)),
    ownDelayMs: percentilesOf(delays.subarray(warmUp)),
  };
}

const result = order.rate === undefined ? await closedLoop() : await openLoop();
isOver = true;
process.stdout.write(JSON.stringify({ ...result, acknowledged, refused }), () => process.exit(0));
