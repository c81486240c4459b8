import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import type { FacebookPageEntity } from '../../facebook/entities/facebook-page.entity';
import { PageHealth } from '../../facebook/pages/page-health.service';
import { InstagramHealth } from '../../instagram/accounts/instagram-health.service';
import type { InstagramAccountEntity } from '../../instagram/entities/instagram-account.entity';
import { type Finding, about } from '../finding';

/** How connected Pages and Instagram accounts are, as the looks that are made a few times a day have shown. */
@Injectable()
export class ChannelsCheck {
  constructor(
    private readonly pages: PageHealth,
    private readonly instagram: InstagramHealth,
  ) {}

  async look(accountId: AccountId): Promise<Finding[]> {
    const [pages, accounts] = await Promise.all([
      this.pages.known(accountId),
      this.instagram.known(accountId),
    ]);
    return [...pages.map(pageFinding), ...accounts.map(instagramFinding)];
  }
}

function pageFinding(page: FacebookPageEntity): Finding {
  const finding = about('page', `Page ${page.name}`);
  const evidence = {
    pageId: page.pageId,
    status: page.status,
    problem: page.healthProblem,
    policyAction: page.policyAction,
    checkedAt: page.healthCheckedAt?.toISOString() ?? null,
  };
  if (page.status === 'reauth_required' || page.healthProblem !== null)
    return finding({
      severity: 'error',
      title: `The Page does not work (${page.healthProblem ?? 'token'})`,
      explanation:
        page.statusReason ??
        'Meta no longer takes its token: nothing of it can be read, written or repaired.',
      fix: 'Mend what the reason names, then POST /api/meta/facebook/pages/{pageId}/connect, or connect the account again.',
      evidence,
    });
  if (page.policyAction === 'block')
    return finding({
      severity: 'error',
      title: 'Meta has blocked the Page from messaging',
      explanation: page.policyReason ?? 'Over its policies; Meta named no reason.',
      fix: 'See Page quality in Meta Business Suite and appeal there.',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'The Page works',
    explanation: 'Nothing spoke against it at the last look.',
    evidence,
  });
}

function instagramFinding(account: InstagramAccountEntity): Finding {
  const finding = about('instagram', `Instagram account ${account.username}`);
  const evidence = {
    instagramId: account.igAccountId,
    status: account.status,
    problem: account.healthProblem,
    throughPage: account.pageId,
    checkedAt: account.healthCheckedAt?.toISOString() ?? null,
  };
  if (account.status === 'reauth_required' || account.healthProblem !== null)
    return finding({
      severity: 'error',
      title: `The account does not work (${account.healthProblem ?? 'token'})`,
      explanation: account.statusReason ?? 'Meta no longer lets it be reached.',
      fix: 'Mend what the reason names, then connect it again. Through a Page, messages also need Settings, Messages, Connected tools, Allow access to messages in the Instagram app (its name changes now and then).',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: 'The account works',
    explanation: 'Nothing spoke against it at the last look.',
    evidence,
  });
}
