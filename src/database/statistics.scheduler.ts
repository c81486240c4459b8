import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config';
import { analyseFreshTables } from './fresh-statistics';
import { SchemaOwner } from './schema-owner';

const LOOK_EVERY_MS = 1_000;

/** Where batches are worked on, tables grow: their statistics must not be minutes behind. */
@Injectable()
export class StatisticsScheduler {
  private readonly log = new Logger(StatisticsScheduler.name);
  private isLooking = false;
  /** Only their owner may analyse tables; the owner of a database changes with a restart at most. */
  private mayAnalyse: boolean | undefined;

  constructor(
    private readonly owner: SchemaOwner,
    private readonly config: AppConfig,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.isLooking || !(this.config.has('worker') || this.owner.isSeparate)) return;
    this.isLooking = true;
    try {
      this.mayAnalyse ??= await this.owner.mayChangeSchema();
      if (!this.mayAnalyse) return;
      const analysed = await analyseFreshTables(await this.owner.connection());
      if (analysed !== null && analysed.length > 0) this.log.debug(`Analysed ${analysed.join(', ')}`);
    } catch (error) {
      // It makes things faster, nothing more.
      this.log.debug(`Tables were not analysed: ${error instanceof Error ? error.message : 'unknown error'}`);
    } finally {
      this.isLooking = false;
    }
  }
}
