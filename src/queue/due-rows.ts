import { Logger } from '@nestjs/common';
import { within } from './within';

const USUAL_CLOSE_MS = 10_000;

/** Works off rows that are due, a few at once. What is due stands in the database, so that nothing is lost with a process. */
export class DueRows<Row> {
  private readonly log: Logger;
  private readonly runners = new Set<Promise<void>>();
  private isClosing = false;

  /**
   * @param what for the log, as `Leads`
   * @param claim takes the next row for itself; null where none is due
   * @param work never throws for what Meta does, but writes it down
   * @param longestCloseMs how long what is under way is waited for at the end
   */
  constructor(
    private readonly what: string,
    private readonly concurrency: number,
    private readonly claim: () => Promise<Row | null>,
    private readonly work: (row: Row) => Promise<void>,
    private readonly longestCloseMs: number = USUAL_CLOSE_MS,
  ) {
    this.log = new Logger(what);
  }

  wake(): void {
    if (this.isClosing || this.runners.size >= this.concurrency) return;
    const runner = this.run()
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown error';
        this.log.warn(`${this.what} could not be worked off: ${reason}`);
      })
      .finally(() => this.runners.delete(runner));
    this.runners.add(runner);
  }

  /** Waits a while for what is under way, and begins nothing more. */
  async close(): Promise<void> {
    this.isClosing = true;
    await within(this.longestCloseMs, Promise.all(this.runners));
  }

  private async run(): Promise<void> {
    while (!this.isClosing) {
      const row = await this.claim();
      if (row === null) return;
      // Where there is one, there may be more.
      this.wake();
      await this.work(row);
    }
  }
}
