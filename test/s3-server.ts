import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';

/** What is used of the package, which has no types of its own. */
interface S3Rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
type S3RverClass = new (options: {
  address: string;
  port: number;
  silent: boolean;
  directory: string;
  configureBuckets: { name: string; configs: string[] }[];
}) => S3Rver;

export interface S3Server {
  url: string;
  bucket: string;
  /** The settings of a service that keeps its files there. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** A server that speaks S3's protocol, with one empty bucket. */
export async function startS3Server(): Promise<S3Server> {
  const S3rver = createRequire(__filename)('s3rver') as S3RverClass;
  const directory = mkdtempSync(join(tmpdir(), 's3-server-'));
  const bucket = 'media-of-tests';
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    bucket,
    env: {
      MEDIA_STORAGE: 's3',
      MEDIA_S3_ENDPOINT: url,
      MEDIA_S3_BUCKET: bucket,
      MEDIA_S3_ACCESS_KEY_ID: 'S3RVER',
      MEDIA_S3_SECRET_ACCESS_KEY: 'S3RVER',
      MEDIA_S3_FORCE_PATH_STYLE: 'true',
    },
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
