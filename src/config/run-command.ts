import { processEnvironment } from './env';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What each `*.command.ts` ends with: runs its work where the file was started and not imported. Lines go to standard
 * output; what failed, in its own words, to standard error, and the process ends with 1.
 * @param file the `module` of the caller
 * @param command answers its exit code, or nothing for 0
 */
export function runCommand(
  file: NodeJS.Module,
  command: (env: Environment, args: string[], say: (line: string) => void) => Promise<unknown>,
): void {
  if (require.main !== file) return;
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  // In a promise, so that an environment that is not valid is told like anything else.
  Promise.resolve()
    .then(() => command(processEnvironment(), process.argv.slice(2), say))
    .then(
      (code) => {
        process.exitCode = typeof code === 'number' ? code : 0;
      },
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
      },
    );
}
