// Speaks the protocol of ../README.md with the AWS SDK for JavaScript v2.
import { createInterface } from "node:readline";
import AWS from "aws-sdk/index.js";
import STS from "aws-sdk/clients/sts.js";

let kept;

// The global default chain is resolved once for a whole process; one like it is made for each client.
const client = () =>
  new STS({
    endpoint: process.env.STS_ENDPOINT,
    credentials: null,
    credentialProvider: new AWS.CredentialProviderChain(),
  });

async function attempt(make) {
  try {
    await make().getCallerIdentity().promise();
    return null;
  } catch (error) {
    return messages(error);
  }
}

// All that a logged error would show.
function messages(error) {
  const all = [];
  for (let one = error; one; one = one.cause ?? one.originalError) {
    all.push(one.message);
  }
  return all.join(": ");
}

async function answer(command, count) {
  switch (command) {
    case "version":
      return { version: AWS.VERSION };
    case "call":
      return { errors: [await attempt(() => (kept ??= new STS({ endpoint: process.env.STS_ENDPOINT })))] };
    default:
      return { errors: await Promise.all(Array.from({ length: Number(count) }, () => attempt(client))) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(...line.split(" "))));
}
