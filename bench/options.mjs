import { parseArgs } from 'node:util';
import { Problem } from '../scripts/problem.mjs';

export const PARTS = [
  'receive',
  'latency',
  'processor',
  'sending',
  'queries',
  'inbox',
  'analytics',
  'memory',
  'start',
];

/** How much is measured. `--quick` shows within a few minutes that everything works; its figures say little. */
const SIZES = {
  full: {
    rounds: 3,
    seconds: 6,
    warmUpSeconds: 2,
    deliveries: 60_000,
    campaignMessages: 10_000,
    singleDeliveries: 15_000,
    storedMessages: 1_000_000,
    requests: 500,
    starts: 5,
    idleSeconds: 10,
  },
  quick: {
    rounds: 1,
    seconds: 2,
    warmUpSeconds: 1,
    deliveries: 9_000,
    singleDeliveries: 1_800,
    campaignMessages: 1_000,
    storedMessages: 50_000,
    requests: 100,
    starts: 3,
    idleSeconds: 2,
  },
};

const usage = `npm run bench -- [options]

  --rounds N       how often each server is measured, in turn (${SIZES.full.rounds})
  --seconds N      how long each measurement under load lasts (${SIZES.full.seconds})
  --connections N  connections that send at the same time (64)
  --only PARTS     some of ${PARTS.join(', ')}; comma-separated
  --quick          one short round of everything with little data: shows that it works, not how fast it is
  --write          puts the report into docs/BENCHMARKS.md`;

function positive(name, value, fallback) {
  if (value === undefined) return fallback;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new Problem(`--${name} must be a whole number of at least 1.`);
  return Number(value);
}

function partsOf(only) {
  if (only === undefined) return PARTS;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) throw new Problem(`--only knows ${PARTS.join(', ')}, not "${unknown}".`);
  return PARTS.filter((part) => wanted.includes(part));
}

/** What was asked for on the command line; undefined when only the usage was asked for, which is then printed. */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        rounds: text,
        seconds: text,
        connections: text,
        only: text,
        quick: flag,
        write: flag,
        help: flag,
      },
    }));
  } catch (error) {
    throw new Problem(`${error.message}\n\n${usage}`);
  }
  if (values.help) {
    console.log(usage);
    return undefined;
  }
  const size = values.quick ? SIZES.quick : SIZES.full;
  return {
    ...size,
    rounds: positive('rounds', values.rounds, size.rounds),
    seconds: positive('seconds', values.seconds, size.seconds),
    connections: positive('connections', values.connections, 64),
    parts: partsOf(values.only),
    isQuick: values.quick,
    mustWrite: values.write,
  };
}
