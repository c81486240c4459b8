import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AssetsService } from '../assets/assets.service';
import { AppConfig } from '../config/app-config';
import { sha256 } from '../crypto/secret-hash';
import { TokenCipher } from '../crypto/token-cipher';
import type { AccountId } from '../database/ids';
import { newId } from '../database/ids';
import { AppError, NotFoundError, ValidationFailedError } from '../errors/app.error';
import { GraphRejectedError } from '../graph-client/graph.error';
import { WebhookConfigEntity } from './entities/webhook-config.entity';
import { KNOWN_FIELDS, type WebhookObject, fieldsByObject } from './webhook-fields';
import { WebhookSubscriberRegistry } from './webhook-subscriber.registry';
import { WebhookSubscriptionsApi } from './webhook-subscriptions-api';

/** Any fixed number of its own. */
const SUBSCRIPTION_LOCK = 7_205_003;

@Injectable()
export class WebhookConfigService {
  private readonly log = new Logger(WebhookConfigService.name);
  private readonly otherTokens: ((hash: Buffer) => Promise<boolean>)[] = [];
  private inLine: Promise<void> = Promise.resolve();

  constructor(
    @InjectRepository(WebhookConfigEntity) private readonly configs: Repository<WebhookConfigEntity>,
    private readonly cipher: TokenCipher,
    private readonly config: AppConfig,
    private readonly assets: AssetsService,
    private readonly subscriptions: WebhookSubscriptionsApi,
    private readonly subscribers: WebhookSubscriberRegistry,
  ) {}

  async isVerifyToken(token: string): Promise<boolean> {
    const hash = sha256(token);
    if (await this.configs.existsBy({ verifyTokenHash: hash })) return true;
    for (const isKnown of this.otherTokens) if (await isKnown(hash)) return true;
    return false;
  }

  /**
   * Verify tokens that Meta was given elsewhere, as for a single number. Called from a module's `onModuleInit`.
   * @param isKnown told the SHA-256 of a token
   */
  acceptAlso(isKnown: (hash: Buffer) => Promise<boolean>): void {
    this.otherTokens.push(isKnown);
  }

  /** @throws NotFoundError when nothing was configured yet */
  async get(accountId: AccountId): Promise<{ config: WebhookConfigEntity; verifyToken: string }> {
    const config = await this.configs.findOneBy({ accountId });
    if (config === null)
      throw new NotFoundError(
        'No webhook is configured. Configure one with POST /api/meta/webhook/configure.',
      );
    return { config, verifyToken: this.cipher.decrypt(config.verifyToken, verifyTokenContext(config.id)) };
  }

  /**
   * Stores the configuration first, as Meta asks for the verify token while it subscribes, then subscribes the app's
   * objects and the account's assets. Dying in between leaves it `pending`; doing it again repairs that.
   */
  async configure(
    accountId: AccountId,
    wish: { verifyToken: string; fields: Record<string, boolean> },
  ): Promise<WebhookConfigEntity> {
    refuseUnknownFields(wish.fields);
    await this.subscribers.aboutToSubscribe(accountId);
    const id = await this.store(accountId, wish);
    const problems = await this.oneAtATime(() => this.subscribe(accountId, wish));
    await this.configs.update(
      { accountId, id },
      problems.length === 0
        ? { status: 'active', statusReason: null }
        : { status: 'pending', statusReason: problems.join(' ') },
    );
    return this.configs.findOneByOrFail({ accountId, id });
  }

  /**
   * Object by object, the fields that the app has to be subscribed to.
   * @param accountId for what this account has asked for; without it, for what all have together
   */
  async neededFields(accountId?: AccountId): Promise<Map<WebhookObject, string[]>> {
    return fieldsByObject(await this.fieldsOf(accountId ?? null), this.config.env.META_SCOPES);
  }

  /** Runs work at a moment when nobody is half-way through subscribing. */
  async whileNobodySubscribes<T>(work: () => Promise<T>): Promise<T> {
    return this.oneAtATime(work);
  }

  /**
   * Subscribes the app to an object again as it is configured, after Meta has lost that.
   * @throws AppError when Meta refuses or cannot verify the address
   */
  async subscribeAgain(object: WebhookObject): Promise<void> {
    await this.oneAtATime(async () => {
      const fields = (await this.neededFields()).get(object);
      const verifyToken = await this.findVerifyToken();
      if (fields === undefined || verifyToken === null) return;
      await this.subscribeApp(object, fields, verifyToken);
    });
  }

  /** Any token that was configured passes the verification, whose account it may be; null when none was. */
  async findVerifyToken(): Promise<string | null> {
    const [latest] = await this.configs.find({ order: { updatedAt: 'DESC' }, take: 1 });
    return latest === undefined
      ? null
      : this.cipher.decrypt(latest.verifyToken, verifyTokenContext(latest.id));
  }

