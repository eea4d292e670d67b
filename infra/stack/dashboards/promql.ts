// Parts of PromQL that several panels are made of.

/** `by` are the labels that stay; `selector` is what stands between the braces. */
const quantile = (share: number, histogram: string, selector: string, by: string[]): string => {
  const buckets = `${histogram}_bucket${selector ? `{${selector}}` : ""}`;
  const rate = `rate(${buckets}[$__rate_interval])`;
  return `histogram_quantile(${share}, sum by (${[...by, "le"].join(", ")}) (${rate}))`;
};

/** What half of the observations stay under. */
export const median = (histogram: string, selector = "", by: string[] = []): string =>
  quantile(0.5, histogram, selector, by);

/** What nine of ten observations stay under. */
export const p90 = (histogram: string, selector = "", by: string[] = []): string =>
  quantile(0.9, histogram, selector, by);

/** What all but one in a hundred stay under. */
export const p99 = (histogram: string, selector = "", by: string[] = []): string =>
  quantile(0.99, histogram, selector, by);

/** Events a second, over an interval that Grafana fits to the resolution and the scrapes. */
export const rate = (counter: string, by: string[]): string =>
  `sum by (${by.join(", ")}) (rate(${counter}[$__rate_interval]))`;

/** Events of the last 10 minutes: for rare ones, which are nothing a second. */
export const recent = (counter: string, by: string[]): string =>
  `sum by (${by.join(", ")}) (increase(${counter}[10m]))`;

/** The alerts that fire, with the label `of`: what they fire for. */
export const FIRING =
  "max by (alertname, severity, of) (" +
  'label_join(ALERTS{alertstate="firing"}, "of", " ", "lane", "objective", "alarm", "job", "instance", "pool"))';

/** The work queues of the lanes that the variable chooses. */
const QUEUES = '{queue=~"registrations\\\\.($lane)"}';

/** RabbitMQ knows queues and no lanes: the lane is read out of the queue's name. */
const named = (byQueue: string): string =>
  `sum by (lane) (label_replace(${byQueue}, "lane", "$1", "queue", "registrations\\\\.(.+)"))`;

/** A figure of RabbitMQ's work queues, by lane. */
export const byLane = (metric: string): string => named(metric + QUEUES);

/** How much it grows a second. */
export const growthByLane = (metric: string): string => named(`deriv(${metric}${QUEUES}[5m])`);
