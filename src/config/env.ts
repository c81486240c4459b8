import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { plainToInstance } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
  validateSync,
} from 'class-validator';
import { AccessEnv } from './access-env';
import { decimal, flag, integer, list, origin, origins } from './env-transforms';
import { readSecretFiles } from './secret-files';

export const APP_ROLES = ['api', 'worker', 'scheduler'] as const;
export type AppRole = (typeof APP_ROLES)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where files are kept: a folder that all processes see, or a bucket of a server that speaks S3's protocol. */
export const MEDIA_STORAGES = ['folder', 's3'] as const;
export type MediaStorageKind = (typeof MEDIA_STORAGES)[number];

/** What becomes of a month that was taken out of its table: deleted, or left there for the operator. */
export const DETACHED_ENDS = ['drop', 'keep'] as const;
export type DetachedEnd = (typeof DETACHED_ENDS)[number];

/** What administrators may do at /admin/queues: nothing, look, or also retry, promote and remove jobs. */
export const QUEUE_DASHBOARDS = ['off', 'read-only', 'on'] as const;
export type QueueDashboardMode = (typeof QUEUE_DASHBOARDS)[number];

/** OpenTelemetry's names for which traces are recorded. */
export const TRACES_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type TracesSampler = (typeof TRACES_SAMPLERS)[number];

/** Who reads moods while the service at SENTIMENT_API_URL does not answer. */
export const SENTIMENT_FALLBACKS = ['none', 'embedded'] as const;
export type SentimentFallback = (typeof SENTIMENT_FALLBACKS)[number];

const WEB_URL = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };
const NAMED_VALUE = /^[\w.*/-]{1,256}\s*=[\x21-\x2b\x2d-\x7e ]{0,4096}$/;
const SECRET_MESSAGE = 'at least 32 characters; `openssl rand -base64 48` makes one';
const KEYS_MESSAGE =
  'one or more of id:base64-of-32-bytes, comma-separated, the first encrypts; `echo "k1:$(openssl rand -base64 32)"` makes one';

