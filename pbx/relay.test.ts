import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRelay, type Relay } from './relay.ts';

const echo = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
const state: { relay: Relay | undefined } = { relay: undefined };
beforeEach(async () => {
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  state.relay = await openRelay(() => (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await state.relay?.close();
  await new Promise((resolve) => echo.close(resolve));
});
const dial = async () => {
  const socket = connect(state.relay!.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

test('bytes pass until it is cut, and again once it is mended', async () => {
  const first = await dial();
  first.write('hello');
  expect(String((await once(first, 'data'))[0])).toBe('hello');
  const closed = once(first, 'close');
  state.relay!.cut();
  await closed;
  const refused = await dial();
  await once(refused, 'close');
  state.relay!.mend();
  const second = await dial();
  second.write('again');
  expect(String((await once(second, 'data'))[0])).toBe('again');
  second.destroy();
});
test('cut silently, nothing passes and nobody is told', async () => {
  const socket = await dial();
  socket.write('hello');
  await once(socket, 'data');
  state.relay!.cut(true);
  let heard = '';
  socket.on('data', (bytes: Buffer) => (heard += String(bytes)));
  socket.write('lost');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toBe('');
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});
