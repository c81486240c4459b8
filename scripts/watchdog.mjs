// Started beside every command that starts servers. Its standard input is a pipe from the command: when the command
// dies without saying goodbye (kill -9, out of memory), the pipe closes and everything it had registered is ended here.
import fs from 'node:fs';
import readline from 'node:readline';
import { isStillRunning } from './process-identity.mjs';

for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => undefined);

const entries = new Map();
let saidGoodbye = false;

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

async function endProcess({ pid, startedAt, signal, patienceMs }) {
  const identity = { pid, startedAt };
  if (isStillRunning(identity)) signalTo(pid, signal);
  for (let waitedMs = 0; waitedMs < patienceMs && isStillRunning(identity); waitedMs += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  signalTo(-pid, 'SIGKILL'); // also what it had started and left behind
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.goodbye) saidGoodbye = true;
  else if (message.forget !== undefined) entries.delete(message.forget);
  else entries.set(message.id, message);
}
if (!saidGoodbye) {
  for (const entry of [...entries.values()].reverse()) {
    if (entry.pid !== undefined) await endProcess(entry);
    else fs.rmSync(entry.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
process.exit(0);
