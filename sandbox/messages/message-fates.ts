import type { StatusSettings, StatusStep } from './message-settings';
import type { SeededRandom } from '../seeded-random';

export interface FatedStep {
  step: StatusStep;
  /** Virtual milliseconds after acceptance. */
  delayMs: number;
}

export interface MessageFate {
  steps: FatedStep[];
  /** The message fails with this, after its steps. */
  failure?: { code: number; delayMs: number };
}

/** What becomes of an accepted message, drawn by lot from the shares that are set. */
export function drawFate(
  settings: StatusSettings,
  random: SeededRandom,
  kind: { isReaction: boolean; isVoice: boolean },
): MessageFate {
  const lot = (): number => random.next(settings.seed);
  const delays = settings.timing === 'realistic' ? drawnDelays(settings, lot) : settings.delaysMs;
  // Every lot is drawn for every message, so that one share does not shift the lots of the others.
  const [failing, expiring, delivered, read, played, skipped] = [lot(), lot(), lot(), lot(), lot(), lot()];
  const failure = failureFor(settings, failing);
  if (failure && failure.afterSent !== true) {
    return { steps: [], failure: { code: failure.code, delayMs: delays.sent } };
  }
  const steps: StatusStep[] = ['sent'];
  const { shares } = settings;
  const arrives = !failure && expiring >= settings.expireUnseen && delivered < shares.delivered;
  if (arrives && !kind.isReaction) {
    const isRead = read < shares.read;
    if (!isRead || skipped >= settings.skipDelivered) steps.push('delivered');
    if (isRead) steps.push('read');
    if (isRead && kind.isVoice && played < shares.played) steps.push('played');
  }
  const told = steps.filter((step) => !settings.lose.includes(step));
  const when = told.map((step) => delays[step]);
  if (settings.reorder) when.reverse();
  return {
    steps: told.map((step, index) => ({ step, delayMs: when[index] ?? 0 })),
    ...(failure && { failure: { code: failure.code, delayMs: delays.delivered } }),
  };
}

function failureFor({ failures }: StatusSettings, lot: number) {
  let sum = 0;
  return failures.find(({ share }) => {
    sum += share;
    return lot < sum;
  });
}

/** Each step waits for the one before. Evenly over the orders of magnitude: most are quick, a few take long. */
function drawnDelays({ rangesMs }: StatusSettings, lot: () => number): Record<StatusStep, number> {
  const draw = ([least, most]: [number, number]): number =>
    Math.round(Math.max(1, least) * (Math.max(1, most) / Math.max(1, least)) ** lot());
  const sent = draw(rangesMs.sent);
  const delivered = sent + draw(rangesMs.delivered);
  const read = delivered + draw(rangesMs.read);
  return { sent, delivered, read, played: read + draw(rangesMs.played) };
}
