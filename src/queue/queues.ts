import type { Queue } from 'bull';
import type { QueueName } from './job-contracts';

/** Bull's queues by name. For this folder and the dashboard alone: others add with `JobQueue` and consume with `JobWorker`. */
export class Queues {
  constructor(private readonly byName: ReadonlyMap<QueueName, Queue>) {}

  get(name: QueueName): Queue {
    const queue = this.byName.get(name);
    if (queue === undefined) throw new Error(`No queue is called ${name}`);
    return queue;
  }

  all(): Queue[] {
    return [...this.byName.values()];
  }
}
