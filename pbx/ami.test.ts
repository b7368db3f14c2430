import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { amiReader, connectAmi } from './ami.ts';

const greeting = 'Asterisk Call Manager/11.0.0\r\n';

describe('the reader', () => {
  test('says the same however the stream is cut', () => {
    const text = `${greeting}Event: Hold\r\nChannel: PJSIP/101-1\r\n\r\nEvent: Unhold\r\nChannel: PJSIP/101-1\r\n\r\n`;
    const whole = amiReader().take(text);
    expect(whole).toEqual([
      { Event: 'Hold', Channel: 'PJSIP/101-1' },
      { Event: 'Unhold', Channel: 'PJSIP/101-1' },
    ]);
    for (let size = 1; size < 9; size++) {
      const reader = amiReader();
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(pieces.flatMap((piece) => reader.take(piece))).toEqual(whole);
    }
  });
  test('keeps a header that comes again as a list, and colons and spaces of a value', () => {
    const [block] = amiReader().take(
      `${greeting}Event: X\r\nChanVariable: A=1\r\nChanVariable: B=2\r\nChanVariable: C=\r\nUri: sip:101@[::1]\r\nTwo:  b\r\n\r\n`,
    );
    expect(block).toEqual({ Event: 'X', ChanVariable: ['A=1', 'B=2', 'C='], Uri: 'sip:101@[::1]', Two: ' b' });
  });
  test('does not answer a block before its empty line', () => {
    const reader = amiReader();
    expect(reader.take(`${greeting}Event: Hold\r\n`)).toEqual([]);
    expect(reader.take('\r\n')).toEqual([{ Event: 'Hold' }]);
  });
});

describe('the connection', () => {
  /** A PBX of three sentences: it takes one password and answers every action, the second before the first. */
  async function withPbx(work: (port: number) => Promise<void>) {
    const server = createServer((socket) => {
      socket.write(greeting);
      const reader = amiReader();
      reader.take('\r\n');
      const waiting: string[] = [];
      socket.on('data', (bytes) => {
        for (const block of reader.take(bytes.toString())) {
          const answer = `Response: ${block['Secret'] === 'wrong' ? 'Error\r\nMessage: Authentication failed' : 'Success'}\r\nActionID: ${block['ActionID']}\r\nSaid: ${block['Word'] ?? ''}\r\n\r\n`;
          if (block['Action'] === 'Ping') waiting.unshift(answer);
          else socket.write(answer);
        }
        if (waiting.length === 2)
          socket.write(`Event: OriginateResponse\r\nActionID: cb-2\r\nResponse: Failure\r\n\r\n${waiting.join('')}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    try {
      await work(typeof address === 'object' && address ? address.port : 0);
    } finally {
      server.close();
    }
  }
  const login = (port: number, secret: string) => connectAmi({ host: '127.0.0.1', port, user: 'lab', secret });

  test('gives each action its own answer, in whatever order they come, and events to who listens, even those with an id', () =>
    withPbx(async (port) => {
      const ami = await login(port, 'right');
      const heard: unknown[] = [];
      ami.onEvent((event) => heard.push(event));
      const answers = await Promise.all([ami.action('Ping', { Word: 'first' }), ami.action('Ping', { Word: 'second' })]);
      expect(answers.map((answer) => answer['Said'])).toEqual(['first', 'second']);
      expect(heard).toEqual([{ Event: 'OriginateResponse', ActionID: 'cb-2', Response: 'Failure' }]);
      ami.close();
    }));
  test('says that a login was refused, and why', () =>
    withPbx(async (port) => {
      await expect(login(port, 'wrong')).rejects.toThrow('The PBX refused the manager login lab: Authentication failed');
    }));
  test('sends no line break, which would be another header', () =>
    withPbx(async (port) => {
      const ami = await login(port, 'right');
      await expect(ami.action('Originate', { Variable: ['a=1', 'b=2\r\nAction: Command'] })).rejects.toThrow('line break');
      ami.close();
    }));
});
