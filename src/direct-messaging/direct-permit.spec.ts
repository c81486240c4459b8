import { AppError } from '../errors/app.error';
import { type PermitWish, permitOf } from './direct-permit';

const NOW = new Date('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** @param ago since the person wrote, in milliseconds; null: never */
const permit = (ago: number | null, wish: PermitWish = {}, isLater = false) =>
  permitOf(
    {
      optedOutAt: null,
      windowExpiresAt: ago === null ? null : new Date(NOW.getTime() - ago + DAY),
    },
    wish,
    { isLater, now: NOW },
  );

describe('under which of Meta’s rules a message goes out', () => {
  it.each<[string, number | null, PermitWish, object]>([
    ['an answer in time is a response', HOUR, {}, { messaging_type: 'RESPONSE' }],
    ['one that is to be an update is one', HOUR, { messaging_type: 'UPDATE' }, { messaging_type: 'UPDATE' }],
    ['somebody who never wrote here may have written before', null, {}, { messaging_type: 'RESPONSE' }],
    [
      'also to whoever insists on the tag',
      null,
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
    ],
    ['in time no tag is needed', HOUR, { tag: 'HUMAN_AGENT' }, { messaging_type: 'RESPONSE' }],
    [
      'whoever insists on the tag gets it',
      HOUR,
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
    ],
    [
      'after a day a human answers under the tag',
      DAY,
      { tag: 'HUMAN_AGENT' },
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
    ],
    [
      'until the seventh day is over',
      7 * DAY - 1,
      { tag: 'HUMAN_AGENT' },
      { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
    ],
  ])('%s', (_, ago, wish, expected) => {
    expect(permit(ago, wish)).toEqual(expected);
  });

  it.each<[string, number | null, PermitWish, RegExp, boolean]>([
    ['after a day', DAY, {}, /"tag": "HUMAN_AGENT"/, true],
    ['as an update after a day', DAY, { messaging_type: 'UPDATE' }, /HUMAN_AGENT/, true],
    ['after seven days', 7 * DAY, {}, /Wait until the person writes/, false],
    ['after seven days as a human', 7 * DAY, { tag: 'HUMAN_AGENT' }, /Wait until/, false],
  ])('nothing goes out %s, and it is said what to do', (_, ago, wish, advice, humanMay) => {
    const refusal = permit(ago, wish);
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({
      code: 'WINDOW_CLOSED',
      status: 422,
      message: expect.stringMatching(advice),
      details: {
        closedAt: ago === null ? null : expect.any(String),
        humanAgentUntil: humanMay ? expect.any(String) : null,
      },
    });
  });

  it('what is ordered for later is not refused for the window of today', () => {
    expect(permit(null, {}, true)).toEqual({ messaging_type: 'RESPONSE' });
    expect(permit(8 * DAY, { tag: 'HUMAN_AGENT' }, true)).toMatchObject({ tag: 'HUMAN_AGENT' });
  });

  it('who wants no messages gets none, now or later', () => {
    const standing = { optedOutAt: NOW, windowExpiresAt: new Date(NOW.getTime() + HOUR) };
    for (const isLater of [false, true])
      expect(permitOf(standing, {}, { isLater, now: NOW })).toMatchObject({
        code: 'RECIPIENT_OPTED_OUT',
        status: 422,
      });
  });
});
