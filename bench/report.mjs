import fs from 'node:fs';
import { Problem } from '../scripts/problem.mjs';
import { insideProject } from '../scripts/project-folder.mjs';
import { RANGES } from './analytics.mjs';
import { INBOX_REQUESTS } from './inbox.mjs';
import { PROCESSORS } from './processing.mjs';
import { QUERIES } from './queries.mjs';
import { RECEIVERS } from './receive.mjs';
import { median, spread } from './statistics.mjs';
import { CAMPAIGNS } from './sending.mjs';
import { comparedWithTargets } from './targets.mjs';

const document = insideProject('docs', 'BENCHMARKS.md');
const marks = { begin: '<!-- figures: begin -->', end: '<!-- figures: end -->' };

const whole = (value) => Math.round(value).toLocaleString('en');
const one = (value) => value.toFixed(1);

function table(head, rows, alignment = head.map((_, index) => (index === 0 ? '---' : '---:'))) {
  return [head, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function section(title, results, text) {
  return results === undefined ? [] : [`### ${title}`, text(results)];
}

function machineSection({ machine, date }, { rounds, seconds, connections, isQuick }) {
  const { commits } = machine;
  const lines = [
    `Measured ${date}: ${rounds} round${rounds === 1 ? '' : 's'} of ${seconds} s each, ${connections} connections${
      isQuick
        ? ', with little data (`--quick`): these figures show that the benchmark works and not much else'
        : ''
    }.`,
    '',
    `- ${machine.cores} × ${machine.cpu}, ${machine.memoryGigabytes} GB, ${machine.system}; shared by load generator, service, PostgreSQL and Redis; load average before the start ${machine.load.toFixed(2)}`,
    `- Node.js ${machine.node}, PostgreSQL ${machine.postgres} (${machine.postgresSettings}), Redis ${machine.redis}`,
    `- one commit of one row on this disk: median ${one(commits.p50)} ms, p99 ${one(commits.p99)} ms`,
  ];
  return lines.join('\n');
}

function targetSection(stage) {
  const rows = comparedWithTargets(stage).map(({ what, target, measured, isMet }) => [
    what,
    target,
    measured ?? 'not measured in this run',
    measured === undefined ? '' : isMet ? 'met' : '**missed**',
  ]);
  return table(['what', 'target', 'measured', ''], rows, ['---', '---', '---', '---']);
}

function receiveTable(receive) {
  return table(
    ['server', 'acknowledged/s, median', 'least', 'most'],
    Object.keys(RECEIVERS)
      .filter((key) => receive[key] !== undefined)
      .map((key) => {
        const rates = spread(receive[key].map(({ rate }) => rate));
        return [RECEIVERS[key].title, whole(rates.median), whole(rates.least), whole(rates.most)];
      }),
  );
}

function receiveText(receive) {
  const processed = receive.all?.map((result) => result.processed / result.acknowledged);
  const note =
    processed === undefined
      ? []
      : [
          '',
          `With all roles in one process, ${Math.round(median(processed) * 100)} % of what was acknowledged was processed by the time the load ended; the rest waited in the inbox.`,
        ];
  return [receiveTable(receive), ...note].join('\n');
}

function latencyText(latency) {
  const medianOf = (results, name) => one(median(results.map(({ durationsMs }) => durationsMs[name])));
  const names = { api: 'receiving', all: 'receiving and processing' };
  const rows = Object.entries(latency).map(([key, results]) => [
    names[key],
    whole(results[0].rate),
    ...['p50', 'p99', 'p999', 'max'].map((name) => medianOf(results, name)),
    one(median(results.map(({ ownDelayMs }) => ownDelayMs.p99))),
  ]);
  const head = [
    'roles',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'max ms',
    "of it the generator's own p99",
  ];
  return table(head, rows);
}

function processingText(processing) {
  const rows = Object.keys(PROCESSORS)
    .filter((key) => processing[key] !== undefined)
    .map((key) => {
      const rates = spread(processing[key].map(({ rate }) => rate));
      const { events } = processing[key][0];
      return [PROCESSORS[key].title, whole(events), ...[rates.median, rates.least, rates.most].map(whole)];
    });
  return table(['how', 'events', 'events/s, median', 'least', 'most'], rows);
}

function sendingText(sending) {
  const rows = Object.keys(CAMPAIGNS)
    .filter((key) => sending[key] !== undefined)
    .map((key) => {
      const { title, perSecond } = CAMPAIGNS[key];
      const rates = spread(sending[key].map(({ rate }) => rate));
      const replies = sending[key].flatMap((result) => result.replies);
      return [
        title,
        whole(sending[key][0].messages),
        one(rates.median),
        `${one((100 * rates.median) / perSecond)} %`,
        whole(Math.max(...sending[key].map(({ busiestSecond }) => busiestSecond))),
        whole(sending[key].reduce((sum, { complaints }) => sum + complaints, 0)),
        whole(median(replies)),
        whole(Math.max(...replies)),
      ];
    });
  const head = [
    'campaign from',
    'messages',
    'messages/s, median',
    'of the limit',
    'most in any second',
    'refused as too fast',
    'answers meanwhile, median ms',
    'longest ms',
  ];
  return table(head, rows);
}

function queriesText(queries) {
  const rows = Object.entries(queries).map(([key, { requests, p50, p99, max }]) => [
    QUERIES[key],
    whole(requests),
    ...[p50, p99, max].map(one),
  ]);
  return table(['request', 'requests', 'p50 ms', 'p99 ms', 'max ms'], rows);
}

function inboxText({ indexing, requests }) {
  const rows = Object.entries(requests).map(([key, { requests: count, p50, p99, max }]) => [
    INBOX_REQUESTS[key].title,
    whole(count),
    ...[p50, p99, max].map(one),
  ]);
  const { documents, seconds, tableMegabytes, wordsMegabytes, otherMegabytes } = indexing;
  return [
    table(['request', 'requests', 'p50 ms', 'p99 ms', 'max ms'], rows),
    '',
    `Indexing everything anew took ${whole(seconds)} s: ${whole(documents / seconds)} documents a second. The ` +
      `${whole(documents)} documents take ${whole(tableMegabytes)} MB, the index of words ${whole(wordsMegabytes)} MB, the others ` +
      `${whole(otherMegabytes)} MB.`,
  ].join('\n');
}

function analyticsText({ counting, requests }) {
  const rows = Object.entries(requests).flatMap(([endpoint, ranges]) =>
    Object.entries(ranges).map(([key, { requests: count, p50, p99, max }]) => [
      `${endpoint}, ${RANGES[key].title}`,
      whole(count),
      ...[p50, p99, max].map(one),
    ]),
  );
  const { facts, rollups, cases, seconds, factMegabytes, rollupMegabytes } = counting;
  return [
    table(['request', 'requests', 'p50 ms', 'p99 ms', 'max ms'], rows),
    '',
    `Counting everything anew took ${whole(seconds)} s: ${whole(facts)} messages and comments (${whole(factMegabytes)} MB), ` +
      `${whole(rollups)} sums (${whole(rollupMegabytes)} MB), ${whole(cases)} cases.`,
  ].join('\n');
}

function memoryText(memory) {
  const row = (title, values) => {
    const { median: middle, least, most } = spread(values);
    return [title, whole(middle), whole(least), whole(most)];
  };
  return table(
    ['resident memory, MB', 'median', 'least', 'most'],
    [
      row(
        'idle after the start, all roles',
        memory.map(({ idleMegabytes }) => idleMegabytes),
      ),
      row(
        'peak while receiving and processing at full load',
        memory.map(({ peakMegabytes }) => peakMegabytes),
      ),
    ],
  );
}

function startsText(starts) {
  const { median: middle, least, most } = spread(starts.map((ms) => ms / 1000));
  return `From the start of the process to \`200\` of \`/health/ready\`, all roles: median ${middle.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)} s, ${starts.length} starts).`;
}

function checksText(checks) {
  const failed = checks.filter(({ isRight }) => !isRight);
  if (failed.length > 0)
    return failed.map(({ what, detail }) => `- **wrong**: ${what} (${detail})`).join('\n');
  const held = new Map();
  for (const { what } of checks) held.set(what, (held.get(what) ?? 0) + 1);
  const lines = [...held].map(([what, times]) => `- ${what}${times === 1 ? '' : ` (${times} times)`}`);
  return ['All of these were looked at, and held:', '', ...lines].join('\n');
}

/** The whole report in Markdown. */
export function reportOf(stage) {
  const { results, checks, options } = stage;
  return [
    machineSection(results, options),
    targetSection(stage),
    ...section('Receiving', results.receive, receiveText),
    ...section('Latency at half load', results.latency, latencyText),
    ...section('Processing', results.processing, processingText),
    ...section('Sending', results.sending, sendingText),
    ...section(`Pages with ${whole(options.storedMessages)} messages stored`, results.queries, queriesText),
    ...section(
      `Inbox of ${whole(options.storedMessages)} messages, 100 channels, 10 accounts`,
      results.inbox,
      inboxText,
    ),
    ...section(
      `Figures of two years, ${whole(options.storedMessages)} messages, 100 channels, one account`,
      results.analytics,
      analyticsText,
    ),
    ...section('Memory', results.memory, memoryText),
    ...section('Start', results.starts, startsText),
    ...section('Checks', checks, checksText),
  ].join('\n\n');
}

/** Puts the report in place of the one before it. */
export async function writeReport(report) {
  const text = fs.readFileSync(document, 'utf8');
  const [begin, end] = [text.indexOf(marks.begin), text.indexOf(marks.end)];
  if (begin < 0 || end < begin)
    throw new Problem(`${document} lacks the lines ${marks.begin} and ${marks.end}.`);
  const filled = `${text.slice(0, begin + marks.begin.length)}\n\n${report}\n\n${text.slice(end)}`;
  const { format, resolveConfig } = await import('prettier');
  fs.writeFileSync(
    document,
    await format(filled, { ...(await resolveConfig(document)), filepath: document }),
  );
  return document;
}
