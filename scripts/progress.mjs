// One line per step: what is being done, and how long it took. On a terminal the line counts the seconds while it
// works; in a log it is written at the start of anything long, and every 15 s after, so that nobody thinks it hangs.
import { Stopped } from './problem.mjs';

const onTerminal =
  process.stdout.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb';
const colour = onTerminal && process.env.NO_COLOR === undefined;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const quietForMs = 2_000;
const remindEveryMs = 15_000;

let openLine; // the terminal line that is being rewritten

// A closed terminal or pipe must not end the command before it has cleaned up.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

function seconds(sinceMs) {
  const elapsedMs = Date.now() - sinceMs;
  return elapsedMs < 10_000 ? `${(elapsedMs / 1000).toFixed(1)} s` : `${Math.round(elapsedMs / 1000)} s`;
}

function rewrite(text) {
  const width = (process.stdout.columns || 80) - 1;
  process.stdout.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
}

/** A line of its own, also while a step is counting. */
export function say(text = '') {
  if (openLine !== undefined) process.stdout.write('\r\u001b[2K');
  process.stdout.write(`${text}\n`);
}

export function bold(text) {
  return paint(1, text);
}

/**
 * Runs `work` under a title. `work` may call its argument with a few words on what it is at, and its result may be
 * given a note for the finished line with `noteOf`.
 */
export async function step(title, work, noteOf = () => undefined) {
  const startedMs = Date.now();
  let detail = '';
  const label = () => (detail === '' ? title : `${title}: ${detail}`);
  const timer = onTerminal
    ? setInterval(() => rewrite(`  ${(openLine = label())} (${seconds(startedMs)})`), 200)
    : setTimeout(function remind() {
        say(`  … ${label()} (${seconds(startedMs)})`);
        timer.again = setInterval(() => say(`  … ${label()} (${seconds(startedMs)})`), remindEveryMs);
      }, quietForMs);
  const close = () => {
    clearInterval(timer);
    clearInterval(timer.again);
    if (openLine !== undefined) process.stdout.write('\r\u001b[2K');
    openLine = undefined;
  };
  try {
    const result = await work((words) => (detail = words));
    close();
    const note = noteOf(result);
    say(`${paint(32, '✓')} ${title}${note === undefined ? '' : `: ${note}`} (${seconds(startedMs)})`);
    return result;
  } catch (error) {
    close();
    if (!(error instanceof Stopped)) say(`${paint(31, '✗')} ${title} (${seconds(startedMs)})`);
    throw error;
  }
}
