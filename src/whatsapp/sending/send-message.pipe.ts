import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ValidationFailedError } from '../../errors/app.error';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { isRecord } from '../meta-values';
import { SEND_MESSAGE_CLASSES, type SendMessageDto, isSendMessageType } from '../dto/send-message.dto';

/** Checks a message to send against the class of its `type`, as strictly as every other body. */
@Injectable()
export class SendMessagePipe implements PipeTransform<unknown, Promise<SendMessageDto>> {
  private readonly strict = new DtoValidationPipe();

  async transform(body: unknown, metadata: ArgumentMetadata): Promise<SendMessageDto> {
    const type = isRecord(body) ? body.type : undefined;
    if (!isSendMessageType(type)) {
      const known = Object.keys(SEND_MESSAGE_CLASSES).join(', ');
      throw ValidationFailedError.of('type', 'isIn', `type must be one of ${known}.`);
    }
    const dto = await this.strict.transform(body, {
      ...metadata,
      type: 'body',
      metatype: SEND_MESSAGE_CLASSES[type],
    });
    if (!Object.values(SEND_MESSAGE_CLASSES).some((known) => dto instanceof known)) {
      throw new Error('A checked message is not of its class.');
    }
    return dto as SendMessageDto;
  }
}
