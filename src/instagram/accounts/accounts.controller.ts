import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountConnector } from './account-connector';
import { AccountsService } from './accounts.service';
import {
  DisconnectedInstagramDto,
  InstagramAccountDto,
  InstagramAccountListDto,
  UnlinkedPageDto,
} from '../dto/account.dto';
import { ListInstagramAccountsQuery, NamedMetaAccountDto } from '../dto/account-query.dto';

const ACCOUNT_PARAM = {
  name: 'accountId',
  description: "Meta's id of the Instagram account, or ours.",
  example: '17841405822304914',
};

@ApiTags('Instagram accounts')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@Controller('meta/instagram/accounts')
export class InstagramAccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly connector: AccountConnector,
    private readonly access: AccountAccess,
  ) {}

  /**
   * The Instagram accounts of a connected account: those that are connected and those that could be.
   *
   * @remarks These are professional accounts that are linked to a Page of yours, or the one of an Instagram Login. The first
   * call reads them from Meta; later ones answer from what is stored and is at most an hour old.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(InstagramAccountListDto)
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ListInstagramAccountsQuery,
  ): Promise<InstagramAccountListDto> {
    const accountId = await this.access.resolve(user, query.accountId);
    const accounts = await this.accounts.list(accountId, { refresh: query.refresh === 'true' });
    const unavailable = await this.accounts.unlinkedPages(accountId);
    return {
      accounts: accounts.map((account) => InstagramAccountDto.from(account)),
      unavailable: unavailable.map((page) => UnlinkedPageDto.from(page)),
    };
  }

  /**
   * Connects an Instagram account: its messages and comments come here from now on.
   *
   * @remarks Reads the account the way the service will, subscribes its webhooks and reads the subscription back. Nothing is
   * stored unless all of it works. Doing it again mends a connection.
   */
  @Post(':accountId/connect')
  @Access('agent')
  @ApiParam(ACCOUNT_PARAM)
  @ApiEnvelope(InstagramAccountDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async connect(
    @CurrentUser() user: AuthenticatedUser,
    @Param('accountId') ref: string,
    @Body() body: NamedMetaAccountDto,
  ): Promise<InstagramAccountDto> {
    const account = await this.accounts.find(user, accountRef(ref), body.accountId);
    return InstagramAccountDto.from(await this.connector.connect(account));
  }

  /**
   * Disconnects an Instagram account: its events stay away, and another account may connect it.
   *
   * @remarks Conversations and comments stay. What Meta answers does not keep it from happening.
   */
  @Delete(':accountId')
  @Access('agent')
  @ApiParam(ACCOUNT_PARAM)
  @ApiEnvelope(DisconnectedInstagramDto)
  @ApiErrors('NOT_FOUND')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async disconnect(
    @CurrentUser() user: AuthenticatedUser,
    @Param('accountId') ref: string,
    @Query() query: NamedMetaAccountDto,
  ): Promise<DisconnectedInstagramDto> {
    const account = await this.accounts.find(user, accountRef(ref), query.accountId);
    const unsubscribedAtMeta = await this.connector.disconnect(account);
    return { id: account.id, igAccountId: account.igAccountId, status: 'available', unsubscribedAtMeta };
  }
}

function accountRef(ref: string): string {
  if (/^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(ref)) return ref.toLowerCase();
  throw ValidationFailedError.of(
    'accountId',
    'isInstagramAccountId',
    'accountId must be an id of an Instagram account: digits, or a UUID.',
  );
}
