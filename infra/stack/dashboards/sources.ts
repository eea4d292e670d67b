// The data sources, by the uids that infra/grafana/provisioning/datasources gives them.

export type Source = { type: string; uid: string };

export const PROMETHEUS: Source = { type: "prometheus", uid: "prometheus" };
export const TEMPO: Source = { type: "tempo", uid: "tempo" };
export const LOKI: Source = { type: "loki", uid: "loki" };
