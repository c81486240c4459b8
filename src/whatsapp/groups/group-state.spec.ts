import type { WhatsAppGroupUpdated } from '../../webhooks/whatsapp-events';
import { type GroupFacts, afterGroupEvent, afterReading } from './group-state';

const NEW: GroupFacts = {
  groupId: null,
  subject: 'Car buyers',
  description: null,
  joinApprovalMode: null,
  inviteLink: null,
  state: 'creating',
  isSuspended: false,
  error: null,
  participants: [],
  stateChangedAt: null,
  settingsChangedAt: null,
  suspensionChangedAt: null,
};
const ANA = { waId: '16505551234' };

function event(parts: Partial<WhatsAppGroupUpdated>): WhatsAppGroupUpdated {
  return {
    field: 'group_participants_update',
    groupId: 'group-1',
    type: 'group_participants_add',
    added: [],
    removed: [],
    errors: [],
    raw: {},
    ...parts,
  };
}

const at = (second: number): Date => new Date(Date.UTC(2026, 2, 1, 10, 0, second));
const added = event({ added: [ANA] });
const left = event({ type: 'group_participants_remove', removed: [ANA], initiatedBy: 'participant' });

describe('a group', () => {
  it('has who joined, until they leave', () => {
    const joined = afterGroupEvent(NEW, added, at(1));
    expect(joined.participants).toMatchObject([{ waId: ANA.waId, state: 'joined' }]);
    expect(afterGroupEvent(joined, left, at(2)).participants).toMatchObject([{ state: 'left' }]);
  });

  it('does not have somebody back whose joining is told late', () => {
    const gone = afterGroupEvent(NEW, left, at(2));
    expect(afterGroupEvent(gone, added, at(1)).participants).toMatchObject([{ state: 'left' }]);
  });

  it('does not go back to creating, nor come back once deleted', () => {
    const deleted = afterGroupEvent(NEW, event({ type: 'group_delete' }), at(5));
    expect(deleted.state).toBe('deleted');
    expect(afterGroupEvent(deleted, event({ type: 'group_create' }), at(1)).state).toBe('deleted');
  });

  it('takes only those settings that could be changed', () => {
    const raw = {
      group_subject: { text: 'Van buyers', update_successful: true },
      group_description: { text: 'Big', update_successful: false },
    };
    const changed = afterGroupEvent(NEW, event({ type: 'group_settings_update', raw }), at(3));
    expect(changed).toMatchObject({ subject: 'Van buyers', description: null });
    const older = { group_subject: { text: 'Old', update_successful: true } };
    expect(
      afterGroupEvent(changed, event({ type: 'group_settings_update', raw: older }), at(1)).subject,
    ).toBe('Van buyers');
  });

  it('is suspended by the later word', () => {
    const cleared = afterGroupEvent(NEW, event({ type: 'group_suspend_cleared' }), at(5));
    expect(afterGroupEvent(cleared, event({ type: 'group_suspend' }), at(2)).isSuspended).toBe(false);
    expect(afterGroupEvent(cleared, event({ type: 'group_suspend' }), at(6)).isSuspended).toBe(true);
  });

  it('has exactly those whom a reading finds, but for what was told since', () => {
    const { participants } = afterGroupEvent(NEW, added, at(1));
    const bob = { waId: '16505550000', userId: null, username: null };
    expect(afterReading(participants, [bob], at(3))).toMatchObject([
      { waId: ANA.waId, state: expect.not.stringMatching('joined') },
      { waId: bob.waId, state: 'joined' },
    ]);
    const since = afterGroupEvent(NEW, added, at(9)).participants;
    expect(afterReading(since, [], at(3))).toMatchObject([{ waId: ANA.waId, state: 'joined' }]);
  });
});
