import {
  TEMPLATE_STATUSES,
  isKnownEvent,
  languageCode,
  statusAfter,
  statusesOfFilter,
} from './template-status';

describe('the status filter', () => {
  it.each([
    ['approved', ['APPROVED']],
    ['Rejected', ['REJECTED']],
    ['in_review', ['PENDING', 'IN_APPEAL']],
    ['IN_REVIEW', ['PENDING', 'IN_APPEAL']],
    ['pending', ['PENDING']],
    ['Pending_Deletion', ['PENDING_DELETION']],
    [' paused ', ['PAUSED']],
    ['new_at_meta', ['NEW_AT_META']],
    ['constructor', ['CONSTRUCTOR']],
  ])('%s means %j', (word, expected) => {
    expect(statusesOfFilter(word)).toEqual(expected);
  });

  it.each(['', 'approved,rejected', 'two words', '__proto__', 'x'.repeat(65)])('%s means nothing', (word) => {
    expect(statusesOfFilter(word)).toBeNull();
  });
});

describe('the status after an event', () => {
  it.each(TEMPLATE_STATUSES)('%s is the status of the same name', (status) => {
    expect(statusAfter(status)).toBe(status);
  });

  it.each(['REINSTATED', 'UNPAUSED', 'UNPAUSE'])('%s is APPROVED', (event) => {
    expect(statusAfter(event)).toBe('APPROVED');
  });

  it('is the word itself when that is new, and not for certain', () => {
    expect(statusAfter('NEW_THING')).toBe('NEW_THING');
    expect(isKnownEvent('NEW_THING')).toBe(false);
    expect(isKnownEvent('REINSTATED')).toBe(true);
  });

  it.each(['FLAGGED', 'LOCKED', 'UNLOCKED', 'UNARCHIVED', 'toString', ''])(
    '%s tells none: the list at Meta knows',
    (event) => {
      expect(statusAfter(event)).toBeNull();
    },
  );
});

it('writes languages as the lists do', () => {
  expect(languageCode('en-US')).toBe('en_US');
  expect(languageCode('pt_BR')).toBe('pt_BR');
  expect(languageCode('he')).toBe('he');
});
