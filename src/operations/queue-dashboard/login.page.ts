/** For its answer alone: nothing is loaded but the page, and its form leads to this service. */
export const LOGIN_PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export interface LoginPage {
  /** Whether this service has a login of its own, or takes the tokens of another product. */
  hasOwnLogin: boolean;
  /** What was wrong with the last try. */
  problem: string | null;
}

/** Nothing in it comes from outside. */
export function loginPage({ hasOwnLogin, problem }: LoginPage): string {
  const fields = hasOwnLogin
    ? `<label>E-mail address <input name="email" type="email" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>`
    : `<label>Access token of an administrator <input name="accessToken" type="password" autocomplete="off" required autofocus></label>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>Queues: log in</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 15vh auto; padding: 0 1rem; color: #1c2530; }
label { display: block; margin: 0 0 1rem; }
input { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; }
button { padding: .5rem 1.5rem; font: inherit; }
[role=alert] { color: #a40000; }
</style>
</head>
<body>
<h1>Queues</h1>
${problem === null ? '' : `<p role="alert">${problem}</p>`}
<form method="post" action="/admin/login">
${fields}
<button>Log in</button>
</form>
</body>
</html>
`;
}
