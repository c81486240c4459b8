// Writes jest's totals where scripts/test.mjs picks them up for its closing line.
import fs from 'node:fs';

export default class CountsReporter {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that does not even load has no failed test, only a failed suite.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    fs.writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}
