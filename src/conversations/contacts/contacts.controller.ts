import { Body, Controller, Get, Logger, Param, Patch, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type ContactId, isUuid } from '../../database/ids';
import { AppError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ContactDetailDto, ContactDto, ContactPageDto, ContactQuery } from '../dto/contact.dto';
import { ChangeContactDto, ContactsQuery } from '../dto/contact-requests.dto';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import type { View } from '../visibility/visible-conversations';
import { ContactChangesService } from './contact-changes.service';
import { ContactConversations } from './contact-conversations.service';
import { ContactList } from './contact-list.service';
import { ContactProfiles } from './contact-profiles.service';
import { ContactReader } from './contact-reader.service';
import type { StoredContact } from './stored-contact';

@ApiTags('Contacts')
@Controller('meta/contacts')
export class ContactsController {
  private readonly log = new Logger(ContactsController.name);

  constructor(
    private readonly contacts: ContactReader,
    private readonly contactList: ContactList,
    private readonly conversations: ContactConversations,
    private readonly changes: ContactChangesService,
    private readonly profiles: ContactProfiles,
    private readonly visibility: ConversationVisibility,
  ) {}

  /**
   * Lists people, who became known last first.
   *
   * @remarks Filters can be combined. A page may hold fewer people than `limit`, even none, where what you look for is rare:
   * there are more as long as `pagination.before` is set. Of a search, the first thousand names and numbers that fit are
   * looked at; what was changed a moment ago may be found by how it begins only.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(ContactPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: ContactsQuery): Promise<ContactPageDto> {
    const view = await this.visibility.within(user, query.accountId);
    const { platform, identity: kind, optedOut, q } = query;
    const page = await this.contactList.page(
      view,
      { platform, kind, optedOut, q },
      { limit: query.limit, ...boundsOf(query) },
    );
    return {
      contacts: page.contacts.map((contact) => ContactDto.from(contact)),
      pagination: {
        limit: query.limit,
        before: page.before === null ? null : encodeCursor({ id: page.before }),
        after: page.after === null ? null : encodeCursor({ id: page.after }),
      },
    };
  }

  /**
   * Reads one contact: what the platforms tell of the person, what your team knows, and the conversations.
   *
   * @remarks By the id of a contact that was merged into another one, too: the answer is the one that stands for the person.
   */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'The contact.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ContactDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { refresh }: ContactQuery,
  ): Promise<ContactDetailDto> {
    const view = await this.visibility.of(user);
    const contact = await this.visible(view, id);
    if (refresh !== 'true') return this.detail(view, contact);
    try {
      for (const each of [contact.id, ...contact.mergedIds])
        await this.profiles.refresh(contact.accountId, each);
    } catch (error) {
      // An old picture is better than none.
      if (!(error instanceof AppError)) throw error;
      this.log.log(`The profile of contact ${contact.id} could not be read again: ${error.message}`);
    }
    return this.detail(view, await this.contacts.get(view.accountIds, id));
  }

  /**
   * Changes what is known of a person, or what the person wants.
   *
   * @remarks Who wants no messages gets none from this moment on, also none of those that are waiting to be sent: each is
   * checked once more before it leaves, and fails with `RECIPIENT_OPTED_OUT`.
   */
  @Patch(':id')
  @ApiParam({ name: 'id', description: 'The contact.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ContactDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async change(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() changes: ChangeContactDto,
  ): Promise<ContactDetailDto> {
    const view = await this.visibility.of(user);
    const contact = await this.visible(view, id);
    await this.changes.apply(contact.accountId, contact.id, user.id, changes);
    return this.detail(view, await this.contacts.get(view.accountIds, id));
  }

  private async visible(view: View, id: string): Promise<StoredContact> {
    const contact = await this.contacts.get(view.accountIds, id);
    if (!(await this.visibility.isContactVisible(view, contact.accountId, contact.id)))
      throw new NotFoundError('There is no such contact.');
    return contact;
  }

  private async detail(view: View, contact: StoredContact): Promise<ContactDetailDto> {
    return ContactDetailDto.of(contact, await this.conversations.of(view, contact));
  }
}

function boundsOf({ before, after }: ContactsQuery): { before?: ContactId; after?: ContactId } {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { before: decodeCursor('before', before, parsePlace) };
  return after === undefined ? {} : { after: decodeCursor('after', after, parsePlace) };
}

function parsePlace(place: unknown): ContactId | undefined {
  if (typeof place !== 'object' || place === null || !('id' in place)) return undefined;
  return typeof place.id === 'string' && isUuid(place.id) ? (place.id as ContactId) : undefined;
}
