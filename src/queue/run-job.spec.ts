import { NotFoundError, ServiceUnavailableError } from '../errors/app.error';
import { runJob } from './run-job';

describe('runJob', () => {
  const job = { discard: jest.fn() };
  beforeEach(() => job.discard.mockReset());

  it('hands back what the work gives', async () => {
    await expect(runJob(job, () => Promise.resolve(7))).resolves.toBe(7);
    expect(job.discard).not.toHaveBeenCalled();
  });

  it('gives up further attempts when the error says that they cannot help', async () => {
    const error = new NotFoundError('gone');
    await expect(runJob(job, () => Promise.reject(error))).rejects.toBe(error);
    expect(job.discard).toHaveBeenCalledTimes(1);
  });

  it.each([new ServiceUnavailableError('later'), new TypeError('a defect')])(
    'leaves further attempts after %s',
    async (error) => {
      await expect(runJob(job, () => Promise.reject(error))).rejects.toBe(error);
      expect(job.discard).not.toHaveBeenCalled();
    },
  );
});
