import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager, QueryFailedError } from 'typeorm';
import { nextReadingInMs } from './publication-outcome';
import type { PublicationProblem } from './publication-states';
import { PublicationTelling } from './publication-telling';
import { LOOK_AFTER_SCHEDULE_MS, VIDEO_POLL_MS } from './publication-timing';
import type { Change, From } from './publication-change';
import { type Publication, PublicationsRepository } from './publications.repository';

/** What Meta has made of a publication. */
export interface Standing {
  postId?: string | null;
  videoId?: string | null;
  permalinkUrl?: string | null;
  /** Whether people can see it, where Meta says so. */
  isPublished?: boolean | null;
  note?: string;
}

const SAVING_TRIES = 4;

/** Writes down how publications end, together with the events that tell of it. */
@Injectable()
export class PublicationSettlement {
  private readonly log = new Logger(PublicationSettlement.name);

  constructor(
    private readonly publications: PublicationsRepository,
    private readonly telling: PublicationTelling,
  ) {}

  /**
   * Meta's own answer to the call. It counts whoever has the publication by now, and whatever was thought of it meanwhile:
   * a process that was held up may bring it late. A moment without the database is waited for; when it lasts, the row stays
   * as it is and Meta is read later.
   */
  async recordAccepted(publication: Publication, { postId = null, videoId = null }: Standing): Promise<void> {
    const { id } = publication;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.publications.transaction(async (tx) => {
          if (postId !== null) await this.publications.takeFromOthers(tx, publication, postId);
          const changed = await this.publications.change(
            tx,
            publication,
            { states: ['publishing', 'unknown', 'failed', 'preparing'] },
            {
              ...(postId === null ? processing() : standingAs(publication, null)),
              postId,
              ...(videoId !== null && { videoId }),
              error: null,
              readings: 0,
            },
          );
          if (changed !== null) await this.telling.state(tx, changed);
        });
        return;
      } catch (error) {
        const what = error instanceof Error ? error.message : 'unknown error';
        if (tries === SAVING_TRIES) {
          this.log.error(
            `Meta published ${id} as ${postId ?? videoId ?? '?'}, which was not written down: ${what}`,
          );
          return;
        }
        await sleep(250 * 4 ** (tries - 1));
      }
    }
  }

  /**
   * It was found at Meta.
   * @returns false when another publication has that post already, or this one no longer waits for it
   */
  async recordFound(
    publication: Publication,
    from: From,
    found: Standing,
    given?: EntityManager,
  ): Promise<boolean> {
    const { postId = null, videoId = null, permalinkUrl = null, isPublished = null, note } = found;
    try {
      // A savepoint inside of one that is given: somebody else's post must not cost the rest of a batch.
      return await this.publications.transaction(async (tx) => {
        const changed = await this.publications.change(tx, publication, from, {
          ...(postId === null && publication.kind !== 'post' && isPublished !== true
            ? processing()
            : standingAs(publication, isPublished)),
          ...(postId !== null && { postId }),
          ...(videoId !== null && { videoId }),
          ...(permalinkUrl !== null && { permalinkUrl }),
          ...(note !== undefined && { note }),
          error: null,
          readings: 0,
        });
        if (changed !== null) await this.telling.state(tx, changed);
        return changed !== null;
      }, given);
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async recordFailed(publication: Publication, from: From, error: PublicationProblem): Promise<void> {
    await this.settle(publication, from, { state: 'failed', error, dueInMs: null, note: error.message });
  }

  /** Meta no longer has it: somebody deleted it. */
  async recordGone(
    publication: Publication,
    from: From,
    note: string,
    given?: EntityManager,
  ): Promise<boolean> {
    return this.settle(publication, from, { state: 'removed', dueInMs: null, note }, given);
  }

  /** @param why in words, for the history */
  async recordUnknown(publication: Publication, from: From, why: string): Promise<void> {
    await this.settle(publication, from, {
      state: 'unknown',
      note: why,
      readings: 0,
      error: null,
      dueInMs: nextReadingInMs(0),
    });
  }

  /** Nothing was published, and it is tried again. */
  async recordAgain(
    publication: Publication,
    from: From,
    { inMs, attempts, error }: { inMs: number; attempts: number; error: PublicationProblem },
  ): Promise<void> {
    await this.settle(publication, from, {
      ...(from.states.includes('publishing') && { state: 'preparing' as const, note: error.message }),
      attempts,
      error,
      dueInMs: inMs,
    });
  }

  private async settle(
    publication: Publication,
    from: From,
    change: Change,
    given?: EntityManager,
  ): Promise<boolean> {
    return this.publications.transaction(async (tx) => {
      const changed = await this.publications.change(tx, publication, from, change);
      if (changed !== null && change.state !== undefined) await this.telling.state(tx, changed);
      return changed !== null;
    }, given);
  }
}

function isUniqueViolation(thrown: unknown): boolean {
  if (!(thrown instanceof QueryFailedError)) return false;
  const driverError: unknown = thrown.driverError;
  return (
    typeof driverError === 'object' &&
    driverError !== null &&
    'code' in driverError &&
    driverError.code === '23505'
  );
}

function processing(): Change {
  return { state: 'processing', dueInMs: VIDEO_POLL_MS };
}

/** @param isPublished what Meta says; null: as it was ordered */
function standingAs({ target, scheduledAt }: Publication, isPublished: boolean | null): Change {
  if (isPublished === true || target === 'published') return { state: 'published', dueInMs: null };
  if (target === 'unpublished' || scheduledAt === null) return { state: 'unpublished', dueInMs: null };
  return { state: 'scheduled', dueInMs: scheduledAt.getTime() - Date.now() + LOOK_AFTER_SCHEDULE_MS };
}
