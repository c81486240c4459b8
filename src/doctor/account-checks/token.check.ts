import { Injectable } from '@nestjs/common';
import type { AssetKind } from '../../assets/entities/asset.entity';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { type TokenExamination, TokenExaminations } from '../../meta-auth/token-examination.service';
import { type Finding, about, minutes } from '../finding';

const DAY_MS = 86_400_000;
const DATA_ACCESS_SOON_MS = 14 * DAY_MS;

interface Need {
  kind: AssetKind;
  scope: string;
  /** Without it nothing arrives or leaves; the others cost a part. */
  isVital: boolean;
  /** What Instagram Login calls it. */
  byInstagramLogin?: string;
}

const NEEDS: readonly Need[] = [
  { kind: 'waba', scope: 'whatsapp_business_management', isVital: true },
  { kind: 'waba', scope: 'whatsapp_business_messaging', isVital: true },
  { kind: 'page', scope: 'pages_manage_metadata', isVital: true },
  { kind: 'page', scope: 'pages_messaging', isVital: true },
  { kind: 'page', scope: 'pages_read_engagement', isVital: false },
  {
    kind: 'instagram',
    scope: 'instagram_basic',
    isVital: true,
    byInstagramLogin: 'instagram_business_basic',
  },
  {
    kind: 'instagram',
    scope: 'instagram_manage_messages',
    isVital: true,
    byInstagramLogin: 'instagram_business_manage_messages',
  },
];

const NAMES: Readonly<Record<AssetKind, string>> = {
  waba: 'WhatsApp Business Accounts',
  phone_number: 'phone numbers',
  page: 'Pages',
  instagram: 'Instagram accounts',
};

const CONNECT_AGAIN =
  'Connect the account again: GET /api/meta/auth/url for the dialog, then POST /api/meta/auth/connect. Conversations stay.';

/** Whether the account's token works, for how long, and whether it may do what is needed. */
@Injectable()
export class TokenCheck {
  constructor(
    private readonly examinations: TokenExaminations,
    private readonly assets: AssetsService,
  ) {}

  /** @returns besides the findings, whether Meta may be asked anything else with this token */
  async look(accountId: AccountId, subject: string): Promise<{ findings: Finding[]; isUsable: boolean }> {
    const seen = await this.examinations.examine(accountId);
    if (seen === null) return { findings: [], isUsable: false };
    const unusable = unusableToken(seen, subject);
    if (unusable !== null) return { findings: [unusable], isUsable: false };
    const permissions = await this.permissions(accountId, seen, subject);
    return { findings: [expiry(seen, subject), dataAccess(seen, subject), ...permissions], isUsable: true };
  }

  private async permissions(
    accountId: AccountId,
    { account, health, lostPermissions: lost }: TokenExamination,
    subject: string,
  ): Promise<Finding[]> {
    if (health?.isAlive !== true) return [];
    const finding = about('permissions', subject);
    const granted = health.permissions ?? account.permissions;
    const granular = health.granularScopes ?? account.granularScopes;
    const findings: Finding[] = [];
    const owned = await this.assets.kindsOf(accountId);
    const missing = NEEDS.filter(({ kind }) => owned.has(kind)).flatMap((need) => {
      const { scope, byInstagramLogin } = need;
      const wanted = account.loginKind === 'instagram' && byInstagramLogin ? byInstagramLogin : scope;
      return granted.includes(wanted) ? [] : [{ ...need, scope: wanted }];
    });
    const names = [...new Set([...missing.map(({ scope }) => scope), ...lost])];
    const evidence = { granted, missing: missing.map(({ scope }) => scope), lost };
    if (names.length > 0) {
      const isVital = missing.some((need) => need.isVital);
      findings.push(
        finding({
          severity: isVital ? 'error' : 'warning',
          title: `Permissions are missing: ${names.join(', ')}`,
          explanation: `${lost.length > 0 ? 'They were granted once and were taken back at Meta. ' : ''}Calls that need them are refused with code 10 or 200${isVital ? ', and webhooks that depend on them stop' : ''}.`,
          fix: `${CONNECT_AGAIN} The person has to agree to all of them; permissions beyond your own accounts need Advanced Access in App Review.`,
          evidence,
        }),
      );
    }
    findings.push(...(await this.limited(accountId, granular, subject)));
    if (findings.length > 0) return findings;
    return [
      finding({
        severity: 'ok',
        title: 'The token may do what is needed',
        explanation: 'Every permission is granted that the connected things need.',
        evidence,
      }),
    ];
  }

