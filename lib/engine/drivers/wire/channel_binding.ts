/**
 * Channel binding by the server's certificate, `tls-server-end-point` (RFC 5929, section 4).
 *
 * @module
 */

/** Object identifiers of signature algorithms in DER, and the hash that each uses; SHA-256 stands for MD5 and SHA-1. */
const HASHES: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "SHA-256", // md5WithRSAEncryption
  "2a864886f70d010105": "SHA-256", // sha1WithRSAEncryption
  "2a864886f70d01010b": "SHA-256",
  "2a864886f70d01010c": "SHA-384",
  "2a864886f70d01010d": "SHA-512",
  "2a8648ce3d0401": "SHA-256", // ecdsa-with-SHA1
  "2a8648ce3d040302": "SHA-256",
  "2a8648ce3d040303": "SHA-384",
  "2a8648ce3d040304": "SHA-512",
};

/**
 * Returns the hash of a certificate to bind to.
 *
 * @param certificate in DER.
 * @returns `undefined` where the RFC defines none, as for Ed25519 and RSASSA-PSS: then nothing is bound.
 */
export async function endPointHash(certificate: Uint8Array): Promise<Uint8Array | undefined> {
  const hash = HASHES[signatureAlgorithm(certificate)];
  if (hash === undefined) return undefined;
  return new Uint8Array(await crypto.subtle.digest(hash, Uint8Array.from(certificate)));
}

/** Certificate ::= SEQUENCE { tbsCertificate, SEQUENCE { algorithm OBJECT IDENTIFIER, … }, … } (RFC 5280). */
function signatureAlgorithm(certificate: Uint8Array): string {
  const outer = element(certificate, 0);
  const toBeSigned = element(certificate, outer.content);
  const algorithm = element(certificate, toBeSigned.end);
  const identifier = element(certificate, algorithm.content);
  return certificate.subarray(identifier.content, identifier.end).toHex();
}

/** Reads the length of an element of DER: one byte, or the number of the bytes that hold it. */
function element(der: Uint8Array, at: number): { content: number; end: number } {
  const first = der[at + 1];
  const count = first < 0x80 ? 0 : first & 0x7f;
  const content = at + 2 + count;
  const length = count === 0 ? first : der.subarray(at + 2, content).reduce((sum, byte) => sum * 256 + byte, 0);
  return { content, end: content + length };
}
