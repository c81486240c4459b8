import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { healthProblems, healthSummary } from '../../whatsapp/accounts/number-health';
import {
  type NumberExamination,
  NumberExaminations,
} from '../../whatsapp/accounts/number-examination.service';
import { DEAD_NUMBER_STATUSES } from '../../whatsapp/accounts/number-state';
import type { WhatsAppBusinessAccountEntity } from '../../whatsapp/entities/whatsapp-business-account.entity';
import { type Evidence, type Finding, about } from '../finding';

const MOST_NUMBERS = 20;
const REFUSED_ACCOUNTS: ReadonlySet<string> = new Set(['REJECTED', 'DISABLED', 'BANNED']);
/** Meta's code for a number that is not registered. */
const NOT_REGISTERED = 133010;

/** Whether Meta lets the account's WhatsApp numbers send and receive, and where it sends what they receive. */
@Injectable()
export class NumbersCheck {
  constructor(private readonly numbers: NumberExaminations) {}

  async look(accountId: AccountId): Promise<Finding[]> {
    const seen = await this.numbers.examine(accountId, MOST_NUMBERS);
    const wabas = new Map(seen.map(({ waba }) => [waba.id, waba]));
    return [...[...wabas.values()].flatMap(wabaFindings), ...seen.flatMap(numberFindings)];
  }
}

function wabaFindings({ wabaId, name, status, restrictions }: WhatsAppBusinessAccountEntity): Finding[] {
  const finding = about('waba', `WhatsApp Business Account ${name ?? wabaId}`);
  const now = new Date().toISOString();
  const current = restrictions.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const evidence = { status, restrictions: current.map(({ type }) => type) };
  if (REFUSED_ACCOUNTS.has(status))
    return [
      finding({
        severity: 'error',
        title: `Meta has the account as ${status}`,
        explanation: 'Its numbers send nothing, whatever else is right.',
        fix: 'See WhatsApp Manager, Account quality (names of these pages change), and appeal there.',
        evidence,
      }),
    ];
  if (current.length > 0)
    return [
      finding({
        severity: 'warning',
        title: 'Meta restricts the account',
        explanation: `In force: ${current.map(({ type, expiresAt }) => `${type} until ${expiresAt ?? 'Meta says otherwise'}`).join(', ')}. Messages that fall under it fail with code 368.`,
        fix: 'Wait for its end, or appeal in WhatsApp Manager.',
        evidence,
      }),
    ];
  return [];
}

function numberFindings(seen: NumberExamination): Finding[] {
  const { number, found, unreadable } = seen;
  const subject = `phone number ${found?.phoneNumber ?? number.phoneNumber ?? number.phoneNumberId}`;
  if (found === null)
    return [
      about(
        'phone-number',
        subject,
      )({
        severity: 'unknown',
        title: 'Meta did not tell how the number is',
        explanation: unreadable ?? 'It could not be read.',
        evidence: { storedStatus: number.status },
      }),
    ];
  return [statusFinding(seen, subject), ...sideFindings(seen, subject), routeFinding(seen, subject)].flat();
}

