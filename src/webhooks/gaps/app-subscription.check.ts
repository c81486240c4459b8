import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { AppError } from '../../errors/app.error';
import { WebhookConfigService } from '../webhook-config.service';
import type { WebhookObject } from '../webhook-fields';
import { type AppSubscription, WebhookSubscriptionsApi } from '../webhook-subscriptions-api';
import { concerns } from './object-kinds';
import { type AppLook, SubscriptionChecksRepository } from './subscription-checks.repository';

/** Compares the app's own subscriptions at Meta with what is configured here, and puts back what is gone or was changed. */
@Injectable()
export class AppSubscriptionCheck {
  private readonly log = new Logger(AppSubscriptionCheck.name);

  constructor(
    private readonly config: AppConfig,
    private readonly configs: WebhookConfigService,
    private readonly subscriptions: WebhookSubscriptionsApi,
    private readonly checks: SubscriptionChecksRepository,
  ) {}

  /**
   * @returns what is still wrong afterwards, as sentences for people; null when nothing is
   * @throws AppError when Meta cannot be read
   */
  async check(): Promise<string | null> {
    let look = await this.look();
    // Somebody may be about to configure other fields: only what is wrong when they are done is wrong.
    if (brokenOf(look.looks).length > 0) look = await this.configs.whileNobodySubscribes(() => this.look());
    await this.checks.recordApp(look.looks, look.at);
    const broken = brokenOf(look.looks);
    if (broken.length === 0) return null;

    const refusals = new Map<WebhookObject, string>();
    for (const { object } of broken) {
      try {
        await this.configs.subscribeAgain(object);
        this.log.log(`Subscribed the app to ${object} again`);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refusals.set(object, ` Subscribing again failed: ${error.message}`);
      }
    }
    const after = await this.look();
    const looks = after.looks.map((each) =>
      each.problem === null ? each : { ...each, problem: each.problem + (refusals.get(each.object) ?? '') },
    );
    await this.checks.recordApp(looks, after.at);
    const problems = brokenOf(looks).map(({ problem }) => problem);
    return problems.length === 0 ? null : problems.join(' ');
  }

  /** Writes down what is missing, and leaves it so. */
  async note(): Promise<void> {
    const { looks, at } = await this.look();
    await this.checks.recordApp(looks, at);
  }

  /**
   * Reads how it is, and writes nothing down. Only the objects that somebody here has something of: an app without, say, the
   * Instagram product cannot take all.
   * @throws AppError when Meta cannot be read
   */
  async look(): Promise<{ at: Date; looks: AppLook[] }> {
    const needed = await this.configs.neededFields();
    const owned = await this.checks.ownedKinds();
    const at = await this.checks.now();
    const wanted = [...needed].filter(([object]) => object === 'permissions' || concerns(object, owned));
    if (wanted.length === 0) return { at, looks: [] };
    const present = new Map((await this.subscriptions.list()).map((each) => [each.object, each]));
    return {
      at,
      looks: wanted.map(([object, fields]) => {
        const subscription = present.get(object) ?? null;
        return {
          object,
          present: subscription,
          problem: problemOf(object, fields, subscription, this.config.webhookUrl),
        };
      }),
    };
  }
}

function brokenOf(looks: readonly AppLook[]): AppLook[] {
  return looks.filter(({ problem }) => problem !== null);
}

/** What keeps Meta from sending these fields of an object to `address`, as a sentence for people; null when nothing does. */
export function problemOf(
  object: WebhookObject,
  fields: readonly string[],
  present: AppSubscription | null,
  address: string,
): string | null {
  if (present === null) return `Meta sends nothing about ${object}: the app is not subscribed to it.`;
  if (!isSameAddress(present.callbackUrl, address))
    return `Meta sends ${object} to ${present.callbackUrl ?? 'nowhere'} instead of ${address}.`;
  if (!present.isActive) return `Meta has switched the app's subscription to ${object} off.`;
  // Each permission is a field of its own, and Meta leaves out those that it does not know.
  const missing = object === 'permissions' ? [] : fields.filter((field) => !present.fields.includes(field));
  return missing.length === 0 ? null : `Meta does not send these fields of ${object}: ${missing.join(', ')}.`;
}

function isSameAddress(one: string | null, other: string): boolean {
  if (one === null) return false;
  return URL.canParse(one) && URL.canParse(other) ? new URL(one).href === new URL(other).href : one === other;
}
