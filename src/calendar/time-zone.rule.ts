import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { isTimeZone } from './zoned-time';

/** For `@Validate`: a name of the IANA time zone database. */
@ValidatorConstraint({ name: 'isTimeZone' })
export class TimeZoneRule implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isTimeZone(value);
  }

  defaultMessage(): string {
    return '$property must be a name of the IANA time zone database, as Europe/Berlin, America/New_York or UTC';
  }
}
