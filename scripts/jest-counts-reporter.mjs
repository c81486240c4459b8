// Writes jest's totals, and what failed, where scripts/jest-run.mjs picks them up.
import fs from 'node:fs';

export default class CountsReporter {
  onRunComplete(_contexts, results) {
    const failures = results.testResults.flatMap(({ testFilePath: file, testExecError, testResults }) => [
      ...(testExecError === undefined || testExecError === null ? [] : [{ file, test: 'did not load' }]),
      ...testResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName: test }) => ({ file, test })),
    ]);
    const counts = {
      passed: results.numPassedTests,
      // A file that does not even load has no failed test, only a failed suite.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      failures,
    };
    fs.writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}
