/** Every statement the store makes, by what `Tables` calls it. */
export const STATEMENTS = {
  state: 'SELECT last_commit, boards, series, acks, texts, crc FROM state',
  putState: 'INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?)',
  boards: 'SELECT id, name, last_at, crc FROM boards ORDER BY last_at, id',
  putBoard: 'INSERT OR REPLACE INTO boards VALUES (?, ?, ?, ?)', // also in place of a damaged row with its name
  dropBoard: 'DELETE FROM boards WHERE id = ?',
  series: 'SELECT * FROM series ORDER BY id',
  putSeries: 'INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  dropSeries: 'DELETE FROM series WHERE id = ?',
  highestSeries:
    'SELECT max(a) AS id FROM (SELECT max(id) AS a FROM series WHERE id < 1e12 UNION ALL SELECT max(series) FROM chunks WHERE series < 1e12)',
  highestBoard:
    'SELECT max(a) AS id FROM (SELECT max(id) AS a FROM boards WHERE id < 1e12 UNION ALL SELECT max(board) FROM series WHERE board < 1e12 UNION ALL SELECT max(board) FROM texts WHERE board < 1e12 UNION ALL SELECT max(board) FROM acks WHERE board < 1e12)',
  chunksOf: 'SELECT * FROM chunks WHERE series = ? ORDER BY no',
  firstAt: 'SELECT min(first_at) AS at FROM chunks WHERE series = ?',
  chunk: 'SELECT * FROM chunks WHERE series = ? AND no = ?',
  chunksBefore: 'SELECT * FROM chunks WHERE last_at < ? ORDER BY last_at, series, no LIMIT ?',
  newestChunk: 'SELECT * FROM chunks ORDER BY last_at DESC, series DESC, no DESC LIMIT 1',
  putChunk: 'INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  dropChunk: 'DELETE FROM chunks WHERE series = ? AND no = ?',
  data: 'SELECT data FROM chunk_data WHERE id = ?',
  addData: 'INSERT INTO chunk_data (series, no, data, crc) VALUES (?, ?, ?, ?)',
  putData: 'UPDATE chunk_data SET data = ?, crc = ? WHERE id = ?',
  dropData: 'DELETE FROM chunk_data WHERE id = ?',
  texts: 'SELECT id, board, at, text, crc FROM texts WHERE board = ? ORDER BY at DESC, id DESC LIMIT ?',
  textsBetween: 'SELECT id, board, at, text, crc FROM texts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
  newestText: 'SELECT max(id) AS id FROM texts',
  listedTexts: 'SELECT count(*) AS count FROM texts',
  addText: 'INSERT INTO texts (board, at, text, crc) VALUES (?, ?, ?, ?)',
  trimTexts:
    'DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE board = ? ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)',
  // By the index, which has no texts in it: the table can have a gigabyte.
  dropTextsBefore: 'DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE at < ? LIMIT ?)',
  dropStrayTexts: 'DELETE FROM texts WHERE board NOT IN (SELECT id FROM boards)',
  oldestTexts: 'SELECT id, at FROM texts ORDER BY id LIMIT ?',
  dropText: 'DELETE FROM texts WHERE id = ?',
  hasTexts: 'SELECT id FROM texts WHERE board = ? LIMIT 1',
  acks: 'SELECT board, boot, seq, place, crc FROM acks ORDER BY place',
  strayChunks: 'SELECT DISTINCT series FROM chunks WHERE series NOT IN (SELECT id FROM series)',
  dropAcks: 'DELETE FROM acks WHERE board = ?',
  addAck: 'INSERT OR REPLACE INTO acks VALUES (?, ?, ?, ?, ?)', // also where a damaged key hid it from dropAcks
} as const;
