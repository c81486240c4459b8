import { type LimitedAccount, type LimitedNumber, sendingLimitsOf } from './sending-limits';

const now = new Date('2026-11-21T12:00:00Z');
const aNumber = (changes: Partial<LimitedNumber> = {}): LimitedNumber => ({
  status: 'CONNECTED',
  isOnBizApp: false,
  throughputLevel: 'STANDARD',
  messagingLimit: null,
  qualityRating: 'GREEN',
  healthStatus: null,
  sendProblemCode: null,
  ...changes,
});
const anAccount = (changes: Partial<LimitedAccount> = {}): LimitedAccount => ({
  status: 'APPROVED',
  messagingLimit: 'TIER_2K',
  restrictions: [],
  ...changes,
});
const limits = (number: Partial<LimitedNumber> = {}, account: Partial<LimitedAccount> = {}) =>
  sendingLimitsOf(aNumber(number), anAccount(account), now);

it.each<[Partial<LimitedNumber>, number]>([
  [{}, 80],
  [{ throughputLevel: null }, 80],
  [{ throughputLevel: 'HIGH' }, 1_000],
  [{ throughputLevel: 'HIGH', isOnBizApp: true }, 20],
])('%j sends %i a second', (number, perSecond) => {
  expect(limits(number).throughputPerSecond).toBe(perSecond);
});

it("takes the business's limit where the number tells none of its own", () => {
  expect(limits().messagingLimit).toBe(2_000);
  expect(limits({ messagingLimit: 'TIER_UNLIMITED' }).messagingLimit).toBe('unlimited');
  expect(limits({}, { messagingLimit: null }).messagingLimit).toBeNull();
});

it('lets a healthy number send', () => {
  expect(limits()).toMatchObject({ canSend: true, canInitiate: true, reason: null });
});

it.each<[Partial<LimitedNumber>, Partial<LimitedAccount>, RegExp]>([
  [{ status: 'BANNED' }, {}, /banned/],
  [{ status: 'DISCONNECTED' }, {}, /register/i],
  [{ sendProblemCode: 131042 }, {}, /payment/],
  [{ sendProblemCode: 999 }, {}, /999/],
  [{}, { status: 'DISABLED' }, /disabled/],
  [{}, { status: 'OFFBOARDED' }, /left the Cloud API/],
  [
    {
      healthStatus: {
        can_send_message: 'BLOCKED',
        entities: [
          { entity_type: 'WABA', can_send_message: 'AVAILABLE' },
          {
            entity_type: 'BUSINESS',
            can_send_message: 'BLOCKED',
            errors: [{ error_code: 141010, error_description: 'No payment.', possible_solution: 'Add one.' }],
          },
        ],
      },
    },
    {},
    /^No payment\. Add one\.$/,
  ],
])('%j of %j cannot send', (number, account, reason) => {
  const result = limits(number, account);
  expect(result).toMatchObject({ canSend: false, canInitiate: false });
  expect(result.reason).toMatch(reason);
});

describe('a restriction', () => {
  const first = { type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresAt: '2026-11-22T00:00:00.000Z' };
  const answers = { type: 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING', expiresAt: null };

  it('on first messages lets answers through', () => {
    const result = limits({}, { status: 'RESTRICTED', restrictions: [first] });
    expect(result).toMatchObject({ canSend: true, canInitiate: false });
    expect(result.reason).toContain('2026-11-22');
  });

  it('on both ends sending', () => {
    expect(limits({}, { restrictions: [first, answers] }).canSend).toBe(false);
  });

  it('that is over counts no more', () => {
    const over = { ...first, expiresAt: '2026-11-21T11:59:59.000Z' };
    expect(limits({}, { status: 'RESTRICTED', restrictions: [over] })).toMatchObject({
      canInitiate: true,
      reason: null,
    });
  });
});

it('lets a restricted number answer', () => {
  expect(limits({ status: 'RESTRICTED' })).toMatchObject({ canSend: true, canInitiate: false });
});
