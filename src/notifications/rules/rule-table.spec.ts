import type { AccountId, AssetId, CampaignId, DeliveryId, UserId } from '../../database/ids';
import type { DomainEventKind, DomainEventMap } from '../../domain-events/domain-events';
import { groupKeyOf } from '../writing/notification-board';
import { type Finding, type Raised, nameOf } from './finding';
import { TOLD_KINDS, findingsOf } from './rule-table';
import { lockedLogin, troublesOf } from './service.rules';

const ACCOUNT = '0197f1d2-0000-7000-8000-000000000001' as AccountId;

function of<K extends DomainEventKind>(kind: K, payload: DomainEventMap[K]): Finding[] {
  return findingsOf({ kind, payload, accountId: ACCOUNT });
}

/** What matters of findings, with what people read. */
const told = (findings: readonly Finding[]): unknown[] =>
  findings.map((finding) => {
    if (finding.effect === 'clear') return `over: ${finding.topic} ${finding.subjectId}`;
    const { title, message } = finding.one(nameOf(finding.subject));
    expect(title).not.toMatch(/undefined|null/);
    expect(message).not.toMatch(/undefined|null/);
    expect(title.charAt(0)).toBe(title.charAt(0).toUpperCase());
    return [finding.kind, finding.severity, finding.isLasting ? 'lasts' : 'happened', title];
  });

describe('what is told of accounts', () => {
  it('that they have to be connected again, with the cause', () => {
    const [found] = of('account.reauth_required', { reason: 'logged_out', missingPermissions: [] });
    expect(told([found!])).toEqual([
      ['account.reauth_required', 'critical', 'lasts', 'The Meta account has to be connected to Meta again'],
    ]);
    expect(found).toMatchObject({ topic: 'account.token', subject: { type: 'account', id: ACCOUNT } });
  });

  it('which permissions are missing', () => {
    const [found] = of('account.reauth_required', {
      reason: 'permissions_lost',
      missingPermissions: ['pages_messaging', 'ads_read'],
    });
    expect(found).toMatchObject({ kind: 'account.permissions_missing', severity: 'warning' });
    expect(found?.effect === 'raise' && found.one('Acme').message).toContain('pages_messaging, ads_read');
  });

  it('that access to data ran out, which is no dead login', () => {
    expect(
      told(of('account.reauth_required', { reason: 'data_access_expired', missingPermissions: [] })),
    ).toEqual([['account.reauth_required', 'warning', 'lasts', expect.any(String)]]);
  });

  it('that a connection ends soon, and that it was ended', () => {
    expect(told(of('account.token_expiring', { expiresAt: '2026-05-01T10:00:00.000Z' }))).toEqual([
      ['account.token_expiring', 'warning', 'lasts', 'The connection of the Meta account ends on 2026-05-01'],
    ]);
    const [, deauthorized] = told(of('account.disconnected', { reason: 'deauthorized' }));
    expect(deauthorized).toEqual([
      'account.disconnected',
      'critical',
      'lasts',
      'The Meta account was disconnected',
    ]);
    const [, byUser] = told(of('account.disconnected', { reason: 'user' }));
    expect(byUser).toMatchObject(['account.disconnected', 'info', 'lasts', expect.any(String)]);
  });

  it('that everything is well again when somebody connects, or Meta says so', () => {
    const token = `over: account.token ${ACCOUNT}`;
    const permissions = `over: account.permissions ${ACCOUNT}`;
    expect(told(of('account.connected', { accountId: ACCOUNT }))).toEqual([token, permissions]);
    expect(told(of('account.token_refreshed', { expiresAt: null }))).toEqual([token]);
    expect(told(of('account.token_refreshed', { expiresAt: null, isWell: true }))).toEqual([
      token,
      permissions,
    ]);
  });
});

