import { Injectable } from '@nestjs/common';

/** What time it is. A class of its own, so that tests can live through a token's sixty days. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
