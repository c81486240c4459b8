import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, ContactId, ConversationId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { GraphRateLimitedError } from '../../graph-client/graph.error';
import { ContactProfilesRepository, type ClaimedProfile } from './contact-profiles.repository';
import { ContactsService } from './contacts.service';
import { type PersonAtAsset, type PersonFacts, PersonReaders } from './person-readers';
import { nextReading } from '../read-retry';

/** For people who wait at a screen. */
const INTERACTIVE_TIMEOUT_MS = 4_000;
/** Asked again and again by a screen, Meta is asked once in this time. */
const RECENTLY_MS = 60_000;

/** Reads who people are and keeps it with their contacts. Messages never wait for it. */
@Injectable()
export class ContactProfiles {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly profiles: ContactProfilesRepository,
    private readonly readers: PersonReaders,
    private readonly contacts: ContactsService,
    private readonly outbox: Outbox,
  ) {}

  /** Reads one that was claimed. Never throws for what Meta does: that only moves the next attempt. */
  async readClaimed(claimed: ClaimedProfile): Promise<void> {
    try {
      await this.read(claimed);
    } catch (error) {
      const { delayMs, isCounted } = nextReading(error, claimed.attempt);
      await this.profiles.recordRetry(claimed, delayMs, isCounted);
      // The others of the same Page or account would only be refused, too.
      if (error instanceof GraphRateLimitedError && delayMs !== null)
        await this.profiles.pause(claimed, delayMs);
    }
  }

  /**
   * Reads a contact's profile now, because somebody asked: a picture's address has ended, for instance. What was read a
   * minute ago is not read again.
   * @throws GraphError when Meta does not answer within a few seconds; what is stored stays
   */
  async refresh(accountId: AccountId, contactId: ContactId): Promise<void> {
    const places = await this.profiles.placesOf(accountId, contactId);
    for (const place of places) {
      if (place.readAt !== null && Date.now() - place.readAt.getTime() < RECENTLY_MS) continue;
      await this.read(place, INTERACTIVE_TIMEOUT_MS);
    }
  }

  private async read(who: PersonAtAsset, timeoutMs?: number): Promise<void> {
    const reader = this.readers.of(who.person.kind);
    if (reader === undefined) return;
    const at = new Date();
    const reading = await reader.read(who, timeoutMs);
    if (reading.state === 'unreachable') await this.profiles.recordRetry(who, null, true);
    else if (reading.state === 'read') await this.keep(who, reading.facts, at);
    else
      await this.database.transaction((tx) =>
        this.profiles.recordEnd(tx, who, { state: 'refused', refusal: reading.reason }),
      );
  }

  private async keep(who: PersonAtAsset, { name, profile }: PersonFacts, at: Date): Promise<void> {
    const { accountId, person } = who;
    await this.database.transaction(async (tx) => {
      // Contacts before the row about their profile, as those who receive messages do.
      await this.contacts.recordPeople(tx, [
        { accountId, person: { identities: [person], name, profile }, at },
      ]);
      await this.profiles.recordEnd(tx, who, { state: 'read', refusal: null });
      const shown: { id: ConversationId }[] = await tx.query(
        `SELECT v.id FROM contact_identities i
           JOIN conversations v ON v.account_id = i.account_id AND v.contact_id = i.contact_id AND v.status <> 'closed'
          WHERE i.account_id = $1 AND i.kind = $2 AND i.value = $3 LIMIT 20`,
        [accountId, person.kind, person.value],
      );
      await this.outbox.record(
        tx,
        shown.map(({ id }) => ({ kind: 'conversation.updated', accountId, payload: { conversationId: id } })),
      );
    });
  }
}
