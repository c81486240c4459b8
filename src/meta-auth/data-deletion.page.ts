import type { DataDeletionDto } from './dto/meta-callback.dto';

/** What a person sees who follows the address that Meta shows them. Nothing in it comes from outside. */
export function dataDeletionPage({ status, requestedAt, completedAt }: DataDeletionDto): string {
  const sentence =
    status === 'completed'
      ? `Your data was deleted on ${dayOf(completedAt ?? requestedAt)}.`
      : 'Your request was received. Your data is being deleted.';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Data deletion</title></head>
<body>
<h1>Data deletion</h1>
<p>${sentence}</p>
<p>You asked for it on ${dayOf(requestedAt)}.</p>
</body>
</html>
`;
}

function dayOf(instant: string): string {
  return `${instant.slice(0, 10)} (UTC)`;
}
