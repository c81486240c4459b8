import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { AppSubscriptionCheck } from '../../webhooks/gaps/app-subscription.check';
import { SubscriptionChecksRepository } from '../../webhooks/gaps/subscription-checks.repository';
import type { AppLook } from '../../webhooks/gaps/subscription-checks.repository';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';
import { endOfVersion } from './graph-versions';

const NAME = 'app-subscription';

/** What Meta has of the app's own webhook subscriptions, against what is configured here. */
@Injectable()
export class AppSubscriptionsCheck implements Check {
  readonly name = NAME;
  readonly subject = 'the Meta app';

  constructor(
    private readonly config: AppConfig,
    private readonly subscriptions: AppSubscriptionCheck,
    private readonly checks: SubscriptionChecksRepository,
  ) {}

  async look(): Promise<Finding[]> {
    const owned = await this.checks.ownedKinds();
    const finding = about(NAME, this.subject);
    if (owned.size === 0)
      return [
        finding({
          severity: 'ok',
          title: 'Nothing is connected yet',
          explanation: 'No account has a WhatsApp number, a Page or an Instagram account here.',
        }),
      ];
    const { looks } = await this.subscriptions.look();
    const wanted = looks.filter(({ object }) => object !== 'permissions');
    if (wanted.length === 0)
      return [
        finding({
          severity: 'error',
          title: 'No webhook is configured',
          explanation: 'Nobody has said which events are wanted, so Meta was never told where to send them.',
          fix: 'POST /api/meta/webhook/configure with a verify token and the fields wanted.',
        }),
      ];
    return looks.map((each) => appFinding(each, this.config.webhookUrl));
  }
}

/** The finding of one object; the same for the service and for an account. */
export function appFinding({ object, present, problem }: AppLook, needed: string): Finding {
  const finding = about(NAME, `app subscription to ${object}`);
  const evidence = {
    callbackUrl: present?.callbackUrl ?? null,
    neededCallbackUrl: needed,
    active: present?.isActive ?? false,
    fields: present?.fields ?? [],
    versions: present?.versions ?? [],
  };
  if (problem !== null)
    return finding({
      // What somebody loses without `permissions` is noticed by the daily look at tokens as well.
      severity: object === 'permissions' ? 'warning' : 'error',
      title: `Meta does not send all of ${object} here`,
      explanation: `${problem} ${reasonFor(present, needed)}`.trim(),
      fix: 'POST /api/meta/webhook/subscriptions/check puts it back; the same is under Webhooks in the Meta app dashboard.',
      evidence,
    });
  const over = (present?.versions ?? []).filter((version) => {
    const end = endOfVersion(version);
    return end !== null && end.getTime() < Date.now();
  });
  if (over.length > 0)
    return finding({
      severity: 'warning',
      title: `Fields of ${object} are subscribed in a version that is over`,
      explanation: `Meta sends them in the shape of ${over.join(', ')}, or of the next version that lives.`,
      fix: 'POST /api/meta/webhook/configure subscribes them anew in the current version.',
      evidence,
    });
  return finding({
    severity: 'ok',
    title: `Meta sends ${object} here`,
    explanation: 'Address and fields are as needed, and the subscription is active.',
    evidence,
  });
}

function reasonFor(present: AppLook['present'], needed: string): string {
  if (present === null || present.callbackUrl === needed) return '';
  return 'An app has one address for each object: another installation with the same app may have taken it, or PUBLIC_URL was changed.';
}
