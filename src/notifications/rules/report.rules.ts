import { type RuleTable, raise } from './finding';

export const REPORT_RULES: RuleTable = {
  'report.completed': ({ reportId, title, format, scheduleId, recipientIds, expiresAt }) =>
    recipientIds.map((userId) =>
      raise({
        kind: 'report.ready',
        // One report may be for several people, each of whom is told.
        topic: `report:${reportId}:${userId}`,
        group: reportId,
        recipientId: userId,
        subject: { type: 'report', id: reportId, name: title },
        severity: 'info',
        isLasting: false,
        one: (name) => ({
          title: `The report “${name}” is ready`,
          message: `It can be downloaded until ${expiresAt.slice(0, 10)}.`,
        }),
        payload: { reportId, format, scheduleId, expiresAt },
      }),
    ),
  'report.failed': ({ reportId, title, scheduleId, error, recipientIds }) =>
    recipientIds.map((userId) =>
      raise({
        kind: 'report.failed',
        topic: `report:${reportId}:${userId}`,
        group: reportId,
        recipientId: userId,
        subject: { type: 'report', id: reportId, name: title },
        severity: 'warning',
        isLasting: false,
        one: (name) => ({ title: `The report “${name}” could not be made`, message: error.message }),
        payload: { reportId, scheduleId, error },
      }),
    ),
  'report.schedule_stopped': ({ scheduleId, title, reason }) => [
    raise({
      kind: 'report.schedule_stopped',
      topic: `report.schedule:${scheduleId}`,
      group: scheduleId,
      subject: { type: 'report_schedule', id: scheduleId, name: title },
      severity: 'warning',
      isLasting: false,
      one: (name) => ({
        title: `The report “${name}” is not made regularly any more`,
        message: `${reason.message} Whoever switches the schedule on again takes it over.`,
      }),
      payload: { scheduleId, reason },
    }),
  ],
};
