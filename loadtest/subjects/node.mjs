// Node and ioredis with auto-pipelining: all XADDs of one turn of the event loop leave in one write.
// node node.mjs PORT REDIS_PORT
import { createServer } from "node:http";
import Redis from "ioredis";

const [port, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis({ host: "127.0.0.1", port: redisPort, enableAutoPipelining: true });

createServer(async (request, response) => {
  try {
    const id = await redis.xadd("clicks", "*", "code", request.url, "at", Date.now(), "ip", request.socket.remoteAddress,
      "ua", request.headers["user-agent"] ?? "", "ref", request.headers.referer ?? "");
    response.writeHead(302, {
      Location: `https://shop.example/landing?utm_source=news&click_id=${id}`,
      "Cache-Control": "no-store",
      "Content-Length": 0,
    });
  } catch {
    response.writeHead(503, { "Retry-After": 1 });
  }
  response.end();
}).listen({ port, host: "127.0.0.1", backlog: 4096 });
