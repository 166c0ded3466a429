/** The wire: lines and messages. A leaf that runs in Node and in a browser. */
export {
  encodeError,
  encodeLine,
  encodeNotification,
  encodeRequest,
  encodeResult,
  encodeSample,
  encodeText,
} from './encode.ts';
export { isObject, type Json, type JsonObject } from './json.ts';
export { type Notification, type Request, type Response, RPC, type RpcError, type RpcId } from './jsonrpc.ts';
export { limits } from './limits.ts';
export { type FramerCounts, LineFramer } from './lines.ts';
export { decode, decodeText, type Message, type Refused, type Samples, type Text } from './message.ts';
export {
  MESSAGE_REASONS,
  type MessageReason,
  type Skips,
  VALUE_REASONS,
  type ValueReason,
} from './reasons.ts';
export { isName, type Sample, type Value } from './sample.ts';
export { Scanner } from './scanner.ts';
export { BOOLEAN, NUMBER, type Shape, STRING } from './shape.ts';
export {
  type DatagramTrailer,
  type Direction,
  datagramTrailer,
  headOf,
  type LineTrailer,
  lineTrailer,
  MAC_DIGITS,
  type Mac,
  SIGNED_BYTES,
  signDatagram,
  signLine,
  TRAILER_BYTES,
} from './trailer.ts';
export { endsInsideCharacter, showBytes } from './utf8.ts';
