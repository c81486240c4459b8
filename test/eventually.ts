/** Long: it only passes where something is wrong, and a busy machine is not what is wrong. */
const LONGEST_MS = 25_000;

/**
 * Asks again and again until the answer is as wanted, and gives that answer.
 * @throws Error with the last answer when it never is
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer> | Answer,
  isWanted: (answer: Answer) => boolean,
  { timeoutMs = LONGEST_MS, intervalMs = 25 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<Answer> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() >= end)
      throw new Error(`Not as wanted after ${timeoutMs} ms; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
