import type { WhatsAppAccountUpdated } from '../../webhooks/whatsapp-account-events';
import { alertSeverity, meaningOf, reviewSeverity } from './account-event-meaning';

const APP = '1234567890';
const update = (event: string, more: Partial<WhatsAppAccountUpdated> = {}): WhatsAppAccountUpdated => ({
  event,
  wabaId: '102290129340398',
  details: {},
  ...more,
});

describe('what an account_update means', () => {
  it.each<[WhatsAppAccountUpdated, string | null, string, boolean]>([
    [update('DISABLED_UPDATE', { ban: { state: 'DISABLE' } }), 'DISABLED', 'critical', false],
    [
      update('DISABLED_UPDATE', { ban: { state: 'SCHEDULE_FOR_DISABLE' } }),
      'SCHEDULED_FOR_DISABLE',
      'critical',
      false,
    ],
    [update('DISABLED_UPDATE', { ban: { state: 'REINSTATE' } }), 'APPROVED', 'info', false],
    [update('ACCOUNT_RESTRICTION'), 'RESTRICTED', 'critical', false],
    [update('ACCOUNT_VIOLATION', { violationType: 'SCAM' }), null, 'warning', false],
    [update('ACCOUNT_DELETED'), 'DELETED', 'critical', true],
    [update('ACCOUNT_OFFBOARDED'), 'OFFBOARDED', 'critical', true],
    [update('ACCOUNT_RECONNECTED'), 'APPROVED', 'info', false],
    [update('PARTNER_REMOVED'), null, 'critical', true],
    [update('PARTNER_ADDED'), null, 'info', false],
    [update('VERIFIED_ACCOUNT'), null, 'info', false],
    [update('AN_EVENT_OF_TOMORROW'), null, 'info', false],
  ])('%j', (event, status, severity, endsSubscription) => {
    expect(meaningOf(event, APP)).toMatchObject({ status, severity, endsSubscription });
  });

  it('is nothing to us when another app is meant', () => {
    const of = (id: string) =>
      update('PARTNER_APP_UNINSTALLED', { details: { waba_info: { partner_app_id: id } } });
    expect(meaningOf(of('999'), APP)).toMatchObject({ severity: 'info', endsSubscription: false });
    expect(meaningOf(of(APP), APP)).toMatchObject({ severity: 'critical', endsSubscription: true });
  });

  it('names restrictions with their end', () => {
    const until = new Date('2026-12-01T00:00:00Z');
    const restrictions = [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresAt: until }];
    expect(meaningOf(update('ACCOUNT_RESTRICTION', { restrictions }), APP).summary).toContain(
      'RESTRICTED_BIZ_INITIATED_MESSAGING until 2026-12-01T00:00:00.000Z',
    );
  });
});

it.each([
  [{ alertType: 'X', severity: 'CRITICAL', status: 'ACTIVE' }, 'critical'],
  [{ alertType: 'X', severity: 'CRITICAL', status: 'NONE' }, 'info'],
  [{ alertType: 'X', severity: 'WARNING' }, 'warning'],
  [{ alertType: 'X' }, 'info'],
])('the alert %j is %s', (alert, severity) => {
  expect(alertSeverity(alert)).toBe(severity);
});

it.each([
  ['APPROVED', 'info'],
  ['DEFERRED', 'warning'],
  ['REJECTED', 'critical'],
])('a review that ends %s is %s', (decision, severity) => {
  expect(reviewSeverity(decision)).toBe(severity);
});
