// The bank's side of the signature profile (security.md section 4) by the npm package
// http-message-signatures. One JSON line in, one out:
//   {"do": "verify", request, key, keyid}                          -> {"good": true | false | null}
//   {"do": "respond", request, status, headers, key, keyid, created} -> {"headers": {...}}
// request is {method, url, headers}; keys are PEM; times are unix seconds.
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { createInterface } from "node:readline";
import { httpbis } from "http-message-signatures";

const REQUEST = ["@method", "@authority", "@path", "content-type", "content-digest",
  "terminal-id", "terminal-seq"];
const RESPONSE = ["@status", "content-type", "content-digest", '"@method";req',
  '"@authority";req', '"@path";req', '"content-digest";req', '"terminal-id";req',
  '"terminal-seq";req', '"signature";req;key="term"'];
const RAW = "ieee-p1363"; // r||s, never DER (RFC 9421 section 3.3.4)

const edwards = (key) => key.asymmetricKeyType === "ed25519";
const alg = (key) => (edwards(key) ? "ed25519" : "ecdsa-p256-sha256");
const hash = (key) => (edwards(key) ? null : "sha256");

const DO = {
  async verify({ request, key, keyid }) {
    const trusted = createPublicKey(key);
    return {
      good: await httpbis.verifyMessage({
        keyLookup: async (parameters) => parameters.keyid !== keyid ? null : {
          id: keyid,
          algs: [alg(trusted)],
          verify: async (data, signature) =>
            verify(hash(trusted), data, { key: trusted, dsaEncoding: RAW }, signature),
        },
        requiredFields: REQUEST,
        requiredParams: ["created", "keyid", "alg", "expires", "nonce", "tag"],
        tolerance: 300,
      }, request),
    };
  },

  async respond({ request, status, headers, key, keyid, created }) {
    const own = createPrivateKey(key);
    const signed = await httpbis.signMessage({
      key: {
        id: keyid,
        alg: alg(own),
        sign: async (data) => sign(hash(own), data, { key: own, dsaEncoding: RAW }),
      },
      name: "host",
      fields: RESPONSE,
      params: ["created", "keyid", "alg", "tag"],
      paramValues: { created: new Date(created * 1000), tag: "huinong-res-v1" },
    }, { status, headers }, request);
    return { headers: signed.headers };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    console.log(JSON.stringify(await DO[asked.do](asked)));
  } catch (why) {
    console.log(JSON.stringify({ refused: why.message }));
  }
}
