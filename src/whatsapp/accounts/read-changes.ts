import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { AccountHistory, inWords, numberUpdated } from './account-history';
import type { UpsertedNumber } from './accounts.repository';
import { type StateChange, numberChanges } from './number-state';

/** Tells of what was found changed when numbers were read from Meta. */
@Injectable()
export class ReadChanges {
  constructor(private readonly history: AccountHistory) {}

  /**
   * In the transaction that stores what was read.
   * @param field where it was learnt
   */
  async record(
    tx: EntityManager,
    { accountId, wabaId }: { accountId: AccountId; wabaId: string },
    numbers: readonly UpsertedNumber[],
    field = 'read',
  ): Promise<void> {
    const changed = numbers.flatMap(({ phoneNumberId, before, after, endedProblem }) => {
      const changes = [...numberChanges(before, after), ...endOf(endedProblem)];
      const [first] = changes;
      return first === undefined ? [] : [{ phoneNumberId, changes, first }];
    });
    await this.history.record(
      tx,
      changed.map(({ phoneNumberId, changes, first }) => ({
        accountId,
        wabaId,
        phoneNumberId,
        field,
        event: null,
        severity: first.severity,
        summary: sentenceOf(changes),
        changes,
        details: null,
        occurredAt: new Date(),
        fingerprint: null,
      })),
      changed.map(({ phoneNumberId, first, changes }) =>
        numberUpdated(accountId, { wabaId, phoneNumberId }, field, first, { others: changes.slice(1) }),
      ),
    );
  }
}

/** Meta takes messages of the number again. */
function endOf(problemCode: number | null | undefined): StateChange[] {
  if (problemCode === null || problemCode === undefined) return [];
  return [{ what: 'sending', previous: String(problemCode), current: 'OK', severity: 'info' }];
}

function sentenceOf(changes: readonly StateChange[]): string {
  return `Changed at Meta: ${inWords(changes)}.`;
}
