import { Logger } from '@nestjs/common';
import type { AppConfig } from '../config/app-config';
import { InboxAlarmScheduler } from './inbox-alarm.scheduler';
import type { WebhookStatsService } from './webhook-stats.service';

const alarm = { code: 'DEAD_DELIVERIES', message: '2 deliveries failed every time.' };
const aScheduler = (read: () => Promise<unknown>, roles: string[]): InboxAlarmScheduler =>
  new InboxAlarmScheduler(
    { read } as unknown as WebhookStatsService,
    { has: (role: string) => roles.includes(role) } as unknown as AppConfig,
  );

describe('the alarm of the inbox', () => {
  afterEach(() => jest.restoreAllMocks());

  it('says in the log what is wrong, as an error, for that is what operators are woken by', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    await aScheduler(() => Promise.resolve({ alarms: [alarm] }), ['scheduler']).look();
    expect(error.mock.calls).toEqual([[alarm]]);
  });

  it('is one process’s business, and survives a database that is away', async () => {
    const read = jest.fn().mockRejectedValue(new Error('away'));
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    await aScheduler(read, ['api', 'worker']).look();
    expect(read).not.toHaveBeenCalled();
    await expect(aScheduler(read, ['scheduler']).look()).resolves.toBeUndefined();
  });
});
