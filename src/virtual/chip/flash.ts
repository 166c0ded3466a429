/**
 * The board's flash as a folder of the host: a file system type for Emscripten, so that MicroPython's own VfsPosix, with
 * its own file objects, works on it. A path can never lead out of the folder: links are neither followed nor listed. What is
 * written to a file is there when it is closed or synced, as in littlefs.
 */
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../errors.ts';
import { Draft } from './draft.ts';
import type { FlashPower } from './flash-power.ts';
import { NVS_FILE } from './nvs.ts';

/** Where a file's new content stands until it takes the old one's place; the board's listing leaves it out. */
const NEXT_FILE = `${NVS_FILE}.file`;

/** The parts of Emscripten's FS object that a file system type works with. */
export interface EmscriptenFs {
  ErrnoError: new (errno: number) => Error;
  createNode(parent: FsNode | null, name: string, mode: number, rdev: number): FsNode;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  mount(type: object, options: object, mountpoint: string): FsNode;
  mkdir(path: string): void;
  writeFile(path: string, data: Uint8Array | string): void;
  open(path: string, flags: number): FsStream;
  filesystems: { MEMFS: { createNode(parent: FsNode, name: string, mode: number, dev: number): FsNode } };
  streams: (FsStream | null)[];
}

export interface FsNode {
  id: number;
  name: string;
  mode: number;
  parent: FsNode;
  mount: { opts: { folder: string } };
  /** It was opened to be written anew. */
  emptied?: boolean;
  node_ops: object;
  stream_ops: object;
}

export interface FsStream {
  fd: number;
  node: FsNode;
  flags: number;
  position: number;
  /** Where it is open for reading alone. */
  host: number | undefined;
  /** Where it is open for writing. */
  draft: Draft | undefined;
  stream_ops: object;
}

/** Emscripten numbers errors as WASI does. */
const WASI: Record<string, number> = {
  EACCES: 2,
  EEXIST: 20,
  EINVAL: 28,
  EISDIR: 31,
  ENAMETOOLONG: 37,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  EPERM: 63,
  EROFS: 69,
};
const WASI_EIO = 29;

/** The same in the numbers that a program on the chip sees (newlib's). */
const CHIP: Record<number, number> = {
  2: 13,
  8: 9,
  10: 16,
  20: 17,
  22: 27,
  28: 22,
  29: 5,
  31: 21,
  33: 24,
  37: 91,
  43: 19,
  44: 2,
  48: 12,
  51: 28,
  54: 20,
  55: 90,
  63: 1,
  69: 30,
  75: 18,
};

/** A system call's negative result, from Emscripten's numbering to the chip's. */
export const chipResult = (result: number): number => (result < 0 ? -(CHIP[-result] ?? 5) : result);