describe('what is told of templates', () => {
  const facts = (changes: object = {}) => ({
    status: 'APPROVED',
    category: 'UTILITY',
    correctCategory: null,
    qualityScore: null,
    ...changes,
  });
  const update = (
    changed: DomainEventMap['template.updated']['changed'],
    previous: object | null,
    current: { status?: string } = {},
  ) =>
    told(
      of('template.updated', {
        templateId: '1',
        id: 'ours',
        name: 'order',
        language: 'en',
        status: current.status ?? 'APPROVED',
        ...(changed === undefined ? {} : { changed }),
        previous: previous === null ? null : facts(previous),
        current: facts(current),
      }),
    );

  it.each([
    ['REJECTED', 'template.rejected', 'warning', 'Template order (en) was rejected'],
    ['PAUSED', 'template.paused', 'warning', 'Template order (en) was paused'],
    ['DISABLED', 'template.disabled', 'critical', 'Template order (en) was disabled'],
  ])('%s', (status, kind, severity, title) => {
    expect(update(['status'], { status: 'PENDING' }, { status })).toEqual([[kind, severity, 'lasts', title]]);
    // As it was found when it was first seen.
    expect(update(['status'], null, { status })).toEqual([[kind, 'info', 'lasts', title]]);
  });

  it('that one is approved after a review, which ends what was said before', () => {
    expect(update(['status'], { status: 'REJECTED' })).toEqual([
      ['template.approved', 'info', 'happened', 'Template order (en) is approved'],
    ]);
    expect(update(['status'], null)).toEqual(['over: template.status ours']);
    expect(update(['status'], { status: 'APPROVED' }, { status: 'DELETED' })).toHaveLength(3);
    expect(update(['status'], { status: 'REJECTED' }, { status: 'PENDING' })).toEqual([]);
  });

  it('that the category is going to change, changes, or does not after all', () => {
    expect(update(['correctCategory'], {}, facts({ correctCategory: 'MARKETING' }))).toEqual([
      ['template.recategorised', 'warning', 'lasts', 'Template order (en) is going to be MARKETING'],
    ]);
    expect(update(['category'], {}, facts({ category: 'MARKETING' }))).toEqual([
      ['template.recategorised', 'warning', 'happened', 'Template order (en) is MARKETING now'],
    ]);
    expect(update(['correctCategory'], { correctCategory: 'MARKETING' })).toEqual([
      'over: template.category ours',
    ]);
  });

  it('the quality, and several changes at once', () => {
    expect(update(['qualityScore'], {}, facts({ qualityScore: 'RED' }))).toEqual([
      ['template.quality_dropped', 'warning', 'lasts', 'The quality of template order (en) is low'],
    ]);
    expect(update(['qualityScore'], {}, facts({ qualityScore: 'GREEN' }))).toEqual([
      'over: template.quality ours',
    ]);
    expect(
      update(['status', 'qualityScore'], {}, facts({ status: 'PAUSED', qualityScore: 'RED' })),
    ).toHaveLength(2);
    expect(update(['components'], {}, facts())).toEqual([]);
  });

  it('understands events that do not say what changed', () => {
    const bare = { templateId: '1', name: 'order', language: 'en', status: 'REJECTED' };
    expect(told(of('template.updated', bare))).toEqual([
      ['template.rejected', 'warning', 'lasts', 'Template order (en) was rejected'],
    ]);
  });
});

