import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { ContactId } from '../../database/ids';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ContactDetailDto } from '../dto/contact.dto';
import { ContactMergeDto, ContactMergeListDto } from '../dto/contact-merge.dto';
import { MergeContactsDto } from '../dto/contact-requests.dto';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import type { View } from '../visibility/visible-conversations';
import { ContactConversations } from './contact-conversations.service';
import { ContactMerges } from './contact-merges.service';
import { ContactReader } from './contact-reader.service';

const CONTACT = { name: 'id', description: 'The contact.', format: 'uuid' };

@ApiTags('Contacts')
@Controller('meta/contacts/:id')
export class ContactMergesController {
  constructor(
    private readonly merges: ContactMerges,
    private readonly contacts: ContactReader,
    private readonly conversations: ContactConversations,
    private readonly visibility: ConversationVisibility,
  ) {}

  /**
   * Says that other contacts are the same person: on WhatsApp, Messenger and Instagram, for instance, or by two numbers.
   *
   * @remarks This contact's id and name stay. Numbers, ids and conversations of all are shown with it from then on; each
   * conversation stays by itself, as what is written in it goes to the number or id that it is with. Who opted out as one of
   * them did as all. Sent again, it changes nothing. It can be undone.
   */
  @Post('merge')
  @ApiParam(CONTACT)
  @Access('agent')
  @ApiEnvelope(ContactDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async merge(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { contactId, contactIds }: MergeContactsDto,
  ): Promise<ContactDetailDto> {
    const others = [...(contactIds ?? []), ...(contactId === undefined ? [] : [contactId])];
    if (others.length === 0 || (contactId !== undefined && contactIds !== undefined))
      throw ValidationFailedError.of('contactId', 'oneOf', 'Send contactId, or contactIds.');
    const ids = others.map((other) => other.toLowerCase() as ContactId);
    if (ids.includes(id as ContactId))
      throw ValidationFailedError.of('contactId', 'another', 'A contact cannot be merged into itself.');
    const view = await this.visibility.of(user);
    for (const each of [id, ...ids]) await this.requireVisible(view, each);
    const head = await this.merges.merge(view.accountIds, id as ContactId, ids, user.id);
    return this.detail(view, head);
  }

  /** Lists what was merged into this contact, or this one into another. */
  @Get('merges')
  @ApiParam(CONTACT)
  @Access('viewer')
  @ApiEnvelope(ContactMergeListDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ContactMergeListDto> {
    const view = await this.visibility.of(user);
    await this.requireVisible(view, id);
    const merges = await this.merges.list(view.accountIds, id as ContactId);
    return { merges: merges.map((merge) => ContactMergeDto.from(merge)) };
  }

  /**
   * Makes two people of one again.
   *
   * @remarks Each has the numbers, ids and conversations again that it brought, with whatever was written since. Merges can
   * be undone in any order; undone again, nothing changes. Only where a message has shown meanwhile that it is one person
   * (it named both) there is nothing left to be undone: 409, with `details.reason` `proven`.
   */
  @Post('merges/:mergeId/undo')
  @ApiParam(CONTACT)
  @ApiParam({ name: 'mergeId', description: 'One of the contact’s merges.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ContactDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async undo(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('mergeId', UuidParam) mergeId: string,
  ): Promise<ContactDetailDto> {
    const view = await this.visibility.of(user);
    await this.requireVisible(view, id);
    await this.merges.undo(view.accountIds, id as ContactId, mergeId, user.id);
    return this.detail(view, id);
  }

  private async requireVisible(view: View, id: string): Promise<void> {
    const contact = await this.contacts.get(view.accountIds, id);
    if (!(await this.visibility.isContactVisible(view, contact.accountId, contact.id)))
      throw new NotFoundError('There is no such contact.');
  }

  private async detail(view: View, id: string): Promise<ContactDetailDto> {
    const contact = await this.contacts.get(view.accountIds, id);
    return ContactDetailDto.of(contact, await this.conversations.of(view, contact));
  }
}
