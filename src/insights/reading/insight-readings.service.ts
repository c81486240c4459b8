import { Injectable } from '@nestjs/common';
import { type InsightObject, STORY_OVER } from '../insight-object';
import { InsightObjectsRepository } from '../insight-objects.repository';
import type { InsightReader } from '../insight-source';
import { nextReadAt } from '../pulling/read-schedule';
import { InsightValuesRepository } from './insight-values.repository';
import { isBeforeConversion, isNoSuchObject } from './metric-refusal';
import { ObjectReader, type ReadingOptions } from './object-reader';

/** Reads an object's figures and stores what came of it, whatever it was. */
@Injectable()
export class InsightReadings {
  constructor(
    private readonly reader: ObjectReader,
    private readonly values: InsightValuesRepository,
    private readonly objects: InsightObjectsRepository,
  ) {}

  /**
   * What was read before a failure is stored, too. Posts and media that Meta has no more are marked, and no failure.
   * @throws GraphError
   */
  async readAndStore(object: InsightObject, reader: InsightReader, options: ReadingOptions): Promise<void> {
    if (isPast(object)) {
      await this.objects.end(object, 'over', overReason(object));
      return;
    }
    const { readAt, values, series, isComplete, error } = await this.reader.read(object, reader, options);
    const isRoot = object.kind === 'page' || object.kind === 'ig_account';
    if (error !== null && !isRoot && (await this.isOver(object, error))) return;
    if (values.length > 0 || isComplete)
      await this.values.save(object, {
        readAt,
        values,
        // What is refused of long ago may well be answered of today.
        series: options.withLifetime ? series : series.filter(({ state }) => state !== 'refused'),
        // Days that were not asked for are asked for again.
        window: isComplete ? options.window : null,
        nextReadAt: isComplete ? nextOf(object, readAt, options) : object.nextReadAt,
      });
    if (error !== null) throw error;
    if (isComplete && !isRoot && nextReadAt(object, readAt) === null)
      await this.objects.end(object, 'over', overReason(object));
  }

  private async isOver(object: InsightObject, error: unknown): Promise<boolean> {
    if (isNoSuchObject(error)) {
      // A story that is over is not to be had either.
      if (isPast(object)) await this.objects.end(object, 'over', overReason(object));
      else
        await this.objects.end(object, 'gone', 'Meta does not have it any more, or does not show it to us.');
      return true;
    }
    if (isBeforeConversion(error)) {
      await this.objects.end(
        object,
        'unavailable',
        'It was published before the account became a professional one.',
      );
      return true;
    }
    return false;
  }
}

/** At once where Meta answers no more days in one go than were asked for, and there are newer ones. */
function nextOf(object: InsightObject, readAt: Date, { window, withLifetime }: ReadingOptions): Date | null {
  const isBehind = withLifetime && window !== null && window.until <= readAt;
  return isBehind ? readAt : nextReadAt(object, readAt);
}

/** Of a story that is over Meta tells nothing more. */
function isPast({ endsAt }: InsightObject): boolean {
  return endsAt !== null && endsAt <= new Date();
}

function overReason({ endsAt }: InsightObject): string {
  return endsAt === null ? 'It is older than half a year and not read any more by itself.' : STORY_OVER;
}
