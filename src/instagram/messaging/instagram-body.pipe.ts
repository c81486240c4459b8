import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { DirectBodyCheck } from '../../direct-messaging/direct-body';
import { SEND_INSTAGRAM_CLASSES, type SendInstagramDto } from '../dto/send-instagram.dto';

/** Checks a message to send against the class of what it holds. */
@Injectable()
export class InstagramBodyPipe implements PipeTransform<unknown, Promise<SendInstagramDto>> {
  private readonly body = new DirectBodyCheck<SendInstagramDto>(SEND_INSTAGRAM_CLASSES);

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<SendInstagramDto> {
    return this.body.check(value, metadata);
  }
}
