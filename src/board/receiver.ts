/**
 * The board's side of a transfer: a few functions that the raw REPL defines once. What MicroPython's own streams do is used as it is:
 * `sys.stdin.buffer.readinto` blocks until all is there, and Ctrl-C ends it.
 */

/** Where the line has lost bytes, the next try goes by frames, of which two fit into the 259 bytes that an ESP32 keeps of its serial input. */
export const FRAME = 128;
/** A frame was taken out of the board's input. */
export const TAKEN = 6;
/** A block is in its file. While flash is written a UART is not served, and keeps no more than its FIFO holds. */
export const WRITTEN = 7;
/** Bytes of the next block that go out before that: the FIFO of the chip's UART, less what may be in it. */
export const LEAD = 120;
/** Bytes of a file that travel together: a block of littlefs. */
export const BLOCK = 4_096;
/** Of the window of a compressed block: it covers one. */
export const WINDOW_BITS = 12;
/** Blocks between two moments from which a transfer can go on after a power cut; each costs the flash a commit. */
const BLOCKS_A_COMMIT = 4;

/**
 * Ctrl-C stays what it is in the middle of a file, so that any tool gets a board back that was left alone there: 3 travels as two
 * bytes. So does 4, which ends a file where stdin is a terminal.
 */
const ESCAPE = 0x1b;
const ESCAPED: ReadonlyMap<number, number> = new Map([
  [3, 0x41],
  [4, 0x42],
  [ESCAPE, 0x43],
]);

export const RECEIVER = `
import sys,hashlib,binascii
def _k_hash(p):
 h=hashlib.sha256();b=bytearray(1024);m=memoryview(b);n=0
 with open(p,'rb') as f:
  while 1:
   k=f.readinto(b)
   if not k:break
   h.update(m[:k]);n+=k
 return n,binascii.hexlify(h.digest()).decode()
def _k_states(l):
 import json
 a=[]
 for p in l:
  try:a.append((p,)+_k_hash(p))
  except OSError:pass
 print(json.dumps(a))
def _k_put(p,at,frame):
 r=sys.stdin.buffer;o=sys.stdout;o=getattr(o,'buffer',o)
 b=bytearray(${BLOCK * 2 + 8});v=memoryview(b);c=0
 def take(n):
  i=0
  while i<n:
   k=min(frame or n,n-i);r.readinto(v[i:i+k]);i+=k
   if frame:o.write(b'\\x06')
 f=open(p,'ab' if at else 'wb')
 try:
  while 1:
   take(6);h=bytes(v[:6]);n=int(h[1:],16)
   if not n:break
   take(n);d=bytes(v[:n]).replace(b'\\x1bA',b'\\x03').replace(b'\\x1bB',b'\\x04').replace(b'\\x1bC',b'\\x1b')
   if h[0]==90:
    import deflate,io
    d=deflate.DeflateIO(io.BytesIO(d),deflate.RAW,${WINDOW_BITS}).read()
   f.write(d);c+=1
   if c%${BLOCKS_A_COMMIT}==0:f.flush()
   o.write(b'\\x07')
 finally:
  f.close()
 print(_k_hash(p)[1])
`;

/** A block of a file as it travels: `Z` (deflated) or `R` (as it is) and its length in five hex digits; then its bytes, escaped. */
export function encodeBlock(
  block: Uint8Array,
  deflate: (bytes: Uint8Array) => Uint8Array,
): { header: Uint8Array; body: Uint8Array } {
  const packed = deflate(block);
  const isSmaller = packed.length < block.length;
  const body = escaped(isSmaller ? packed : block);
  return { header: header(isSmaller ? 'Z' : 'R', body.length), body };
}

/** Says that no block follows. */
export const endOfBlocks = (): { header: Uint8Array; body: Uint8Array } => ({
  header: header('R', 0),
  body: new Uint8Array(),
});

const header = (kind: 'R' | 'Z', length: number): Uint8Array =>
  Buffer.from(kind + length.toString(16).padStart(5, '0'));

export function escaped(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length * 2);
  let at = 0;
  for (const byte of bytes) {
    const second = ESCAPED.get(byte);
    if (second !== undefined) out[at++] = ESCAPE;
    out[at++] = second ?? byte;
  }
  return out.subarray(0, at);
}
