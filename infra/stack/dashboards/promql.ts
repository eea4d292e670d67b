// Pieces of PromQL that several panels are made of.

/** `by` are the labels that stay; `selector` is what stands between the braces. */
const quantile = (share: number, histogram: string, selector: string, by: string[]): string => {
  const rate = `rate(${histogram}_bucket{${selector}}[$__rate_interval])`;
  return `histogram_quantile(${share}, sum by (${[...by, "le"].join(", ")}) (${rate}))`;
};

/** What half of the observations stay under. */
export const median = (histogram: string, selector = "", by: string[] = []): string =>
  quantile(0.5, histogram, selector, by);

/** What all but one in a hundred stay under. */
export const p99 = (histogram: string, selector = "", by: string[] = []): string =>
  quantile(0.99, histogram, selector, by);

/** Events a second, over an interval that Grafana fits to the resolution and the scrapes. */
export const rate = (counter: string, by: string[]): string =>
  `sum by (${by.join(", ")}) (rate(${counter}[$__rate_interval]))`;

/**
 * A figure of RabbitMQ's work queues, by lane. RabbitMQ knows queues and no lanes, so that the lane
 * is read out of the queue's name.
 */
export const byLane = (metric: string, lanes = "$lane"): string => {
  const queues = `${metric}{queue=~"registrations\\\\.(${lanes})"}`;
  return `sum by (lane) (label_replace(${queues}, "lane", "$1", "queue", "registrations\\\\.(.+)"))`;
};
