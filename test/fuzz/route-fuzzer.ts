import { Logger } from '@nestjs/common';
import { type AnswerRules, errorOf, isForMeta, problemsOf } from './answer-check';
import { AnswerSchemas } from './answer-schema';
import type { FuzzDocument, FuzzedRoute } from './fuzz-document';
import type { FuzzWorld } from './fuzz-world';
import { Seeded } from './seeded';
import { type SoundRequest, type Variation, soundWire, variationsOf } from './variations';
import { Wire, type WireAnswer } from './wire';

/** Which values are tried: another seed tries others. */
export const FUZZ_SEED = process.env.FUZZ_SEED ?? '1';
/** How much is tried: with 1 about 20,000 requests over all routes, with 20 and more nearly all that there is to try. */
export const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? '1');
/** Of one route at the most, in each run. */
const REQUESTS_PER_RUN = 100;
/** A pattern of the routes to try, for doing again what failed. */
export const FUZZ_ONLY = new RegExp(process.env.FUZZ_ONLY ?? '');
const AT_ONCE = 8;
const BATCH = 64;

/** The service's own, whoever's accounts they tell of. */
const OPERATORS = [
  /^\w+ \/api\/users/,
  /^\w+ \/api\/meta\/webhook\/(?:deliveries|stats)/,
  /signup-cancellations$/,
];
/** What Meta refuses is kept as what was tried. */
const KEPT_AS_TRIED = ['comment_actions', 'messages'];
/** Are written by requests that are refused, too: who tried what, and how often. */
const WRITTEN_ANYWAY = new Set([
  'audit_events',
  'audit_log',
  'audit_entries',
  'sessions',
  'login_attempts',
  'webhook_deliveries',
  ...KEPT_AS_TRIED,
]);
const REFUSED = new Set([400, 401, 403, 404, 405, 409, 413, 415]);

export interface FuzzReport {
  requests: number;
  /** By status, of requests as the document has them. */
  soundStatuses: Map<string, number[]>;
  /** What the document shows as an example, and the service refuses. */
  refusedExamples: string[];
  /** What was wrong, each with the request and the answer. */
  failures: string[];
  /** Where answers are not what the document says. */
  differences: Map<string, string>;
}

/** Puts variations of requests to routes, and looks at every answer. */
export class RouteFuzzer {
  readonly report: FuzzReport = {
    requests: 0,
    soundStatuses: new Map(),
    refusedExamples: [],
    failures: [],
    differences: new Map(),
  };
  private readonly wire: Wire;
  private readonly schemas: AnswerSchemas;
  private readonly seen = new Set<string>();
  private readonly secrets: string[];
  private thrown: string[] = [];

  constructor(
    private readonly world: FuzzWorld,
    private readonly document: FuzzDocument,
  ) {
    this.wire = new Wire(world.app.url);
    this.schemas = new AnswerSchemas(document);
    const { META_APP_SECRET, JWT_SECRET, ENCRYPTION_KEYS, DATABASE_URL, REDIS_PREFIX } = world.app.env;
    this.secrets = [
      META_APP_SECRET,
      JWT_SECRET,
      ENCRYPTION_KEYS?.split(':')[1],
      DATABASE_URL,
      REDIS_PREFIX,
    ].filter((each) => each !== undefined);
    // What the service logs of an error is what tells where it came from.
    jest.spyOn(Logger.prototype, 'error').mockImplementation((entry: unknown) => {
      const cause = typeof entry === 'object' && entry !== null && 'err' in entry ? entry.err : entry;
      this.thrown.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    });
  }

  close(): void {
    this.wire.close();
    jest.restoreAllMocks();
  }

  async fuzz(route: FuzzedRoute): Promise<void> {
    await this.world.refreshSession();
    const seeded = new Seeded(`${FUZZ_SEED} ${route.name}`);
    const needs = { document: this.document, seeded, perField: 2 + FUZZ_RUNS, other: this.world.other };
    const all: Variation[] = [];
    for (const sound of this.world.soundRequests(route)) {
      const isSound = await this.trySound(sound);
      for (const variation of variationsOf(sound, needs))
        // Where the request is refused as it is, nothing follows from which field is named.
        all.push(isSound ? variation : { label: variation.label, request: variation.request });
    }
    const chosen = seeded.sample(all, FUZZ_RUNS * REQUESTS_PER_RUN);
    for (let at = 0; at < chosen.length; at += BATCH)
      await this.tryBatch(route, chosen.slice(at, at + BATCH));
  }

