import { type Standing, obstacleOf } from './campaign-obstacles';

const NOW = new Date('2026-03-14T09:00:00Z');
const FINE: Standing = {
  account_status: 'active',
  number_status: 'CONNECTED',
  quality_rating: 'GREEN',
  is_number_ours: true,
  waba_status: 'APPROVED',
  restrictions: [],
  template_status: 'APPROVED',
  template_category: 'MARKETING',
  started_category: 'MARKETING',
};
const until = (expiresAt: string | null) => [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresAt }];

describe('what keeps a campaign from sending', () => {
  it.each<[string, Partial<Standing>]>([
    ['nothing', {}],
    ['a medium quality', { quality_rating: 'YELLOW' }],
    ['a status of which Meta says nothing', { number_status: 'UNKNOWN' }],
    [
      'a restriction that is over',
      { waba_status: 'RESTRICTED', restrictions: until('2026-03-14T08:00:00Z') },
    ],
    [
      'a restriction of something else',
      { restrictions: [{ type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiresAt: null }] },
    ],
    ['a category before the start', { started_category: null, template_category: 'UTILITY' }],
  ])('is not %s', (_, change) => {
    expect(obstacleOf({ ...FINE, ...change }, NOW)).toBeNull();
  });

  it.each<[string, Partial<Standing>]>([
    ['account_reauth_required', { account_status: 'expired' }],
    ['number_removed', { is_number_ours: false }],
    ['account_restricted', { waba_status: 'DISABLED' }],
    ['account_restricted', { waba_status: 'RESTRICTED' }],
    ['account_restricted', { restrictions: until('2026-03-14T10:00:00Z') }],
    ['account_restricted', { restrictions: until(null) }],
    ['number_disconnected', { number_status: 'DISCONNECTED' }],
    ['number_flagged', { number_status: 'FLAGGED' }],
    ['number_restricted', { number_status: 'SOMETHING_NEW' }],
    ['quality_low', { quality_rating: 'RED' }],
    ['template_deleted', { template_status: null }],
    ['template_paused', { template_status: 'PAUSED' }],
    ['template_rejected', { template_status: 'REJECTED' }],
    ['template_disabled', { template_status: 'DISABLED' }],
    ['template_in_review', { template_status: 'PENDING' }],
    ['template_recategorised', { template_category: 'UTILITY' }],
  ])('is %s', (code, change) => {
    const obstacle = obstacleOf({ ...FINE, ...change }, NOW);
    expect(obstacle?.code).toBe(code);
    expect(obstacle?.message).toMatch(/\.$/);
  });
});
