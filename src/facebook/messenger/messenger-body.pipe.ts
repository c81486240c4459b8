import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { DirectBodyCheck } from '../../direct-messaging/direct-body';
import { SEND_MESSENGER_CLASSES, type SendMessengerDto } from '../dto/send-messenger.dto';

/** Checks a message to send against the class of what it holds. */
@Injectable()
export class MessengerBodyPipe implements PipeTransform<unknown, Promise<SendMessengerDto>> {
  private readonly body = new DirectBodyCheck<SendMessengerDto>(SEND_MESSENGER_CLASSES);

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<SendMessengerDto> {
    return this.body.check(value, metadata);
  }
}
