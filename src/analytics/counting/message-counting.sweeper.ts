import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { CommentCounting } from './comment-counting.service';
import { MessageCounting } from './message-counting.service';

const SWEEP_EVERY_MS = 2_000;

/** Counts what no event follows: comments, statuses that come late, or again with an earlier time, and what was put aside. */
@Injectable()
export class MessageCountingSweeper {
  private readonly log = new Logger(MessageCountingSweeper.name);
  private isSweeping = false;
  private isFailing = false;

  constructor(
    private readonly messages: MessageCounting,
    private readonly comments: CommentCounting,
    private readonly config: AppConfig,
  ) {}

  @Interval(SWEEP_EVERY_MS)
  async sweepRegularly(): Promise<void> {
    if (!this.config.has('worker') || this.isSweeping) return;
    this.isSweeping = true;
    // Neither waits for the other, nor fails with it.
    const results = await Promise.allSettled([this.messages.drain(), this.comments.drain()]);
    this.isSweeping = false;
    const failed = results.find((result) => result.status === 'rejected');
    // Once for each outage, not every two seconds.
    if (failed !== undefined && !this.isFailing)
      this.log.warn(
        `Messages or comments could not be counted: ${failed.reason instanceof Error ? failed.reason.message : 'unknown error'}`,
      );
    this.isFailing = failed !== undefined;
  }
}
