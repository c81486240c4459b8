import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { provesNotAccepted } from '../../graph-client/graph.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountHistory, numberUpdated } from './account-history';
import { NumberReader } from './number-reader';
import type { NumberOfAccount } from './number-scope';
import { PhoneNumbersApi } from './phone-numbers-api';
import { type HeldPin, PinVault } from './pin-vault';
import { withRegistrationProblems } from './registration-problem';

export interface RegistrationWish {
  /** Six digits; left out: the one that is stored, else a new one. */
  pin?: string | undefined;
  /** Two letters of the country in which Meta is to keep the messages. */
  region?: string | undefined;
}

/** Proving that a number is the business's, and putting it on the Cloud API or taking it off. */
@Injectable()
export class PhoneRegistrationService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly numbers: PhoneNumbersApi,
    private readonly pins: PinVault,
    private readonly reader: NumberReader,
    private readonly history: AccountHistory,
  ) {}

  /** Lets Meta send a code to the number. @throws GraphRateLimitedError when that was asked too often */
  async requestCode(of: NumberOfAccount, wish: { method: 'SMS' | 'VOICE'; language: string }): Promise<void> {
    await this.call(of, (token, id) => this.numbers.requestCode(token, id, wish));
  }

  /** @throws GraphRejectedError when it is the wrong code */
  async verifyCode(of: NumberOfAccount, code: string): Promise<void> {
    await this.call(of, (token, id) => this.numbers.verifyCode(token, id, code));
    await this.reader.readQuietly(of, 'registration');
  }

  /**
   * Meta lets a number be registered ten times within 72 hours.
   * @throws ConflictError for a number that is also on the phone app: registering would take it away from there
   * @throws GraphRejectedError when the PIN is not the number's
   */
  async register(of: NumberOfAccount, wish: RegistrationWish): Promise<void> {
    if (of.number.isOnBizApp === true)
      throw new ConflictError(
        'This number is in use in the WhatsApp Business app as well. It is connected without being registered, and registering it would take it off the phone.',
      );
    const held = await this.pins.read(of.number);
    const pin = wish.pin ?? held.pin ?? held.pendingPin ?? this.pins.generate();
    await this.sendPin(
      of,
      pin,
      (token, id) => this.numbers.register(token, id, { pin, region: wish.region }),
      {
        summary: 'The number was registered for the Cloud API.',
        event: 'REGISTERED',
        status: 'CONNECTED',
      },
    );
    await this.reader.readQuietly(of, 'registration');
  }

  async deregister(of: NumberOfAccount): Promise<void> {
    await this.call(of, (token, id) => this.numbers.deregister(token, id));
    await this.database.transaction(async (tx) => {
      await this.recordStatus(tx, of, 'DISCONNECTED', {
        event: 'DEREGISTERED',
        summary: 'The number was taken off the Cloud API.',
      });
    });
  }

  /** Sets or changes the two-step PIN. */
  async setPin(of: NumberOfAccount, pin: string): Promise<void> {
    await this.sendPin(of, pin, (token, id) => this.numbers.setPin(token, id, pin), {
      summary: 'The two-step PIN of the number was set.',
      event: 'PIN_SET',
      status: null,
    });
  }

  /**
   * Shows the PIN, and writes down who saw it.
   * @throws NotFoundError when none is stored
   */
  async revealPin(of: NumberOfAccount, user: AuthenticatedUser): Promise<HeldPin> {
    const held = await this.pins.read(of.number);
    if (held.pin === null && held.pendingPin === null)
      throw new NotFoundError('No two-step PIN of this number is stored here.');
    // Before it is shown: nobody sees it without a trace.
    await this.database.transaction((tx) =>
      this.write(tx, of, {
        event: 'PIN_SHOWN',
        severity: 'warning',
        summary: `The two-step PIN of the number was shown to ${user.email}.`,
        details: { userId: user.id },
      }),
    );
    return held;
  }

  private async call(
    { accountId, number }: NumberOfAccount,
    work: (token: string, phoneNumberId: string) => Promise<void>,
  ): Promise<void> {
    await withRegistrationProblems(() =>
      this.tokens.withToken(accountId, (token) => work(token, number.phoneNumberId)),
    );
  }

  /** Dying after Meta took it leaves the PIN as the one of which that is not known; the next call tries it first. */
  private async sendPin(
    of: NumberOfAccount,
    pin: string,
    work: (token: string, phoneNumberId: string) => Promise<void>,
    done: { event: string; summary: string; status: string | null },
  ): Promise<void> {
    await this.pins.recordSending(of.number, pin);
    try {
      await this.call(of, work);
    } catch (error) {
      if (provesNotAccepted(error)) await this.pins.recordRefused(of.number);
      throw error;
    }
    await this.database.transaction(async (tx) => {
      await this.pins.recordTaken(tx, of.number, pin);
      if (done.status === null) await this.write(tx, of, { ...done, severity: 'info', details: null });
      else await this.recordStatus(tx, of, done.status, done);
    });
  }

  private async recordStatus(
    tx: EntityManager,
    of: NumberOfAccount,
    status: string,
    { event, summary }: { event: string; summary: string },
  ): Promise<void> {
    const { accountId, number, waba } = of;
    const [rows]: [{ previous: string }[], number] = await tx.query(
      `WITH old AS MATERIALIZED (
         SELECT account_id, id, status FROM whatsapp_phone_numbers WHERE account_id = $1 AND id = $2 FOR UPDATE)
       UPDATE whatsapp_phone_numbers n
          SET status = $3, status_changed_at = now(), send_problem_code = NULL, send_problem_at = NULL, updated_at = now()
         FROM old WHERE n.account_id = old.account_id AND n.id = old.id
       RETURNING old.status AS previous`,
      [accountId, number.id, status],
    );
    const previous = rows[0]?.previous ?? null;
    const severity = status === 'CONNECTED' ? ('info' as const) : ('critical' as const);
    const change = { what: 'status', previous, current: status, severity };
    const { wabaId } = waba;
    const { phoneNumberId } = number;
    await this.history.record(
      tx,
      [
        {
          accountId,
          wabaId,
          phoneNumberId,
          field: 'registration',
          event,
          severity,
          summary,
          changes: previous === status ? [] : [change],
          details: null,
          occurredAt: new Date(),
          fingerprint: null,
        },
      ],
      previous === status
        ? []
        : [numberUpdated(accountId, { wabaId, phoneNumberId }, 'registration', change)],
    );
  }

  private async write(
    tx: EntityManager,
    { accountId, number, waba }: NumberOfAccount,
    told: { event: string; severity: 'info' | 'warning'; summary: string; details: unknown },
  ): Promise<void> {
    await this.history.record(tx, [
      {
        accountId,
        wabaId: waba.wabaId,
        phoneNumberId: number.phoneNumberId,
        field: 'security',
        event: told.event,
        severity: told.severity,
        summary: told.summary,
        changes: [],
        details: told.details,
        occurredAt: new Date(),
        fingerprint: null,
      },
    ]);
  }
}
