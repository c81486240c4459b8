import { isLostRace, repeatLostRaces } from './lost-race';

const failed = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('a transaction that lost a race', () => {
  it.each(['40001', '40P01', '23503'])('is begun anew after %s', async (code) => {
    const work = jest.fn().mockRejectedValueOnce(failed(code)).mockResolvedValue('done');
    await expect(repeatLostRaces(work)).resolves.toBe('done');
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('is given up after three times', async () => {
    const work = jest.fn().mockRejectedValue(failed('40P01'));
    await expect(repeatLostRaces(work)).rejects.toThrow('failed');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('is told from one that failed for another reason', async () => {
    const work = jest.fn().mockRejectedValue(failed('22P02'));
    await expect(repeatLostRaces(work)).rejects.toThrow('failed');
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('is known by what the driver said, whoever has wrapped it', () => {
    expect(isLostRace(Object.assign(new Error('query failed'), { driverError: failed('40001') }))).toBe(true);
    expect(isLostRace('40001')).toBe(false);
  });
});
