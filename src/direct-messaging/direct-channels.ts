import { Injectable } from '@nestjs/common';
import { ContactsService } from '../conversations/contacts/contacts.service';
import { SendFailures } from '../sending/send-failures';
import { SendingChannels } from '../sending/sending-channels';
import { DirectApi } from './direct-api';
import { DirectChannel } from './direct-channel';
import type { DirectGateway, DirectSender } from './direct-door';
import { DirectMedia } from './direct-media';

/** Puts Messenger and Instagram into the sending engine; each registers itself when its module starts. */
@Injectable()
export class DirectChannels {
  constructor(
    private readonly channels: SendingChannels,
    private readonly contacts: ContactsService,
    private readonly failures: SendFailures,
    private readonly media: DirectMedia,
    private readonly api: DirectApi,
  ) {}

  register<S extends DirectSender>(gateway: DirectGateway<S>): void {
    const { contacts, failures, media, api } = this;
    this.channels.register(new DirectChannel(gateway, { contacts, failures, media, api }));
  }
}
