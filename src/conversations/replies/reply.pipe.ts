import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ValidationFailedError } from '../../errors/app.error';
import { isRecord } from '../../http/unfit-content';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { REPLY_CLASSES, type ReplyDto, isReplyType } from '../dto/reply.dto';

/** Checks a reply against the class of its `type`, as strictly as every other body. */
@Injectable()
export class ReplyPipe implements PipeTransform<unknown, Promise<ReplyDto>> {
  private readonly strict = new DtoValidationPipe();

  async transform(body: unknown, metadata: ArgumentMetadata): Promise<ReplyDto> {
    const type = isRecord(body) ? body.type : undefined;
    if (!isReplyType(type))
      throw ValidationFailedError.of(
        'type',
        'isIn',
        `type must be one of ${Object.keys(REPLY_CLASSES).join(', ')}.`,
      );
    const metatype = REPLY_CLASSES[type];
    const dto = await this.strict.transform(body, { ...metadata, type: 'body', metatype });
    if (!Object.values(REPLY_CLASSES).some((known) => dto instanceof known))
      throw new Error('A checked reply is not of its class.');
    return dto as ReplyDto;
  }
}
