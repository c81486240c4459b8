import type { Job } from 'bull';
import { AppError } from '../errors/app.error';

/**
 * Runs a job's work. Where the error says that another attempt cannot help, the job's remaining attempts are given up;
 * everything else is left to the attempts it was added with.
 */
export async function runJob<T>(job: Pick<Job, 'discard'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && !error.retryable) await job.discard();
    throw error;
  }
}
