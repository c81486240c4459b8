import type { EntityManager } from 'typeorm';
import type { AccountId, ContactErasureId, ContactId } from '../../database/ids';
import type { PersonTraces } from './person-erasers';

/** In the order in which they are done. */
export const ERASURE_STAGES = [
  'messages',
  'groups',
  'comments',
  'elsewhere',
  'deliveries',
  'contacts',
] as const;
export type ErasureStage = (typeof ERASURE_STAGES)[number];

/** An erasure that this process has taken, until its lease is over. */
export interface ClaimedErasure extends PersonTraces {
  id: ContactErasureId;
  accountId: AccountId;
  contactIds: ContactId[];
  stage: ErasureStage;
  /** Where the stage goes on; null at its beginning. */
  place: string | null;
  /** How often it was taken without having come further. */
  attempts: number;
}

/** What a step did: all of it in one transaction, with the note that it is done. */
export interface StepResult {
  /** How much was removed, of what. */
  removed: Readonly<Record<string, number>>;
  /** `more`: the same again. `done`: the next stage. `wait`: something has to end first. `again`: from the first stage. */
  next: 'more' | 'done' | 'wait' | 'again';
  place?: string | null;
}

/** One kind of what there is of a person, removed in steps of some hundreds of rows. */
export interface ErasureStep {
  readonly stage: ErasureStage;
  run(tx: EntityManager, erasure: ClaimedErasure): Promise<StepResult>;
}

export const ROWS_AT_ONCE = 500;
