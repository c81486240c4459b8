import type { AccountId } from '../../database/ids';
import type { DomainEventMap } from '../../domain-events/domain-events';
import { type Finding, nameOf } from './finding';
import { findingsOf } from './rule-table';

const ACCOUNT = '0197f1d2-0000-7000-8000-000000000001' as AccountId;

const told = (findings: readonly Finding[]): unknown[] =>
  findings.map((finding) => {
    if (finding.effect === 'clear') return `over: ${finding.topic} ${finding.subjectId}`;
    const { title, message } = finding.one(nameOf(finding.subject));
    expect(`${title} ${message}`).not.toMatch(/undefined|null/);
    return [finding.kind, finding.severity, finding.isLasting ? 'lasts' : 'happened', title];
  });

describe('what is told of numbers', () => {
  type Update = DomainEventMap['whatsapp.phone_number.updated'];
  const of = (changes: Partial<Update> & Pick<Update, 'what' | 'current'>): unknown[] => {
    const payload: Update = {
      wabaId: '1',
      phoneNumberId: '12',
      field: 'read',
      previous: null,
      severity: 'info',
      ...changes,
    };
    return told(findingsOf({ kind: 'whatsapp.phone_number.updated', payload, accountId: ACCOUNT }));
  };

  it.each([
    [
      'BANNED',
      'critical',
      'whatsapp.number_unusable',
      'Nothing can be sent from the number 12: it is banned',
    ],
    [
      'DISCONNECTED',
      'critical',
      'whatsapp.number_unusable',
      'Nothing can be sent from the number 12: it is disconnected',
    ],
    ['FLAGGED', 'warning', 'whatsapp.number_at_risk', 'The number 12 is flagged'],
    ['RESTRICTED', 'warning', 'whatsapp.number_at_risk', 'The number 12 is restricted'],
  ] as const)('%s', (current, severity, kind, title) => {
    expect(of({ what: 'status', current, severity })).toEqual([[kind, severity, 'lasts', title]]);
    expect(of({ what: 'status', current, severity, field: 'registration' })).toEqual([
      [kind, 'info', 'lasts', title],
    ]);
  });

  it('that one is connected again', () => {
    expect(of({ what: 'status', current: 'CONNECTED', previous: 'BANNED' })).toEqual([
      'over: number.status 12',
      'over: number.sending 12',
    ]);
  });

  it('its quality', () => {
    expect(of({ what: 'qualityRating', previous: 'GREEN', current: 'RED', severity: 'critical' })).toEqual([
      ['whatsapp.number_quality_dropped', 'critical', 'lasts', 'The quality of the number 12 is low'],
    ]);
    expect(of({ what: 'qualityRating', previous: 'RED', current: 'YELLOW' })).toEqual([
      ['whatsapp.number_quality_dropped', 'warning', 'lasts', 'The quality of the number 12 is medium'],
    ]);
    expect(of({ what: 'qualityRating', previous: 'RED', current: 'GREEN' })).toEqual([
      'over: number.quality 12',
    ]);
  });

  it('its limit, throughput and name', () => {
    expect(
      of({ what: 'messagingLimit', previous: 'TIER_100K', current: 'TIER_10K', severity: 'warning' }),
    ).toEqual([
      [
        'whatsapp.number_limit_changed',
        'warning',
        'happened',
        'The messaging limit of the number 12 was lowered: 10,000 people in 24 hours',
      ],
    ]);
    expect(of({ what: 'throughput', previous: 'STANDARD', current: 'HIGH' })).toEqual([
      ['whatsapp.number_throughput_changed', 'info', 'happened', 'The number 12 sends faster now'],
    ]);
    expect(of({ what: 'nameStatus', current: 'DECLINED', severity: 'warning' })).toEqual([
      ['whatsapp.number_name_declined', 'warning', 'lasts', 'The display name of the number 12 was declined'],
    ]);
    expect(of({ what: 'nameStatus', previous: 'DECLINED', current: 'APPROVED' })).toMatchObject([
      ['whatsapp.number_name_approved', 'info', 'happened', expect.any(String)],
    ]);
    expect(of({ what: 'displayName', current: 'New' })).toEqual([]);
  });

  it('that Meta takes no messages, and takes them again', () => {
    expect(of({ what: 'sending', current: '131042', severity: 'critical', field: 'sending' })).toEqual([
      [
        'whatsapp.number_sending_refused',
        'critical',
        'lasts',
        'Meta takes no messages from the number 12 at present',
      ],
    ]);
    expect(of({ what: 'sending', previous: '131042', current: 'OK' })).toEqual(['over: number.sending 12']);
  });

  it('who touched its PIN', () => {
    expect(
      of({ what: 'security', current: 'PIN_RESET_REQUEST', severity: 'warning', field: 'security' }),
    ).toEqual([
      [
        'whatsapp.number_security',
        'warning',
        'happened',
        'Somebody asked Meta to switch the two-step PIN off: the number 12',
      ],
    ]);
  });

  it('everything that changed at once', () => {
    expect(
      of({
        what: 'status',
        current: 'FLAGGED',
        severity: 'warning',
        others: [{ what: 'qualityRating', previous: 'RED', current: 'GREEN', severity: 'info' }],
      }),
    ).toEqual([expect.arrayContaining(['whatsapp.number_at_risk']), 'over: number.quality 12']);
  });
});

