import { type CallHoursDto, CallSettingsDto, type ChangeCallSettingsDto } from '../dto/call-settings.dto';
import { isRecord, textAt } from '../meta-values';

const HIDDEN = 'DISABLE_ALL';

/** In Meta's names. @returns what belongs under `calling` */
export function callingOf(change: ChangeCallSettingsDto): Record<string, unknown> {
  const { enabled, iconVisible, callbackPermission, hours } = change;
  return {
    ...(enabled !== undefined && { status: wordOf(enabled) }),
    ...(iconVisible !== undefined && { call_icon_visibility: iconVisible ? 'DEFAULT' : HIDDEN }),
    ...(callbackPermission !== undefined && { callback_permission_status: wordOf(callbackPermission) }),
    ...(hours !== undefined && {
      call_hours: {
        status: wordOf(hours.enabled),
        timezone_id: hours.timezone,
        weekly_operating_hours: hours.weekly.map(({ day, open, close }) => ({
          day_of_week: day,
          open_time: timeToMeta(open),
          close_time: timeToMeta(close),
        })),
        holiday_schedule: (hours.holidays ?? []).map(({ date, open, close }) => ({
          date,
          start_time: timeToMeta(open),
          end_time: timeToMeta(close),
        })),
      },
    }),
  };
}

/** @param settings all settings of the number, as Meta gives them */
export function callSettingsOf(settings: Readonly<Record<string, unknown>>): CallSettingsDto {
  const { calling } = settings;
  return Object.assign(new CallSettingsDto(), {
    enabled: textAt(calling, 'status') === 'ENABLED',
    iconVisible: textAt(calling, 'call_icon_visibility') !== HIDDEN,
    callbackPermission: textAt(calling, 'callback_permission_status') === 'ENABLED',
    hours: isRecord(calling) ? hoursOf(calling.call_hours) : null,
  });
}

function hoursOf(hours: unknown): CallHoursDto | null {
  const timezone = textAt(hours, 'timezone_id');
  if (!isRecord(hours) || timezone === undefined) return null;
  return {
    enabled: hours.status === 'ENABLED',
    timezone,
    weekly: listOf(hours.weekly_operating_hours).map((entry) => ({
      day: textAt(entry, 'day_of_week') ?? '',
      open: timeOf(textAt(entry, 'open_time')),
      close: timeOf(textAt(entry, 'close_time')),
    })),
    holidays: listOf(hours.holiday_schedule).map((entry) => ({
      date: textAt(entry, 'date') ?? '',
      open: timeOf(textAt(entry, 'start_time')),
      close: timeOf(textAt(entry, 'end_time')),
    })),
  };
}

function wordOf(isOn: boolean): string {
  return isOn ? 'ENABLED' : 'DISABLED';
}

/** Meta writes `0930`. */
function timeToMeta(time: string): string {
  return time.replace(':', '');
}

function timeOf(time: string | undefined): string {
  return (time ?? '').replace(/^(\d\d):?(\d\d)$/, '$1:$2');
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
