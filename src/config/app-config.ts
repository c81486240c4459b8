import { resolve } from 'node:path';
import type { AppRole, Env } from './env';
import { installationRoot } from './installation-root';

/** Where files are kept in S3, as the storage takes it. */
export interface S3Settings {
  bucket: string;
  prefix: string;
  client: {
    region: string;
    forcePathStyle: boolean;
    endpoint?: string;
    credentials?: { accessKeyId: string; secretAccessKey: string };
  };
}

/** The checked settings under names that say what they are for. Inject this; nobody else sees the environment. */
export class AppConfig {
  constructor(readonly env: Env) {}

  /** The address Meta and browsers reach this service at, without a trailing slash. */
  get publicUrl(): string {
    return this.env.PUBLIC_URL ?? `http://localhost:${this.env.PORT}`;
  }

  /** Where Meta delivers webhooks. */
  get webhookUrl(): string {
    return `${this.publicUrl}/api/meta/webhook/events`;
  }

  /** All secrets that may have signed a webhook or a `signed_request`, the current one first. */
  get appSecrets(): readonly string[] {
    return [
      this.env.META_APP_SECRET,
      ...this.env.META_APP_SECRETS_PREVIOUS,
      ...(this.env.INSTAGRAM_APP_SECRET === undefined ? [] : [this.env.INSTAGRAM_APP_SECRET]),
    ];
  }

  /**
   * The host that exchanges the codes of Instagram Login. Meta has it apart from Instagram's Graph API; a stand-in for
   * Meta serves both under one address.
   */
  get instagramApiUrl(): string {
    const { INSTAGRAM_API_URL, INSTAGRAM_GRAPH_URL } = this.env;
    if (INSTAGRAM_API_URL !== undefined) return INSTAGRAM_API_URL;
    return INSTAGRAM_GRAPH_URL === 'https://graph.instagram.com'
      ? 'https://api.instagram.com'
      : INSTAGRAM_GRAPH_URL;
  }

  /** Where the files of media are, as an absolute path. */
  get mediaDir(): string {
    return resolve(installationRoot(), this.env.MEDIA_DIR);
  }

  /** The bucket that files are kept in; null while they are kept in a folder. */
  get mediaS3(): S3Settings | null {
    const { env } = this;
    if (env.MEDIA_STORAGE !== 's3' || env.MEDIA_S3_BUCKET === undefined) return null;
    const { MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
    return {
      bucket: env.MEDIA_S3_BUCKET,
      prefix: env.MEDIA_S3_PREFIX ?? '',
      client: {
        region: env.MEDIA_S3_REGION,
        forcePathStyle: env.MEDIA_S3_FORCE_PATH_STYLE,
        ...(env.MEDIA_S3_ENDPOINT === undefined ? {} : { endpoint: env.MEDIA_S3_ENDPOINT }),
        // Without a key the client finds one as its makers intend: a role of the machine, for instance.
        ...(accessKeyId === undefined || secretAccessKey === undefined
          ? {}
          : { credentials: { accessKeyId, secretAccessKey } }),
      },
    };
  }

  /** True when the surrounding product's tokens are accepted; then this service's own login is off. */
  get usesExternalLogin(): boolean {
    return this.env.AUTH_JWKS_URL !== undefined || this.env.AUTH_JWT_SECRET !== undefined;
  }

  has(role: AppRole): boolean {
    return this.env.APP_ROLES.includes(role);
  }
}