describe('what is told of WhatsApp accounts', () => {
  type Update = DomainEventMap['whatsapp.account.updated'];
  const findings = (changes: Partial<Update>): Finding[] => {
    const payload: Update = {
      wabaId: '1',
      field: 'account_update',
      event: null,
      phoneNumberId: null,
      what: 'event',
      previous: null,
      current: null,
      restrictions: [],
      severity: 'info',
      ...changes,
    };
    return findingsOf({ kind: 'whatsapp.account.updated', payload, accountId: ACCOUNT });
  };
  const of = (changes: Partial<Update>): unknown[] => told(findings(changes));

  it('what is forbidden, until the last of it ends', () => {
    const restricted = (...ends: (string | null)[]): Finding | undefined =>
      findings({
        event: 'ACCOUNT_RESTRICTION',
        current: 'RESTRICTED',
        severity: 'critical',
        restrictions: ends.map((expiresAt) => ({ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresAt })),
      })[0];
    expect(restricted('2026-05-02T00:00:00.000Z', '2026-05-01T00:00:00.000Z')).toMatchObject({
      kind: 'whatsapp.account_restricted',
      endsAt: new Date('2026-05-02T00:00:00.000Z'),
    });
    expect(restricted(null, '2026-05-01T00:00:00.000Z')).toMatchObject({ endsAt: null });
    expect(restricted()).toMatchObject({ endsAt: null });
  });

  it('violations, bans and what ends them', () => {
    expect(of({ event: 'ACCOUNT_VIOLATION', severity: 'warning' })).toMatchObject([
      ['whatsapp.account_violation', 'warning', 'happened', expect.any(String)],
    ]);
    expect(of({ event: 'DISABLED_UPDATE', current: 'SCHEDULED_FOR_DISABLE', severity: 'critical' })).toEqual([
      ['whatsapp.account_disabled', 'critical', 'lasts', 'Meta is going to disable the WhatsApp account 1'],
    ]);
    expect(of({ event: 'DISABLED_UPDATE', current: 'APPROVED' })).toEqual([
      'over: waba.status 1',
      'over: waba.restriction 1',
      'over: waba.access 1',
    ]);
  });

  it('that one can no longer be reached; what another partner loses is nothing', () => {
    expect(of({ event: 'PARTNER_REMOVED', severity: 'critical' })).toMatchObject([
      ['whatsapp.account_lost', 'critical', 'lasts', expect.any(String)],
    ]);
    expect(of({ event: 'PARTNER_REMOVED' })).toEqual([]);
    expect(of({ event: 'PARTNER_APP_INSTALLED' })).toEqual(['over: waba.access 1']);
  });

  it('reviews, alerts, limits and other news', () => {
    expect(of({ field: 'account_review_update', current: 'REJECTED', severity: 'critical' })).toMatchObject([
      ['whatsapp.account_review', 'critical', 'lasts', expect.any(String)],
    ]);
    expect(of({ field: 'account_review_update', current: 'APPROVED' })).toEqual(['over: waba.review 1']);
    const alert = { field: 'account_alerts', event: 'LOW_QUALITY' };
    expect(of({ ...alert, current: 'ACTIVE', severity: 'warning', phoneNumberId: '12' })).toEqual([
      ['whatsapp.account_alert', 'warning', 'lasts', 'Meta about the number 12: low quality'],
    ]);
    expect(of({ ...alert, current: 'NONE', phoneNumberId: '12' })).toEqual([
      'over: waba.alert:LOW_QUALITY 12',
    ]);
    const limit = { field: 'business_capability_update', what: 'messagingLimit' };
    expect(of({ ...limit, previous: null, current: 'TIER_1K' })).toEqual([]);
    expect(of({ ...limit, previous: 'TIER_10K', current: 'TIER_1K', severity: 'warning' })).toMatchObject([
      ['whatsapp.account_limit_changed', 'warning', 'happened', expect.any(String)],
    ]);
    expect(of({ event: 'VERIFIED_ACCOUNT' })).toEqual([
      ['whatsapp.account_notice', 'info', 'happened', 'The WhatsApp account 1: verified account'],
    ]);
    expect(of({ event: 'SOMETHING_NEW' })).toHaveLength(1);
    expect(of({ event: 'AD_ACCOUNT_LINKED' })).toEqual([]);
  });
});
