import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { type ClaimedProfile, ContactProfilesRepository } from './contact-profiles.repository';
import { ContactProfiles } from './contact-profiles.service';
import { DueRows } from '../../queue/due-rows';
import { PersonReaders } from './person-readers';

/** Calls to Meta at once by one process: who people are is worth less than their messages. */
const CONCURRENCY = 2;
const SWEEP_EVERY_MS = 2_000;
/** Longer than the call with its attempts takes: then another process reads it. */
const LEASE_MS = 2 * 60_000;

/** Reads profiles that are wanted. */
@Injectable()
export class ContactProfileWorker implements BeforeApplicationShutdown {
  private readonly rows: DueRows<ClaimedProfile>;

  constructor(
    private readonly config: AppConfig,
    repository: ContactProfilesRepository,
    profiles: ContactProfiles,
    readers: PersonReaders,
  ) {
    this.rows = new DueRows(
      'Profiles',
      CONCURRENCY,
      () => repository.claim(readers.kinds(), LEASE_MS),
      (claimed) => profiles.readClaimed(claimed),
    );
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rows.close();
  }
}
