import { expect, it } from 'vitest';
import { placeOfPort } from '../../src/board/port-name.ts';
import { candidates, onlyPort } from '../../src/board/ports.ts';

it('of all ports the ones by USB are candidates, by the name that a program opens', () => {
  expect(
    candidates([
      { path: '/dev/ttyS0' },
      { path: '/dev/ttyUSB0', manufacturer: 'Silicon Labs', vendorId: '10c4' },
      { path: '/dev/tty.usbserial-10', vendorId: '1A86' },
      { path: 'COM3', friendlyName: 'USB-SERIAL CH340 (COM3)', manufacturer: 'wch.cn', vendorId: '1A86' },
    ]),
  ).toEqual([
    { path: '/dev/ttyUSB0', what: 'Silicon Labs' },
    { path: '/dev/cu.usbserial-10', what: 'WCH CH340' },
    { path: 'COM3', what: 'USB-SERIAL CH340 (COM3)' },
  ]);
});

it('one is taken; of several the person is asked, with what to write; none is explained', () => {
  const ports = [
    { path: '/dev/ttyUSB0', what: 'FTDI' },
    { path: '/dev/ttyACM0', what: '' },
  ];
  expect(onlyPort(ports.slice(0, 1))).toBe('/dev/ttyUSB0');
  expect(() => onlyPort(ports)).toThrow(/--port \/dev\/ttyUSB0 {2}\(FTDI\)\n {2}--port \/dev\/ttyACM0$/);
  expect(() => onlyPort([])).toThrow(/cables only charge.*driver.*--port/);
});

it('a name says what is opened, and one that cannot be a port is refused', () => {
  expect(placeOfPort('/dev/ttyUSB0')).toEqual({});
  expect(placeOfPort('COM3')).toEqual({});
  expect(placeOfPort('RFC2217://127.0.0.1:2217')).toEqual({
    scheme: 'rfc2217',
    at: { host: '127.0.0.1', port: 2217 },
  });
  expect(placeOfPort('socket://[::1]:2217/?x')).toMatchObject({ scheme: 'socket', at: { port: 2217 } });
  for (const name of [
    '',
    'http://127.0.0.1:1',
    'foo://bar',
    'rfc2217://',
    'rfc2217://host',
    'socket://h:99999',
  ])
    expect(() => placeOfPort(name), name).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
});
