import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { SendClaims } from '../conversations/sends/send-claims.service';
import { LONGEST_PREPARATION_MS } from './sending-channel';
import { SendingChannels } from './sending-channels';
import { SendingDispatcher } from './sending-dispatcher';

const LOOK_EVERY_MS = 1_000;
/** Bringing a file to Meta, the call itself, and writing its result down, with something to spare. */
const SPARE_MS = 15_000;

/**
 * Makes up for what wake-ups cannot promise: senders with messages whose wake-up was lost or whose time has come are
 * brought to the dispatcher, also while Redis is away; messages that a dead process left half-way are settled as `unknown`.
 */
@Injectable()
export class SendingSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SendingSweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly claims: SendClaims,
    private readonly channels: SendingChannels,
    private readonly dispatcher: SendingDispatcher,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.has('worker') || this.config.has('scheduler')) this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One round; also for tests that do not want to wait. */
  async sweep(): Promise<void> {
    const abandoned = await this.claims.markAbandoned(new Date(Date.now() - this.abandonedAfterMs()));
    if (abandoned > 0) {
      this.logger.warn(
        `${abandoned} messages were left half-way by a process that ended; their outcome is unknown`,
      );
    }
    if (!this.config.has('worker')) return;
    // Those that become due before the next look are announced now, each for its moment.
    const until = new Date(Date.now() + LOOK_EVERY_MS);
    for (const { platform } of this.channels.all())
      for (const { dueAt, ...sender } of await this.claims.findWaiting(platform, until))
        this.dispatcher.wake({ platform, ...sender }, dueAt.getTime());
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep()
        .catch((error: unknown) => {
          this.logger.warn(
            `The sweep of messages to send failed: ${error instanceof Error ? error.message : 'unknown error'}`,
          );
        })
        .finally(() => {
          if (!this.isClosing) this.schedule();
        });
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  private abandonedAfterMs(): number {
    return LONGEST_PREPARATION_MS + this.config.env.META_TIMEOUT_MS + SPARE_MS;
  }
}
