import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of this service made the request, and not one of another site with the cookie of an administrator. Browsers
 * name the origin of every request that may change something.
 * @param publicUrl where browsers reach this service
 */
export function isFromOwnPage(
  { origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders,
  publicUrl: string,
): boolean {
  if (origin === undefined) return site === 'same-origin';
  // The service may be looked at from inside, past its proxy: then the page is where the request goes.
  return (
    origin === new URL(publicUrl).origin ||
    origin === `http://${host ?? ''}` ||
    origin === `https://${host ?? ''}`
  );
}
