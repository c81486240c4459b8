import { ApiProperty } from '@nestjs/swagger';
import { obstacleOf } from '../pages/page-requirements';
import { type FacebookPageEntity, PAGE_STATUSES, type PageStatus } from '../entities/facebook-page.entity';

/** A Facebook Page that the account has a role on. */
export class PageDto {
  /** Our id; the Page's channel in the inbox has the same. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '113470551234567' })
  pageId!: string;
  @ApiProperty({ type: String, example: 'Jasper’s Market' })
  name!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Product/service' })
  category!: string | null;
  /** Of Meta's file servers; it stops working after some days, and a later list has a new one. */
  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.example.net/113470551234567.jpg' })
  pictureUrl!: string | null;
  /**
   * `available`: you can connect it, unless `obstacle` says otherwise. `connected`: its messages come here. `reauth_required`: it is connected,
   * but Meta no longer accepts its token, or the person lost the role or a task there; `statusReason` says which. Settle that,
   * connect the Meta account again, then the Page.
   */
  @ApiProperty({ type: String, enum: PAGE_STATUSES, example: 'connected' })
  status!: PageStatus;
  /** Why it does not work. */
  @ApiProperty({ type: String, nullable: true, example: null })
  statusReason!: string | null;
  /**
   * Why it cannot be connected as things are, and what to do about it: the person lacks a task there, or withheld the Page
   * from the app. Null where nothing is in the way.
   */
  @ApiProperty({ type: String, nullable: true, example: null })
  obstacle!: string | null;
  /**
   * What Meta last did to the Page over its policies: `block` (it may not write to anybody), `warning`, `unblock`. Null where
   * it did nothing since the Page was connected.
   */
  @ApiProperty({ type: String, nullable: true, example: null })
  policyAction!: string | null;
  /** Meta's own words for it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  policyReason!: string | null;
  @ApiProperty({ type: Date, nullable: true })
  policyAt!: Date | null;
  /** The roles of the apps that share the Page's conversations, by Meta's id of the app, as far as Meta told. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    nullable: true,
    example: { '670843887433847': ['primary_receiver'] },
  })
  appRoles!: Record<string, string[]> | null;
  /** The connected Meta account. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;
  /**
   * What the person behind the account may do on the Page: `MESSAGING`, `CREATE_CONTENT`, `MODERATE`, `ANALYZE`, `MANAGE`,
   * `ADVERTISE`. `null` where Meta does not say.
   */
  @ApiProperty({ type: [String], nullable: true, example: ['MESSAGING', 'MODERATE', 'MANAGE'] })
  tasks!: string[] | null;
  /** Meta's id of the linked Instagram account. */
  @ApiProperty({ type: String, nullable: true, example: '17841405822304914' })
  instagramId!: string | null;
  /** The webhook fields that Meta confirmed for the Page. */
  @ApiProperty({ type: [String], example: ['messages', 'message_echoes', 'feed'] })
  subscribedFields!: string[];
  /** When the webhook subscription was last seen in place at Meta. */
  @ApiProperty({ type: Date, nullable: true })
  lastSeenSubscribedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  connectedAt!: Date | null;
  /** When it was last looked at whether token, role and tasks still suffice. */
  @ApiProperty({ type: Date, nullable: true })
  healthCheckedAt!: Date | null;
  /** When name, picture and tasks were last read from Meta. */
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(page: FacebookPageEntity): PageDto {
    return Object.assign(new PageDto(), {
      id: page.id,
      pageId: page.pageId,
      name: page.name,
      category: page.category,
      pictureUrl: page.pictureUrl,
      status: page.status,
      statusReason: page.statusReason,
      obstacle: obstacleOf(page),
      policyAction: page.policyAction,
      policyReason: page.policyReason,
      policyAt: page.policyAt,
      appRoles: page.appRoles,
      accountId: page.accountId,
      tasks: page.tasks,
      instagramId: page.instagramId,
      subscribedFields: page.subscribedFields,
      lastSeenSubscribedAt: page.lastSeenSubscribedAt,
      connectedAt: page.connectedAt,
      healthCheckedAt: page.healthCheckedAt,
      syncedAt: page.syncedAt,
      createdAt: page.createdAt,
    });
  }
}

export class PageListDto {
  @ApiProperty({ type: [PageDto] })
  pages!: PageDto[];
}

export class DisconnectedPageDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '113470551234567' })
  pageId!: string;
  @ApiProperty({ type: String, enum: ['available'] })
  status!: 'available';
  /**
   * Whether Meta confirmed that it sends nothing more. `false`: it did not answer, or the Page's linked Instagram account is
   * connected and needs the subscription. What still comes is kept aside and belongs to nobody.
   */
  @ApiProperty({ type: Boolean, example: true })
  unsubscribedAtMeta!: boolean;
}
