import { IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, Length, Matches, ValidateBy, type ValidationOptions, MaxLength } from 'class-validator';
import { OffsetPageQuery } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import { META_WORD, STATUS_FILTER_HELP, statusesOfFilter } from '../templates/template-status';
import { WabaQuery } from './account-query.dto';

function IsStatusFilter(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isTemplateStatus',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && statusesOfFilter(value) !== null,
      },
    },
    options,
  );
}

export class ListTemplatesQuery extends IntersectionType(WabaQuery, OffsetPageQuery) {
  /**
   * In any case: `approved`, `in_review` (waiting for Meta, appeals included), `rejected`, or one of Meta's own names,
   * such as `PAUSED`, those that are new at Meta included.
   * @example approved
   */
  @IsOptional()
  @MaxLength(100)
  @IsStatusFilter({ message: `status must be ${STATUS_FILTER_HELP}` })
  status?: string;
  /** In any case. @example UTILITY */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toUpperCase() : value))
  @Matches(META_WORD, { message: 'category must be one of Meta, such as UTILITY' })
  category?: string;
  /** Part of the name. */
  @IsOptional() @Length(1, 512) name?: string;
  /** Exactly this language. @example en_US */
  @IsOptional() @Matches(/^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,4})?$/) language?: string;
  /** `true` reads the list from Meta first, even if that was done within the last hour. */
  @QueryBoolean() refresh: boolean = false;
}

/** Names all languages of a template. */
export class DeleteTemplatesQuery extends WabaQuery {
  /** The exact name. @example order_confirmation */
  @Matches(/^[a-z0-9_]{1,512}$/, {
    message: 'name must be lower-case letters, digits and underscores, at most 512',
  })
  name!: string;
}
