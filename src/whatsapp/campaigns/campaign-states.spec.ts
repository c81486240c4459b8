import { CAMPAIGN_STATES } from '../entities/campaign.entity';
import { RECIPIENT_STATES } from '../entities/campaign-recipient.entity';
import { RECIPIENT_ORDER, TRANSITIONS, isDone, recipientStateOf, refusalOf } from './campaign-states';

describe('the states of a campaign', () => {
  it('let nothing out of cancelled, and only a second try out of completed', () => {
    const leaving = (state: (typeof CAMPAIGN_STATES)[number]) =>
      Object.entries(TRANSITIONS)
        .filter(([, { from }]) => from.includes(state))
        .map(([action]) => action);
    expect(leaving('cancelled')).toEqual([]);
    expect(leaving('completed')).toEqual(['retry']);
  });

  it('answer an action that was asked for twice as done, but not a new time or a second try', () => {
    expect(isDone('start', 'running')).toBe(true);
    expect(isDone('cancel', 'cancelled')).toBe(true);
    expect(isDone('start', 'paused')).toBe(false);
    expect(isDone('schedule', 'scheduled')).toBe(false);
    expect(isDone('retry', 'running')).toBe(false);
  });

  it('say why an action is refused', () => {
    expect(refusalOf('resume', 'cancelled')).toBe(
      'The campaign was cancelled: resume is for campaigns that are paused.',
    );
  });
});

describe('the states of a recipient', () => {
  it('all have a place in the order in which they may follow each other', () => {
    expect([...RECIPIENT_ORDER].sort()).toEqual([...RECIPIENT_STATES].sort());
  });

  it('follow those of the message', () => {
    expect(['accepted', 'played', 'queued', 'received'].map(recipientStateOf)).toEqual([
      'accepted',
      'read',
      null,
      null,
    ]);
  });
});
