// Everything a command starts or makes is undone in reverse order, whichever way the command ends.
import { Problem, Stopped } from './problem.mjs';
import { say } from './progress.mjs';

const signalNumbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
// npm passes a Ctrl-C on to us although the terminal has sent it already; only a later one is meant as a second.
const secondSignalAfterMs = 1_000;

let undoes = [];
let ending;
let firstSignalMs;

/**
 * Registers how to undo something: `stop` in peace (may be async), `force` at once and synchronously when the person
 * insists. Returns a function to call when it has been undone already.
 */
export function onShutdown(stop, force = () => undefined) {
  const entry = { stop, force };
  undoes.push(entry);
  return () => {
    undoes = undoes.filter((other) => other !== entry);
  };
}

/** Throws when the command is ending: what has not begun must not begin any more. */
export function assertNotStopping() {
  if (ending !== undefined) throw new Stopped();
}

export function isStopping() {
  return ending !== undefined;
}

function shutDown() {
  ending ??= (async () => {
    for (let entry = undoes.pop(); entry !== undefined; entry = undoes.pop()) {
      running = entry;
      try {
        await entry.stop();
      } catch (error) {
        console.error(`While stopping: ${error.message}`);
      }
      running = undefined;
    }
  })();
  return ending;
}
let running;

function forceAll() {
  for (const entry of [running, ...undoes.reverse()]) {
    try {
      entry?.force();
    } catch {
      // Nothing more can be done about this one; the others still have to go.
    }
  }
}

function explain(error) {
  if (error instanceof Stopped) return;
  console.error(error instanceof Problem ? `\n${error.message}` : error);
}

/** Runs a command's `main` (which answers its exit code) and leaves nothing behind. Never returns. */
export async function runCommand(main) {
  for (const [signal, number] of Object.entries(signalNumbers)) {
    process.on(signal, () => {
      if (firstSignalMs !== undefined) {
        if (Date.now() - firstSignalMs < secondSignalAfterMs) return;
        forceAll();
        process.exit(128 + number);
      }
      firstSignalMs = Date.now();
      if (signal === 'SIGINT' && process.stdout.isTTY) say('\nStopping … (Ctrl-C again to stop at once)');
      void shutDown().then(() => process.exit(128 + number));
    });
  }
  process.on('uncaughtException', (error) => {
    explain(error);
    void shutDown().then(() => process.exit(1));
  });
  let exitCode;
  try {
    exitCode = await main();
  } catch (error) {
    if (ending === undefined) explain(error);
    exitCode = 1;
  }
  // After a signal the handler above decides how it ends.
  if (firstSignalMs !== undefined) await new Promise(() => undefined);
  await shutDown();
  process.exit(exitCode);
}
