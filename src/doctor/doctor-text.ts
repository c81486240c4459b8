import type { DoctorReport } from './doctor-report';
import type { Finding, FindingSeverity } from './finding';

const MARKS: Readonly<Record<FindingSeverity, string>> = {
  error: 'ERROR  ',
  warning: 'WARNING',
  unknown: 'UNKNOWN',
  info: 'info   ',
  ok: 'ok     ',
};

const WIDTH = 100;
const INDENT = '          ';

/**
 * A report for a person at a terminal: what is wrong with reason and remedy, what is well as a line each.
 * @param verbose what was seen, too
 */
export function textOf(report: DoctorReport, verbose: boolean): string {
  const lines: string[] = [];
  for (const finding of report.findings) lines.push(...linesOf(finding, verbose));
  const count = (severity: FindingSeverity): number =>
    report.findings.filter((finding) => finding.severity === severity).length;
  lines.push(
    '',
    `${report.findings.length} findings in ${(report.tookMs / 1_000).toFixed(1)} s: ${count('error')} errors, ` +
      `${count('warning')} warnings, ${count('unknown')} unknown, ${count('info')} info, ${count('ok')} ok.`,
  );
  return lines.join('\n');
}

function linesOf(finding: Finding, verbose: boolean): string[] {
  const lines = [`${MARKS[finding.severity]}   ${finding.subject}: ${finding.title}`];
  if (finding.severity !== 'ok') {
    lines.push(...wrapped(finding.explanation));
    if (finding.fix !== null) lines.push(...wrapped(`To do: ${finding.fix}`));
  }
  if (verbose && Object.keys(finding.evidence).length > 0)
    lines.push(...wrapped(`Seen: ${JSON.stringify(finding.evidence)}`));
  return lines;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = INDENT;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
