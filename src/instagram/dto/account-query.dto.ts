import { IsIn, IsOptional, IsUUID } from 'class-validator';

/** Names the connected account; needed only by users who have several. */
export class NamedMetaAccountDto {
  /** The connected Meta account, as `GET /api/meta/auth/accounts` lists them. Needed only when you have several. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class ListInstagramAccountsQuery extends NamedMetaAccountDto {
  /** `true` reads the list from Meta again. Otherwise that happens at the first call and once an hour. */
  @IsOptional() @IsIn(['true', 'false']) refresh?: 'true' | 'false';
}
