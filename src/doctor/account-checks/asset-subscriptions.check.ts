import { Injectable } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import { AppConfig } from '../../config/app-config';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { problemOf } from '../../webhooks/gaps/app-subscription.check';
import { concerns } from '../../webhooks/gaps/object-kinds';
import { WebhookConfigService } from '../../webhooks/webhook-config.service';
import {
  type AssetSubscription,
  WebhookSubscriberRegistry,
} from '../../webhooks/webhook-subscriber.registry';
import { WebhookSubscriptionsApi } from '../../webhooks/webhook-subscriptions-api';
import { reasonOf } from '../check-runner';
import { type Finding, about } from '../finding';
import { appFinding } from '../service-checks/app-subscriptions.check';

const CHECK_AGAIN = 'POST /api/meta/webhook/subscriptions/check puts it back.';

const KINDS = {
  waba: 'WhatsApp Business Account',
  phone_number: 'phone number',
  page: 'Page',
  instagram: 'Instagram account',
} as const;

/** What Meta has of the subscriptions of one account, and of the app's as far as this account lives on them. */
@Injectable()
export class AssetSubscriptionsCheck {
  constructor(
    private readonly config: AppConfig,
    private readonly configs: WebhookConfigService,
    private readonly subscriptions: WebhookSubscriptionsApi,
    private readonly subscribers: WebhookSubscriberRegistry,
    private readonly assets: AssetsService,
  ) {}

  /** Whether webhooks are configured, and whether Meta took that. */
  async configuration(accountId: AccountId, subject: string): Promise<Finding[]> {
    const finding = about('webhook-configuration', subject);
    if ((await this.assets.kindsOf(accountId)).size === 0)
      return [
        finding({
          severity: 'warning',
          title: 'Nothing is connected in this account',
          explanation:
            'It has no WhatsApp number, no Page and no Instagram account here, so nothing can arrive for it.',
          fix: 'GET /api/meta/whatsapp/account finds WhatsApp; POST /api/meta/facebook/pages/{pageId}/connect and POST /api/meta/instagram/accounts/{accountId}/connect connect the others.',
        }),
      ];
    try {
      const { config } = await this.configs.get(accountId);
      const fields = Object.keys(config.fields).filter((name) => config.fields[name] === true);
      if (config.status === 'active')
        return [
          finding({
            severity: 'ok',
            title: 'Webhooks are configured',
            explanation: 'Meta took the configuration.',
            evidence: { fields },
          }),
        ];
      return [
        finding({
          severity: 'error',
          title: 'Meta has not taken the webhook configuration',
          explanation: config.statusReason ?? 'It was stored and never confirmed.',
          fix: 'Mend what the reason names, then POST /api/meta/webhook/configure again.',
          evidence: { fields },
        }),
      ];
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      return [
        finding({
          severity: 'error',
          title: 'No webhook is configured for this account',
          explanation: 'Meta was never told which events of it to send.',
          fix: 'POST /api/meta/webhook/configure with a verify token and the fields wanted.',
        }),
      ];
    }
  }

  /** The app's own subscriptions, for what this account has and wants. */
  async app(accountId: AccountId): Promise<Finding[]> {
    const owned = await this.assets.kindsOf(accountId);
    const wanted = [...(await this.configs.neededFields(accountId))].filter(([object]) =>
      concerns(object, owned),
    );
    if (wanted.length === 0) return [];
    const present = new Map((await this.subscriptions.list()).map((each) => [each.object, each]));
    return wanted.map(([object, fields]) => {
      const subscription = present.get(object) ?? null;
      const problem = problemOf(object, fields, subscription, this.config.webhookUrl);
      return appFinding({ object, present: subscription, problem }, this.config.webhookUrl);
    });
  }

  /** Of each WABA, Page and Instagram account. One platform that cannot be read leaves the others. */
  async ofAssets(accountId: AccountId, subject: string): Promise<Finding[]> {
    const results = await Promise.all(
      this.subscribers.all().map(async (subscriber): Promise<Finding[]> => {
        try {
          return (await subscriber.checkAssets(accountId)).map(assetFinding);
        } catch (error) {
          return [
            about(
              'asset-subscription',
              `${subscriber.object} of ${subject}`,
            )({
              severity: 'unknown',
              title: 'The subscriptions could not be read',
              explanation: reasonOf(error),
            }),
          ];
        }
      }),
    );
    return results.flat();
  }
}

function assetFinding({ asset, covers, state, problem }: AssetSubscription): Finding {
  const finding = about('asset-subscription', `${KINDS[asset.kind]} ${asset.metaId}`);
  const evidence = { covers: covers.map(({ kind, metaId }) => `${kind} ${metaId}`) };
  if (state === 'subscribed')
    return finding({
      severity: 'ok',
      title: 'Meta sends its events here',
      explanation: 'The subscription is in place.',
      evidence,
    });
  if (state === 'unreadable')
    return finding({
      severity: 'unknown',
      title: 'Meta did not tell whether it sends its events',
      explanation: problem ?? 'The subscription could not be read.',
      evidence,
    });
  return finding({
    severity: 'error',
    title: 'Meta does not send its events here',
    explanation: `${problem ?? 'The subscription is missing.'} After about an hour without answers Meta takes a Page's subscription away; anybody with rights on it can, too.`,
    fix: CHECK_AGAIN,
    evidence,
  });
}
