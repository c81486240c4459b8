import {
  ANALYTICS_METRICS,
  METRIC_DEFINITIONS,
  type MetricCounts,
  NO_METRIC_COUNTS,
  addMetricCounts,
  metricValues,
} from './analytics-metrics';

const counts = (some: Partial<MetricCounts>): MetricCounts => ({ ...NO_METRIC_COUNTS, ...some });

it('has a count of nothing that is 0, and rates and means of nothing that are null', () => {
  const values = metricValues(ANALYTICS_METRICS, NO_METRIC_COUNTS);
  for (const metric of ANALYTICS_METRICS)
    expect([metric, values[metric]]).toEqual([
      metric,
      METRIC_DEFINITIONS[metric].unit === 'count' ? 0 : null,
    ]);
});

it('takes rates of the messages that were sent, whenever others were delivered', () => {
  const values = metricValues(
    ANALYTICS_METRICS,
    counts({
      sent: 10,
      delivered: 40,
      read: 30,
      sent_delivered: 8,
      sent_read: 4,
      sent_failed: 1,
      unsent_failed: 2,
      sent_clicked: 2,
      sent_replied: 6,
    }),
  );
  expect(values).toMatchObject({
    deliveryRate: 0.8,
    readRate: 0.5,
    failureRate: 0.25,
    clickRate: 0.25,
    replyRate: 0.75,
  });
});

it('takes means over answers, those of several times together weighted by how many there were', () => {
  const one = counts({ answers: 1, answer_seconds: 100, first_answers: 1, first_answer_seconds: 100 });
  const other = counts({ answers: 3, answer_seconds: 60, cases_opened: 1, cases_closed: 2 });
  addMetricCounts(one, other);
  expect(metricValues(ANALYTICS_METRICS, one)).toMatchObject({
    meanAnswerSeconds: 40,
    meanFirstAnswerSeconds: 100,
    casesOpened: 1,
    casesClosed: 2,
  });
});
