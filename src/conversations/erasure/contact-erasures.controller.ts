import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ContactReader } from '../contacts/contact-reader.service';
import { ContactErasureDto } from '../dto/contact-erasure.dto';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import { ContactErasures } from './contact-erasures.service';
import { DataProtectionAccess } from './data-protection-access';
import { ErasureWorker } from './erasure.worker';

@ApiTags('Contacts')
@Controller('meta/contacts')
export class ContactErasuresController {
  constructor(
    private readonly erasures: ContactErasures,
    private readonly contacts: ContactReader,
    private readonly visibility: ConversationVisibility,
    private readonly access: DataProtectionAccess,
    private readonly worker: ErasureWorker,
  ) {}

  /** How far the removal of a person’s data is. */
  @Get('erasures/:id')
  @ApiParam({ name: 'id', description: 'The `erasureId` of an earlier answer.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ContactErasureDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ContactErasureDto> {
    const { accountIds } = await this.visibility.of(user);
    return ContactErasureDto.from(await this.erasures.get(accountIds, id));
  }

  /**
   * Removes everything there is of a person, for good.
   *
   * @remarks Owners of the account only, and admins who are members of it. At once the person is shown nowhere any more and
   * nothing is sent to them; messages with their files, conversations with notes, what they wrote under posts, what Meta
   * delivered of them and whatever else there is, is removed in the background: ask for the erasure until it is `completed`.
   * Contacts that were merged into this one are removed with it. Figures stay. What the person did before does not come
   * back, also not when old deliveries are replayed; when they write again, they are somebody new. Asked for again
   * meanwhile, the answer is the same erasure.
   */
  @Delete(':id')
  @ApiParam({ name: 'id', description: 'The contact.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ContactErasureDto, 202)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND')
  async erase(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ContactErasureDto> {
    const view = await this.visibility.of(user);
    const { accountIds } = view;
    const running = await this.erasures.findRunning(accountIds, id);
    if (running !== null) {
      await this.access.require(user, running.accountId);
      return ContactErasureDto.from(running);
    }
    const contact = await this.contacts.get(accountIds, id);
    if (!(await this.visibility.isContactVisible(view, contact.accountId, contact.id)))
      throw new NotFoundError('There is no such contact.');
    await this.access.require(user, contact.accountId);
    const erasure = await this.erasures.request(contact.accountId, contact.id, user.id);
    this.worker.wake();
    return ContactErasureDto.from(erasure);
  }
}
