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
    const message = dto as SendMessageDto;
    // Every message may leave recipient_type out, and what may be left out is not checked where it is.
    if (message.type === 'pin' && !('recipient_type' in message)) throw pinsAreForGroups();
    return message;
  }
}

function pinsAreForGroups(): ValidationFailedError {
  const reason = 'Messages are pinned in groups only: recipient_type must be group.';
  return ValidationFailedError.of('recipient_type', 'isIn', reason);
}
