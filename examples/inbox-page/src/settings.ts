/** What the page has to know; `serve.mjs` answers it at `/settings.json`. */
export interface Settings {
  /** Where this service is. */
  apiUrl: string;
  /** Of the Meta app. */
  metaAppId: string;
  /** The id of the Embedded Signup configuration (Facebook Login for Business, Configurations). Empty: no such button. */
  signupConfigId: string;
  /** Meta's JavaScript SDK. */
  sdkUrl: string;
  graphVersion: string;
}

export async function readSettings(): Promise<Settings> {
  const answer = await fetch('settings.json');
  return (await answer.json()) as Settings;
}
