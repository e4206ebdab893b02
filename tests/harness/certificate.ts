import { assertEquals } from "./assert.ts";

/** Makes a certificate for 127.0.0.1 that nobody has signed, in files in `directory`. */
export async function makeCertificate(directory: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const { success } = await new Deno.Command("openssl", {
    args: ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
      .concat("-out", cert, "-keyout", key, "-addext", "subjectAltName=IP:127.0.0.1")
      .concat("-addext", "basicConstraints=critical,CA:FALSE"),
    stderr: "null",
  }).output();
  assertEquals(success, true);
  return { cert, key };
}

/** Many systems have it, and nothing else here makes certificates. */
export function hasOpenssl(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"] }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
