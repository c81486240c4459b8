import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { isTimeZone } from './zoned-time';

/** For `@Validate`: a name of the IANA time zone database. */
@ValidatorConstraint({ name: 'isTimeZone' })
export class TimeZoneRule implements ValidatorConstraintInterface {
  /** For the API document; the longest name there is has 32. */
  static readonly bounds = { maxLength: 64 };

  validate(value: unknown): boolean {
    return typeof value === 'string' && isTimeZone(value);
  }

  defaultMessage(): string {
    return '$property must be a name of the IANA time zone database, as Europe/Berlin, America/New_York or UTC';
  }
}
