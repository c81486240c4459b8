import { BullModule, getQueueToken } from '@nestjs/bull';
import { Module } from '@nestjs/common';
import type { Queue } from 'bull';
import { AppConfig } from '../config/app-config';
import { QUEUE_NAMES, type QueueName } from './job-contracts';
import { JobQueue } from './job-queue';
import { JobWorker } from './job-worker';
import { QueueAges } from './queue-ages';
import { Queues } from './queues';
import { RedisFacts } from './redis-facts';
import { redisOptions } from './redis-options';
import { RedisOutageLog } from './redis-outage.log';
import { SharedRedis } from './shared-redis';

@Module({
  imports: [
    BullModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ env }: AppConfig) => ({
        redis: redisOptions(env.REDIS_URL),
        prefix: env.REDIS_PREFIX,
        settings: {
          // A worker that dies with a job in hand is not the job's fault: the rows decide when to give up, not Bull.
          maxStalledCount: 1_000,
          retryProcessDelay: 1_000,
        },
      }),
    }),
    BullModule.registerQueue(...QUEUE_NAMES.map((name) => ({ name }))),
  ],
  providers: [
    {
      provide: Queues,
      inject: [RedisOutageLog, ...QUEUE_NAMES.map((name) => getQueueToken(name))],
      useFactory: (outages: RedisOutageLog, ...queues: Queue[]) => {
        for (const queue of queues) outages.watch(queue);
        return new Queues(new Map(queues.map((queue) => [queue.name as QueueName, queue])));
      },
    },
    RedisOutageLog,
    QueueAges,
    JobQueue,
    JobWorker,
    SharedRedis,
    RedisFacts,
  ],
  exports: [JobQueue, JobWorker, QueueAges, Queues, SharedRedis, RedisFacts],
})
export class QueueModule {}
