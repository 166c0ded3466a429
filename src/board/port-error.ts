/** What goes wrong with a serial port, in sentences. */
import { KitelineError, systemCode } from '../errors.ts';
import { say } from '../language.ts';

/** The port went away in the middle. */
export function portGone(name: string, cause?: unknown): KitelineError {
  return new KitelineError(
    'CLOSED',
    say(
      `${name} has gone: the cable was unplugged, or the board restarted its USB.`,
      `${name} 已断开：线被拔出，或板子重启了 USB。`,
    ),
    { cause },
  );
}

/** Why a port cannot be opened, and what to do about it. */
export function cannotOpen(name: string, cause: unknown): KitelineError {
  const code = systemCode(cause);
  const text = `${code ?? ''} ${cause instanceof Error ? cause.message : String(cause)}`;
  if (/ENOENT|ENODEV|ENXIO|no such file|file not found/i.test(text)) {
    return new KitelineError(
      'NOT_FOUND',
      say(
        `There is no port ${name}. Is the board plugged in, with a cable that carries data?`,
        `没有串口 ${name}。板子插好了吗？数据线能传数据吗？`,
      ),
      { cause },
    );
  }
  if (/EBUSY|EAGAIN|lock|in use|resource busy/i.test(text)) return portTaken(name, cause);
  if (/EACCES|EPERM|permission|access denied/i.test(text)) {
    // Windows says the same of a port that another program has.
    if (process.platform === 'win32') return portTaken(name, cause);
    return new KitelineError(
      'NOT_ALLOWED',
      say(
        `You may not use ${name}. On Linux: sudo usermod -aG dialout $USER (Arch: uucp), then log in again.`,
        `没有权限使用 ${name}。Linux 上请执行：sudo usermod -aG dialout $USER（Arch 为 uucp），然后重新登录。`,
      ),
      { cause },
    );
  }
  if (/ENOTTY|EINVAL|EISDIR|inappropriate ioctl|not a (tty|serial port)|is a directory/i.test(text)) {
    return new KitelineError(
      'NOT_FOUND',
      say(
        `${name} is no serial port: a board is at one such as ${exampleOfPort()}.`,
        `${name} 不是串口：板子的串口形如 ${exampleOfPort()}。`,
      ),
      { cause },
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KitelineError('USAGE', say(`${name} cannot be opened: ${why}`, `无法打开 ${name}：${why}`), {
    cause,
  });
}

/** A serial server that lets in and closes. */
export const closedAtOnce = (name: string): KitelineError =>
  new KitelineError(
    'PORT_TAKEN',
    say(
      `${name} closes at once: another program has that port (close it, and try again), or no board is plugged in there.`,
      `${name} 一连上就断开：该串口正被其他程序占用（请关闭后重试），或那里没有插板子。`,
    ),
  );

/** How this system names the port of a board. */
export function exampleOfPort(): string {
  if (process.platform === 'win32') return 'COM3';
  return process.platform === 'darwin' ? '/dev/cu.usbserial-10' : '/dev/ttyUSB0';
}

function portTaken(name: string, cause: unknown): KitelineError {
  return new KitelineError(
    'PORT_TAKEN',
    say(
      `Another program has ${name}: close Thonny, a serial monitor, or another kiteline, and try again.`,
      `${name} 正被其他程序占用：请关闭 Thonny、串口监视器或另一个 kiteline，然后重试。`,
    ),
    { cause },
  );
}
