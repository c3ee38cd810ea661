/** A WebSocket server in one file (RFC 6455), enough for the mock: text and binary out, short masked text in. */
import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function frame(opcode, payload) {
  const length = payload.length;
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Reads one client frame from `data`; null while it is not whole. */
function readFrame(data) {
  if (data.length < 6) return null;
  let length = data[1] & 0x7f;
  let at = 2;
  if (length === 126) {
    length = data.readUInt16BE(2);
    at = 4;
  }
  if (data.length < at + 4 + length) return null;
  const mask = data.subarray(at, at + 4);
  const payload = Buffer.from(data.subarray(at + 4, at + 4 + length));
  for (let index = 0; index < length; index += 1) payload[index] ^= mask[index % 4];
  return { opcode: data[0] & 0x0f, payload, used: at + 4 + length };
}

/** Accepts an upgrade; `onText` gets each message, `onClose` runs once. */
export function accept(request, socket, { onText, onClose }) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
  socket.setNoDelay(true);
  let waiting = Buffer.alloc(0);
  socket.on("data", (data) => {
    waiting = Buffer.concat([waiting, data]);
    for (let got = readFrame(waiting); got; got = readFrame(waiting)) {
      waiting = waiting.subarray(got.used);
      if (got.opcode === 1) onText(got.payload.toString());
      else if (got.opcode === 8) socket.end();
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", onClose);
  return {
    text: (message) => socket.write(frame(1, Buffer.from(JSON.stringify(message)))),
    binary: (bytes) => socket.write(frame(2, bytes)),
    close: () => socket.end(frame(8, Buffer.alloc(0))),
  };
}
