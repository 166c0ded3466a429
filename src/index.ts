/** Kiteline as a library: the hub and what goes with it. Virtual boards are `kiteline/virtual`. */
export { type Clock, FastClock, ManualClock, systemClock } from './clock.ts';
export { type ErrorCode, KitelineError } from './errors.ts';
export { type HttpOptions, type HttpServer, serveHttp } from './http/server.ts';
export type { AccessOptions } from './hub/access.ts';
export { type OpenAlertsOptions, openAlerts } from './hub/alerts/alert-file.ts';
export type { Alerts } from './hub/alerts/alerts.ts';
export type {
  AlertInfo,
  AlertMessage,
  AlertRule,
  AlertsState,
  Firing,
  NewRule,
  PostTrouble,
  WebhookInfo,
  When,
} from './hub/alerts/rule.ts';
export { AlertRules, type AlertRulesOptions, type KeptAlerts } from './hub/alerts/rules.ts';
export type { ArgumentInfo } from './hub/arguments.ts';
export type { BoardHandle, CommandOptions } from './hub/board-handle.ts';
export type { SessionEnd } from './hub/board-session.ts';
export type { BoardInfo } from './hub/boards.ts';
export type { CallContext, Method } from './hub/calls.ts';
export type { CommandOutcome, ExpiredWhy, UnknownWhy } from './hub/command-outcomes.ts';
export type { LeaseEnd, LeaseEndWhy } from './hub/control/ends.ts';
export { HeldError, LeaseOverError } from './hub/control/errors.ts';
export type { ControlHandle } from './hub/control/lease.ts';
export type { Via } from './hub/control/path.ts';
export type { ControlOptions, ControlStatus } from './hub/controls.ts';
export type { Dial, DialInfo } from './hub/dial.ts';
export type {
  ControlMessage,
  HubEvents,
  LogLevel,
  LogMessage,
  PresenceMessage,
  Problem,
  Reply,
  SampleMessage,
  TextMessage,
} from './hub/events.ts';
export type {
  AlertEvent,
  BoardEvent,
  CommandEvent,
  ControlEvent,
  DialEvent,
  DroppedEvent,
  FeedOptions,
  LiveEvent,
  LogEvent,
  LostEvent,
  PresenceEvent,
  RefusedEvent,
  SampleEvent,
  Subscription,
  TextEvent,
} from './hub/feed.ts';
export type { CommandInfo, ControlInfo } from './hub/hello.ts';
export { homeIn } from './hub/home.ts';
export { createHub, type Hub, type HubOptions } from './hub/hub.ts';
export type { HubCounts } from './hub/inside.ts';
export { type OpenKeysOptions, openKeys } from './hub/key-file.ts';
export { type BoardKey, type KeyEntry, type KeyInfo, Keys, type KeysOptions } from './hub/keys.ts';
export type { ListenAddress, ListenAt, Listening, TlsAddress } from './hub/listen.ts';
export type { PresenceInfo, PresenceState, SessionInfo } from './hub/presence-info.ts';
export type { UpdateOptions, UpdateOutcome, UpdateProgress } from './hub/programs/update.ts';
export type { Reason, ReasonCounts, RefusedReason } from './hub/reasons.ts';
export type { RefusedMessage } from './hub/refusals.ts';
export type {
  Place,
  SceneOptions,
  ScenePatch,
  ScenePose,
  SceneRun,
  SceneWhole,
} from './hub/scenes/messages.ts';
export type { Scene } from './hub/scenes/scene.ts';
export { type Mqtt, type MqttOptions, openMqtt } from './mqtt/mqtt.ts';
export type { Bucket } from './store/buckets.ts';
export { MemoryStore, type MemoryStoreOptions } from './store/memory.ts';
export { Layout, type PackedParts, PackedSamples } from './store/packed.ts';
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite.ts';
export {
  type Ack,
  type Batch,
  type BucketQuery,
  type LatestValue,
  type Point,
  type PointRange,
  type RangeQuery,
  type SeriesInfo,
  Store,
  type StoreCheck,
  type StoreCounts,
  type StoredBoard,
  type StoredSample,
  type StoredText,
  type StoreInfo,
  type TextQuery,
} from './store/store.ts';
export {
  type Certificate,
  describeCertificate,
  keepCertificate,
  makeCertificate,
} from './transport/certificate.ts';
export { connectTcp, listenTcp, type TcpConnectOptions, type TcpListenOptions } from './transport/tcp.ts';
export type { TlsKeys } from './transport/tls-gate.ts';
export type {
  CloseReason,
  Peer,
  Transport,
  TransportEvents,
  TransportReason,
} from './transport/transport.ts';
export { listenUdp, type UdpOptions } from './transport/udp.ts';
export type { Json, JsonObject, RpcError, Sample, Value } from './wire/index.ts';