  private async trySound(sound: SoundRequest): Promise<boolean> {
    const { route } = sound;
    const answer = await this.try(route, {
      label: 'as the document has it',
      request: () => soundWire(sound),
    });
    const status = answer?.status ?? 0;
    this.report.soundStatuses.set(route.name, [...(this.report.soundStatuses.get(route.name) ?? []), status]);
    const isRefused = errorOf(answer?.text ?? '')?.code === 'VALIDATION_FAILED';
    if (isRefused) this.report.refusedExamples.push(`${route.name}: ${answer?.text.slice(0, 400) ?? ''}`);
    return !isRefused;
  }

  private async tryBatch(route: FuzzedRoute, batch: readonly Variation[]): Promise<void> {
    const isWrite = route.method !== 'GET';
    const before = isWrite ? await this.world.rowCounts() : {};
    const answers = await this.tryAll(route, batch);
    if (!isWrite || !answers.every((answer) => answer === undefined || REFUSED.has(answer.status))) return;
    if (!isChanged(before, await this.world.rowCounts())) return;
    // Once more one by one, to tell which it was.
    for (const variation of batch) {
      const earlier = await this.world.rowCounts();
      const answer = await this.try(route, variation);
      const change = isChanged(earlier, await this.world.rowCounts());
      if (change !== undefined)
        this.fail(route, variation, answer, `is refused, but leaves something behind: ${change}`);
    }
  }

  private async tryAll(route: FuzzedRoute, batch: readonly Variation[]): Promise<(WireAnswer | undefined)[]> {
    const answers: (WireAnswer | undefined)[] = [];
    const left = [...batch];
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift())
        answers.push(await this.try(route, next));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return answers;
  }

  private async try(route: FuzzedRoute, variation: Variation): Promise<WireAnswer | undefined> {
    this.report.requests += 1;
    let answer: WireAnswer;
    this.thrown = [];
    try {
      answer = await this.wire.send(variation.request());
    } catch (error) {
      this.fail(route, variation, undefined, `is not answered: ${String(error)}`);
      return undefined;
    }
    for (const problem of problemsOf(route, variation, answer, this.rulesOf(route, variation)))
      this.fail(route, variation, answer, problem);
    // Another path may be another route.
    const isOtherPath =
      (/^(?:path|a path) /.test(variation.label) && answer.status >= 400) || isForMeta(route, answer.status);
    for (const difference of isOtherPath
      ? []
      : this.schemas.differences(route, answer, this.world.own.mark)) {
      const key = `${route.name} ${answer.status}: ${difference}`;
      if (!this.report.differences.has(key)) this.report.differences.set(key, answer.text.slice(0, 600));
    }
    return answer;
  }

  private rulesOf(route: FuzzedRoute, { request }: Variation): AnswerRules {
    const success = Object.entries(route.responses).filter(([status]) => Number(status) < 400);
    const isRaw = !success.some(
      ([, { content }]) => content?.['application/json']?.schema?.properties?.success,
    );
    const isTold =
      request().address.includes(this.world.other.mark) || OPERATORS.some((each) => each.test(route.name));
    return {
      secrets: this.secrets,
      foreignMark: isTold ? undefined : this.world.other.mark,
      isRaw,
    };
  }

  /** Each kind of failure of a route once: what is wrong with one field is mostly wrong with all. */
  private fail(
    route: FuzzedRoute,
    variation: Variation,
    answer: WireAnswer | undefined,
    problem: string,
  ): void {
    const { method, address, headers, body } = variation.request();
    const kind = `${route.name} ${problem} ${(answer?.status ?? 0) >= 500 ? (this.thrown[0] ?? '').slice(0, 60) : ''}`;
    if (this.seen.has(kind)) return;
    this.seen.add(kind);
    const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
    this.report.failures.push(
      [
        `${route.name} [${variation.label}] ${problem}`,
        `  ${method} ${address.slice(0, 600)} ${JSON.stringify(shown).slice(0, 300)}`,
        ...(body === undefined ? [] : [`  ${body.toString().slice(0, 1_000)}`]),
        `  ${answer === undefined ? 'no answer' : `${answer.status} ${answer.text.slice(0, 400)}`}`,
        ...((answer?.status ?? 0) >= 500
          ? this.thrown.slice(0, 1).map((stack) => `  ${stack.slice(0, 1_200)}`)
          : []),
      ].join('\n'),
    );
  }
}

function isChanged(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string | undefined {
  const changes = Object.entries(after)
    .filter(([name, count]) => !WRITTEN_ANYWAY.has(name) && before[name] !== count)
    .map(([name, count]) => `${name} ${before[name] ?? 0} to ${count}`);
  return changes.length === 0 ? undefined : changes.join(', ');
}
