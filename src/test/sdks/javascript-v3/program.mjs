// Speaks the protocol of ../README.md with the AWS SDK for JavaScript v3.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const manifest = new URL("node_modules/@aws-sdk/client-sts/package.json", import.meta.url);
const client = () => new STSClient({ endpoint: process.env.STS_ENDPOINT });
let kept;

async function attempt(make) {
  try {
    await make().send(new GetCallerIdentityCommand({}));
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
      return { version: JSON.parse(readFileSync(manifest)).version };
    case "call":
      return { errors: [await attempt(() => (kept ??= client()))] };
    default:
      return { errors: await Promise.all(Array.from({ length: Number(count) }, () => attempt(client))) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(...line.split(" "))));
}
