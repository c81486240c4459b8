import { IsOptional } from 'class-validator';
import { QueryInt } from '../../http/query-fields';

export class ErrorQuery {
  /** Meta's subcode, where it gave one: it tells some codes apart further. */
  @IsOptional() @QueryInt({ min: 0, max: 2_147_483_647 }) subcode?: number;
}
