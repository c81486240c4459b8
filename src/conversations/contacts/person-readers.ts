import { Injectable } from '@nestjs/common';
import type { AccountId, AssetId } from '../../database/ids';
import type { IdentityKind, PersonIdentity } from '../conversation-types';

/** Which person, as seen from which Page or Instagram account. */
export interface PersonAtAsset {
  accountId: AccountId;
  assetId: AssetId;
  person: PersonIdentity;
}

/** What Meta tells of a person. */
export interface PersonFacts {
  name: string | null;
  /** By our names: `username`, `picture_url`, `locale`, … */
  profile: Readonly<Record<string, unknown>>;
}

/**
 * `refused`: Meta does not tell and will not tell if it is asked again soon, as the person has not agreed to it or is gone;
 * `reason` is for people. `unreachable`: the Page or account is not connected (any more).
 */
export type PersonReading =
  { state: 'read'; facts: PersonFacts } | { state: 'refused'; reason: string } | { state: 'unreachable' };

export interface PersonReader {
  readonly kind: IdentityKind;
  /**
   * @param timeoutMs for each attempt of the call to Meta
   * @throws GraphError for whatever may be otherwise later
   */
  read(who: PersonAtAsset, timeoutMs?: number): Promise<PersonReading>;
}

/** Each platform registers how its people are read. */
@Injectable()
export class PersonReaders {
  private readonly byKind = new Map<IdentityKind, PersonReader>();

  /** Called from a module's `onModuleInit`. */
  register(reader: PersonReader): void {
    this.byKind.set(reader.kind, reader);
  }

  of(kind: IdentityKind): PersonReader | undefined {
    return this.byKind.get(kind);
  }

  kinds(): IdentityKind[] {
    return [...this.byKind.keys()];
  }
}