  /** A permission may be granted for some things and not for the one that is connected here. */
  private async limited(
    accountId: AccountId,
    granular: readonly { scope: string; targetIds: string[] | null }[],
    subject: string,
  ): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const kind of ['waba', 'page'] as const) {
      const ids = await this.assets.metaIdsOf(accountId, kind);
      for (const { scope } of NEEDS.filter((need) => need.kind === kind)) {
        const limits = granular.find((each) => each.scope === scope)?.targetIds;
        if (limits === null || limits === undefined) continue;
        const outside = ids.filter((id) => !limits.includes(id));
        if (outside.length > 0)
          findings.push(
            about(
              'granted-assets',
              subject,
            )({
              severity: 'error',
              title: `${scope} does not cover all connected ${NAMES[kind]}`,
              explanation: `The person chose which ones this app may use, and ${outside.join(', ')} is not among them any more: nothing of it can be read or sent.`,
              fix: `${CONNECT_AGAIN} In Meta’s dialog, choose it as well.`,
              evidence: { scope, outside, covered: limits },
            }),
          );
      }
    }
    return findings;
  }
}

function unusableToken({ account, token, health }: TokenExamination, subject: string): Finding | null {
  const finding = about('token', subject);
  const evidence = {
    status: account.status,
    reason: account.statusReason,
    expiresAt: account.tokenExpiry?.toISOString() ?? null,
  };
  if (token === 'unreadable')
    return finding({
      severity: 'error',
      title: 'The stored token cannot be read',
      explanation: 'It was encrypted with a key that is no longer in ENCRYPTION_KEYS.',
      fix: 'Put the older key back behind the first one, and run npm run tokens:reencrypt before taking it out. If it is lost, connect the account again.',
      evidence,
    });
  if (token === 'none')
    return finding({
      severity: 'error',
      title: 'The account has no token',
      explanation: 'It was disconnected or its access was revoked: nothing can be read or sent.',
      fix: CONNECT_AGAIN,
      evidence,
    });
  if (health?.isAlive === false) {
    const { reason, mayHeal } = health.verdict;
    return finding({
      severity: 'error',
      title: `Meta no longer takes the token (${reason})`,
      explanation: `Every call with it is refused (code 190): nothing can be sent, and files, profiles and templates cannot be read.${mayHeal ? ' It may live again once the person has answered what facebook.com asks them.' : ''}`,
      fix: CONNECT_AGAIN,
      evidence: { ...evidence, reason },
    });
  }
  if (account.status !== 'active')
    return finding({
      severity: 'warning',
      title: 'The account waits to be connected again, though Meta takes its token',
      explanation:
        'It was marked when Meta refused the token; until it is looked at again nothing is sent with it.',
      fix: 'POST /api/meta/auth/refresh-token looks at once.',
      evidence,
    });
  return null;
}

function expiry({ account, health, isEnding }: TokenExamination, subject: string): Finding {
  const finding = about('token', subject);
  const expiresAt = health?.isAlive === true ? health.tokenExpiry : account.tokenExpiry;
  const evidence = {
    kind: account.tokenKind,
    expiresAt: expiresAt?.toISOString() ?? null,
    refreshFailures: account.refreshFailures,
  };
  if (isEnding && expiresAt !== null)
    return finding({
      severity: 'warning',
      title: `The token ends in ${minutes(expiresAt.getTime() - Date.now())}`,
      explanation: 'It should have been renewed by now; renewing was tried for days, or no scheduler runs.',
      fix: 'POST /api/meta/auth/refresh-token; if that fails, connect the account again before the end.',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'Meta takes the token',
    explanation:
      expiresAt === null
        ? 'It does not expire.'
        : `It is renewed by itself before ${expiresAt.toISOString().slice(0, 10)}.`,
    evidence,
  });
}

function dataAccess({ health, account }: TokenExamination, subject: string): Finding {
  const finding = about('data-access', subject);
  const until = health?.isAlive === true ? health.dataAccessExpiry : account.dataAccessExpiry;
  const evidence = { until: until?.toISOString() ?? null };
  const restMs = until === null ? Infinity : until.getTime() - Date.now();
  if (restMs <= 0)
    return finding({
      severity: 'error',
      title: 'Meta has ended the access to the person’s data',
      explanation:
        'The token itself still counts as valid, but reads are refused: the person has not used the app for 90 days.',
      fix: CONNECT_AGAIN,
      evidence,
    });
  if (restMs < DATA_ACCESS_SOON_MS)
    return finding({
      severity: 'warning',
      title: `The access to the person’s data ends in ${minutes(restMs)}`,
      explanation:
        'Reads are refused from then on, though the token stays valid. Only the person can renew it.',
      fix: CONNECT_AGAIN,
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'Data may be read',
    explanation: until === null ? 'The access does not end.' : `Until ${until.toISOString().slice(0, 10)}.`,
    evidence,
  });
}
