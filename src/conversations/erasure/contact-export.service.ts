import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ServiceUnavailableError } from '../../errors/app.error';
import type { StoredContact } from '../contacts/stored-contact';
import {
  type MessagePlace,
  commentRows,
  contactRows,
  conversationRows,
  groupMessageRows,
  messageRows,
} from './export-rows';
import type { PersonTraces } from './person-erasers';
import { type ExportedRow, PersonExporters } from './person-exporters';

/** Each holds a connection and a snapshot for as long as somebody downloads. */
const MOST_AT_ONCE = 2;
/** Whoever takes nothing for so long is gone. */
const LONGEST_STALL_MS = 60_000;

/** Hands out everything there is of a person, as one JSON document, from one snapshot and a part at a time. */
@Injectable()
export class ContactExport {
  private underWay = 0;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly exporters: PersonExporters,
  ) {}

  /** @throws ServiceUnavailableError while this process is busy with others */
  start(contact: StoredContact): Readable {
    if (this.underWay >= MOST_AT_ONCE)
      throw new ServiceUnavailableError('Other exports are under way. Try again in a moment.');
    this.underWay += 1;
    const document = Readable.from(this.snapshot(contact), { objectMode: false });
    // Also where nobody ever reads from it.
    document.once('close', () => (this.underWay -= 1));
    return document;
  }

  private async *snapshot(contact: StoredContact): AsyncGenerator<string> {
    const runner = this.database.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      await runner.query(
        `SET TRANSACTION READ ONLY; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_STALL_MS}`,
      );
      yield* this.document(runner.manager, contact);
    } finally {
      await runner.rollbackTransaction().catch(() => undefined);
      await runner.release().catch(() => undefined);
    }
  }

  private async *document(tx: EntityManager, contact: StoredContact): AsyncGenerator<string> {
    const person: PersonTraces = {
      accountId: contact.accountId,
      contactIds: [contact.id, ...contact.mergedIds],
      identities: contact.identities,
    };
    yield `{"exportedAt":${JSON.stringify(new Date())},"contactId":${JSON.stringify(contact.id)},"contacts":`;
    yield JSON.stringify(await contactRows(tx, person));
    yield ',"conversations":[';
    yield* this.conversations(tx, person);
    yield '],"groupMessages":[';
    yield* this.groupMessages(tx, person);
    yield '],"comments":[';
    yield* listed((after) => commentRows(tx, person, after?.id ?? null));
    yield ']';
    for (const exporter of this.exporters.all()) {
      yield `,${JSON.stringify(exporter.section)}:[`;
      yield* listed((after) => exporter.read(tx, person, after));
      yield ']';
    }
    yield '}\n';
  }

  private async *conversations(tx: EntityManager, person: PersonTraces): AsyncGenerator<string> {
    let after: string | null = null;
    let separator = '';
    for (;;) {
      const page = await conversationRows(tx, person, after);
      for (const conversation of page) {
        yield `${separator}${JSON.stringify(conversation).slice(0, -1)},"messages":[`;
        separator = ',';
        let place: MessagePlace | null = null;
        let between = '';
        for (;;) {
          const part: { rows: ExportedRow[]; place: MessagePlace | null } = await messageRows(
            tx,
            person,
            conversation.id,
            place,
          );
          if (part.rows.length === 0) break;
          yield between + joined(part.rows);
          between = ',';
          place = part.place;
        }
        yield ']}';
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  private async *groupMessages(tx: EntityManager, person: PersonTraces): AsyncGenerator<string> {
    let separator = '';
    let place: { groupId: string; id: string } | null = null;
    do {
      const part: Awaited<ReturnType<typeof groupMessageRows>> = await groupMessageRows(tx, person, place);
      if (part.rows.length > 0) {
        yield separator + joined(part.rows);
        separator = ',';
      }
      place = part.place;
    } while (place !== null);
  }
}

async function* listed(
  read: (after: ExportedRow | null) => Promise<readonly ExportedRow[]>,
): AsyncGenerator<string> {
  let separator = '';
  let after: ExportedRow | null = null;
  for (;;) {
    const rows: readonly ExportedRow[] = await read(after);
    if (rows.length === 0) return;
    yield separator + joined(rows);
    separator = ',';
    after = rows.at(-1) ?? null;
  }
}

function joined(rows: readonly ExportedRow[]): string {
  return rows.map((row) => JSON.stringify(row)).join(',');
}
