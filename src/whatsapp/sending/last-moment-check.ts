import { Injectable } from '@nestjs/common';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import type { StartedSend } from '../../conversations/conversation-types';
import type { MessageId } from '../../database/ids';
import type { AppError } from '../../errors/app.error';
import { isRecord, textAt } from '../meta-values';
import { SendingTemplates, type TemplateRef } from '../templates/sending-templates';
import { refuseUnwanted } from './sending-rules';
import type { SendingNumber } from './sending-numbers';

/**
 * Messages may have waited: since they were ordered the window may have closed, the person may have opted out, and Meta may
 * have paused, rejected or moved the template to another category.
 */
@Injectable()
export class LastMomentCheck {
  constructor(
    private readonly contacts: ContactsService,
    private readonly templates: SendingTemplates,
  ) {}

  /** @returns why some of these messages of one number must not go out; a fixed number of statements */
  async refusals(sends: readonly StartedSend[], number: SendingNumber): Promise<Map<MessageId, AppError>> {
    const { accountId } = number;
    const refs = new Map<MessageId, TemplateRef>();
    for (const send of sends) {
      const ref = templateOf(send);
      if (ref !== null) refs.set(send.messageId, ref);
    }
    const [standings, templates] = await Promise.all([
      this.contacts.standingsOfMessages(
        accountId,
        sends.map(({ messageId }) => messageId),
      ),
      this.templates.statesOf(accountId, number.wabaAssetId, [...refs.values()]),
    ]);
    const refused = new Map<MessageId, AppError>();
    for (const { messageId } of sends) {
      const ref = refs.get(messageId);
      const template = ref === undefined ? null : templates.find(ref);
      const standing = standings.get(messageId);
      const error =
        template?.unsendable ??
        // A message to a group is to no contact, and Meta alone knows of windows there.
        (standing === undefined
          ? null
          : refuseUnwanted(standing, ref === undefined ? null : (template?.category ?? '')));
      if (error !== null) refused.set(messageId, error);
    }
    return refused;
  }
}

/** null for messages that are no template. */
function templateOf({ request }: StartedSend): TemplateRef | null {
  const { template } = request;
  if (request.type !== 'template' || !isRecord(template)) return null;
  return { name: textAt(template, 'name') ?? '', language: textAt(template.language, 'code') ?? '' };
}
