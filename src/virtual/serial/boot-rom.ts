/** What the ESP32's ROM prints before any program: at 115,200 baud, on a chip of revision 3 that boots from its flash. */

/** Why it starts, as the ROM names it: EN, the reset button, is no other thing to it than power. */
const REASON = {
  power: '0x1 (POWERON_RESET)',
  program: '0xc (SW_CPU_RESET)',
  watchdog: '0x8 (TG1WDT_SYS_RESET)',
  deepsleep: '0x5 (DEEPSLEEP_RESET)',
} as const;
export type RomReason = keyof typeof REASON;
const FLASH_BOOT = '0x13 (SPI_FAST_FLASH_BOOT)';
const DOWNLOAD_BOOT = '0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))';

/** @param download GPIO0 was low: it waits for esptool, and runs nothing */
export function romText(reason: RomReason, download = false): string {
  const begin = [
    'ets Jul 29 2019 12:21:46',
    '',
    `rst:${REASON[reason]},boot:${download ? DOWNLOAD_BOOT : FLASH_BOOT}`,
  ];
  const rest = download
    ? ['waiting for download']
    : [
        'configsip: 0, SPIWP:0xee',
        'clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00',
        'mode:DIO, clock div:2',
        'load:0x3fff0030,len:4892',
        'load:0x40078000,len:14896',
        'load:0x40080400,len:4',
        'load:0x40080404,len:3372',
        'entry 0x400805b0',
      ];
  return [...begin, ...rest, ''].join('\r\n');
}
