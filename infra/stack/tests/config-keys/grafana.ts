import { anything, keys, listOf, oneOf, type Server, type Shape, value } from "./shape.ts";

const tags = listOf(keys({ key: value, value }));

// Of the settings each kind of data source has, those that are used here and their neighbours.
const settings: Record<string, Shape> = {
  prometheus: keys({
    prometheusType: oneOf("Prometheus"),
    httpMethod: oneOf("GET", "POST"),
    timeInterval: value,
    manageAlerts: value,
    exemplarTraceIdDestinations: listOf(
      keys({ name: value, datasourceUid: value, urlDisplayLabel: value }),
    ),
  }),
  tempo: keys({
    serviceMap: keys({ datasourceUid: value }),
    nodeGraph: keys({ enabled: value }),
    search: keys({ hide: value }),
    tracesToLogsV2: keys({
      datasourceUid: value,
      spanStartTimeShift: value,
      spanEndTimeShift: value,
      filterByTraceID: value,
      filterBySpanID: value,
      customQuery: value,
      query: value,
      tags,
    }),
    tracesToMetrics: keys({
      datasourceUid: value,
      spanStartTimeShift: value,
      spanEndTimeShift: value,
      tags,
      queries: listOf(keys({ name: value, query: value })),
    }),
  }),
  loki: keys({
    maxLines: value,
    derivedFields: listOf(
      keys({
        name: value,
        matcherType: oneOf("label", "regex"),
        matcherRegex: value,
        datasourceUid: value,
        url: value,
        urlDisplayLabel: value,
      }),
    ),
  }),
  alertmanager: keys({
    implementation: oneOf("prometheus", "mimir", "cortex"),
    handleGrafanaManagedAlerts: value,
  }),
};

const grafana = {
  service: "grafana",
  version: "13.2.",
  source: "Grafana's documentation of provisioning and of the data sources, 13.3",
};

/** A file of data sources, all but what depends on their kind. */
export const dataSources: Server = {
  ...grafana,
  shape: keys({
    apiVersion: value,
    prune: value,
    datasources: listOf(
      keys({
        name: value,
        uid: value,
        type: oneOf(...Object.keys(settings)),
        access: oneOf("proxy"),
        url: value,
        isDefault: value,
        editable: value,
        jsonData: anything,
      }),
    ),
  }),
};

export const settingsOf = (type: string): Shape => settings[type] ?? keys({});

export const dashboardProviders: Server = {
  ...grafana,
  shape: keys({
    apiVersion: value,
    providers: listOf(
      keys({
        name: value,
        orgId: value,
        folder: value,
        folderUid: value,
        type: oneOf("file"),
        disableDeletion: value,
        allowUiUpdates: value,
        updateIntervalSeconds: value,
        options: keys({ path: value, foldersFromFilesStructure: value }),
      }),
    ),
  }),
};
