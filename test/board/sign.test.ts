/** Signatures as the library makes and checks them in MicroPython: the rows that the hub is held against, and RFC 4231's. */
import { expect, test } from 'vitest';
import { libraryLines } from '../helpers/library.ts';
import { HubSeal } from '../helpers/signing.ts';
import { trailers } from '../helpers/trailers.ts';

const HEX = `
import json
from binascii import hexlify, unhexlify
import kiteline.sign
sign = kiteline.sign
rows = json.loads(open("rows.json").read())
def signed(seal, payload):
    data = bytearray(b"before\\n")
    seal.sign(data, payload + b"\\n")
    assert data[:7] == b"before\\n" and data[-1:] == b"\\n"
    return bytes(data[7:-1])
`;

/** The lines that a program prints which has these rows. */
const printed = (rows: unknown, program: string): Promise<string[]> =>
  libraryLines(`${HEX}${program}`, { files: { 'rows.json': JSON.stringify(rows) } });

/** Key, text and HMAC-SHA256. Cases 6 and 7 have keys of more than 64 bytes: those of boards and sessions have 32. */
const RFC_4231: [string, string, string][] = [
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4a656665',
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['aa'.repeat(20), '\xdd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    '0102030405060708090a0b0c0d0e0f10111213141516171819',
    '\xcd'.repeat(50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  ['0c'.repeat(20), 'Test With Truncation', 'a3b6167473100ee06e0c796c2955552b'],
];

test('HMAC-SHA256 is that of RFC 4231, wherever the text is cut in two', async () => {
  const rows = RFC_4231.map(([key, text, hmac]) => [key, Buffer.from(text, 'latin1').toString('hex'), hmac]);
  const lines = await printed(
    rows,
    `
for key, text, digest in rows:
    hmac = sign.Hmac(unhexlify(key))
    text = unhexlify(text)
    print([n for n in range(len(text) + 1) if hexlify(hmac.digest(text[:n], text[n:])).decode()[:len(digest)] != digest])
`,
  );
  expect(lines).toEqual(RFC_4231.map(() => '[]'));
});

test('the rows of handshakes: what is asked, the proof that is right and no other, and the key of the session', async () => {
  expect(trailers.handshakes.length).toBeGreaterThan(3);
  const lines = await printed(
    trailers.handshakes,
    `
class Nonce:
    def urandom(self, n):
        return unhexlify(self.hex)
sign.os = Nonce()

class Board:
    trace = None

class Connection:  # as much of one as takes part in it
    where = "here"
    def ask(self, method, params, then):
        self.asked = (method, params)
        self.then = then
    def hello(self):
        self.greeted = True
    def end(self, why):
        self.why = why

def answered(row, proof):
    sign.os.hex = row["nonceOfBoard"]
    board = Board()
    board.name = row["board"]
    connection = Connection()
    connection.seal = None
    connection.greeted = connection.refused = False
    sign.prove(connection, unhexlify(row["key"]), board)
    connection.then({"result": {"nonce": row["nonceOfHub"], "proof": proof}})
    return connection

for row in rows:
    good = answered(row, row["proof"])
    assert good.asked == ("$prove", {"board": row["board"], "key": row["id"], "nonce": row["nonceOfBoard"]})
    assert good.greeted and not good.refused
    assert signed(good.seal, b"x") == signed(sign.Seal(unhexlify(row["session"])), b"x")
    for at in range(32):
        bad = answered(row, row["proof"][:at] + ("1" if row["proof"][at] == "0" else "0") + row["proof"][at + 1:])
        assert bad.refused and bad.seal is None and not bad.greeted
    print(row["board"])
`,
  );
  expect(lines).toEqual(trailers.handshakes.map(({ board }) => board));
});

test('the rows of signed lines and datagrams: made as they stand there, and taken in one direction, at their number', async () => {
  const rows = [...trailers.lines, ...trailers.datagrams.filter(({ session }) => session !== null)];
  expect(rows.filter(({ direction }) => direction.startsWith('b')).length).toBeGreaterThan(4);
  expect(rows.filter(({ direction }) => direction.startsWith('h')).length).toBeGreaterThan(3);
  const lines = await printed(
    rows,
    `
def seal(row, counter):
    seal = sign.Seal(unhexlify(row["session"]))
    seal._said = seal._heard = seal._thrown = counter - 1
    return seal

for row in rows:
    n = row["counter"]
    payload = row["payload"].encode()
    text = (row.get("line") or row["datagram"]).encode()
    way = row["direction"]
    if way == "b":
        print(signed(seal(row, n), payload) == text, seal(row, n).open(text) is None)
    elif way == "h":
        print(seal(row, n).open(text) == payload, seal(row, n + 1).open(text) is None and seal(row, n - 1).open(text) is None)
    elif way == "bd":
        print(seal(row, n).sign_datagram(row["id"], payload) == text, seal(row, n).open_datagram(text) is None)
    else:
        taker = seal(row, n)
        print(taker.open_datagram(text) == payload, taker.open_datagram(text) is None)
`,
  );
  expect(lines).toEqual(rows.map(() => 'True True'));
});

test('what ends in no trailer is never taken', async () => {
  expect(trailers.others.length).toBeGreaterThan(20);
  const lines = await printed(
    trailers.others.map(({ input }) => input),
    `
seal = sign.Seal(bytes(32))
for text in rows + ["", "\\t", ".", "\\t.", "\\t..", "\\t1."]:
    if seal.open(text.encode()) is not None or seal.open_datagram(text.encode()) is not None:
        print(text)
print(seal._heard, seal._newest)
`,
  );
  expect(lines).toEqual(['0 0']);
});

test('datagrams: each once, in any order, as long as it is of the newest 64', async () => {
  // The newest goes ahead by fits and starts; what comes lies around it, and often comes again.
  let random = 12345;
  const dice = (sides: number) => {
    random = (random * 1103515245 + 12345) & 0x7fffffff;
    return random % sides;
  };
  let newest = 0;
  const taken = new Set<number>();
  const rows: { text: string; is: boolean }[] = [];
  const session = Buffer.alloc(32, 9);
  const seal = new HubSeal(session);
  for (let i = 0; i < 600; i++) {
    const ahead = dice(20) === 0 ? dice(200) : dice(4);
    const n = Math.max(1, dice(3) === 0 ? newest + ahead : newest - dice(70));
    const is = n > newest - 64 && !taken.has(n);
    if (is) taken.add(n);
    newest = Math.max(newest, n);
    rows.push({ text: seal.sign('x', n, 'hd').replace('\t', '\tc0ffee12.'), is });
  }
  const lines = await printed(
    { key: session.toString('hex'), texts: rows.map(({ text }) => text) },
    `
seal = sign.Seal(unhexlify(rows["key"]))
for text in rows["texts"]:
    print(seal.open_datagram(text.encode()) is not None)
`,
  );
  expect(lines.map((line) => line === 'True')).toEqual(rows.map(({ is }) => is));
  const refused = rows.filter(({ is }) => !is).length;
  expect([refused > 100, refused < 500]).toEqual([true, true]);
});