function statusFinding({ number, found }: NumberExamination, subject: string): Finding {
  const finding = about('phone-number', subject);
  const status = found?.status ?? 'UNKNOWN';
  const health = found?.healthStatus ?? null;
  const verdict = health?.can_send_message;
  const evidence: Evidence = {
    phoneNumberId: number.phoneNumberId,
    status,
    qualityRating: found?.qualityRating ?? null,
    nameStatus: found?.nameStatus ?? null,
    platformType: found?.platformType ?? null,
    coexistence: found?.isOnBizApp ?? null,
    canSendMessage: typeof verdict === 'string' ? verdict : null,
    sendProblemCode: number.sendProblemCode,
  };
  const isUnregistered =
    number.sendProblemCode === NOT_REGISTERED || ['DISCONNECTED', 'PENDING'].includes(status);
  if (isUnregistered)
    return finding({
      severity: 'error',
      title: `The number is not registered at the Cloud API (${status})`,
      explanation:
        'Nothing can be sent from it (code 133010), and nothing that people write to it arrives, until it is registered.',
      fix:
        found?.isOnBizApp === true
          ? 'Open the WhatsApp Business app on its phone and connect it again by Embedded Signup: a number in coexistence is not registered by call.'
          : 'POST /api/meta/whatsapp/phone-numbers/{id}/register with its two-step PIN; prove the number first where Meta asks for it.',
      evidence,
    });
  if (DEAD_NUMBER_STATUSES.includes(status))
    return finding({
      severity: 'error',
      title: `Meta has the number as ${status}`,
      explanation: 'Nothing leaves it, and nothing arrives.',
      fix: 'See the number in WhatsApp Manager and do what Meta asks there.',
      evidence,
    });
  if (verdict === 'BLOCKED')
    return finding({
      severity: 'error',
      title: 'Meta blocks sending',
      explanation: healthSummary(health),
      fix: healthProblems(health)[0]?.solution ?? 'See the number in WhatsApp Manager.',
      evidence,
    });
  if (['FLAGGED', 'RATE_LIMITED', 'RESTRICTED'].includes(status) || verdict === 'LIMITED')
    return finding({
      severity: 'warning',
      title: `Meta limits the number (${status})`,
      explanation: healthSummary(health),
      fix: healthProblems(health)[0]?.solution ?? 'See the number in WhatsApp Manager.',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'The number works',
    explanation: `Meta has it as ${status}${found?.isOnBizApp === true ? ', in use on the phone as well' : ''}.`,
    evidence,
  });
}

function sideFindings({ found }: NumberExamination, subject: string): Finding[] {
  const findings: Finding[] = [];
  if (found?.qualityRating === 'RED')
    findings.push(
      about(
        'quality',
        subject,
      )({
        severity: 'warning',
        title: 'The quality of the number is low',
        explanation: 'People block or report it. Meta lowers its limit or restricts it if that goes on.',
        fix: 'Send fewer unasked messages; see campaigns and templates with many blocks.',
        evidence: { qualityRating: found.qualityRating },
      }),
    );
  if (found?.nameStatus === 'DECLINED' || found?.nameStatus === 'EXPIRED')
    findings.push(
      about(
        'display-name',
        subject,
      )({
        severity: 'warning',
        title: `The display name is ${found.nameStatus}`,
        explanation: 'People see the number in its place, and some messages fail with code 131037.',
        fix: 'Ask for another name in WhatsApp Manager, and register the number again once it is approved.',
        evidence: { nameStatus: found.nameStatus },
      }),
    );
  if (found?.platformType === 'ON_PREMISE')
    findings.push(
      about(
        'platform',
        subject,
      )({
        severity: 'error',
        title: 'The number is not on the Cloud API',
        explanation: 'It is registered with the old On-Premises API, whose messages go elsewhere.',
        fix: 'Migrate it in WhatsApp Manager, then register it here.',
        evidence: { platformType: found.platformType },
      }),
    );
  return findings;
}

function routeFinding({ number, waba, route }: NumberExamination, subject: string): Finding[] {
  if (route === null || route.isOurs || route.effectiveUrl === null) return [];
  const finding = about('callback-override', subject);
  const evidence = { effectiveUrl: route.effectiveUrl, overrideUrl: route.overrideUrl };
  const isWished = [number.callbackOverrideUrl, waba.callbackOverrideUrl].includes(route.effectiveUrl);
  return [
    finding({
      severity: isWished ? 'warning' : 'error',
      title: 'Its messages go to another address',
      explanation: `Meta sends what people write to this number, and the statuses, to ${route.effectiveUrl}. ${isWished ? 'That was set through this service.' : 'It was set at Meta by somebody else; the number’s address goes before the account’s, and that before the app’s.'}`,
      fix: 'DELETE /api/meta/whatsapp/phone-numbers/{id}/callback-override, or /api/meta/whatsapp/account/callback-override for the whole account, takes it away.',
      evidence,
    }),
  ];
}