  private async store(
    accountId: AccountId,
    wish: { verifyToken: string; fields: Record<string, boolean> },
  ): Promise<string> {
    const existing = await this.configs.findOneBy({ accountId });
    const id = existing?.id ?? newId();
    // The constraint of one configuration per account decides between two requests at once.
    const rows: { id: string }[] = await this.configs.query(
      `INSERT INTO webhook_configs AS c (account_id, id, verify_token, verify_token_hash, target_url, fields, status)
       VALUES ($1, $2, $3, $4, $5, $6, 'pending')
       ON CONFLICT ON CONSTRAINT webhook_configs_one_each DO UPDATE
          SET verify_token = excluded.verify_token, verify_token_hash = excluded.verify_token_hash,
              target_url = excluded.target_url, fields = excluded.fields, status = 'pending', updated_at = now()
        WHERE c.id = excluded.id
       RETURNING id`,
      [
        accountId,
        id,
        this.cipher.encrypt(wish.verifyToken, verifyTokenContext(id)),
        sha256(wish.verifyToken),
        this.config.webhookUrl,
        JSON.stringify(wish.fields),
      ],
    );
    // Another request made the row in between: its id is part of the ciphertext, so begin again with that id.
    return rows[0]?.id ?? this.store(accountId, wish);
  }

  /** @returns a sentence for each thing that did not work; empty when Meta will deliver */
  private async subscribe(
    accountId: AccountId,
    wish: { verifyToken: string; fields: Record<string, boolean> },
  ): Promise<string[]> {
    const own = Object.keys(wish.fields).filter((name) => wish.fields[name] === true);
    const wanted = await this.fieldsOf(null);
    const owned = await this.objectsOf(accountId);
    const problems: string[] = own.length === 0 ? ['No field is switched on, so Meta sends nothing.'] : [];
    for (const [object, fields] of fieldsByObject(wanted, this.config.env.META_SCOPES)) {
      try {
        await this.subscribeApp(object, fields, wish.verifyToken);
        if (owned.has(object)) await this.subscribers.of(object)?.subscribeAssets(accountId);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.log.warn(`Subscribing ${object} failed: ${error.code} ${error.message}`);
        // An app without, say, the Instagram product cannot subscribe to it; that matters only to who has an account there.
        if (owned.has(object)) problems.push(`${object}: ${error.message}`);
      }
    }
    return problems;
  }

  /**
   * The app has one subscription for all who share it, and each new one replaces it: what one account asks for must not
   * cost another its events.
   * @param accountId null for all of them together
   */
  private async fieldsOf(accountId: AccountId | null): Promise<string[]> {
    const rows: { name: string }[] = await this.configs.query(
      `SELECT DISTINCT field.key AS name FROM webhook_configs c, jsonb_each(c.fields) AS field
        WHERE field.value = 'true' AND ($1::uuid IS NULL OR c.account_id = $1) ORDER BY 1`,
      [accountId],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Two at once could otherwise each subscribe without what the other has just stored. The lock is the database's, freed
   * if this process dies; within the process they stand in line before it, as each that waits there holds a connection.
   */
  private async oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.inLine.then(() => this.underLock(work));
    this.inLine = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  private async underLock<T>(work: () => Promise<T>): Promise<T> {
    const holder = this.configs.manager.dataSource.createQueryRunner();
    try {
      await holder.query('SELECT pg_advisory_lock($1)', [SUBSCRIPTION_LOCK]);
      try {
        return await work();
      } finally {
        await holder.query('SELECT pg_advisory_unlock($1)', [SUBSCRIPTION_LOCK]);
      }
    } finally {
      await holder.release();
    }
  }

  private async subscribeApp(
    object: WebhookObject,
    fields: readonly string[],
    verifyToken: string,
  ): Promise<void> {
    try {
      await this.subscriptions.subscribe(object, fields, verifyToken);
    } catch (error) {
      // Each permission is a field, and one that Meta does not know (any more) would cost the others.
      if (object !== 'permissions' || !(error instanceof GraphRejectedError)) throw error;
      await this.subscriptions.subscribe(object, ['connected'], verifyToken);
    }
  }

  /** The objects that the account has something of; WhatsApp is assumed as long as nothing is known. */
  private async objectsOf(accountId: AccountId): Promise<Set<WebhookObject>> {
    const kinds = await this.assets.kindsOf(accountId);
    const objects = new Set<WebhookObject>();
    if (kinds.size === 0 || kinds.has('waba') || kinds.has('phone_number'))
      objects.add('whatsapp_business_account');
    if (kinds.has('page')) objects.add('page');
    if (kinds.has('instagram')) objects.add('instagram');
    return objects;
  }
}

function verifyTokenContext(id: string): string {
  return `webhook_configs:${id}:verify_token`;
}

function refuseUnknownFields(fields: Record<string, unknown>): void {
  const problems = Object.entries(fields).flatMap(([name, value]) => {
    const path = `fields.${name}`;
    if (!KNOWN_FIELDS.has(name))
      return [
        {
          path,
          rule: 'knownField',
          message: `${name} is not a webhook field of WhatsApp, Pages or Instagram.`,
        },
      ];
    if (typeof value !== 'boolean')
      return [{ path, rule: 'isBoolean', message: `${path} must be true or false.` }];
    return [];
  });
  if (Object.keys(fields).length === 0)
    problems.push({ path: 'fields', rule: 'notEmpty', message: 'fields must name at least one field.' });
  if (problems.length > 0) throw new ValidationFailedError(problems);
}