/** Every environment variable this service reads, as `.env.example` documents them. Nothing else reads `process.env`. */
export class Env extends AccessEnv {
  @integer @IsInt() @Min(0) @Max(65535) PORT: number = 3000;
  @IsString() @MinLength(1) HOST: string = '0.0.0.0';
  @origin
  @IsOptional()
  @IsUrl(WEB_URL, { message: 'a web address such as https://api.example.com' })
  PUBLIC_URL?: string;
  @origins
  @Matches(/^https?:\/\/[a-z0-9.:[\]-]+$/, {
    each: true,
    message: 'comma-separated origins such as https://app.example.com, without a path; * is none',
  })
  CORS_ORIGINS: string[] = [];

  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'postgres://user:password@host:5432/database' })
  DATABASE_URL!: string;
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'postgres://owner:password@host:5432/database' })
  MIGRATION_DATABASE_URL?: string;
  @integer @IsInt() @Min(0) @Max(86_400) MIGRATION_WAIT_SECONDS: number = 60;
  @integer @IsInt() @Min(2) @Max(500) DATABASE_POOL_SIZE: number = 20;
  @Matches(/^rediss?:\/\/.+/, { message: 'redis://host:6379, or rediss:// for TLS' })
  REDIS_URL!: string;
  @Matches(/^[A-Za-z0-9_-]{1,40}$/, { message: 'letters, digits, - and _' })
  REDIS_PREFIX: string = 'meta-backend';

  @Matches(/^\d{1,32}$/, { message: "the Meta app's id, digits only (App dashboard, Settings, Basic)" })
  META_APP_ID!: string;
  @IsString()
  @MinLength(8, { message: "the Meta app's secret (App dashboard, Settings, Basic)" })
  META_APP_SECRET!: string;
  @list @IsString({ each: true }) META_APP_SECRETS_PREVIOUS: string[] = [];
  @origin
  @IsUrl(WEB_URL, { message: 'https://graph.facebook.com' })
  META_GRAPH_URL: string = 'https://graph.facebook.com';
  @Matches(/^v\d{1,3}\.\d{1,2}$/, { message: 'a version such as v26.0' })
  META_GRAPH_VERSION: string = 'v26.0';
  @origin
  @IsUrl(WEB_URL, { message: 'https://www.facebook.com' })
  META_OAUTH_URL: string = 'https://www.facebook.com';
  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: 'the id of a Login for Business configuration, digits only' })
  META_CONFIG_ID?: string;
  @list
  @ArrayNotEmpty()
  @Matches(/^[a-z0-9_]+$/, { each: true, message: 'comma-separated permission names' })
  META_SCOPES: string[] = [
    'business_management',
    'whatsapp_business_management',
    'whatsapp_business_messaging',
    'pages_show_list',
    'pages_read_engagement',
    'pages_read_user_content',
    'pages_manage_metadata',
    'pages_manage_posts',
    'pages_manage_engagement',
    'pages_messaging',
    'read_insights',
    'instagram_basic',
    'instagram_content_publish',
    'instagram_manage_comments',
    'instagram_manage_messages',
    'instagram_manage_insights',
  ];
  @integer @IsInt() @Min(500) @Max(120_000) META_TIMEOUT_MS: number = 20_000;
  @integer @IsInt() @Min(1) @Max(2_000) WEBHOOK_BATCH_SIZE: number = 500;
  @integer @IsInt() @Min(1) @Max(2_000) SENDING_CONCURRENCY: number = 400;
  @integer @IsInt() @Min(1) @Max(1_000_000) CAMPAIGN_PAUSE_FAILURES: number = 50;
  @integer @IsInt() @Min(1) @Max(100) CAMPAIGN_PAUSE_LIMITED_PERCENT: number = 30;
  @list
  @Matches(/^(?:[A-Z]{3}|(?:MARKETING|UTILITY|AUTHENTICATION)(?::\d{1,6})?=\d{1,6}(?:\.\d{1,6})?)$/, {
    each: true,
    message: 'a currency, then prices such as USD,MARKETING=0.06,MARKETING:49=0.11,UTILITY=0.01',
  })
  WHATSAPP_PRICES: string[] = [];

  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: "the Instagram app's id, digits only" })
  INSTAGRAM_APP_ID?: string;
  @ValidateIf((env: Env) => env.INSTAGRAM_APP_ID !== undefined || env.INSTAGRAM_APP_SECRET !== undefined)
  @IsString({ message: "the Instagram app's secret, beside INSTAGRAM_APP_ID" })
  @MinLength(8, { message: "the Instagram app's secret, beside INSTAGRAM_APP_ID" })
  INSTAGRAM_APP_SECRET?: string;
  @origin
  @IsUrl(WEB_URL, { message: 'https://graph.instagram.com' })
  INSTAGRAM_GRAPH_URL: string = 'https://graph.instagram.com';
  @origin
  @IsUrl(WEB_URL, { message: 'https://www.instagram.com' })
  INSTAGRAM_OAUTH_URL: string = 'https://www.instagram.com';
  @origin
  @IsOptional()
  @IsUrl(WEB_URL, { message: 'https://api.instagram.com' })
  INSTAGRAM_API_URL?: string;

  @list
  @IsUrl(WEB_URL, { each: true, message: 'comma-separated addresses, each exactly as in the Meta app' })
  OAUTH_REDIRECT_URIS: string[] = [];

  @list
  @ArrayNotEmpty({ message: KEYS_MESSAGE })
  @Matches(/^[A-Za-z0-9_.-]{1,32}:[A-Za-z0-9+/]{43}=$/, { each: true, message: KEYS_MESSAGE })
  ENCRYPTION_KEYS!: string[];

  @ValidateIf((env: Env) => env.AUTH_JWKS_URL === undefined && env.AUTH_JWT_SECRET === undefined)
  @IsString({ message: SECRET_MESSAGE })
  @MinLength(32, { message: SECRET_MESSAGE })
  JWT_SECRET?: string;
  @list
  @MinLength(32, { each: true, message: `comma-separated, each ${SECRET_MESSAGE}` })
  JWT_SECRETS_PREVIOUS: string[] = [];
  @IsOptional()
  @IsUrl(WEB_URL, { message: "the address of the other product's JWKS document" })
  AUTH_JWKS_URL?: string;
  @IsOptional()
  @IsString()
  @MinLength(32, { message: SECRET_MESSAGE })
  AUTH_JWT_SECRET?: string;
  @ValidateIf((env: Env) => env.AUTH_JWKS_URL !== undefined || env.AUTH_JWT_SECRET !== undefined)
  @IsString({ message: 'the `iss` that tokens of the other product carry' })
  AUTH_ISSUER?: string;
  @ValidateIf((env: Env) => env.AUTH_JWKS_URL !== undefined || env.AUTH_JWT_SECRET !== undefined)
  @IsString({ message: 'the `aud` that tokens of the other product carry' })
  AUTH_AUDIENCE?: string;

  @list
  @ArrayNotEmpty({ message: `one or more of ${APP_ROLES.join(', ')}` })
  @IsIn(APP_ROLES, { each: true, message: `one or more of ${APP_ROLES.join(', ')}` })
  APP_ROLES: AppRole[] = [...APP_ROLES];

  @IsIn(MEDIA_STORAGES, { message: `one of ${MEDIA_STORAGES.join(', ')}` })
  MEDIA_STORAGE: MediaStorageKind = 'folder';
  @IsString() @MinLength(1) MEDIA_DIR: string = '.local/media';
  @origin
  @IsOptional()
  @IsUrl(WEB_URL, { message: 'a web address such as https://s3.eu-central-1.amazonaws.com' })
  MEDIA_S3_ENDPOINT?: string;
  @Matches(/^[a-z0-9-]{1,64}$/, { message: 'a region such as eu-central-1' })
  MEDIA_S3_REGION: string = 'us-east-1';
  @ValidateIf((env: Env) => env.MEDIA_STORAGE === 's3' || env.MEDIA_S3_BUCKET !== undefined)
  @Matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { message: 'the name of a bucket, for MEDIA_STORAGE=s3' })
  MEDIA_S3_BUCKET?: string;
  @ValidateIf((env: Env) => env.MEDIA_S3_SECRET_ACCESS_KEY !== undefined)
  @IsString({ message: 'the id of the key, beside MEDIA_S3_SECRET_ACCESS_KEY' })
  MEDIA_S3_ACCESS_KEY_ID?: string;
  @ValidateIf((env: Env) => env.MEDIA_S3_ACCESS_KEY_ID !== undefined)
  @IsString({ message: 'the secret of the key, beside MEDIA_S3_ACCESS_KEY_ID' })
  MEDIA_S3_SECRET_ACCESS_KEY?: string;
  @IsOptional()
  @Matches(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/, { message: 'such as media or production/media' })
  MEDIA_S3_PREFIX?: string;
  @flag
  @IsIn([true, false], { message: 'true or false' })
  MEDIA_S3_FORCE_PATH_STYLE: boolean = false;
  @integer @IsInt() @Min(1) @Max(2_147_483_648) MEDIA_MAX_BYTES: number = 104_857_600;
  @integer @IsInt() @Min(0) @Max(36_500) MEDIA_UPLOAD_RETENTION_DAYS: number = 30;
  @integer @IsInt() @Min(1_000) @Max(3_600_000) MEDIA_IMPORT_TIMEOUT_MS: number = 120_000;

  @flag
  @IsIn([true, false], { message: 'true or false' })
  OUTBOUND_ALLOW_HTTP: boolean = false;
  @list
  @Matches(/^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/, {
    each: true,
    message: 'comma-separated addresses or networks such as 10.1.2.3,10.2.0.0/16',
  })
  OUTBOUND_ALLOWED_ADDRESSES: string[] = [];

  @integer @IsInt() @Min(0) @Max(36_500) WEBHOOK_RETENTION_DAYS: number = 90;
  @integer @IsInt() @Min(0) @Max(36_500) MESSAGE_RETENTION_DAYS: number = 0;
  @IsIn(DETACHED_ENDS, { message: `one of ${DETACHED_ENDS.join(', ')}` })
  RETENTION_DETACHED: DetachedEnd = 'drop';
  @integer @IsInt() @Min(0) @Max(36_500) EVENT_RETENTION_DAYS: number = 30;
  @integer @IsInt() @Min(0) @Max(36_500) NOTIFICATION_RETENTION_DAYS: number = 180;
  @integer @IsInt() @Min(0) @Max(36_500) AUDIT_RETENTION_DAYS: number = 400;

  @integer @IsInt() @Min(1) @Max(1_000_000) REALTIME_CONNECTIONS: number = 10_000;
  @integer @IsInt() @Min(1) @Max(10_000) REALTIME_CONNECTIONS_PER_USER: number = 20;

  @integer @IsInt() @Min(100) @Max(60_000) ENDPOINT_TIMEOUT_MS: number = 15_000;
  @integer @IsInt() @Min(1) @Max(100) ENDPOINT_CONCURRENCY: number = 10;
  @integer @IsInt() @Min(0) @Max(86_400) ENDPOINT_ORDER_SECONDS: number = 600;
  @integer @IsInt() @Min(1) @Max(10_000) ENDPOINT_DISABLE_AFTER_HOURS: number = 120;
  @integer @IsInt() @Min(1) @Max(365) ENDPOINT_RETENTION_DAYS: number = 14;

  @origin
  @IsOptional()
  @IsUrl(WEB_URL, { message: 'a web address such as https://models.example.com' })
  SENTIMENT_API_URL?: string;
  @ValidateIf(
    (env: Env) =>
      env.SENTIMENT_API_KEY !== undefined ||
      (env.SENTIMENT_API_URL !== undefined && env.SENTIMENT_API_KEY_REQUIRED),
  )
  @Matches(/^[\x21-\x7e]{1,4096}$/, {
    message:
      'the key of the service at SENTIMENT_API_URL; if it wants none, SENTIMENT_API_KEY_REQUIRED=false',
  })
  SENTIMENT_API_KEY?: string;
  @flag
  @IsIn([true, false], { message: 'true or false' })
  SENTIMENT_API_KEY_REQUIRED: boolean = true;
  @IsOptional()
  @Matches(/^\S{1,200}$/, { message: 'the name of a model, without spaces' })
  SENTIMENT_API_MODEL?: string;
  @integer @IsInt() @Min(100) @Max(120_000) SENTIMENT_API_TIMEOUT_MS: number = 10_000;
  @integer @IsInt() @Min(1) @Max(1_000) SENTIMENT_API_BATCH_TEXTS: number = 64;
  @integer @IsInt() @Min(1_024) @Max(16_777_216) SENTIMENT_API_BATCH_BYTES: number = 262_144;
  @integer @IsInt() @Min(1) @Max(64) SENTIMENT_API_CONCURRENCY: number = 2;
  @IsIn(SENTIMENT_FALLBACKS, { message: `one of ${SENTIMENT_FALLBACKS.join(', ')}` })
  SENTIMENT_FALLBACK: SentimentFallback = 'none';
  @integer @IsInt() @Min(0) @Max(31_536_000) SENTIMENT_CACHE_TTL: number = 604_800;
  @integer @IsInt() @Min(100) @Max(10_000_000) SENTIMENT_CACHE_ENTRIES: number = 200_000;
  @decimal
  @IsNumber({}, { message: 'a number from 0.5 to 1' })
  @Min(0.5)
  @Max(1)
  SENTIMENT_ALERT_CONFIDENCE: number = 0.8;
  @flag
  @IsIn([true, false], { message: 'true or false' })
  SENTIMENT_MESSAGES: boolean = true;
  @flag
  @IsIn([true, false], { message: 'true or false' })
  SENTIMENT_HISTORY: boolean = false;
  @integer @IsInt() @Min(1) @Max(1_099_511_627_776) SENTIMENT_BATCH_MAX_BYTES: number = 10_737_418_240;
  @integer @IsInt() @Min(1) @Max(36_500) SENTIMENT_BATCH_RETENTION_DAYS: number = 30;
  @integer @IsInt() @Min(1) @Max(36_500) REPORT_RETENTION_DAYS: number = 30;

  @IsOptional()
  @Matches(/^[\x21-\x7e]{16,512}$/, {
    message: 'at least 16 characters without spaces; `openssl rand -hex 24` makes one',
  })
  METRICS_TOKEN?: string;
  @IsIn(QUEUE_DASHBOARDS, { message: `one of ${QUEUE_DASHBOARDS.join(', ')}` })
  QUEUE_DASHBOARD: QueueDashboardMode = 'read-only';

  @IsIn(LOG_LEVELS, { message: `one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';
  @flag
  @IsIn([true, false], { message: 'true or false' })
  LOG_PRETTY: boolean = false;

  @IsOptional()
  @IsUrl(WEB_URL, { message: 'the address of an OpenTelemetry collector such as http://collector:4318' })
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @IsOptional()
  @IsUrl(WEB_URL, { message: 'an address with its path such as http://collector:4318/v1/traces' })
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  @list
  @Matches(NAMED_VALUE, { each: true, message: 'comma-separated name=value, percent-encoded' })
  OTEL_EXPORTER_OTLP_HEADERS: string[] = [];
  @list
  @Matches(NAMED_VALUE, { each: true, message: 'comma-separated name=value, percent-encoded' })
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: string[] = [];
  @integer @IsInt() @Min(100) @Max(60_000) OTEL_EXPORTER_OTLP_TIMEOUT: number = 10_000;
  @IsIn(['http/json'], { message: 'http/json, which collectors take at the same address as http/protobuf' })
  OTEL_EXPORTER_OTLP_PROTOCOL: string = 'http/json';
  @Matches(/^[\x21-\x7e][\x20-\x7e]{0,99}$/, { message: 'a name of up to 100 characters' })
  OTEL_SERVICE_NAME: string = 'meta-backend';
  @list
  @Matches(NAMED_VALUE, {
    each: true,
    message: 'comma-separated name=value such as deployment.environment.name=production',
  })
  OTEL_RESOURCE_ATTRIBUTES: string[] = [];
  @IsIn(TRACES_SAMPLERS, { message: `one of ${TRACES_SAMPLERS.join(', ')}` })
  OTEL_TRACES_SAMPLER: TracesSampler = 'parentbased_always_on';
  @decimal
  @IsNumber({}, { message: 'a share from 0 to 1' })
  @Min(0)
  @Max(1)
  OTEL_TRACES_SAMPLER_ARG: number = 1;
  @flag
  @IsIn([true, false], { message: 'true or false' })
  OTEL_SDK_DISABLED: boolean = false;
}

/** Says which variables are missing or malformed and what to write, never what was written: values may be secrets. */
export class EnvironmentInvalidError extends Error {
  constructor(readonly problems: readonly { name: string; hint: string }[]) {
    super(
      ['The configuration is not valid:', ...problems.map(({ name, hint }) => `  ${name}: ${hint}`)].join(
        '\n',
      ) + '\n.env.example documents every setting.',
    );
    this.name = EnvironmentInvalidError.name;
  }
}

/**
 * Reads and checks the environment once, at start. An empty value counts as not set, as compose files produce them.
 * @throws EnvironmentInvalidError naming every problem at once
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = setValues(source, new Set(Object.keys(plainToInstance(Env, {})).concat(OPTIONAL_NAMES)));
  if (given.PUBLIC_URL === undefined && source.API_BASE_URL) given.PUBLIC_URL = source.API_BASE_URL.trim();

  const env = plainToInstance(Env, given, { exposeDefaultValues: true });
  const problems = problemsIn(env, given);
  const ids = (Array.isArray(env.ENCRYPTION_KEYS) ? env.ENCRYPTION_KEYS : []).map((key) => key.split(':')[0]);
  if (new Set(ids).size !== ids.length)
    problems.push({ name: 'ENCRYPTION_KEYS', hint: 'malformed; each id only once' });
  if (env.AUTH_JWKS_URL !== undefined && env.AUTH_JWT_SECRET !== undefined)
    problems.push({ name: 'AUTH_JWT_SECRET', hint: 'malformed; set either this or AUTH_JWKS_URL' });
  const { MESSAGE_RETENTION_DAYS: messageDays, WEBHOOK_RETENTION_DAYS: webhookDays } = env;
  const isCounted = Number.isInteger(messageDays) && messageDays > 0;
  if (isCounted && (webhookDays === 0 || webhookDays > messageDays))
    problems.push({
      name: 'MESSAGE_RETENTION_DAYS',
      hint: 'malformed; 0, or at least WEBHOOK_RETENTION_DAYS: deliveries hold the messages too, and a replay brings them back',
    });
  if (problems.length > 0) throw new EnvironmentInvalidError(problems);
  return env;
}

/** What is set of these settings. */
export function setValues(
  source: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined && value.trim() !== '' && known.has(name)) given[name] = value.trim();
  }
  return given;
}

export function problemsIn(
  env: Env,
  given: Readonly<Record<string, string>>,
): { name: string; hint: string }[] {
  return validateSync(env, { forbidUnknownValues: true }).map(({ property, constraints }) => ({
    name: property,
    hint: `${given[property] === undefined ? 'missing' : 'malformed'}; ${Object.values(constraints ?? {})[0] ?? ''}`,
  }));
}

/**
 * The environment of this process. A `.env` file in the working directory fills in what is not set; what is set wins.
 * Secrets that are given as files are read from them.
 * @throws Error when there is a file that cannot be read
 * @throws EnvironmentInvalidError naming files of secrets that cannot be read
 */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) loadEnvFile('.env');
  const { contents, problems } = readSecretFiles(process.env);
  if (problems.length > 0) throw new EnvironmentInvalidError(problems);
  return { ...process.env, ...contents };
}

/** Names without a default: they are not own keys of a fresh Env. */
const OPTIONAL_NAMES = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'REDIS_URL',
  'META_APP_ID',
  'META_APP_SECRET',
  'META_CONFIG_ID',
  'INSTAGRAM_APP_ID',
  'INSTAGRAM_APP_SECRET',
  'INSTAGRAM_API_URL',
  'MEDIA_S3_ENDPOINT',
  'MEDIA_S3_BUCKET',
  'MEDIA_S3_ACCESS_KEY_ID',
  'MEDIA_S3_SECRET_ACCESS_KEY',
  'MEDIA_S3_PREFIX',
  'ENCRYPTION_KEYS',
  'JWT_SECRET',
  'AUTH_JWKS_URL',
  'AUTH_JWT_SECRET',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'SENTIMENT_API_URL',
  'SENTIMENT_API_KEY',
  'SENTIMENT_API_MODEL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'METRICS_TOKEN',
];
