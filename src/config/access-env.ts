import { IsIn, IsInt, Matches, Max, Min, ValidateBy } from 'class-validator';
import { flag, integer, list } from './env-transforms';
import { isProxyNetwork } from './proxy-networks';

/** What becomes of requests while Redis cannot count them: each process counts for itself, or they are refused. */
export const REDIS_LOSS_RULES = ['open', 'closed'] as const;
export type RedisLossRule = (typeof REDIS_LOSS_RULES)[number];

const QUOTA = /^[1-9]\d{0,8}\/[1-9]\d{0,4}$/;
const QUOTA_MESSAGE = { message: 'requests/seconds such as 1200/60' };
const isProxy = ValidateBy(
  {
    name: 'isProxyNetwork',
    validator: {
      validate: isProxyNetwork,
      defaultMessage: () =>
        'none, or comma-separated addresses, networks and loopback, linklocal, uniquelocal',
    },
  },
  { each: true },
);

/** The settings of who may come in, and how often. */
export class AccessEnv {
  @list @isProxy TRUSTED_PROXIES: string[] = ['loopback', 'linklocal', 'uniquelocal'];

  @flag @IsIn([true, false], { message: 'true or false' }) RATE_LIMITS: boolean = true;
  @IsIn(REDIS_LOSS_RULES, { message: `one of ${REDIS_LOSS_RULES.join(', ')}` })
  RATE_LIMIT_ON_REDIS_LOSS: RedisLossRule = 'open';
  @integer @IsInt() @Min(10) @Max(10_000) RATE_LIMIT_REDIS_TIMEOUT_MS: number = 100;
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_STANDARD_ADDRESS: string = '3000/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_STANDARD_USER: string = '1200/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_LOGIN_ADDRESS: string = '20/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_REFRESH_ADDRESS: string = '120/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_CONNECT_ADDRESS: string = '60/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_CONNECT_USER: string = '30/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_SEARCH_USER: string = '240/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_HEAVY_USER: string = '60/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_META_ADDRESS: string = '60000/60';
  @Matches(QUOTA, QUOTA_MESSAGE) RATE_LIMIT_REALTIME_ADDRESS: string = '600/60';

  @integer @IsInt() @Min(1) @Max(1_000) LOGIN_LOCK_AFTER: number = 5;
  @integer @IsInt() @Min(1) @Max(86_400) LOGIN_LOCK_SECONDS: number = 60;
  @integer @IsInt() @Min(1) @Max(100_000) LOGIN_LOCK_ACCOUNT_AFTER: number = 100;
}