describe('what is told of the rest', () => {
  it('gaps: those that are being read again, and those that cannot be', () => {
    const gap = { gapId: '0197f1d2-0000-7000-8000-00000000000a', assetId: 'a' as AssetId };
    const times = { from: '2026-03-01T10:00:00Z', until: '2026-03-01T11:00:00Z' };
    const found = (repairable: boolean) =>
      told(of('webhook.gap_found', { ...gap, ...times, cause: 'unsubscribed', repairable }));
    expect(found(true)).toEqual([
      ['webhook.gap_found', 'info', 'lasts', 'Events of something connected were missed'],
    ]);
    expect(found(false)).toEqual([]);
    expect(told(of('webhook.gap_repaired', { ...gap, found: 1, stored: 1 }))).toEqual([
      `over: webhook.gap ${gap.gapId}`,
    ]);
    expect(told(of('webhook.gap_unrepaired', { ...gap, state: 'not_repairable', note: null }))).toMatchObject(
      [['webhook.gap_unrepaired', 'warning', 'lasts', expect.any(String)]],
    );
    expect(told(of('webhook.delivery_dead', { deliveryId: 'd' as DeliveryId, error: 'x' }))).toMatchObject([
      ['webhook.delivery_dead', 'critical', 'happened', expect.any(String)],
    ]);
  });

  it('campaigns: paused by themselves, resumed, completed with or without losses', () => {
    const campaign = { campaignId: 'c' as CampaignId, name: 'Spring' };
    const reason = { code: 'many_failures', message: 'Many failed.' };
    const over = 'over: campaign.state c';
    expect(told(of('campaign.paused', { ...campaign, automatic: true, reason }))).toEqual([
      ['campaign.paused', 'warning', 'lasts', 'The campaign “Spring” was paused'],
    ]);
    expect(told(of('campaign.paused', { ...campaign, automatic: false, reason }))).toEqual([over]);
    expect(told(of('campaign.resumed', campaign))).toEqual([over]);
    expect(told(of('campaign.cancelled', campaign))).toEqual([over]);
    expect(told(of('campaign.completed', campaign))).toEqual([
      ['campaign.completed', 'info', 'happened', 'The campaign “Spring” is completed'],
    ]);
    expect(
      told(of('campaign.completed', { ...campaign, counts: { total: 9, failed: 1, unknown: 1 } })),
    ).toEqual([
      [
        'campaign.completed',
        'warning',
        'happened',
        'The campaign “Spring” is completed, 2 messages did not get through',
      ],
    ]);
  });

  it('flows, groups, onboardings and what was added', () => {
    const flow = { id: 'f', flowId: '7', wabaId: '1', name: 'Booking', previous: 'PUBLISHED' };
    expect(
      told(
        of('whatsapp.flow.updated', {
          ...flow,
          event: 'FLOW_STATUS_CHANGE',
          status: 'BLOCKED',
          severity: 'critical',
        }),
      ),
    ).toEqual([['whatsapp.flow_problem', 'critical', 'lasts', 'The flow Booking is blocked']]);
    expect(
      told(
        of('whatsapp.flow.updated', {
          ...flow,
          event: 'ENDPOINT_LATENCY',
          status: 'PUBLISHED',
          severity: 'info',
        }),
      ),
    ).toEqual(['over: flow.alert:ENDPOINT_LATENCY f']);
    const group = { id: 'g', groupId: null, phoneNumberId: '1' };
    expect(told(of('whatsapp.group.updated', { ...group, type: 'group_create' }))).toEqual([]);
    expect(told(of('whatsapp.group.updated', { ...group, type: 'group_suspend' }))).toHaveLength(1);
    const step = { onboardingId: 'o', wabaId: '1', phoneNumberId: null, step: 'register' };
    expect(
      told(
        of('whatsapp.onboarding.step', {
          ...step,
          state: 'failed',
          error: { code: 'META_REJECTED', message: 'The PIN is wrong.' },
        }),
      ),
    ).toEqual([
      [
        'whatsapp.onboarding_failed',
        'critical',
        'lasts',
        'Setting up WhatsApp stopped at the step “register”',
      ],
    ]);
    expect(told(of('whatsapp.onboarding.step', { ...step, state: 'done', error: null }))).toEqual([
      'over: onboarding.step:register o',
    ]);
    expect(told(of('asset.adopted', { kind: 'phone_number', metaId: '12' }))).toEqual([
      ['asset.adopted', 'info', 'happened', 'The number 12 was added to this account'],
    ]);
  });

  it('nothing of kinds that have no rule', () => {
    expect(findingsOf({ kind: 'something.new', payload: {}, accountId: ACCOUNT } as never)).toEqual([]);
    expect(of('campaign.progress', { campaignId: 'c' as CampaignId, state: 'running', counts: {} })).toEqual(
      [],
    );
    expect(TOLD_KINDS).not.toContain('notification.created');
    expect(TOLD_KINDS).not.toContain('message.created');
  });

  it('the service: what it has given up on and what is late', () => {
    const troubles = troublesOf({
      failing: [{ subscriber: 'analytics', count: 2, error: 'x' }],
      alarms: [
        { code: 'LAG', message: 'Late.' },
        { code: 'DEAD_DELIVERIES', message: 'Dead.' },
      ],
    });
    expect(told(troubles)).toEqual([
      ['service.subscriber_failing', 'critical', 'lasts', '“analytics” has given up on 2 events'],
      ['service.deliveries_late', 'critical', 'lasts', 'Webhook deliveries are processed too late'],
      ['service.deliveries_dead', 'critical', 'lasts', 'Webhook deliveries could not be processed'],
    ]);
  });

  it('the service: whose login waits, more urgently where many addresses try', () => {
    const login = {
      userId: 'u' as UserId,
      name: 'Ada',
      failures: 6,
      lockedAt: new Date(0),
      lockedUntil: new Date(1),
    };
    const findings: Raised[] = [false, true].map((isEverywhere) => lockedLogin({ ...login, isEverywhere }));
    expect(told(findings)).toEqual([
      ['service.login_locked', 'info', 'happened', 'The login of a user u waits after wrong passwords'],
      [
        'service.login_locked',
        'warning',
        'happened',
        'Wrong passwords are tried for a user u from many addresses',
      ],
    ]);
    expect(new Set(findings.map(groupKeyOf)).size).toBe(2);
  });
});
