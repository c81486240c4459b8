import * as fc from 'fast-check';
import type { MessageId } from '../../database/ids';
import { alertStep } from './alert-step';
import { type MessageMood, moodOf } from './conversation-mood';

const ALERT = 0.8;
const at = (index: number): Date => new Date(Date.UTC(2026, 2, 14, 9, index));
const mood = (index: number, score: number, changes: Partial<MessageMood> = {}): MessageMood => ({
  id: `message ${index}` as MessageId,
  at: at(index),
  label: score > 0.2 ? 'positive' : score < -0.2 ? 'negative' : 'neutral',
  confidence: 0.6,
  score,
  isCorrected: false,
  ...changes,
});
const moods = (...scores: number[]): MessageMood[] => scores.map((score, index) => mood(index, score));
const strong = (index: number): MessageMood => mood(index, -0.9, { confidence: 0.95 });

describe('the mood of a conversation', () => {
  it('is nothing before a message was read, and that of the only message', () => {
    expect(moodOf([], ALERT)).toEqual({ score: null, sentiment: null, trend: null, episode: null });
    expect(moodOf(moods(-0.5), ALERT)).toMatchObject({ score: -0.5, sentiment: 'negative', trend: 'steady' });
    expect(moodOf(moods(0.6), ALERT)).toMatchObject({ sentiment: 'positive' });
    expect(moodOf(moods(0.1), ALERT)).toMatchObject({ sentiment: 'neutral' });
  });

  it('follows a label whatever scale an analyzer has for it', () => {
    expect(moodOf([mood(0, -0.05, { label: 'negative' })], ALERT).sentiment).toBe('negative');
    expect(moodOf([mood(0, -0.9, { label: 'neutral' })], ALERT).sentiment).toBe('neutral');
  });

  it('lets the latest messages weigh most', () => {
    expect(moodOf(moods(0.8, 0.8, 0.8, -0.9, -0.9, -0.9), ALERT).sentiment).toBe('negative');
    expect(moodOf(moods(-0.9, -0.9, -0.9, 0.8, 0.8, 0.8), ALERT).sentiment).toBe('positive');
  });

  it('tells where it goes, from the third message on', () => {
    expect(moodOf(moods(0.8, -0.9), ALERT).trend).toBe('steady');
    expect(moodOf(moods(0.8, 0.8, -0.5, -0.9), ALERT).trend).toBe('worsening');
    expect(moodOf(moods(-0.9, -0.9, 0.4, 0.8), ALERT).trend).toBe('improving');
    expect(moodOf(moods(0.5, 0.5, 0.5, 0.5, 0.5), ALERT).trend).toBe('steady');
  });

  it('does not flicker at the limit of a word', () => {
    const wavering = moods(
      -0.8,
      ...Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? -0.1 : -0.4)),
    );
    const words = wavering.map((_, index) => moodOf(wavering.slice(0, index + 1), ALERT).sentiment);
    const changes = words.filter((word, index) => index > 0 && word !== words[index - 1]).length;
    expect(changes).toBeLessThanOrEqual(1);
  });

  it('stays between -1 and 1, and says a word for it, whatever comes', () => {
    const message = fc.record({
      label: fc.constantFrom('positive' as const, 'neutral' as const, 'negative' as const),
      score: fc.double({ min: -1, max: 1, noNaN: true }),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (messages) => {
        const result = moodOf(
          messages.map((each, index) => mood(index, each.score, each)),
          ALERT,
        );
        expect(Math.abs(result.score ?? 9)).toBeLessThanOrEqual(1);
        expect(result.sentiment).not.toBeNull();
        const last = messages.at(-1)!;
        const isStrong = last.label === 'negative' && last.confidence >= ALERT;
        if (isStrong) expect(result.episode).not.toBeNull();
      }),
    );
  });
});

describe('a time in which a customer is angry', () => {
  it('begins with one message that is certainly negative, or with the second in a row', () => {
    expect(moodOf([strong(0)], ALERT).episode).toMatchObject({
      reason: 'strong',
      first: { id: 'message 0' },
    });
    expect(moodOf(moods(-0.5), ALERT).episode).toBeNull();
    expect(moodOf(moods(-0.5, 0, -0.5), ALERT).episode).toBeNull();
    expect(moodOf(moods(-0.5, -0.5), ALERT).episode).toMatchObject({
      reason: 'repeated',
      first: { id: 'message 1' },
    });
  });

  it('is not called by what somebody who read it says of one message', () => {
    expect(moodOf([mood(0, -1, { confidence: 1, isCorrected: true })], ALERT).episode).toBeNull();
  });

  it('goes on until the customer has calmed down', () => {
    expect(moodOf([strong(0), mood(1, 0)], ALERT).episode).not.toBeNull();
    expect(moodOf([strong(0), strong(1), strong(2), mood(3, 0), mood(4, 0)], ALERT).episode).not.toBeNull();
    expect(moodOf([strong(0), mood(1, 0.9), mood(2, 0.9)], ALERT).episode).toBeNull();
    expect(moodOf([strong(0), mood(1, 0), mood(2, 0), mood(3, 0), mood(4, 0)], ALERT).episode).toBeNull();
  });

  const now = at(30);
  const facts = (messages: MessageMood[], rest: Partial<Parameters<typeof alertStep>[0]> = {}) => ({
    mood: moodOf(messages, ALERT),
    latestAt: messages.at(-1)?.at ?? null,
    isClosed: false,
    alert: null,
    now,
    ...rest,
  });
  const open = { id: '1', messageAt: at(0), lastMessageAt: at(0), isEscalated: false, isOpen: true };

  it('calls people once, and again only when it repeats', () => {
    expect(alertStep(facts([strong(0)]))).toMatchObject({ do: 'open', isRepeated: false });
    expect(alertStep(facts([strong(0)], { alert: open }))).toEqual({ do: 'nothing' });
    expect(alertStep(facts([strong(0), strong(1)], { alert: open }))).toEqual({ do: 'escalate' });
    expect(alertStep(facts([strong(0), strong(1)], { alert: { ...open, isEscalated: true } }))).toEqual({
      do: 'nothing',
    });
    expect(alertStep(facts([strong(0), strong(1)]))).toMatchObject({ do: 'open', isRepeated: true });
  });

  it('ends when it is better, or the conversation is closed', () => {
    expect(alertStep(facts([strong(0), mood(1, 0.9), mood(2, 0.9)], { alert: open }))).toEqual({
      do: 'end',
      reason: 'calm',
    });
    expect(alertStep(facts([strong(0)], { alert: open, isClosed: true }))).toEqual({
      do: 'end',
      reason: 'closed',
    });
  });

  it('is not begun a second time by the messages of the first, nor by what is read long after', () => {
    const ended = { ...open, lastMessageAt: at(1), isOpen: false };
    expect(alertStep(facts([strong(0), strong(1)], { alert: ended }))).toEqual({ do: 'nothing' });
    expect(alertStep(facts([strong(0), strong(1), strong(2)], { alert: ended }))).toMatchObject({
      do: 'open',
      by: { id: 'message 2' },
    });
    expect(alertStep(facts([strong(0)], { now: new Date(at(0).getTime() + 25 * 3_600_000) }))).toEqual({
      do: 'nothing',
    });
  });
});
