// A service of the same shape as Registrar's API, as one writes it in Node: the bench measures both
// in one run. One process for each processor; 202 once RabbitMQ has confirmed the message.
import cluster from "node:cluster";
import { randomUUID } from "node:crypto";
import formats from "ajv-formats";
import { connect } from "amqplib";
import fastify from "fastify";

const { AMQP_URL, PORT, EXCHANGE, ROUTING_KEY, PROCESSES } = process.env;

const name = { type: "string", minLength: 1, maxLength: 100 };
const schema = {
  body: {
    type: "object",
    required: ["first_name", "last_name", "email"],
    properties: {
      first_name: name,
      last_name: name,
      email: { type: "string", format: "email", maxLength: 254 },
    },
  },
  response: {
    202: {
      type: "object",
      properties: { id: { type: "string" }, status: { type: "string" } },
    },
  },
};

async function serve() {
  const connection = await connect(AMQP_URL);
  const channel = await connection.createConfirmChannel();
  const returned = new Set();
  channel.on("return", (message) => returned.add(message.properties.messageId));

  function publish(id, registration) {
    const options = {
      contentType: "application/json",
      mandatory: true,
      messageId: id,
      persistent: true,
    };
    const body = Buffer.from(JSON.stringify(registration));
    return new Promise((resolve, reject) => {
      channel.publish(EXCHANGE, ROUTING_KEY, body, options, (error) => {
        if (error || returned.delete(id)) reject(error ?? new Error("unroutable"));
        else resolve();
      });
    });
  }

  const app = fastify({ ajv: { plugins: [formats] }, keepAliveTimeout: 60_000 });
  app.post("/register", { schema }, async (request, reply) => {
    const { first_name, last_name, email } = request.body;
    const id = randomUUID();
    await publish(id, { id, first_name, last_name, email, accepted_at: new Date().toISOString() });
    reply.code(202).header("location", `/registrations/${id}`);
    return { id, status: "accepted" };
  });
  await app.listen({ host: "127.0.0.1", port: Number(PORT) });
}

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on("listening", () => {
    listening += 1;
    if (listening === Number(PROCESSES)) console.log("listening");
  });
  cluster.on("exit", () => process.exit(1));
  for (let process = 0; process < Number(PROCESSES); process += 1) cluster.fork();
} else {
  await serve();
}
