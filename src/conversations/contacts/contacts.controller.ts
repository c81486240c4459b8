import { Controller, Get, Logger, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { AppError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ContactProfiles } from './contact-profiles.service';
import { ContactsService } from './contacts.service';
import { ContactDto, ContactQuery } from '../dto/contact.dto';

@ApiTags('Inbox')
@Controller('meta/contacts')
export class ContactsController {
  private readonly log = new Logger(ContactsController.name);

  constructor(
    private readonly contacts: ContactsService,
    private readonly profiles: ContactProfiles,
    private readonly access: AccountAccess,
  ) {}

  /** Reads one contact: name, picture and what else the platforms tell of the person. */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'The contact.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ContactDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { refresh }: ContactQuery,
  ): Promise<ContactDto> {
    const accountIds = await this.access.accountIdsOf(user.id);
    const contact = await this.contacts.get(accountIds, id);
    if (refresh !== 'true') return ContactDto.from(contact);
    try {
      await this.profiles.refresh(contact.accountId, contact.id);
    } catch (error) {
      // An old picture is better than none.
      if (!(error instanceof AppError)) throw error;
      this.log.log(`The profile of contact ${contact.id} could not be read again: ${error.message}`);
    }
    return ContactDto.from(await this.contacts.get(accountIds, id));
  }
}
