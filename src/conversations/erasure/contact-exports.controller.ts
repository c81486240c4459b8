import { Controller, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../errors/app.error';
import { ApiErrors, RawResponse } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { ContactReader } from '../contacts/contact-reader.service';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import { ContactExport } from './contact-export.service';
import { DataProtectionAccess } from './data-protection-access';

const EXAMPLE =
  '{"exportedAt":"2026-03-14T09:26:53.000Z","contactId":"019cebab-8740-7d13-8f6a-20c7e95b41d8","contacts":[],' +
  '"conversations":[],"groupMessages":[],"comments":[]}';

@ApiTags('Contacts')
@Controller('meta/contacts')
export class ContactExportsController {
  constructor(
    private readonly exports: ContactExport,
    private readonly contacts: ContactReader,
    private readonly visibility: ConversationVisibility,
    private readonly access: DataProtectionAccess,
  ) {}

  /**
   * Downloads everything there is of a person, as one JSON document.
   *
   * @remarks Owners of the account only, and admins who are members of it. `contacts` (several where some were merged),
   * `conversations` with notes, labels and all `messages`, `groupMessages`, `comments`, and further lists of what platforms
   * told. Files are named by the address where they can be had with the same credential. It is read from one moment, however
   * long the download takes; whoever takes nothing of it for a minute loses it.
   */
  @RateLimit('heavy')
  @Post(':id/export')
  @HttpCode(200)
  @ApiParam({ name: 'id', description: 'The contact.', format: 'uuid' })
  @Access('agent')
  @RawResponse()
  @ApiProduces('application/json')
  @ApiOkResponse({
    description: 'The document.',
    content: { 'application/json': { schema: { type: 'string' }, example: EXAMPLE } },
  })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND', 'SERVICE_UNAVAILABLE')
  async export(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<StreamableFile> {
    const view = await this.visibility.of(user);
    const contact = await this.contacts.get(view.accountIds, id);
    if (!(await this.visibility.isContactVisible(view, contact.accountId, contact.id)))
      throw new NotFoundError('There is no such contact.');
    await this.access.require(user, contact.accountId);
    return new StreamableFile(this.exports.start(contact), {
      type: 'application/json; charset=utf-8',
      disposition: `attachment; filename="contact-${contact.id}.json"`,
    });
  }
}
