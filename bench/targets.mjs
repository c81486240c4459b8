// What was promised, and whether this run kept it. A miss is told, not punished: machines and their neighbours differ.
import { RANGES } from './analytics.mjs';
import { median } from './statistics.mjs';

const ratesOf = (results) => results.map(({ rate }) => rate);
const times = (value) => `${value.toFixed(2)} ×`;
const milliseconds = (value) => `${value.toFixed(1)} ms`;
const megabytes = (value) => `${Math.round(value)} MB`;

/** The ratio of two medians, and from which to which the ratios of single rounds went. */
export function ratioOf(ours, others) {
  const rounds = ours.map(({ rate }, round) => rate / others[round].rate);
  return {
    value: median(ratesOf(ours)) / median(ratesOf(others)),
    least: Math.min(...rounds),
    most: Math.max(...rounds),
  };
}

function atLeast(what, limit, ours, others) {
  if (ours === undefined || others === undefined) return { what, target: `≥ ${limit} ×` };
  const { value, least, most } = ratioOf(ours, others);
  const measured = ours.length > 1 ? `${times(value)} (${times(least)} to ${times(most)})` : times(value);
  return { what, target: `≥ ${limit} ×`, measured, isMet: value >= limit };
}

function atMost(what, limit, value, write) {
  const target = `≤ ${write(limit).replace('.0', '')}`;
  return value === undefined
    ? { what, target }
    : { what, target, measured: write(value), isMet: value <= limit };
}

const medianOf = (results, of) => (results === undefined ? undefined : median(results.map(of)));

const SEARCHES = ['common', 'usual', 'rare', 'absent', 'several', 'typed', 'phrase', 'people'];

function slowestSearch(inbox) {
  const measured = SEARCHES.flatMap((key) => (inbox[key] === undefined ? [] : [inbox[key].p99]));
  return measured.length === 0 ? undefined : Math.max(...measured);
}

/** The slowest of the endpoints, whichever it is. */
function slowestFigures(analytics, key) {
  const measured = Object.values(analytics?.requests ?? {}).map((ranges) => ranges[key].p99);
  return measured.length === 0 ? undefined : Math.max(...measured);
}

/** Each promise with what was measured; `measured` is undefined for what was not looked at in this run. */
export function comparedWithTargets({ options, results }) {
  const { receive = {}, latency = {}, processing = {}, sending = {}, queries = {}, memory, starts } = results;
  const inbox = results.inbox?.requests ?? {};
  const high = sending.high;
  const stored = options.storedMessages.toLocaleString('en');
  return [
    atLeast(
      'durable acknowledgements/s, compared with Express + Bull',
      2.5,
      receive.api,
      receive['express-bull'],
    ),
    atLeast(
      'the same, compared with Nest/Fastify that only verifies and answers',
      0.5,
      receive.api,
      receive['verify-only'],
    ),
    atMost(
      'acknowledgement at half that load, p99',
      15,
      medianOf(latency.api, ({ durationsMs }) => durationsMs.p99),
      milliseconds,
    ),
    atLeast(
      'events processed/s, compared with one transaction per event',
      8,
      processing.batched,
      processing.single,
    ),
    atLeast(
      `the same with ${stored} messages stored, compared with an empty database`,
      0.75,
      processing.stored,
      processing.batched,
    ),
    {
      what: 'a campaign of 10,000, compared with the limit of its number (1,000/s)',
      target: '≥ 0.95 ×',
      ...(high === undefined
        ? {}
        : {
            measured: times(median(ratesOf(high)) / 1_000),
            isMet: median(ratesOf(high)) >= 950,
          }),
    },
    {
      what: 'messages of it that Meta refused as too fast (130429)',
      target: 'none',
      ...(high === undefined
        ? {}
        : {
            measured: String(high.reduce((sum, { complaints }) => sum + complaints, 0)),
            isMet: high.every(({ complaints }) => complaints === 0),
          }),
    },
    atMost(
      'an answer to a customer during the campaign, from order to Meta, longest',
      1_000,
      high && Math.max(...high.flatMap(({ replies }) => replies)),
      milliseconds,
    ),
    atMost(`inbox list with ${stored} messages, p99`, 25, queries.inbox?.p99, milliseconds),
    atMost(`thread page with ${stored} messages, p99`, 25, queries.thread?.p99, milliseconds),
    atMost(
      `filtered inbox list of 10 accounts with ${stored} messages, p99`,
      25,
      inbox.filtered?.p99,
      milliseconds,
    ),
    atMost(`thread page of it, p99`, 25, inbox.thread?.p99, milliseconds),
    atMost(`search of it, the slowest kind, p99`, 100, slowestSearch(inbox), milliseconds),
    ...Object.entries(RANGES).map(([key, { title, targetMs }]) =>
      atMost(
        `figures of ${title} with ${stored} messages in two years, the slowest endpoint, p99`,
        targetMs,
        slowestFigures(results.analytics, key),
        milliseconds,
      ),
    ),
    atMost(
      'memory, idle',
      160,
      medianOf(memory, ({ idleMegabytes }) => idleMegabytes),
      megabytes,
    ),
    atMost(
      'memory, receiving and processing at full load, peak',
      300,
      medianOf(memory, ({ peakMegabytes }) => peakMegabytes),
      megabytes,
    ),
    atMost('start to ready, warm', 3, starts && median(starts) / 1000, (value) => `${value.toFixed(1)} s`),
  ];
}
