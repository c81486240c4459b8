/** Texts of Meta repeat what they were given: "Malformed access token EAA…" is a real message. */
const LOOKS_SECRET: readonly RegExp[] = [
  /\b(?:EAA|IGA|IGQ)[A-Za-z0-9_-]{16,}/g,
  /\b\d{5,32}\|[A-Za-z0-9_-]{16,}/g, // app access token: id|secret
  /(?<=(?:access_token|input_token|client_secret|appsecret_proof|fb_exchange_token|code)=)[^&\s"']+/g,
];
const MAX_LENGTH = 2_000;

/**
 * @param secrets what this call carried: token, proof, and values of its query
 * @returns the text without them or anything that has the form of a token, cut to a length that fits a log line
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 8) clean = clean.replaceAll(secret, '[removed]');
  for (const pattern of LOOKS_SECRET) clean = clean.replace(pattern, '[removed]');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
