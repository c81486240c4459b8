import { Logger } from '@nestjs/common';
import { detached } from '../tracing/work-scope';

/** Work that runs at most once at a time, and once more when it was asked for while it ran. */
export class RelayLane {
  private readonly log = new Logger('Outbox');
  private running: Promise<void> | null = null;
  private isWanted = false;
  private isFailing = false;

  /** @param work its errors are logged once for each row of failures; whoever kicks again tries again */
  constructor(
    private readonly name: string,
    private readonly work: () => Promise<void>,
  ) {}

  kick(): void {
    this.isWanted = true;
    // On its own: it goes on with what others have brought, too.
    this.running ??= detached(() => this.run());
  }

  /** When nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async run(): Promise<void> {
    while (this.isWanted) {
      this.isWanted = false;
      try {
        await this.work();
        this.isFailing = false;
      } catch (error) {
        if (!this.isFailing)
          this.log.warn(
            `Telling ${this.name} broke off: ${error instanceof Error ? error.message : 'unknown error'}`,
          );
        this.isFailing = true;
      }
    }
    // Not a turn later: a kick in between would find it running and be forgotten.
    this.running = null;
  }
}
