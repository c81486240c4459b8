// Every child leads a process group of its own: a Ctrl-C at the terminal reaches only the command, which then stops
// its children in order, and whatever a child has started can be ended together with it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { watch } from './guarded.mjs';
import { Problem, Stopped } from './problem.mjs';
import { identityOf } from './process-identity.mjs';
import { projectFolder } from './project-folder.mjs';
import { assertNotStopping, isStopping, onShutdown } from './shutdown.mjs';

const tailLines = 25;

/** The last lines of an output, for the one who has to find out what went wrong. */
export function tailOf(text) {
  return stripVTControlCharacters(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-tailLines)
    .map((line) => `    ${line}`)
    .join('\n');
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

async function launch(command, args, { cwd = projectFolder, env = process.env, uid, gid, stdio }) {
  assertNotStopping();
  const child = spawn(command, args, {
    cwd,
    env,
    stdio,
    detached: true,
    ...(uid === undefined ? {} : { uid, gid }),
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new Problem(`Cannot run ${command}: ${error.code ?? error.message}.`, { cause: error }));
    });
  });
  return { child, exited };
}

/** Keeps a running child registered until it has ended, however this command ends meanwhile. */
function guard(child, exited, { stopSignal, patienceMs, finishFirst }) {
  const { pid } = child;
  const forgetWatch = watch({ ...identityOf(pid), signal: stopSignal, patienceMs });
  let over = false;
  const stop = async () => {
    if (over) return;
    if (finishFirst !== undefined) console.log(finishFirst);
    else signalTo(pid, stopSignal);
    const timer = setTimeout(
      () => signalTo(-pid, 'SIGKILL'),
      finishFirst === undefined ? patienceMs : 120_000,
    );
    await exited;
    clearTimeout(timer);
    signalTo(-pid, 'SIGKILL'); // what it had started and left behind
  };
  const forgetShutdown = onShutdown(stop, () => signalTo(-pid, 'SIGKILL'));
  void exited.then(() => {
    over = true;
    forgetWatch();
    forgetShutdown();
  });
  return stop;
}

/**
 * Runs a command to its end and answers its standard output. A failure carries the tail of everything it printed.
 * `onLine` gets each line as it comes; `finishFirst` is a sentence to say instead of interrupting it when the command
 * is stopped meanwhile (a package manager that is cut off leaves the system in pieces).
 */
export async function run(command, args, options = {}) {
  const { input, onLine, what = `${command} ${args.join(' ')}`, finishFirst, patienceMs = 5_000 } = options;
  const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
  const { child, exited } = await launch(command, args, { ...options, stdio });
  guard(child, exited, { stopSignal: 'SIGTERM', patienceMs, finishFirst });
  let stdout = '';
  let output = '';
  const collect = (chunk) => {
    output = (output + chunk).slice(-100_000);
    if (onLine !== undefined)
      for (const line of chunk.split(/\r?\n/)) if (line.trim() !== '') onLine(line.trim());
  };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    collect(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', collect);
  if (input !== undefined) {
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  }
  const drained = new Promise((resolve) => child.once('close', resolve));
  const { code, signal } = await exited;
  // A daemon that the command has started may hold the pipes open for ever.
  await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 1_000))]);
  if (isStopping()) throw new Stopped();
  if (code !== 0) {
    throw new Problem(`${what} failed (${signal ?? `exit code ${code}`}). It said last:\n${tailOf(output)}`);
  }
  return stdout;
}

/**
 * Runs a command that owns the terminal, like a test runner; answers its exit code, never throws for one. Whatever it
 * has started and not stopped is ended with it.
 */
export async function runInForeground(command, args, options = {}) {
  const { child, exited } = await launch(command, args, { ...options, stdio: 'inherit' });
  guard(child, exited, { stopSignal: 'SIGTERM', patienceMs: 5_000 });
  const { code, signal } = await exited;
  signalTo(-child.pid, 'SIGKILL');
  if (isStopping()) throw new Stopped();
  return signal === null ? code : 1;
}

/**
 * Starts a server, its output going to `logFile`. Answers `{ pid, exited, stop, log }`; the caller finds out when it
 * is ready. `input` is given to its standard input, for settings that must not be seen in the process list.
 */
export async function startServer(command, args, options) {
  const { logFile, input, stopSignal = 'SIGTERM', patienceMs = 15_000 } = options;
  const log = fs.openSync(logFile, 'w', 0o600);
  try {
    const stdio = [input === undefined ? 'ignore' : 'pipe', log, log];
    const { child, exited } = await launch(command, args, { ...options, stdio });
    const stop = guard(child, exited, { stopSignal, patienceMs });
    if (input !== undefined) {
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    }
    let ended = false;
    void exited.then(() => (ended = true));
    return {
      pid: child.pid,
      exited,
      stop,
      hasEnded: () => ended,
      log: () => fs.readFileSync(logFile, 'utf8'),
    };
  } finally {
    fs.closeSync(log);
  }
}

/** Waits until `probe` answers something truthy; fails when the server ends or the time is over. */
export async function untilReady(server, probe, { what, timeoutMs }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    assertNotStopping();
    const answer = await probe();
    if (answer) return answer;
    assertNotStopping();
    if (server.hasEnded())
      throw new Problem(`${what} stopped right after its start. It said last:\n${tailOf(server.log())}`);
    if (Date.now() > deadline) {
      throw new Problem(
        `${what} was not ready after ${timeoutMs / 1000} s. It said last:\n${tailOf(server.log())}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
