import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid } from '../database/ids';
import { ValidationFailedError } from '../errors/app.error';

/**
 * For ids of our own in a path: `@Param('id', UuidParam) id: string`. What is no UUID is the caller's mistake, 400, and
 * tells nothing of what exists; an unknown UUID is the service's business, 404.
 */
@Injectable()
export class UuidParam implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    if (typeof value === 'string' && isUuid(value)) return value.toLowerCase();
    const path = data ?? 'id';
    throw ValidationFailedError.of(path, 'isUuid', `${path} must be a UUID.`);
  }
}
