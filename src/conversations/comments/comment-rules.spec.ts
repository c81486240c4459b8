import * as fc from 'fast-check';
import {
  type AnswerableInPrivate,
  NO_PRIVATE_REPLY,
  PRIVATE_REPLY_MS,
  askAgainAfterMs,
  isSameText,
  nextCheckAfterMs,
  privateReplyOf,
} from './comment-rules';

const WRITTEN = new Date('2026-03-14T09:26:53Z');
const later = (ms: number): Date => new Date(WRITTEN.getTime() + ms);
const comment = (changes: Partial<AnswerableInPrivate> = {}): AnswerableInPrivate => ({
  byBusiness: false,
  removedAt: null,
  commentedAt: WRITTEN,
  metadata: {},
  privateReply: null,
  ...changes,
});

describe('a private reply', () => {
  it('may be sent until seven days after the comment, to the second', () => {
    const until = later(PRIVATE_REPLY_MS);
    expect(privateReplyOf(comment(), WRITTEN)).toEqual({ state: 'open', until });
    expect(privateReplyOf(comment(), until)).toEqual({ state: 'open', until });
    expect(privateReplyOf(comment(), later(PRIVATE_REPLY_MS + 1))).toEqual({ state: 'too_late', until });
  });

  it.each([
    ['own', { byBusiness: true }],
    ['removed', { removedAt: later(1) }],
    ['refused', { metadata: { [NO_PRIVATE_REPLY]: true } }],
    ['sent', { privateReply: { state: 'done' } }],
    ['sending', { privateReply: { state: 'sending' } }],
    ['unknown', { privateReply: { state: 'unknown' } }],
  ] as const)('is %s where that is so', (state, changes) => {
    expect(privateReplyOf(comment(changes), WRITTEN).state).toBe(state);
  });

  it('that was sent stays sent when the time is over, or when Meta refuses a second one', () => {
    const sent = comment({
      privateReply: { state: 'done' },
      removedAt: later(5),
      metadata: { [NO_PRIVATE_REPLY]: true },
    });
    expect(privateReplyOf(sent, later(2 * PRIVATE_REPLY_MS)).state).toBe('sent');
  });
});

describe('an answer whose outcome is open', () => {
  it('is looked for ever less often, for more than an hour in all, and then not any more', () => {
    const waits: number[] = [];
    for (let checks = 0; ; checks++) {
      const afterMs = nextCheckAfterMs(checks);
      if (afterMs === null) break;
      waits.push(afterMs);
    }
    expect(waits.length).toBeGreaterThan(3);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3_600_000);
  });

  it('is asked for ever less often while Meta cannot be asked', () => {
    const waits = [0, 3_599_999, 3_600_000, 86_400_000].map(askAgainAfterMs);
    expect(waits).toEqual([60_000, 60_000, 3_600_000, 86_400_000]);
  });
});

describe('isSameText', () => {
  it.each([
    ['Thanks!', 'Thanks!'],
    ['  Thanks!\n\n See you ', 'Thanks! See you'],
    ['Cafe\u0301', 'Caf\u00e9'],
    [null, ''],
    ['Hello @[7412589630147852], thanks', 'Hello Ada Lovelace, thanks'],
    ['@[7412589630147852:Ada] thanks', 'Ada Lovelace thanks'],
    ['Hello @[1]', 'Hello Ada'],
  ])('takes %j for %j', (sent, read) => {
    expect(isSameText(sent, read)).toBe(true);
  });

  it.each([
    ['Thanks!', 'Thanks'],
    ['Thanks!', 'thanks!'],
    ['Thanks!', null],
    ['Hello @[1], thanks', 'Hello Ada'],
    ['Hello @[1], thanks', 'Oh, Hello Ada, thanks'],
    ['@[1] yes', 'Ada yes, of course'],
  ])('does not take %j for %j', (sent, read) => {
    expect(isSameText(sent, read)).toBe(false);
  });

  it('knows every text again, whatever blanks Meta takes away', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isSameText(text, text.trim())).toBe(true);
        expect(isSameText(`  ${text}\n`, text)).toBe(true);
      }),
    );
  });
});
