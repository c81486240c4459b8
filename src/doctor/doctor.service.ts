import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import type { AccountId } from '../database/ids';
import { AccountNotFoundError } from '../errors/app.error';
import { within } from '../queue/within';
import { WebhookCanary } from '../webhooks/canary/webhook-canary.service';
import { AccountDoctor, type KnownAccount } from './account-doctor.service';
import { canaryFinding } from './canary.findings';
import { type Check, runChecks } from './check-runner';
import type { DoctorReport } from './doctor-report';
import { type Finding, about, worstFirst, worstOf } from './finding';

export const SERVICE_CHECKS = Symbol('service checks of the doctor');
/** Of them, those that say why nothing arrives without saying anything of other tenants. */
const TOLD_TO_TENANTS: ReadonlySet<string> = new Set(['inbox-age', 'role-worker', 'role-scheduler']);
const TENANTS_CHECKS: ReadonlySet<string> = new Set(['inbox', 'processes']);

/** With the checks of one account behind those of the service, all is told within half a minute. */
const WHOLE_RUN_MS = 27_000;
const ACCOUNTS_AT_ONCE = 4;
const MOST_ACCOUNTS = 100;
const CANARY_MS = 10_000;
const CANARY_CALL_MS = 8_000;

/** Looks at everything between Meta and a message in the inbox, and says in words what is wrong. It repairs nothing. */
@Injectable()
export class DoctorService {
  private flying: Promise<Finding[]> | undefined;

  constructor(
    @Inject(SERVICE_CHECKS) private readonly checks: readonly Check[],
    private readonly accounts: AccountDoctor,
    private readonly canary: WebhookCanary,
    private readonly config: AppConfig,
  ) {}

  /**
   * The service itself, and nothing of any account.
   * @param canary also sends a delivery of no effect to our own address and watches it
   */
  async examineService(canary: boolean): Promise<DoctorReport> {
    return this.report(null, async () => {
      const [findings, sent] = await Promise.all([runChecks(this.checks), canary ? this.sendCanary() : []]);
      return [...findings, ...sent];
    });
  }

  /**
   * One account, for whoever may see it. Of the service it tells only whether somebody works.
   * @throws AccountNotFoundError
   */
  async examineAccount(accountId: AccountId, canary: boolean): Promise<DoctorReport> {
    const account = await this.accounts.find(accountId);
    if (account === null) throw new AccountNotFoundError();
    return this.report(accountId, async () => {
      const [own, service, sent] = await Promise.all([
        this.accounts.examine(account, true),
        runChecks(this.checks.filter(({ name }) => TENANTS_CHECKS.has(name))),
        canary ? this.sendCanary() : [],
      ]);
      return [
        ...own,
        ...service.filter(({ check }) => TOLD_TO_TENANTS.has(check)).map(withoutEvidence),
        ...sent,
      ];
    });
  }

  /** Everything, for whoever runs the service and has its database anyway. @param accountId only this account beside it */
  async examineAll(options: { canary: boolean; accountId?: AccountId }): Promise<DoctorReport> {
    const { canary, accountId } = options;
    const chosen = accountId === undefined ? null : await this.accounts.find(accountId);
    if (accountId !== undefined && chosen === null) throw new AccountNotFoundError();
    return this.report(null, async () => {
      const [findings, sent, ofAccounts] = await Promise.all([
        runChecks(this.checks),
        canary ? this.sendCanary() : [],
        chosen === null ? this.examineAccounts() : this.accounts.examine(chosen, false),
      ]);
      return [...findings, ...sent, ...ofAccounts];
    });
  }

  private async examineAccounts(): Promise<Finding[]> {
    const end = Date.now() + WHOLE_RUN_MS;
    const { accounts, total } = await this.accounts.accounts(MOST_ACCOUNTS);
    const findings: Finding[] = [];
    const waiting = [...accounts];
    let left = total;
    const next = async (): Promise<void> => {
      for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
        const found = await within(Math.max(0, end - Date.now()), this.accounts.examine(account, false));
        if (found === undefined) return;
        findings.push(...found.map((each) => named(each, account)));
        left -= 1;
      }
    };
    await Promise.all(Array.from({ length: ACCOUNTS_AT_ONCE }, next));
    if (left > 0)
      findings.push(
        about(
          'accounts',
          'the connected accounts',
        )({
          severity: 'unknown',
          title: `${left} of ${total} accounts were not looked at`,
          explanation: 'There was no time for all of them.',
          fix: 'Look at one with --account and its id.',
        }),
      );
    return findings;
  }

  /** One at a time: whoever asks meanwhile is told of the same. */
  private async sendCanary(): Promise<Finding[]> {
    const url = this.config.webhookUrl;
    const look = async (): Promise<Finding[]> => [canaryFinding(await this.canary.run(CANARY_MS), url)];
    this.flying ??= runChecks([{ name: 'canary', subject: url, look }], CANARY_MS + CANARY_CALL_MS).finally(
      () => (this.flying = undefined),
    );
    return this.flying;
  }

  private async report(
    accountId: AccountId | null,
    examine: () => Promise<Finding[]>,
  ): Promise<DoctorReport> {
    const startedAt = new Date();
    const findings = worstFirst(await examine());
    return {
      accountId,
      startedAt,
      tookMs: Date.now() - startedAt.getTime(),
      verdict: worstOf(findings),
      findings,
    };
  }
}

/** Counts of the whole service are no tenant's business. */
function withoutEvidence(finding: Finding): Finding {
  return { ...finding, evidence: {} };
}

/** Numbers of two accounts may look alike in a list of all. */
function named(finding: Finding, { id, name }: KnownAccount): Finding {
  return { ...finding, evidence: { ...finding.evidence, accountId: id, accountName: name } };
}