/** The type, for `FS.mount(type, { folder }, …)`, and `settle()`, which closes all files as a soft reset does. */
export function flashType(fs: EmscriptenFs, power: FlashPower): { type: object; settle: () => void } {
  const open = new Set<FsStream>();

  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new fs.ErrnoError(WASI[systemCode(error) ?? ''] ?? WASI_EIO);
    }
  };

  const hostPath = (node: FsNode): string => {
    const names: string[] = [];
    let at = node;
    for (; at.parent !== at; at = at.parent) names.unshift(at.name);
    return join(at.mount.opts.folder, ...names);
  };

  const modeOf = (stats: Stats): number => {
    if (stats.isDirectory()) return 0o40777;
    if (stats.isFile()) return 0o100666;
    throw new fs.ErrnoError(WASI.ENOENT ?? WASI_EIO);
  };

  const createNode = (parent: FsNode | null, name: string, mode: number): FsNode => {
    const node = fs.createNode(parent, name, mode, 0);
    node.node_ops = nodeOps;
    node.stream_ops = streamOps;
    return node;
  };

  const nodeOps = {
    getattr(node: FsNode) {
      const stats = attempt(() => lstatSync(hostPath(node)));
      return {
        dev: 1,
        ino: node.id,
        mode: node.mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size: stats.isDirectory() ? 0 : stats.size,
        atime: stats.mtime,
        mtime: stats.mtime,
        ctime: stats.mtime,
        blksize: 4096,
        blocks: Math.ceil(stats.size / 4096),
      };
    },
    setattr(node: FsNode, attr: { size?: number; mtime?: number }) {
      attempt(() => {
        // Nothing but opening a file to be written anew comes here with 0; it is empty when it is closed.
        if (attr.size === 0) node.emptied = true;
        else if (attr.size != null) truncateSync(hostPath(node), attr.size);
        if (attr.mtime != null) utimesSync(hostPath(node), attr.mtime / 1000, attr.mtime / 1000);
      });
    },
    lookup(parent: FsNode, name: string): FsNode {
      const stats = attempt(() => lstatSync(join(hostPath(parent), name)));
      return createNode(parent, name, modeOf(stats));
    },
    mknod(parent: FsNode, name: string, mode: number): FsNode {
      const path = join(hostPath(parent), name);
      power.step();
      attempt(() => (fs.isDir(mode) ? mkdirSync(path) : closeSync(openSync(path, 'wx'))));
      return createNode(parent, name, fs.isDir(mode) ? 0o40777 : 0o100666);
    },
    rename(node: FsNode, folder: FsNode, name: string) {
      power.step();
      attempt(() => renameSync(hostPath(node), join(hostPath(folder), name)));
      node.name = name;
    },
    unlink(parent: FsNode, name: string) {
      power.step();
      attempt(() => unlinkSync(join(hostPath(parent), name)));
    },
    rmdir(parent: FsNode, name: string) {
      power.step();
      attempt(() => rmdirSync(join(hostPath(parent), name)));
    },
    readdir(node: FsNode): string[] {
      const entries = attempt(() => readdirSync(hostPath(node), { withFileTypes: true }));
      const names = entries
        .filter((entry) => entry.isFile() || entry.isDirectory())
        .map((entry) => entry.name)
        .filter((name) => !name.startsWith(NVS_FILE) || node.parent !== node);
      return ['.', '..', ...names];
    },
  };

  const save = ({ node, draft }: FsStream): void => {
    if (!draft?.isNew) return;
    const next = join(node.mount.opts.folder, NEXT_FILE);
    attempt(() => {
      writeFileSync(next, draft.content);
      renameSync(next, hostPath(node));
    });
    draft.isNew = false;
  };

  const sync = (stream: FsStream): number => {
    if (stream.draft?.isNew) {
      if (power.bytes(1) === 0) power.goes(() => save(stream));
      save(stream);
    }
    return 0;
  };

  const streamOps = {
    open(stream: FsStream) {
      const { node } = stream;
      if (!fs.isFile(node.mode)) return;
      if ((stream.flags & 3) === 0) {
        stream.host = attempt(() => openSync(hostPath(node), 'r'));
        return;
      }
      stream.draft = new Draft(node.emptied ? undefined : attempt(() => readFileSync(hostPath(node))));
      node.emptied = false;
      open.add(stream);
    },
    close(stream: FsStream) {
      open.delete(stream);
      sync(stream);
      stream.draft = undefined;
      if (stream.host === undefined) return;
      const host = stream.host;
      stream.host = undefined;
      attempt(() => closeSync(host));
    },
    fsync: sync,
    read(stream: FsStream, buffer: Int8Array, offset: number, length: number, position: number): number {
      const { host, draft } = stream;
      const into = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
      if (draft) return draft.read(into, position);
      if (length === 0 || host === undefined) return 0;
      return attempt(() => readSync(host, into, 0, length, position));
    },
    write(stream: FsStream, buffer: Int8Array, offset: number, length: number, position: number): number {
      const { draft } = stream;
      if (!draft) return 0;
      const passed = power.bytes(length);
      draft.write(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, passed), position);
      if (passed < length) power.goes(() => save(stream));
      return length;
    },
    llseek(stream: FsStream, offset: number, whence: number): number {
      let position = offset;
      if (whence === 1) position += stream.position;
      else if (whence === 2)
        position += stream.draft?.length ?? attempt(() => lstatSync(hostPath(stream.node)).size);
      if (position < 0) throw new fs.ErrnoError(WASI.EINVAL ?? WASI_EIO);
      return position;
    },
    allocate(stream: FsStream, offset: number, length: number) {
      stream.draft?.resize(Math.max(stream.draft.length, offset + length));
    },
  };

  const settle = (): void => {
    for (const stream of open) save(stream);
  };
  const type = { mount: () => createNode(null, '/', 0o40777), createNode };
  return { type, settle };
}
