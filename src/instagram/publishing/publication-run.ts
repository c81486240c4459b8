import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import type { InstagramDoor } from '../accounts/instagram-api';
import type { ClaimedPublication, PublicationClaims, StepChange } from './publication-claims';
import type { PublishingStep } from './publication-outcome';

/** One process at work on one publication. */
export interface PublicationRun {
  /** As it stood after the latest step. */
  claimed: ClaimedPublication;
  /** What a failed call belongs to; `done`: Meta has published it, so that nothing after that is a failure. */
  step: PublishingStep | 'done';
  /** How long until it has to be dealt with again; null: never. */
  delayMs: number | null;
}

/** The account that a publication is for, and how it is spoken with. */
export interface PublicationPlace {
  account: InstagramAccountEntity;
  door: InstagramDoor;
}

/** Lets go of a publication until its next step. @throws ClaimLostError */
export async function letGo(
  claims: PublicationClaims,
  run: PublicationRun,
  change: StepChange,
): Promise<void> {
  await claims.release(run.claimed, change);
  run.delayMs = change.delayMs;
}
