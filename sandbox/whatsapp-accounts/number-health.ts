import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import type { JsonObject } from '../json';
import type { PhoneRecord, WabaRecord } from '../world';

type Verdict = 'AVAILABLE' | 'LIMITED' | 'BLOCKED';

interface HealthProblem {
  verdict: Verdict;
  code: number;
  description: string;
  solution: string;
}

const NOT_REGISTERED: HealthProblem = {
  verdict: 'BLOCKED',
  code: 141000,
  description: 'The phone number is not linked to a WhatsApp account.',
  solution: 'Register the number and finish its verification.',
};
const NO_PAYMENT: HealthProblem = {
  verdict: 'BLOCKED',
  code: 141006,
  description: 'There is an error with the payment method. Business initiated conversations are blocked.',
  solution: 'Add a new payment method to the account.',
};
const NOT_VERIFIED: HealthProblem = {
  verdict: 'LIMITED',
  code: 141010,
  description: 'The business has not passed business verification.',
  solution: 'Start or finish the verification in the business settings.',
};
const BANNED: HealthProblem = {
  verdict: 'BLOCKED',
  code: 141014,
  description: 'The WABA is banned.',
  solution: 'Visit Business Support Home to appeal the ban.',
};
const SEVERITY: readonly Verdict[] = ['AVAILABLE', 'LIMITED', 'BLOCKED'];
const NAME_IS_FINE = ['APPROVED', 'AVAILABLE_WITHOUT_REVIEW'];

/** `health_status` of a number: the worst of number, account, business and app decides. */
export function numberHealth(
  context: SandboxContext,
  phone: PhoneRecord,
  appId: string | undefined,
): JsonObject {
  const info = NAME_IS_FINE.includes(phone.nameStatus)
    ? []
    : [
        'The display name has not been approved yet. The message limit rises after the display name is approved.',
      ];
  const number = entityOf('PHONE_NUMBER', phone.id, canReach(phone) ? [] : [NOT_REGISTERED], info);
  return summary([number, ...accountEntities(context, context.world.wabaOfPhone(phone), appId)]);
}

/** `health_status` of an account. */
export function accountHealth(
  context: SandboxContext,
  waba: WabaRecord,
  appId: string | undefined,
): JsonObject {
  return summary(accountEntities(context, waba, appId));
}

/** `health_status` of something that an account owns, such as a flow. */
export function ownedHealth(
  context: SandboxContext,
  waba: WabaRecord,
  appId: string | undefined,
  owned: { type: string; id: string; isBlocked: boolean },
): JsonObject {
  const verdict: Verdict = owned.isBlocked ? 'BLOCKED' : 'AVAILABLE';
  const entity = { entity_type: owned.type, id: owned.id, can_send_message: verdict };
  return summary([entity, ...accountEntities(context, waba, appId)]);
}

function accountEntities(
  context: SandboxContext,
  waba: WabaRecord,
  appId: string | undefined,
): HealthEntity[] {
  const business = context.world.get('business', waba.ownerBusinessId);
  const problems = [
    ...(waba.standing.hasPaymentIssue ? [NO_PAYMENT] : []),
    ...(waba.standing.ban === 'DISABLE' ? [BANNED] : []),
  ];
  return [
    entityOf('WABA', waba.id, problems),
    entityOf('BUSINESS', business.id, business.verificationStatus === 'verified' ? [] : [NOT_VERIFIED]),
    ...(appId === undefined ? [] : [entityOf('APP', appId, [])]),
  ];
}

interface HealthEntity extends JsonObject {
  can_send_message: Verdict;
}

function entityOf(type: string, id: string, problems: HealthProblem[], info: string[] = []): HealthEntity {
  return {
    entity_type: type,
    id,
    can_send_message: worst(problems.map(({ verdict }) => verdict)),
    ...(problems.length > 0 && {
      errors: problems.map(({ code, description, solution }) => ({
        error_code: code,
        error_description: description,
        possible_solution: solution,
      })),
    }),
    ...(info.length > 0 && { additional_info: info }),
  };
}

function worst(verdicts: Verdict[]): Verdict {
  return SEVERITY.reduce((found, candidate) => (verdicts.includes(candidate) ? candidate : found));
}

function summary(entities: HealthEntity[]): JsonObject {
  return { can_send_message: worst(entities.map((entity) => entity.can_send_message)), entities };
}

function canReach(phone: PhoneRecord): boolean {
  return phone.registered && !['BANNED', 'DELETED', 'DISCONNECTED'].includes(phone.status);
}

/**
 * Refuses what leaves a number or account in bad standing, with the code that Meta gives for it. `FLAGGED` only warns:
 * such a number still sends.
 */
export function assertCanSend(
  context: SandboxContext,
  phone: PhoneRecord,
  message: { isTemplate: boolean; inWindow: boolean },
): void {
  const waba = context.world.wabaOfPhone(phone);
  if (phone.status === 'DELETED') throw catalogueError(33);
  if (!phone.registered || phone.status === 'DISCONNECTED' || phone.status === 'MIGRATED') {
    throw catalogueError(133010);
  }
  if (waba.standing.ban === 'DISABLE' || phone.status === 'BANNED') throw catalogueError(131031);
  if (phone.status === 'RATE_LIMITED' || phone.status === 'RESTRICTED') throw catalogueError(131048);
  checkRestrictions(context, waba, message);
  if (isFictitious(phone) && !NAME_IS_FINE.includes(phone.nameStatus)) throw catalogueError(131037);
  if (waba.standing.hasPaymentIssue && message.isTemplate) throw catalogueError(131042);
}

function checkRestrictions(
  context: SandboxContext,
  waba: WabaRecord,
  { isTemplate, inWindow }: { isTemplate: boolean; inWindow: boolean },
): void {
  const now = context.clock.now();
  const active = waba.standing.restrictions.filter(({ until }) => until > now).map(({ type }) => type);
  const startsByUs = isTemplate || !inWindow;
  if (startsByUs && active.includes('RESTRICTED_BIZ_INITIATED_MESSAGING')) throw catalogueError(368);
  if (!startsByUs && active.includes('RESTRICTED_CUSTOMER_INITIATED_MESSAGING')) throw catalogueError(368);
}

/** Numbers that Meta gives away start with 555; only they need an approved name before the first message. */
function isFictitious(phone: PhoneRecord): boolean {
  return phone.displayPhoneNumber.replace(/\D/g, '').startsWith('1555');
}

/** No numbers can be added while this restriction lasts. */
export function assertCanAddNumbers(context: SandboxContext, waba: WabaRecord): void {
  const now = context.clock.now();
  const isRestricted = waba.standing.restrictions.some(
    ({ type, until }) => type === 'RESTRICTED_ADD_PHONE_NUMBER_ACTION' && until > now,
  );
  if (isRestricted) throw catalogueError(368);
}
