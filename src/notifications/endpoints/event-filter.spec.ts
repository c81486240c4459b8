import { isEventTypeFilter, wantsPlace, wantsType } from './event-filter';

describe('what an endpoint wants to be told', () => {
  it.each([
    [['*'], 'message.created', true],
    [['message.created'], 'message.created', true],
    [['message.created'], 'message.created.twice', false],
    [['message.*'], 'message.status', true],
    [['message.*'], 'message.', false],
    [['message.*'], 'messages.created', false],
    [['template.*', 'comment.created'], 'comment.created', true],
    [[], 'message.created', false],
  ])('%j of %s: %s', (eventTypes, type, expected) => {
    expect(wantsType({ eventTypes }, type)).toBe(expected);
  });

  it('is narrowed by platform and channel, but not what belongs to no channel', () => {
    const filter = { platforms: ['whatsapp'], channelIds: ['a'] };
    expect(wantsPlace(filter, { platform: 'whatsapp', channelId: 'a' })).toBe(true);
    expect(wantsPlace(filter, { platform: 'whatsapp', channelId: 'b' })).toBe(false);
    expect(wantsPlace(filter, { platform: 'facebook', channelId: 'a' })).toBe(false);
    expect(wantsPlace(filter, { platform: 'whatsapp', channelId: null })).toBe(true);
    expect(wantsPlace(filter, { platform: null, channelId: null })).toBe(true);
    expect(wantsPlace({ platforms: [], channelIds: [] }, { platform: 'facebook', channelId: 'b' })).toBe(
      true,
    );
  });

  it('is refused where nothing could ever match', () => {
    const known = ['message.created', 'account.connected'];
    expect(['*', 'message.*', 'message.created'].map((each) => isEventTypeFilter(each, known))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['', '.*', 'mess.*', 'message', 'message.*.*'].map((each) => isEventTypeFilter(each, known)),
    ).toEqual([false, false, false, false, false]);
  });
});
