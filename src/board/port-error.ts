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
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KitelineError('USAGE', say(`${name} cannot be opened: ${why}`, `无法打开 ${name}：${why}`), {
    cause,
  });
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
