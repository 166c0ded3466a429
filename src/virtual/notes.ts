/** One line of ours on stderr where a program does what the chip would refuse, or what this board cannot do: how to go on. */
import { say } from '../language.ts';

export function note(code: string, detail: string): string {
  switch (code) {
    case 'socket-keywords':
      return say(
        `kiteline: socket.socket() takes no keyword arguments on the ESP32 (here: ${detail}); write socket.socket(socket.AF_INET, socket.SOCK_STREAM).`,
        `kiteline：ESP32 上的 socket.socket() 不接受关键字参数（这里是 ${detail}）；请写成 socket.socket(socket.AF_INET, socket.SOCK_STREAM)。`,
      );
    case 'socket-with':
      return say(
        'kiteline: the ESP32\'s sockets are no context managers; write try: … finally: s.close() in place of "with".',
        'kiteline：ESP32 的 socket 不支持 with 语句；请写成 try: … finally: s.close()。',
      );
    case 'socket-recv-into':
      return say(
        "kiteline: the ESP32's sockets have no recv_into(); it works here, but write s.readinto(buffer) for the chip.",
        'kiteline：ESP32 的 socket 没有 recv_into()；这里可以用，但在芯片上请写 s.readinto(buffer)。',
      );
    case 'sendto-name':
      return say(
        `kiteline: sendto() on the ESP32 takes a numeric address, not "${detail}"; look it up first: addr = socket.getaddrinfo("${detail}", port)[0][-1].`,
        `kiteline：ESP32 上的 sendto() 只接受数字地址，不能是 "${detail}"；请先查询：addr = socket.getaddrinfo("${detail}", port)[0][-1]。`,
      );
    case 'missing-module':
    case 'missing-name':
      return say(
        `kiteline: the ESP32's firmware has "${detail}", this virtual board does not have it yet.`,
        `kiteline：ESP32 固件里有 "${detail}"，但这块虚拟板还没有。`,
      );
    case 'socket-callback':
      return say(
        'kiteline: socket callbacks (option 20) are not called on a virtual board; use select.poll or asyncio.',
        'kiteline：虚拟板不支持 socket 回调（选项 20）；请使用 select.poll 或 asyncio。',
      );
    case 'static-address':
      return say(
        `kiteline: a virtual board keeps the address it was given (${detail}); the static one is ignored.`,
        `kiteline：虚拟板保留分配给它的地址（${detail}），忽略静态地址设置。`,
      );
    case 'requests-unicode':
      return say(
        "kiteline: requests of MicroPython 1.27 counts characters in place of bytes, so this text arrives cut short; send data=json.dumps(x).encode() (or text.encode()) with the header 'Content-Type'.",
        "kiteline：MicroPython 1.27 的 requests 按字符而不是字节计算长度，这段文本会被截断；请改用 data=json.dumps(x).encode()（或 text.encode()）并自己设置请求头 'Content-Type'。",
      );
    case 'mip-address':
      return say(
        `kiteline: mip on a virtual board installs from http:// and https:// addresses, and from an index=… with one; it does not look up "${detail}". Put the files into the flash folder instead.`,
        `kiteline：虚拟板上的 mip 只能从 http:// 或 https:// 地址（或以 index=… 给出的索引）安装，不会查找 "${detail}"。请直接把文件放进闪存文件夹。`,
      );
    case 'tls-server':
      return say(
        'kiteline: a virtual board has TLS for clients only (the chip can be a server, too); let the program on the computer be the server.',
        'kiteline：虚拟板的 TLS 只能作为客户端（芯片也可以作为服务器）；请让电脑上的程序作为服务器。',
      );
    case 'watchdog':
      return say(
        `kiteline: the program did not feed its watchdog for ${detail} ms; the board resets.`,
        `kiteline：程序 ${detail} 毫秒内没有喂看门狗，板复位。`,
      );
    case 'loop-restarted':
    case 'loop-stopped': {
      const [en, zh] = code === 'loop-restarted' ? ['restarted', '重新启动'] : ['stopped', '停止'];
      return say(
        `KeyboardInterrupt: the program was in a loop that calls nothing (like while True: pass), so the board was ${en}.`,
        `KeyboardInterrupt：程序陷在不调用任何函数的循环里（例如 while True: pass），因此板已被${zh}。`,
      );
    }
    case 'no-collection':
      return say(
        'kiteline: memory grows: a virtual board cannot collect garbage while the program is inside a constructor with arguments, a class body, sorted(), list() and the like. The chip can; here, start the main loop outside of it.',
        'kiteline：内存在增长：当程序处于带参数的构造函数、类体、sorted()、list() 等内部时，虚拟板无法回收内存。芯片可以；在这里请把主循环放到它们外面启动。',
      );
    case 'port-taken':
      return say(
        `kiteline: another program on this computer already listens where the board wants to (${detail}).`,
        `kiteline：本机已有其他程序占用了这块板要监听的地址（${detail}）。`,
      );
    default:
      return `kiteline: ${code} ${detail}`;
  }
}
